package charter_test

import (
	"bytes"
	"context"
	"log"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// What the examples begin with, so that each shows its own matter only.

// The people and things of the examples.
var (
	profileAda = orgs.Profile{Email: "ada@acme.example", FirstName: "Ada", LastName: "Vale"}
	profileBob = orgs.Profile{Email: "bob@acme.example", FirstName: "Bob", LastName: "Reed"}

	pump  = grants.Resource{Kind: "device", ID: "pump"}
	valve = grants.Resource{Kind: "device", ID: "valve"}
)

// newService returns a Service in memory.
func newService() *charter.Service {
	return serviceWith(charter.Options{})
}

// serviceWith returns a Service in memory with options, completed by what is
// required.
func serviceWith(options charter.Options) *charter.Service {
	options.Catalogue = roles.SmartServices()
	options.InvitationKeys = exampleKeys('a')
	svc, err := charter.New(memstore.New(), options)
	check(err)
	return svc
}

// exampleKeys returns a ring of keys made of the letters, newest first. Real ones
// are random.
func exampleKeys(newest byte, older ...byte) invites.Keys {
	var rest [][]byte
	for _, letter := range older {
		rest = append(rest, bytes.Repeat([]byte{letter}, invites.MinKey))
	}
	keys, err := invites.NewKeys(bytes.Repeat([]byte{newest}, invites.MinKey), rest...)
	check(err)
	return keys
}

// founded signs Ada in, founds the organization Acme with a pump and a valve, and
// returns Ada acting in it.
func founded(ctx context.Context, svc *charter.Service) charter.Actor {
	ada, err := svc.SignIn(ctx, "ada", profileAda)
	check(err)
	acme, err := svc.Orgs.Create(ctx, ada.ID, "Acme")
	check(err)
	asAda := charter.Actor{User: ada.ID, Org: acme.ID}
	check(svc.Resources.Register(ctx, asAda, pump, valve))
	return asAda
}

// joined makes user a member of the organization of as, by invitation.
func joined(ctx context.Context, svc *charter.Service, as charter.Actor, user orgs.UserID, p orgs.Profile,
	role roles.ID, give ...grants.Grant) (charter.Actor, orgs.Member) {
	issued, err := svc.Invites.Invite(ctx, as, invites.Request{Email: p.Email, Role: role, Grants: give})
	check(err)
	member, err := svc.Invites.Accept(ctx, issued.Link.URL(),
		charter.Invitee{User: user, Profile: p, Verified: []string{p.Email}})
	check(err)
	return charter.Actor{User: user, Org: as.Org}, member
}

// joinedBob makes Bob a member.
func joinedBob(ctx context.Context, svc *charter.Service, as charter.Actor,
	role roles.ID, give ...grants.Grant) (charter.Actor, orgs.Member) {
	return joined(ctx, svc, as, "bob", profileBob, role, give...)
}

// check ends the program, as an example's short way with an error.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
