package charter_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
)

// A web service answers with the status of an error and the text that goes with it.
// Whatever charter does not know stays in the log.
func ExampleStatus() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	asBob, _ := joinedBob(ctx, svc, asAda, roles.Editor)
	invite := func(as charter.Actor, email string) error {
		_, err := svc.Invites.Invite(ctx, as, invites.Request{Email: email, Role: roles.Viewer})
		return err
	}

	for _, err := range []error{
		invite(asAda, "cleo@acme.example"),
		invite(asAda, "no address"),
		invite(asBob, "dan@acme.example"),
		invite(asAda, "CLEO@acme.example"),
		errors.New("dial tcp 10.0.0.7:5432: connection refused"),
	} {
		code, message := charter.Status(err)
		fmt.Printf("%d %q\n", code, message)
	}

	// Output:
	// 200 ""
	// 400 "invalid email: is not an e-mail address"
	// 403 "access denied"
	// 409 "already invited"
	// 500 "internal error"
}
