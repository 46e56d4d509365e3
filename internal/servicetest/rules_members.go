package servicetest

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func memberRules() []Rule {
	return []Rule{
		{"M1", "holders of users.access list and open members", m1Access},
		{"M1", "who lacks users.access is denied, whether the member exists or not", m1Denied},
		{"M1", "every member sees its own row and grants", m1Own},
		{"M1", "every member sees its own role", m1OwnRole},
		{"M1", "who is only invited sees nothing, not even its row", m1Invited},
		{"M3", "an invited member shows what is known of it", m3Invited},
		{"M3", "an active member shows name, role, inviter, message and member since", m3Active},
		{"M3", "the founder was invited by nobody", m3Founder},
		{"M3", "a member's ID is random and means nothing outside its organization", m3ID},
		{"M4", "a role is changed at any time, of invited members too", m4Changes},
		{"M4", "changing a role needs users.change-role", m4Denied},
		{"M4", "nobody changes their own role", m4Own},
		{"M4", "the last active Admin keeps its role", m4LastAdmin},
		{"M4", "a role that the organization does not have is refused", m4Unknown},
		{"M4", "giving the role it has changes nothing", m4Same},
		{"M6", "the overview counts active and invited members per role", m6Counts},
		{"M6", "the overview needs users.access", m6Denied},
		{"M8", "no limit on members or organizations", m8Many},
	}
}

func m1Access(w *World) {
	t := newTown(w)
	desk := t.custom("desk", roles.AccessUsers)
	for _, as := range []charter.Actor{t.ada, desk} {
		listed := collect(w, w.Svc.Members.All(w.Ctx, as, charter.MemberQuery{}))
		w.Same("rows", len(listed), 5)
		for _, m := range listed {
			w.Same("a row opened", w.Row(as, m.ID), m)
			w.Same("its grants", w.GrantsOf(as, m.ID), nil)
		}
		w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Members.Get(w.Ctx, as, "no-such-row")) })
	}
}

func m1Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.AccessUsers)...)
	admin, foreign := t.id(t.ada), t.id(t.gil)
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return errOf(w.Svc.Members.Page(w.Ctx, as, charter.MemberQuery{})) })
		for _, id := range []orgs.MemberID{admin, t.invited(), foreign, "no-such-row"} {
			w.Denied(func() error { return errOf(w.Svc.Members.Get(w.Ctx, as, id)) })
			w.Denied(func() error { return errOf(w.Svc.Grants.Page(w.Ctx, as, id, charter.GrantQuery{})) })
		}
	}
}

func m1Own(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		me := w.Me(as)
		w.Same("whose row it is", me.User, as.User)
		w.Same("opened by its ID", w.Row(as, me.ID), me)
		w.Same("grants", w.GrantsOf(as, me.ID), []grants.Grant{grants.One(device, devices[0].ID)})
	}
	bare := t.custom("bare")
	w.Same("even with a role that holds nothing", w.Row(bare, t.id(bare)), w.Me(bare))
}

func m1OwnRole(w *World) {
	t := newTown(w)
	catalogue := w.Svc.Catalogue()
	for _, c := range []struct {
		as   charter.Actor
		name string
		id   roles.ID
	}{{t.ada, "Admin", roles.Admin}, {t.eve, "Editor", roles.Editor}, {t.vic, "Viewer", roles.Viewer}} {
		mine, err := w.Svc.Roles.Mine(w.Ctx, c.as)
		w.Must(err)
		w.Same("built-in", mine, roles.Role{ID: c.id, Name: c.name, Permissions: catalogue.Permissions(mustBuiltIn(w, c.id))})
	}
	bare := t.custom("bare", viewDevice)
	list, err := w.Svc.Roles.List(w.Ctx, t.ada)
	w.Must(err)
	mine, err := w.Svc.Roles.Mine(w.Ctx, bare)
	w.Must(err)
	w.Same("custom", mine, list[len(list)-1].Role)
	w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, mine.ID))
	mine, err = w.Svc.Roles.Mine(w.Ctx, bare)
	w.Must(err)
	w.Same("what it holds now", len(mine.Permissions), 0)
	for _, as := range []charter.Actor{t.pam, {User: "ada", Org: t.gus.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return errOf(w.Svc.Roles.Mine(w.Ctx, as)) })
	}
}

func m1Invited(w *World) {
	t := newTown(w)
	w.SignIn("pam")
	w.Denied(func() error { return errOf(w.Svc.Members.Me(w.Ctx, t.pam)) })
	w.Denied(func() error { return errOf(w.Svc.Members.Get(w.Ctx, t.pam, t.invited())) })
	w.Denied(func() error { return errOf(w.Svc.Grants.Page(w.Ctx, t.pam, t.invited(), charter.GrantQuery{})) })
	w.Denied(func() error { return errOf(w.Svc.Members.Me(w.Ctx, charter.Actor{User: "ada", Org: t.gus.Org})) })
	w.Denied(func() error { return errOf(w.Svc.Members.Me(w.Ctx, charter.Actor{User: "ada", Org: "nowhere"})) })
}

func m3Invited(w *World) {
	ada := w.Found("ada", "Acme")
	w.Clock.Add(time.Hour)
	from := w.Clock.Now()
	issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: " Bob@Acme.example", Role: roles.Editor, Message: "Hello\nBob"})
	w.Must(err)
	row := w.Row(ada, issued.Member.ID)
	w.Same("the row that the invitation returned", issued.Member, row)
	w.Same("row", row, orgs.Member{
		ID: row.ID, Org: ada.Org, Role: roles.Editor, Status: orgs.Invited, Profile: orgs.Profile{Email: "Bob@Acme.example"},
		InvitedBy: "ada", InvitedAt: row.InvitedAt, Message: "Hello\nBob",
	})
	w.True("the time of the invitation", row.InvitedAt.After(from) && row.InvitedAt.Before(w.Clock.Now()))
}

func m3Active(w *World) {
	ada := w.Found("ada", "Acme")
	issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: Profile("bob").Email, Role: roles.Editor, Message: "Hi"})
	w.Must(err)
	w.Clock.Add(48 * time.Hour)
	bob := w.Accept(issued, "bob")
	row := w.Row(ada, issued.Member.ID)
	w.Same("row", row, orgs.Member{
		ID: issued.Member.ID, Org: ada.Org, Role: roles.Editor, Status: orgs.Active, User: "bob", Profile: Profile("bob"),
		InvitedBy: "ada", InvitedAt: issued.Member.InvitedAt, JoinedAt: row.JoinedAt, Message: "Hi",
	})
	w.True("member since", row.JoinedAt.After(issued.Member.InvitedAt.Add(47*time.Hour)))
	w.Same("its own view of it", w.Me(bob), row)
}

func m3Founder(w *World) {
	ada := w.Found("ada", "Acme")
	me := w.Me(ada)
	w.Same("founder", me, orgs.Member{
		ID: me.ID, Org: ada.Org, Role: roles.Admin, Status: orgs.Active, User: "ada", Profile: Profile("ada"), JoinedAt: me.JoinedAt,
	})
	w.True("member since", !me.JoinedAt.IsZero() && me.InvitedAt.IsZero())
}

func m3ID(w *World) {
	t := newTown(w)
	seen := make(map[orgs.MemberID]bool)
	for _, o := range w.Dump().Orgs {
		for _, m := range o.Members {
			id, err := uuid.Parse(string(m.ID))
			w.Must(err)
			w.Same("version of the ID, which tells no time", id.Version(), uuid.Version(4))
			w.True("the ID is new", !seen[m.ID])
			seen[m.ID] = true
		}
	}
	w.Join(t.gus, "ada", roles.Admin)
	abroad := charter.Actor{User: "ada", Org: t.gus.Org}
	w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Members.Get(w.Ctx, abroad, t.id(t.ada))) })
	w.True("a user's rows have different IDs", t.id(t.ada) != w.Me(abroad).ID)
}

func m4Changes(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk", roles.AccessUsers)
	for _, id := range []orgs.MemberID{t.id(t.vic), t.invited()} {
		was := w.Row(t.ada, id)
		for _, role := range []roles.ID{roles.Editor, clerk, roles.Admin, roles.Viewer} {
			event := w.Does(store.MemberRoleChanged, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, id, role) })
			w.Same("actor", event.Actor, t.ada.User)
			w.Same("detail", event.Detail, store.Detail{Member: id, Before: store.State{Role: was.Role}, After: store.State{Role: role}})
			was.Role = role
			w.Same("row", w.Row(t.ada, id), was)
		}
	}
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), clerk))
	w.Same("role of who accepts", w.Me(w.Accept(t.pending, "pam")).Role, clerk)
	w.Denied(func() error { return errOf(w.Svc.Members.Page(w.Ctx, t.vic, charter.MemberQuery{})) })
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), clerk))
	w.Must(errOf(w.Svc.Members.Page(w.Ctx, t.vic, charter.MemberQuery{}))) // at once
}

func m4Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.ChangeRoles)...)
	target := t.id(t.vic)
	for _, as := range []charter.Actor{t.eve, most, t.pam, {User: "gus", Org: t.ada.Org}, t.vic} {
		w.Denied(func() error { return w.Svc.Members.ChangeRole(w.Ctx, as, target, roles.Editor) })
		w.Denied(func() error { return w.Svc.Members.ChangeRole(w.Ctx, as, "no-such-row", roles.Editor) })
		w.Denied(func() error { return w.Svc.Members.ChangeRole(w.Ctx, as, target, "no-such-role") })
	}
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, "no-such-row", roles.Editor) })
}

func m4Own(w *World) {
	t := newTown(w)
	t.Join(t.ada, "bob", roles.Admin) // so that it is not about the last one
	chief := t.custom("chief", roles.ChangeRoles, roles.AccessUsers)
	other := t.Role(t.ada, "Other", roles.ChangeRoles)
	for _, as := range []charter.Actor{t.ada, chief} {
		for _, role := range []roles.ID{roles.Admin, roles.Viewer, other, w.Me(as).Role} {
			w.Refused(charter.ErrOwnRole, func() error { return w.Svc.Members.ChangeRole(w.Ctx, as, t.id(as), role) })
		}
	}
	own := w.Me(chief).Role
	w.Refused(charter.ErrOwnRole, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, chief, own) })
	w.Refused(charter.ErrOwnRole, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, chief, own, roles.ChangeRoles) })
}

// Only Admins touch an Admin (M7) and nobody their own role, so one remains; the
// rule itself is what orgs.Appoint holds against two of them at once.
func m4LastAdmin(w *World) {
	t := newTown(w)
	wide := t.custom("wide", everything(w)...)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Admin)) // does not count
	for _, role := range []roles.ID{roles.Editor, roles.Viewer, w.Me(wide).Role} {
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, wide, t.id(t.ada), role) })
		w.Refused(charter.ErrOwnRole, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.ada), role) })
	}
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.eve), roles.Admin))
	w.Does(store.MemberRoleChanged, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.eve, t.id(t.ada), roles.Viewer) })
	w.Denied(func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.eve), roles.Viewer) })
	w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, wide, t.id(t.eve), roles.Viewer) })
}

func m4Unknown(w *World) {
	t := newTown(w)
	gone := t.Role(t.ada, "Gone")
	w.Must(w.Svc.Roles.Delete(w.Ctx, t.ada, gone))
	theirs := t.Role(t.gus, "Theirs")
	for _, role := range []roles.ID{"no-such-role", gone, theirs, "Admin", "ADMIN", "admin "} {
		for _, id := range []orgs.MemberID{t.id(t.vic), t.invited()} {
			w.Invalid("role", func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, id, role) })
		}
	}
	w.Invalid("role", func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), "") })
}

func m4Same(w *World) {
	t := newTown(w)
	w.Idle(func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Viewer) })
	w.Idle(func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Viewer) })
}

// overview returns the role overview as "name active+invited".
func overview(w *World, as charter.Actor) (lines []string) {
	w.Helper()
	list, err := w.Svc.Roles.List(w.Ctx, as)
	w.Must(err)
	for _, c := range list {
		lines = append(lines, fmt.Sprintf("%s %d+%d", c.Role.Name, c.Active, c.Invited))
	}
	return lines
}

func m6Counts(w *World) {
	ada := w.Found("ada", "Acme")
	w.Same("at first", overview(w, ada), []string{"Admin 1+0", "Editor 0+0", "Viewer 0+0"})
	clerk, board := w.Role(ada, "Clerk"), w.Role(ada, "Board")
	bob, cleo := w.Invite(ada, "bob", clerk), w.Invite(ada, "cleo", clerk)
	w.Invite(ada, "dan", roles.Admin)
	w.Same("invited", overview(w, ada), []string{"Admin 1+1", "Editor 0+0", "Viewer 0+0", "Clerk 0+2", "Board 0+0"})
	w.Accept(bob, "bob")
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, ada, cleo.Member.ID, board))
	w.Same("moved", overview(w, ada), []string{"Admin 1+1", "Editor 0+0", "Viewer 0+0", "Clerk 1+0", "Board 0+1"})
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, ada, bob.Member.ID, roles.Viewer))
	w.Must(w.Svc.Invites.Revoke(w.Ctx, ada, cleo.Member.ID))
	w.Same("gone", overview(w, ada), []string{"Admin 1+1", "Editor 0+0", "Viewer 1+0", "Clerk 0+0", "Board 0+0"})
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, charter.Actor{User: "bob", Org: ada.Org})))
	w.Must(w.Svc.Roles.Rename(w.Ctx, ada, clerk, "Aide"))
	w.Must(w.Svc.Roles.Delete(w.Ctx, ada, board))
	w.Same("in the end", overview(w, ada), []string{"Admin 1+1", "Editor 0+0", "Viewer 0+0", "Aide 0+0"})
}

func m6Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.AccessUsers)...)
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}} {
		w.Denied(func() error { return errOf(w.Svc.Roles.List(w.Ctx, as)) })
	}
	desk := t.custom("desk", roles.AccessUsers)
	w.Same("of the desk", overview(w, desk), overview(w, t.ada))
}

func m8Many(w *World) {
	const many = 120
	ada := w.Found("ada", "Acme")
	for i := range many {
		w.Invite(ada, orgs.UserID(fmt.Sprintf("m-%d", i)), roles.Viewer)
		w.Must(errOf(w.Svc.Orgs.Create(w.Ctx, "ada", fmt.Sprintf("Org %d", i))))
	}
	w.Same("rows", len(collect(w, w.Svc.Members.All(w.Ctx, ada, charter.MemberQuery{}))), many+1)
	w.Same("organizations", len(w.Homes("ada")), many+2)
	page, err := w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Limit: charter.MaxLimit})
	w.Must(err)
	w.Same("rows on one page", len(page.Items), many+1)
	w.Same("the overview", overview(w, ada), []string{"Admin 1+0", "Editor 0+0", fmt.Sprintf("Viewer 0+%d", many)})
}
