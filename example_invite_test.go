package charter_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// The invitation says how to deliver the link: by mail within the inviter's mail
// domain, otherwise the inviter passes it on (I2). The link is a secret and prints
// as a placeholder.
func ExampleInvites_Invite() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)

	for _, email := range []string{"bob@acme.example", "cleo@elsewhere.example"} {
		issued, err := svc.Invites.Invite(ctx, asAda, invites.Request{Email: email, Role: roles.Viewer})
		check(err)
		fmt.Println(issued.Member.Email, issued.Member.Status, issued.Delivery)
	}
	_, err := svc.Invites.Invite(ctx, asAda, invites.Request{Email: "BOB@acme.example", Role: roles.Viewer})
	fmt.Println("again:", errors.Is(err, charter.ErrAlreadyInvited))

	// Output:
	// bob@acme.example invited by mail
	// cleo@elsewhere.example invited by link
	// again: true
}

// Opening a link shows what it is for; accepting it needs the invited address
// among those that the user has verified, so that a stolen link opens nothing (I6).
func ExampleInvites_Accept() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	issued, err := svc.Invites.Invite(ctx, asAda, invites.Request{
		Email: "bob@acme.example", Role: roles.Editor, Grants: []grants.Grant{grants.All("device")},
	})
	check(err)
	token := issued.Link.URL() // Options.InvitationURL is empty: the token alone

	preview, err := svc.Invites.Open(ctx, token)
	check(err)
	fmt.Printf("%s invites %s to %s as %s\n",
		preview.Inviter.FirstName, preview.Email, preview.Organization, preview.Role.Name)

	_, err = svc.Invites.Accept(ctx, token, charter.Invitee{
		User:     "mallory",
		Profile:  orgs.Profile{Email: "mallory@elsewhere.example"},
		Verified: []string{"mallory@elsewhere.example"},
	})
	fmt.Println("Mallory is refused:", errors.Is(err, charter.ErrWrongAddress))

	member, err := svc.Invites.Accept(ctx, token, charter.Invitee{
		User: "bob", Profile: profileBob, Verified: []string{profileBob.Email},
	})
	check(err)
	fmt.Println("Bob:", member.Status, member.Role)

	// Output:
	// Ada invites bob@acme.example to Acme as Editor
	// Mallory is refused: true
	// Bob: active editor
}

// Who has signed in sees what it is invited to, whichever organization that is, and
// accepts without the mail. The host shows it to nobody but who has verified the
// address (I5, I6).
func ExampleInvites_Received() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	_, err := svc.Invites.Invite(ctx, asAda, invites.Request{Email: "Bob@acme.example", Role: roles.Editor})
	check(err)
	bob, err := svc.SignIn(ctx, "bob", profileBob)
	check(err)

	page, err := svc.Invites.Received(ctx, bob.Email, charter.PageQuery{})
	check(err)
	for _, received := range page.Items {
		fmt.Println(received.Inviter.FirstName, "invites to", received.Organization, "as", received.Role.Name)
		member, err := svc.Invites.Accept(ctx, received.Link.Token(), charter.Invitee{
			User: bob.ID, Profile: bob.Profile, Verified: []string{bob.Email},
		})
		check(err)
		fmt.Println("Bob:", member.Status)
	}
	page, err = svc.Invites.Received(ctx, bob.Email, charter.PageQuery{})
	check(err)
	fmt.Println("left:", len(page.Items))

	// Output:
	// Ada invites to Acme as Editor
	// Bob: active
	// left: 0
}

// An invitation never expires; it can be revoked at any time, and then its link
// answers as any wrong one does (I3, I6).
func ExampleInvites_Revoke() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	issued, err := svc.Invites.Invite(ctx, asAda, invites.Request{Email: "bbo@acme.example", Role: roles.Viewer})
	check(err)

	check(svc.Invites.Revoke(ctx, asAda, issued.Member.ID))

	_, err = svc.Invites.Open(ctx, issued.Link.URL())
	fmt.Println(errors.Is(err, charter.ErrInvalidLink))

	// Output:
	// true
}

// A link can be made again as long as the key ring is not empty. New links use the
// newest key; links of an older one work until that key is dropped (I4).
func ExampleInvites_Link_keyRotation() {
	ctx := context.Background()
	records := memstore.New()
	started := func(keys invites.Keys) *charter.Service {
		svc, err := charter.New(records, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
		check(err)
		return svc
	}
	svc := started(exampleKeys('a'))
	asAda := founded(ctx, svc)
	issued, err := svc.Invites.Invite(ctx, asAda, invites.Request{Email: "bob@acme.example", Role: roles.Viewer})
	check(err)
	works := func(svc *charter.Service, link invites.Link) bool {
		_, err := svc.Invites.Open(ctx, link.URL())
		return err == nil
	}

	svc = started(exampleKeys('b', 'a'))
	again, err := svc.Invites.Link(ctx, asAda, issued.Member.ID)
	check(err)
	fmt.Println("key b added:   old link", works(svc, issued.Link), "new link", works(svc, again.Link))

	svc = started(exampleKeys('b'))
	fmt.Println("key a dropped: old link", works(svc, issued.Link), "new link", works(svc, again.Link))

	// Output:
	// key b added:   old link true new link true
	// key a dropped: old link false new link true
}
