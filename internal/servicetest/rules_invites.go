package servicetest

import (
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func inviteRules() []Rule {
	return []Rule{
		{"I1", "inviting sets e-mail, role, grants and message", i1Invites},
		{"I1", "inviting needs users.invite", i1Denied},
		{"I1", "a message has up to 2,000 characters", i1Message},
		{"I1", "what is no address is refused", i1BadAddress},
		{"I1", "a second invitation to an address is refused, whatever its case", i1Twice},
		{"I1", "a member is not invited again", i1Member},
		{"I1", "tags, dots and look-alikes are other addresses", i1OtherAddresses},
		{"I1", "each organization invites an address for itself", i1Elsewhere},
		{"I1", "a role or a resource that the organization does not have is refused", i1Foreign},
		{"I1", "a revoked address is invited anew, as another row", i1Again},
		{"I2", "by mail within a mail domain, otherwise by link", i2Delivery},
		{"I2", "the host replaces the policy of delivery", i2Policy},
		{"I2", "the link is returned either way and begins as the host says", i2Link},
		{"I3", "an invitation never expires", i3NeverExpires},
		{"I3", "an invitation is revoked at any time", i3Revoke},
		{"I3", "copying gives the same link again", i3SameLink},
		{"I3", "an accepted invitation has no link and is not revoked", i3NotPending},
		{"I5", "an opened link shows what it is for", i5Shows},
		{"I5", "an opened link says whether the address is known", i5Known},
		{"I5", "an opened link shows the invitation as it is now", i5Now},
		{"I5", "opening changes nothing, however often", i5Idle},
	}
}

func i1Invites(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	clerk := t.Role(t.ada, "Clerk", viewDevice)
	var issued charter.Issued
	one, two := grants.One(device, devices[0].ID), grants.One(device, devices[1].ID)
	event := w.Does(store.MemberInvited, func() (err error) {
		issued, err = w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{
			Email: " Bob+x@acme.example\t", Role: clerk, Message: "Hi", Grants: []grants.Grant{two, grants.All(dashboard), one, two},
		})
		return err
	})
	want := []grants.Grant{grants.All(dashboard), one, two}
	w.Same("actor", event.Actor, t.ada.User)
	w.Same("detail", event.Detail, store.Detail{Member: issued.Member.ID, After: store.State{Role: clerk}, Grants: want})
	row := w.Row(t.ada, issued.Member.ID)
	w.Same("row", row, orgs.Member{
		ID: row.ID, Org: t.ada.Org, Role: clerk, Status: orgs.Invited, Profile: orgs.Profile{Email: "Bob+x@acme.example"},
		InvitedBy: "ada", InvitedAt: row.InvitedAt, Message: "Hi",
	})
	w.Same("grants", w.GrantsOf(t.ada, row.ID), want)
	w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "bare@x.example", Role: roles.Viewer})))
}

func i1Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.InviteUsers)...)
	request := invites.Request{Email: "x@x.example", Role: roles.Viewer}
	taken := invites.Request{Email: t.pending.Member.Email, Role: "no-such-role", Grants: []grants.Grant{grants.One(device, "no-such-device")}}
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return errOf(w.Svc.Invites.Invite(w.Ctx, as, request)) })
		w.Denied(func() error { return errOf(w.Svc.Invites.Invite(w.Ctx, as, taken)) })
		w.Denied(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, as, t.invited())) })
		w.Denied(func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, as, t.invited())) })
	}
	greeter := t.custom("greeter", roles.InviteUsers)
	own := w.Me(greeter).Role
	w.Does(store.MemberInvited, func() error {
		return errOf(w.Svc.Invites.Invite(w.Ctx, greeter, invites.Request{Email: "x@x.example", Role: own}))
	})
}

func i1Message(w *World) {
	ada := w.Found("ada", "Acme")
	for i, message := range []string{"", "\n", runes(2000, 'x'), runes(2000, '😀'), "tab\there\r\n\u2028\x1b", "' OR 1=1 --"} {
		issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(i, "ok"), Role: roles.Viewer, Message: message})
		w.Must(err)
		w.Same("message", w.Row(ada, issued.Member.ID).Message, message)
	}
	for _, message := range []string{runes(2001, 'x'), runes(2001, '😀'), "a\x00b", "\xff", strings.Repeat("x", 10<<20)} {
		w.Invalid("message", func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: "x@x.example", Role: roles.Viewer, Message: message}))
		})
	}
}

func i1BadAddress(w *World) {
	ada := w.Found("ada", "Acme")
	for _, email := range []string{
		"", " ", "x", "@", "x@", "@x", "a@b@c", "a b@x.example", "a\n@x.example", "a\x00@x.example", "<a@x.example>", "a,b@x.example",
		"\xff@x.example", runes(250, 'x') + "@x.de", strings.Repeat("x", 10<<20) + "@x.example",
	} {
		w.Invalid("email", func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer}))
		})
	}
	for _, email := range []string{"a@b", runes(249, 'x') + "@x.de", "o'neil@x.example", "用户@例子.example", "a+b.c-d_e%f@x.example"} {
		w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})))
	}
}

func i1Twice(w *World) {
	t := newTown(w)
	for _, email := range []string{"pam@acme.example", "PAM@ACME.EXAMPLE", " Pam@Acme.example "} {
		for _, role := range []roles.ID{roles.Viewer, roles.Admin} {
			w.Refused(charter.ErrAlreadyInvited, func() error {
				return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: email, Role: role}))
			})
		}
	}
}

func i1Member(w *World) {
	t := newTown(w)
	for _, email := range []string{"eve@acme.example", "EVE@acme.example", "ada@acme.example"} {
		w.Refused(charter.ErrAlreadyMember, func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: email, Role: roles.Viewer}))
		})
	}
	w.Accept(t.pending, "pam")
	w.Refused(charter.ErrAlreadyMember, func() error {
		return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "pam@acme.example", Role: roles.Viewer}))
	})
	w.Remove(t.ada, t.eve)
	w.Invite(t.ada, "eve", roles.Viewer)
}

func i1OtherAddresses(w *World) {
	ada := w.Found("ada", "Acme")
	others := []string{
		"kim@x.example", "kim+1@x.example", "k.im@x.example", "\u212aim@x.example", "kım@x.example", "kim@x.example.org",
		"sim@x.example", "\u017fim@x.example", "É@x.example", "é@x.example",
	}
	for _, email := range others {
		w.Does(store.MemberInvited, func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer}))
		})
	}
	w.Same("rows", len(w.Dump().Of(ada.Org).Members), 1+len(others))
}

func i1Elsewhere(w *World) {
	t := newTown(w)
	there := w.Invite(t.gus, "pam", roles.Editor)
	w.True("another row", there.Member.ID != t.invited())
	w.Accept(there, "pam")
	w.Same("the other invitation", w.Row(t.ada, t.invited()).Status, orgs.Invited)
	w.Invite(t.gus, "eve", roles.Viewer) // a member here, not there
}

func i1Foreign(w *World) {
	t := newTown(w)
	theirs := t.Role(t.gus, "Theirs")
	here, there := w.Devices(t.ada, 1)[0], w.Devices(t.gus, 1)[0]
	for _, role := range []roles.ID{theirs, "no-such-role", "Admin", ""} {
		w.Invalid("role", func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "x@x.example", Role: role}))
		})
	}
	for _, id := range []grants.ResourceID{there.ID, "no-such-device"} {
		gs := []grants.Grant{grants.One(device, here.ID), grants.One(device, id)}
		w.Invalid("grants[1].resource", func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "x@x.example", Role: roles.Viewer, Grants: gs}))
		})
	}
	for field, g := range map[string]grants.Grant{
		"grants[0].kind": grants.All("rocket"), "grants[0].resource": grants.One(device, ""),
		"grants[0].all": {Kind: device, Resource: here.ID, All: true},
	} {
		w.Invalid(field, func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "x@x.example", Role: roles.Viewer, Grants: []grants.Grant{g}}))
		})
	}
}

func i1Again(w *World) {
	t := newTown(w)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, t.ada, t.invited()))
	again := w.Invite(t.ada, "pam", roles.Editor)
	w.True("another row, another link", again.Member.ID != t.invited() && token(again) != token(t.pending))
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), Invitee("pam"))) })
	w.Same("role", w.Me(w.Accept(again, "pam")).Role, roles.Editor)
}

func i2Delivery(w *World) {
	ada := w.Found("ada", "Acme")
	for email, want := range map[string]invites.Delivery{
		"b@acme.example": invites.ByMail, "c@ACME.Example": invites.ByMail, "d@sub.acme.example": invites.ByLink,
		"e@acme.example.org": invites.ByLink, "f@gmail.example": invites.ByLink, "g@acme.exampl\u0435": invites.ByLink,
	} {
		issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Admin})
		w.Must(err)
		w.Same("delivery to "+email, issued.Delivery, want)
		again, err := w.Svc.Invites.Link(w.Ctx, ada, issued.Member.ID)
		w.Must(err)
		w.Same("delivery when copied", again.Delivery, want)
	}
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "ada", orgs.Profile{Email: "ada@gmail.example"})))
	issued := w.Invite(ada, "h", roles.Viewer)
	w.Same("from the inviter's present address", issued.Delivery, invites.ByLink)
}

func i2Policy(w *World) {
	var asked []string
	other := w.Also(func(o *charter.Options) {
		o.Delivery = func(inviter, invited string) invites.Delivery {
			asked = append(asked, inviter+" "+invited)
			return invites.ByMail
		}
	})
	ada := w.Found("ada", "Acme")
	issued, err := other.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: "X@gmail.example", Role: roles.Viewer})
	w.Must(err)
	w.Same("delivery", issued.Delivery, invites.ByMail)
	w.Same("what the policy was asked", asked[0], "ada@acme.example X@gmail.example")
}

func i2Link(w *World) {
	prefixed := w.Also(func(o *charter.Options) { o.InvitationURL = "https://app.example/i/" })
	ada := w.Found("ada", "Acme")
	for _, email := range []string{"b@acme.example", "b@gmail.example"} {
		issued, err := prefixed.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})
		w.Must(err)
		secret, ok := strings.CutPrefix(issued.Link.URL(), "https://app.example/i/")
		w.True("the link begins as told", ok)
		preview, err := w.Svc.Invites.Open(w.Ctx, secret)
		w.Must(err)
		w.Same("what it is for", preview.Email, email)
	}
}

func i3NeverExpires(w *World) {
	t := newTown(w)
	w.Clock.Add(100 * 365 * 24 * time.Hour)
	w.Must(errOf(w.Svc.Invites.Open(w.Ctx, token(t.pending))))
	again, err := w.Svc.Invites.Link(w.Ctx, t.ada, t.invited())
	w.Must(err)
	w.Same("the link", token(again), token(t.pending))
	w.Accept(t.pending, "pam")
	w.Yes(t.pam, series, none)
}

func i3Revoke(w *World) {
	t := newTown(w)
	sweeper := t.custom("sweeper", everything(w)...)
	w.Clock.Add(365 * 24 * time.Hour)
	event := w.Does(store.InvitationRevoked, func() error { return w.Svc.Invites.Revoke(w.Ctx, sweeper, t.invited()) })
	w.Same("actor", event.Actor, sweeper.User)
	w.Same("detail", event.Detail, store.Detail{Member: t.invited(), Before: store.State{Role: roles.Viewer}})
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, t.invited()) })
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Open(w.Ctx, token(t.pending))) })
}

func i3SameLink(w *World) {
	t := newTown(w)
	other := t.custom("other", everything(w)...)
	for _, as := range []charter.Actor{t.ada, other, t.ada} {
		w.Idle(func() error {
			again, err := w.Svc.Invites.Link(w.Ctx, as, t.invited())
			w.Same("the link", token(again), token(t.pending))
			w.Same("the row", again.Member, t.pending.Member)
			return err
		})
	}
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Editor))
	again, err := w.Also(func(*charter.Options) {}).Svc.Invites.Link(w.Ctx, t.ada, t.invited())
	w.Must(err)
	w.Same("the link of another Service, after a change of role", token(again), token(t.pending))
}

func i3NotPending(w *World) {
	t := newTown(w)
	w.Accept(t.pending, "pam")
	w.Refused(charter.ErrNotPending, func() error { return errOf(w.Svc.Invites.Link(w.Ctx, t.ada, t.invited())) })
	w.Refused(charter.ErrNotPending, func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, t.ada, t.invited())) })
	w.Refused(charter.ErrNotPending, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, t.invited()) })
	w.Refused(charter.ErrNotPending, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, t.id(t.ada)) })
}

func i5Shows(w *World) {
	ada := w.Found("ada", "Acme")
	clerk := w.Role(ada, "Clerk", everything(w)...)
	for i, c := range []struct{ role, want roles.Role }{
		{roles.Role{ID: roles.Editor}, roles.Role{ID: roles.Editor, Name: "Editor"}},
		{roles.Role{ID: clerk}, roles.Role{ID: clerk, Name: "Clerk"}},
	} {
		email := churnEmail(i, "ok")
		issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: c.role.ID, Message: "Hi"})
		w.Must(err)
		preview, err := w.Svc.Invites.Open(w.Ctx, token(issued))
		w.Must(err)
		w.Same("preview", preview, charter.Preview{
			Organization: "Acme", Inviter: Profile("ada"), Role: c.want, Email: email, Message: "Hi", InvitedAt: issued.Member.InvitedAt,
		})
	}
}

func i5Known(w *World) {
	t := newTown(w)
	known := func() bool {
		preview, err := w.Svc.Invites.Open(w.Ctx, token(t.pending))
		w.Must(err)
		return preview.Known
	}
	w.True("nobody has signed in with it", !known())
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "u-9", orgs.Profile{Email: "\u017fpam@acme.example"})))
	w.True("a look-alike is not known", !known())
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "u-9", orgs.Profile{Email: "Pam@ACME.example"})))
	w.True("known, whatever the case", known())
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "u-9", orgs.Profile{Email: "other@acme.example"})))
	w.True("nobody has it any longer", !known())
}

func i5Now(w *World) {
	t := newTown(w)
	w.Must(w.Svc.Orgs.Rename(w.Ctx, t.ada, "Acme & Co"))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Admin))
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "ada", orgs.Profile{Email: "ada@new.example", FirstName: "A"})))
	preview, err := w.Svc.Invites.Open(w.Ctx, token(t.pending))
	w.Must(err)
	w.Same("preview", preview, charter.Preview{
		Organization: "Acme & Co", Inviter: orgs.Profile{Email: "ada@new.example", FirstName: "A"},
		Role: roles.Role{ID: roles.Admin, Name: "Admin"}, Email: "pam@acme.example", InvitedAt: t.pending.Member.InvitedAt,
	})
	w.Accept(t.pending, "pam")
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Open(w.Ctx, token(t.pending))) })
}

func i5Idle(w *World) {
	t := newTown(w)
	for range 3 {
		w.Idle(func() error { return errOf(w.Svc.Invites.Open(w.Ctx, token(t.pending))) })
	}
	w.Accept(t.pending, "pam")
}
