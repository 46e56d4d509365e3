package servicetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func receivedRules() []Rule {
	return []Rule{
		{"I3", "an invitation is received until it is accepted or revoked", i3Received},
		{"I3", "a received link is the one that was issued last", i3ReceivedLink},
		{"I5", "received invitations show what their links show, in every organization", i5Received},
		{"I5", "invitations are received by the very address, whatever its case", i5ReceivedBy},
		{"I5", "received invitations come by organization, in pages of any size", i5ReceivedPages},
		{"I6", "a received invitation is accepted by its link", i6Received},
		{"I8", "a member receives an invitation and does not accept it", i8Received},
	}
}

// received returns all invitations to an address.
func (w *World) received(address string) []charter.Received {
	w.Helper()
	return collect(w, w.Svc.Invites.AllReceived(w.Ctx, address, charter.PageQuery{Limit: 2}))
}

// receives checks which links are received at an address, in the order of their
// organizations.
func (w *World) receives(what, address string, want ...charter.Issued) {
	w.Helper()
	slices.SortFunc(want, func(a, b charter.Issued) int { return strings.Compare(string(a.Member.Org), string(b.Member.Org)) })
	w.Same(what, idsOf(w.received(address), func(r charter.Received) string { return r.Link.URL() + string(r.Org) + string(r.Member) }),
		idsOf(want, func(i charter.Issued) string { return i.Link.URL() + string(i.Member.Org) + string(i.Member.ID) }))
}

func i3Received(w *World) {
	t := newTown(w)
	address := Profile("pam").Email
	theirs := w.Invite(t.gus, "pam", roles.Editor)
	w.Invite(t.gus, "pim", roles.Editor)
	w.receives("from both", address, t.pending, theirs)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, t.gus, theirs.Member.ID))
	w.receives("after one was revoked", address, t.pending)
	again := w.Invite(t.gus, "pam", roles.Viewer)
	w.receives("after it was invited anew", address, t.pending, again)
	w.Must(w.Svc.Members.Remove(w.Ctx, t.gus, again.Member.ID, address))
	w.receives("after the invited row was removed", address, t.pending)
	pam := w.Accept(t.pending, "pam")
	w.receives("after it was accepted", address)
	w.Remove(t.ada, pam)
	w.receives("after who accepted was removed", address)
	last := w.Invite(t.ada, "pam", roles.Viewer)
	w.receives("after another one", address, last)
	w.Idle(func() error { return errOf(w.Svc.Invites.Received(w.Ctx, address, charter.PageQuery{})) })
	w.Must(errOf(t.imports(charter.Bulk{}, charter.ImportedMember{User: "pam", Profile: Profile("pam"), Role: roles.Viewer})))
	w.receives("after an import made its user a member", address)
	third := w.Found("zed", "Third")
	final := w.Invite(third, "pam", roles.Viewer)
	w.receives("from a third organization", address, final)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, third, final.Member.ID)) // or the organization would stay (O5)
	w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, third)))
	w.receives("after that is deleted", address)
}

func i3ReceivedLink(w *World) {
	t := newTown(w)
	address := Profile("pam").Email
	reissued, err := w.Svc.Invites.Reissue(w.Ctx, t.ada, t.invited())
	w.Must(err)
	w.receives("issued anew", address, reissued)
	linked := w.Also(func(o *charter.Options) { o.InvitationURL = "https://app.example/i/" })
	linked.Same("as the host's links begin", linked.received(address)[0].Link.URL(), "https://app.example/i/"+token(reissued))
	rotated := w.withKeys(9, 7)
	fresh := rotated.received(address)[0].Link.URL()
	w.True("by the newest key", fresh != token(reissued))
	rotated.Must(errOf(rotated.Svc.Invites.Open(w.Ctx, fresh)))
	page, err := w.Svc.Invites.Received(w.Ctx, address, charter.PageQuery{})
	w.Must(err)
	w.True("a link is never printed", !strings.Contains(fmt.Sprintf("%v %+v %#v", page, page, page), token(reissued)))
}

func i5Received(w *World) {
	t := newTown(w)
	address := Profile("pam").Email
	devices := w.Devices(t.gus, 1)
	clerk := w.Role(t.gus, "Clerk", everything(w)...)
	theirs, err := w.Svc.Invites.Invite(w.Ctx, t.gus, invites.Request{
		Email: "PAM@acme.example", Role: clerk, Message: "Hi", Grants: []grants.Grant{grants.One(device, devices[0].ID)},
	})
	w.Must(err)
	bob := w.Join(w.Found("zed", "Third"), "bob", roles.Admin)
	w.Invite(bob, "pam", roles.Admin)
	shown := func(known bool) {
		w.Helper()
		list := w.received(address)
		w.Same("how many", len(list), 3)
		for _, r := range list {
			preview, err := w.Svc.Invites.Open(w.Ctx, r.Link.Token())
			w.Must(err)
			w.Same("what its link shows", r.Preview, preview)
			w.Same("whether the address is a user's", r.Known, known)
		}
	}
	shown(false)
	w.SignIn("pam")
	shown(true)
	w.Must(w.Svc.Orgs.Rename(w.Ctx, t.gus, "Globex Two"))
	w.Must(w.Svc.Roles.Rename(w.Ctx, t.gus, clerk, "Scribe"))
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "gus", orgs.Profile{Email: "gus@new.example", FirstName: "August"})))
	w.Remove(charter.Actor{User: "zed", Org: bob.Org}, bob) // an invitation outlives its inviter's membership
	shown(true)
	globex := slices.IndexFunc(w.received(address), func(r charter.Received) bool { return r.Organization == "Globex Two" })
	w.Same("Globex's", w.received(address)[globex].Preview, charter.Preview{
		Organization: "Globex Two", Inviter: orgs.Profile{Email: "gus@new.example", FirstName: "August"},
		Role: roles.Role{ID: clerk, Name: "Scribe"}, Email: "PAM@acme.example", Message: "Hi", InvitedAt: theirs.Member.InvitedAt, Known: true,
	})
}

func i5ReceivedBy(w *World) {
	t := newTown(w)
	kelvin := w.InviteAddress(t.ada, "\u212Aim@x.example", roles.Viewer)
	kim := w.InviteAddress(t.ada, "Kim@X.example", roles.Viewer)
	for _, address := range []string{"kim@x.example", " KIM@x.EXAMPLE\t", "Kim@X.example"} {
		w.receives("by "+address, address, kim)
	}
	w.receives("with the Kelvin sign", "\u212Aim@X.example", kelvin)
	for _, other := range []string{"k.im@x.example", "kim+1@x.example", "im@x.example", "kim@x.example.org", "k%@x.example", "ada@acme.example"} {
		w.receives("by another address, "+other, other)
	}
	// Whose profile has the address does not matter.
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "gus", orgs.Profile{Email: "kim@x.example"})))
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "eve", orgs.Profile{Email: "kim@x.example"})))
	w.receives("whoever has it", "kim@x.example", kim)
	for _, bad := range []string{"", "kim", "kim@x@example", strings.Repeat("k", 250) + "@x.example"} {
		w.Invalid("verified", func() error { return errOf(w.Svc.Invites.Received(w.Ctx, bad, charter.PageQuery{})) })
	}
}

func i5ReceivedPages(w *World) {
	var issued []charter.Issued
	for i := range 7 {
		host := w.Found("gus", fmt.Sprint("Org ", i))
		issued = append(issued, w.Invite(host, "pam", roles.Viewer))
		w.Invite(host, "pim", roles.Viewer)
	}
	address := Profile("pam").Email
	w.receives("all", address, issued...)
	want := idsOf(w.received(address), func(r charter.Received) string { return r.Link.URL() })
	for limit := 1; limit <= len(issued)+1; limit++ {
		all := collect(w, w.Svc.Invites.AllReceived(w.Ctx, address, charter.PageQuery{Limit: limit}))
		w.Same("in pages", idsOf(all, func(r charter.Received) string { return r.Link.URL() }), want)
	}
	page, err := w.Svc.Invites.Received(w.Ctx, address, charter.PageQuery{Limit: 3})
	w.Must(err)
	w.Same("rows of a page", len(page.Items), 3)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, charter.Actor{User: "gus", Org: issued[2].Member.Org}, issued[2].Member.ID))
	next, err := w.Svc.Invites.Received(w.Ctx, asciiUpper(address), charter.PageQuery{Limit: 4, Cursor: page.Next})
	w.Must(err)
	w.Same("after a row that is gone", idsOf(next.Items, func(r charter.Received) string { return r.Link.URL() }), want[3:])
	w.True("and that is all", next.Next == "")
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.Invites.Received(w.Ctx, Profile("pim").Email, charter.PageQuery{Cursor: page.Next}))
	})
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.Orgs.Page(w.Ctx, "gus", charter.OrgQuery{Cursor: page.Next}))
	})
}

func i6Received(w *World) {
	t := newTown(w)
	theirs := w.Invite(t.gus, "pam", roles.Editor)
	w.SignIn("pam")
	for _, r := range w.received(Profile("pam").Email) {
		stranger := Invitee("eve")
		w.Refused(charter.ErrWrongAddress, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, r.Link.Token(), stranger)) })
		w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, r.Link.Token(), Invitee("pam"))))
	}
	w.Same("as whom", []roles.ID{w.Me(t.pam).Role, w.Me(charter.Actor{User: "pam", Org: theirs.Member.Org}).Role},
		[]roles.ID{roles.Viewer, roles.Editor})
	w.receives("what is left", Profile("pam").Email)
}

func i8Received(w *World) {
	t := newTown(w)
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "eve", orgs.Profile{Email: "pam@acme.example"})))
	w.receives("by a member's new address", "pam@acme.example", t.pending)
	who := charter.Invitee{User: "eve", Profile: orgs.Profile{Email: "pam@acme.example"}, Verified: []string{"pam@acme.example"}}
	link := w.received("pam@acme.example")[0].Link
	w.Refused(charter.ErrAlreadyMember, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, link.Token(), who)) })
	w.receives("it waits on", "pam@acme.example", t.pending)
}
