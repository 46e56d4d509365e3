package charter_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// A quick tour: found an organization, register a device, invite somebody with a
// role and a grant, and ask what they may do.
func Example() {
	ctx := context.Background()
	secret := make([]byte, invites.MinKey)
	rand.Read(secret) // a real host loads a key that it keeps outside the database
	svc := must(charter.New(memstore.New(), charter.Options{
		Catalogue: roles.SmartServices(), InvitationKeys: must(invites.NewKeys(secret)),
	}))

	ada := must(svc.SignIn(ctx, "u-1", orgs.Profile{Email: "ada@acme.example", FirstName: "Ada"}))
	acme := must(svc.Orgs.Create(ctx, ada.ID, "Acme"))
	asAda := charter.Actor{User: ada.ID, Org: acme.ID}
	pump := grants.Resource{Kind: "device", ID: "pump"}
	if err := svc.Resources.Register(ctx, asAda, pump); err != nil {
		log.Fatal(err)
	}
	issued := must(svc.Invites.Invite(ctx, asAda, invites.Request{
		Email: "bob@acme.example", Role: roles.Editor, Grants: []grants.Grant{grants.One("device", "pump")},
	}))

	// Bob follows the link and logs in with the host, which verified his address.
	bob := must(svc.Invites.Accept(ctx, issued.Link.URL(), charter.Invitee{
		User: "u-2", Profile: orgs.Profile{Email: "bob@acme.example"}, Verified: []string{"bob@acme.example"},
	}))
	asBob := charter.Actor{User: bob.User, Org: bob.Org}
	fmt.Println("Bob updates the pump:", must(svc.Can(ctx, asBob, "devices.update-firmware", pump)))
	fmt.Println("Bob deletes the pump:", must(svc.Can(ctx, asBob, "devices.delete", pump)))

	// Output:
	// Bob updates the pump: true
	// Bob deletes the pump: false
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
