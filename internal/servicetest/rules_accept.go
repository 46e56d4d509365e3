package servicetest

import (
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func acceptRules() []Rule {
	return []Rule{
		{"I6", "accepting binds the user, fills the name and sets member since", i6Binds},
		{"I6", "one of the verified addresses must be the invited one", i6Verified},
		{"I6", "a look-alike of the invited address does not do", i6LookAlike},
		{"I6", "the grants become effective", i6Grants},
		{"I6", "repeated by the same user it gives the same membership", i6Repeated},
		{"I6", "by anybody else it fails", i6Others},
		{"I6", "who accepts in one organization keeps what it has in others", i6KeepsOthers},
		{"I7", "who is invited has access to nothing", i7Nothing},
		{"I7", "role and grants of an invited member are changed and count from accepting", i7Changes},
		{"I8", "accept after revoke fails, revoke after accept is refused", i8Order},
		{"I8", "an address that changes in the host moves no row to another user", i8Moves},
		{"I8", "a member does not accept a second invitation", i8SecondRow},
		{"I8", "signing in with an invited address binds nothing", i8SignIn},
		{"I9", "an invitation outlives its inviter's membership", i9Outlives},
		{"I9", "the role counts as it is at accepting", i9Role},
		{"I9", "the resources count as they are at accepting", i9Resources},
	}
}

func i6Binds(w *World) {
	t := newTown(w)
	w.Clock.Add(time.Hour)
	var member orgs.Member
	event := w.Does(store.InvitationAccepted, func() (err error) {
		member, err = w.Svc.Invites.Accept(w.Ctx, token(t.pending), charter.Invitee{
			User: "auth0|12", Verified: []string{"else@x.example", " PAM@Acme.example"},
			Profile: orgs.Profile{Email: " p@private.example", FirstName: "Pam ", LastName: "Poe"},
		})
		return err
	})
	want := t.pending.Member
	want.User, want.Status, want.JoinedAt = "auth0|12", orgs.Active, member.JoinedAt
	want.Profile = orgs.Profile{Email: "p@private.example", FirstName: "Pam", LastName: "Poe"}
	w.Same("member", member, want)
	w.Same("row", w.Row(t.ada, t.invited()), want)
	w.True("member since", member.JoinedAt.After(member.InvitedAt.Add(time.Hour)))
	w.Same("actor", event.Actor, orgs.UserID("auth0|12"))
	w.Same("detail", event.Detail, store.Detail{Member: t.invited(), User: "auth0|12"})
	user, err := w.Svc.User(w.Ctx, "auth0|12")
	w.Must(err)
	w.Same("the user", []any{user.Profile, user.Active, user.Memberships}, []any{want.Profile, t.ada.Org, 1})
}

func i6Verified(w *World) {
	t := newTown(w)
	for _, verified := range [][]string{nil, {}, {"eve@acme.example"}, {"pam@acme.example.org", "apam@acme.example"}} {
		who := Invitee("pam") // its profile claims the address
		who.Verified = verified
		w.Refused(charter.ErrWrongAddress, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)) })
	}
	who := Invitee("pam")
	who.Verified = []string{"a@x.example", "b@x.example", "pam@acme.example"}
	w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)))
}

func i6LookAlike(w *World) {
	ada := w.Found("ada", "Acme")
	for invited, others := range map[string][]string{
		"kim@x.example":      {"\u212aim@x.example", "kım@x.example", "k.im@x.example", "kim+1@x.example", "kim@x.example.org", "kim@x"},
		"sam@x.example":      {"\u017fam@x.example", "SAM@X.EXAMPL\u0415"},
		"\u212aay@x.example": {"kay@x.example", "Kay@x.example"},
		"É@x.example":        {"é@x.example", "E\u0301@x.example"},
	} {
		issued := w.InviteAddress(ada, invited, roles.Viewer)
		for _, other := range others {
			who := charter.Invitee{User: orgs.UserID(other), Profile: orgs.Profile{Email: other}, Verified: []string{other}}
			w.Refused(charter.ErrWrongAddress, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), who)) })
		}
		who := charter.Invitee{User: orgs.UserID(invited), Profile: orgs.Profile{Email: invited}, Verified: []string{asciiUpper(invited)}}
		w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), who)))
	}
}

func i6Grants(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	issued := w.Invite(t.ada, "bob", roles.Viewer, grants.One(device, devices[0].ID))
	bob := charter.Actor{User: "bob", Org: t.ada.Org}
	w.No(bob, viewDevice, devices[0])
	w.Accept(issued, "bob")
	w.Yes(bob, viewDevice, devices[0])
	w.No(bob, viewDevice, devices[1])
	w.Same("its grants", w.GrantsOf(bob, issued.Member.ID), []grants.Grant{grants.One(device, devices[0].ID)})
}

func i6Repeated(w *World) {
	t := newTown(w)
	w.Accept(t.pending, "pam")
	row := w.Row(t.ada, t.invited())
	for _, verified := range [][]string{{"pam@acme.example"}, nil, {"other@x.example"}} {
		who := Invitee("pam")
		who.Verified = verified
		w.Idle(func() error {
			again, err := w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)
			w.Same("the same membership", again, row)
			return err
		})
	}
	w.Remove(t.ada, t.pam)
	w.dead(token(t.pending), Invitee("pam"))
}

func i6Others(w *World) {
	t := newTown(w)
	w.Accept(t.pending, "pam")
	for _, id := range []orgs.UserID{"eve", "gus", "new", "PAM"} {
		who := Invitee(id)
		who.Verified = []string{"pam@acme.example"} // it may have the mailbox now
		w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)) })
		w.dead(token(t.pending), who)
	}
}

func i6KeepsOthers(w *World) {
	t := newTown(w)
	there := w.Invite(t.gus, "eve", roles.Editor)
	before := w.Dump().Of(t.ada.Org)
	w.Accept(there, "eve")
	w.Same("the first organization", w.Dump().Of(t.ada.Org), before)
	w.Same("where it works", w.Working("eve"), t.ada.Org)
	w.Same("its organizations", w.Homes("eve"), []orgs.ID{t.gus.Org, t.ada.Org})
	fresh := Invitee("vic")
	fresh.Profile.LastName = "Victor"
	issued := w.Invite(t.gus, "vic", roles.Viewer)
	w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), fresh)))
	w.Same("the profile that it accepted with, in the first list", w.Me(t.vic).LastName, "Victor")
}

func i7Nothing(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.invited(), grants.All(device)))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Admin))
	w.SignIn("pam")
	for _, p := range everything(w) {
		declared, _ := w.Svc.Catalogue().Lookup(p)
		held, err := w.Svc.Holds(w.Ctx, t.pam, p)
		w.Must(err)
		w.True("the role holds nothing yet: "+string(p), !held)
		w.No(t.pam, p, resourceOf(declared.Kind, devices[0]))
	}
	access, err := w.Svc.Access(w.Ctx, t.pam)
	w.Must(err)
	w.True("nor in an Access", !access.Holds(series))
	page, err := w.Svc.ResourcesFor(w.Ctx, t.pam, viewDevice, charter.PageQuery{})
	w.Must(err)
	w.Same("resources", page.Items, nil)
	for _, m := range collect(w, w.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, devices[0], charter.PageQuery{})) {
		w.True("not among those who may", m.ID != t.invited())
	}
	w.Denied(func() error { return errOf(w.Svc.Orgs.Get(w.Ctx, t.pam)) })
	w.Denied(func() error { return w.Svc.Orgs.Rename(w.Ctx, t.pam, "Mine") })
	w.Denied(func() error { return w.Svc.Orgs.Switch(w.Ctx, "pam", t.ada.Org) })
	w.Denied(func() error { return w.Svc.Resources.Register(w.Ctx, t.pam, grants.Resource{Kind: device, ID: "x"}) })
	w.Same("its organizations", without(w.Homes("pam"), t.ada.Org), w.Homes("pam"))
}

func i7Changes(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Editor))
	one, two := grants.One(device, devices[0].ID), grants.One(device, devices[1].ID)
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, t.invited(), one, two) })
	w.Does(store.GrantsTaken, func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, t.invited(), two) })
	w.Accept(t.pending, "pam")
	w.Yes(t.pam, firmware, devices[0])
	w.No(t.pam, firmware, devices[1])
	w.Same("role", w.Me(t.pam).Role, roles.Editor)
}

func i8Order(w *World) {
	t := newTown(w)
	other := w.Invite(t.ada, "rob", roles.Viewer)
	w.Must(w.Svc.Invites.Revoke(w.Ctx, t.ada, other.Member.ID))
	w.dead(token(other), Invitee("rob"))
	w.Accept(t.pending, "pam")
	w.Refused(charter.ErrNotPending, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, t.invited()) })
	w.Yes(t.pam, series, none)
}

func i8Moves(w *World) {
	t := newTown(w)
	// Eve takes Vic's address in the host, and Vic a new one.
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "eve", orgs.Profile{Email: "vic@acme.example"})))
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "vic", orgs.Profile{Email: "victor@acme.example"})))
	w.Same("Eve", []any{w.Me(t.eve).User, w.Me(t.eve).Role, w.Me(t.eve).Email}, []any{t.eve.User, roles.Editor, "vic@acme.example"})
	w.Same("Vic", []any{w.Me(t.vic).User, w.Me(t.vic).Role, w.Me(t.vic).Email}, []any{t.vic.User, roles.Viewer, "victor@acme.example"})
	// Both have one address for a while: still two rows.
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "eve", orgs.Profile{Email: "victor@acme.example"})))
	w.Same("rows", len(w.Dump().Of(t.ada.Org).Members), 4)
	// A stranger with an old address of a member's is a stranger.
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "new", orgs.Profile{Email: "eve@acme.example"})))
	w.Denied(func() error { return errOf(w.Svc.Members.Me(w.Ctx, charter.Actor{User: "new", Org: t.ada.Org})) })
	again := invites.Request{Email: "VICTOR@acme.example", Role: roles.Viewer}
	w.Refused(charter.ErrAlreadyMember, func() error { return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, again)) })
}

func i8SecondRow(w *World) {
	t := newTown(w)
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "eve", orgs.Profile{Email: "pam@acme.example"})))
	who := charter.Invitee{User: "eve", Profile: orgs.Profile{Email: "pam@acme.example"}, Verified: []string{"pam@acme.example"}}
	w.Refused(charter.ErrAlreadyMember, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)) })
	who.Profile = orgs.Profile{Email: "third@acme.example", FirstName: "New"}
	w.Refused(charter.ErrAlreadyMember, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), who)) })
	w.Same("the invitation waits on", w.Row(t.ada, t.invited()), t.pending.Member)
	w.Accept(t.pending, "pam")
	w.Same("rows", len(w.Dump().Of(t.ada.Org).Members), 4)
}

func i8SignIn(w *World) {
	t := newTown(w)
	w.SignIn("pam")
	w.Same("the invitation", w.Row(t.ada, t.invited()), t.pending.Member)
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "gus", orgs.Profile{Email: "pam@acme.example"})))
	w.Same("the invitation", w.Row(t.ada, t.invited()), t.pending.Member)
	w.True("nobody is in", !w.Can(t.pam, series, none) && !w.Can(charter.Actor{User: "gus", Org: t.ada.Org}, series, none))
}

func i9Outlives(w *World) {
	t := newTown(w)
	second := w.Join(t.ada, "bob", roles.Admin)
	third := w.Join(t.ada, "cleo", roles.Admin)
	byBob, byCleo := w.Invite(second, "x", roles.Admin), w.Invite(third, "y", roles.Viewer)
	w.Remove(t.ada, second)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(third), roles.Viewer))
	preview, err := w.Svc.Invites.Open(w.Ctx, token(byBob))
	w.Must(err)
	w.Same("who invited", preview.Inviter, Profile("bob"))
	for issued, id := range map[*charter.Issued]orgs.UserID{&byBob: "x", &byCleo: "y"} {
		as := w.Accept(*issued, id)
		w.Same("who invited stays on record", w.Me(as).InvitedBy, issued.Member.InvitedBy)
		w.Same("role", w.Me(as).Role, issued.Member.Role)
	}
}

func i9Role(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk", series)
	issued := w.Invite(t.ada, "bob", clerk)
	w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, clerk, roles.AccessUsers))
	w.Refused(charter.ErrRoleInUse, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, clerk) })
	bob := w.Accept(issued, "bob")
	w.No(bob, series, none)
	w.Yes(bob, roles.AccessUsers, none)
}

func i9Resources(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	issued := w.Invite(t.ada, "bob", roles.Viewer, idsOf(devices, func(r grants.Resource) grants.Grant { return grants.One(device, r.ID) })...)
	w.Must(w.Svc.Resources.Unregister(w.Ctx, t.ada, devices[0], devices[1]))
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, devices[1])) // a new thing by an old name
	bob := w.Accept(issued, "bob")
	w.No(bob, viewDevice, devices[0])
	w.No(bob, viewDevice, devices[1])
	w.Yes(bob, viewDevice, devices[2])
	w.Same("its grants", w.GrantsOf(bob, issued.Member.ID), []grants.Grant{grants.One(device, devices[2].ID)})
}
