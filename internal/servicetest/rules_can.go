package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
)

func checkRules() []Rule {
	return []Rule{
		{"G1", "each condition is necessary and all of them suffice", g1Conditions},
		{"G1", "a resource of the wrong kind, a missing one and one too many are errors", g1WrongKind},
		{"G1", "whether a role holds a permission at all is a question of its own", g1Holds},
		{"G1", "an actor without a user or an organization is an error, never a yes", g1Actor},
		{"G1", "a custom role is checked as a built-in one is", g1Custom},
		{"G6", "every denial is the same, to the letter", g6Same},
		{"G6", "a denial is no error of the check, and an error is no denial", g6Answer},
		{"G6", "an operation denies alike, whatever is there", g6Operations},
		{"G6", "the reason is told by explaining alone", g6Reason},
	}
}

func g1Conditions(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	may := func() bool { return w.Can(t.vic, firmware, machine) }
	w.True("no role, no grant", !may())
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Editor))
	w.True("a role, no grant", !may())
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), ones(machine)...))
	w.True("role and grant", may())
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Viewer))
	w.True("a grant, no role", !may())
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Editor))
	w.Must(w.Svc.Resources.Unregister(w.Ctx, t.ada, machine))
	w.True("no resource", !may())
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, machine))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Admin))
	w.True("an Admin needs no grant", may())
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), roles.Editor))
	w.True("an Admin no longer", !may())
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), grants.All(device)))
	w.True("a grant of all", may())
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, t.vic)))
	w.True("no member", !may())
}

func g1WrongKind(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	board := grants.Resource{Kind: dashboard, ID: machine.ID}
	long := grants.ResourceID(runes(256, 'x'))
	for _, c := range []struct {
		p     roles.Permission
		r     grants.Resource
		field string
	}{
		{viewDevice, none, "resource.kind"}, {viewDevice, board, "resource.kind"}, {viewBoard, machine, "resource.kind"},
		{viewDevice, grants.Resource{Kind: "rocket", ID: "x"}, "resource.kind"}, {viewDevice, grants.Resource{ID: "x"}, "resource.kind"},
		{series, machine, "resource"}, {roles.AccessUsers, board, "resource"}, {series, grants.Resource{ID: "x"}, "resource"},
		{series, grants.Resource{Kind: device}, "resource"}, {viewDevice, grants.Resource{Kind: device}, "resource.id"},
		{viewDevice, grants.Resource{Kind: device, ID: long}, "resource.id"},
		{viewDevice, grants.Resource{Kind: device, ID: "\xff"}, "resource.id"},
	} {
		for _, as := range []charter.Actor{t.ada, t.vic, {User: "nobody", Org: "nowhere"}} {
			w.Invalid(c.field, func() error {
				ok, err := w.Svc.Can(w.Ctx, as, c.p, c.r)
				w.True("an error never comes with yes", !ok)
				return err
			})
			w.Invalid(c.field, func() error { return w.Svc.Require(w.Ctx, as, c.p, c.r) })
			w.Invalid(c.field, func() error { return errOf(w.Svc.Explain(w.Ctx, as, c.p, c.r)) })
			w.Invalid("questions[0]."+c.field, func() error {
				return errOf(w.Svc.CanEach(w.Ctx, as, []grants.Question{{Permission: c.p, Resource: c.r}}))
			})
			access, err := w.Svc.Access(w.Ctx, as)
			w.Must(err)
			w.Invalid(c.field, func() error { return errOf(access.Can(c.p, c.r)) })
		}
	}
}

func g1Holds(w *World) {
	t := newTown(w)
	holds := func(as charter.Actor, p roles.Permission) bool {
		ok, err := w.Svc.Holds(w.Ctx, as, p)
		w.Must(err)
		access, err := w.Svc.Access(w.Ctx, as)
		w.Must(err)
		w.Same("an Access says the same", access.Holds(p), ok)
		return ok
	}
	w.True("about a kind, without a grant or a resource", holds(t.vic, viewDevice) && holds(t.eve, firmware) && holds(t.ada, deleteDevice))
	w.True("about none", holds(t.vic, series))
	w.True("not held", !holds(t.vic, firmware) && !holds(t.eve, deleteDevice))
	for _, as := range []charter.Actor{t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.True("of nobody there", !holds(as, series))
	}
}

func g1Actor(w *World) {
	t := newTown(w)
	for field, as := range map[string]charter.Actor{"actor.user": {Org: t.ada.Org}, "actor.org": {User: "ada"}} {
		w.Invalid(field, func() error { return errOf(w.Svc.Can(w.Ctx, as, series, none)) })
		w.Invalid(field, func() error { return errOf(w.Svc.Access(w.Ctx, as)) })
		w.Invalid(field, func() error { return errOf(w.Svc.Holds(w.Ctx, as, series)) })
	}
	named := charter.HostFor(t.ada)
	for _, as := range []charter.Actor{{}, charter.Host(t.ada.Org), named} {
		w.Refused(charter.ErrInvalid, func() error { return w.Svc.Require(w.Ctx, as, series, none) })
		w.Refused(charter.ErrInvalid, func() error { return errOf(w.Svc.CanEach(w.Ctx, as, nil)) })
		w.Refused(charter.ErrInvalid, func() error { return errOf(w.Svc.ResourcesFor(w.Ctx, as, viewDevice, charter.PageQuery{})) })
	}
}

func g1Custom(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	bob := t.custom("bob", deleteDevice, series)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(bob), ones(devices[0])...))
	w.Yes(bob, deleteDevice, devices[0])
	w.No(bob, deleteDevice, devices[1])
	w.No(bob, viewDevice, devices[0])
	w.Yes(bob, series, none)
	w.No(bob, addDevice, none)
}

func g6Same(w *World) {
	t := newTown(w)
	mine, theirs := w.Devices(t.ada, 1)[0], w.Devices(t.gus, 1)[0]
	unknown := grants.Resource{Kind: device, ID: "no-such-device"}
	restricted := w.Also(restricting(device, func(charter.Actor, grants.Question) (bool, error) { return false, nil }))
	for reason, ask := range map[string]func() error{
		"a missing role":             func() error { return w.Svc.Require(w.Ctx, t.vic, firmware, mine) },
		"a missing grant":            func() error { return w.Svc.Require(w.Ctx, t.vic, viewDevice, mine) },
		"another tenant's":           func() error { return w.Svc.Require(w.Ctx, t.vic, viewDevice, theirs) },
		"another tenant's, to Admin": func() error { return w.Svc.Require(w.Ctx, t.ada, viewDevice, theirs) },
		"one that does not exist":    func() error { return w.Svc.Require(w.Ctx, t.ada, viewDevice, unknown) },
		"no member": func() error {
			return w.Svc.Require(w.Ctx, charter.Actor{User: "gus", Org: t.ada.Org}, viewDevice, mine)
		},
		"an invited one": func() error { return w.Svc.Require(w.Ctx, t.pam, viewDevice, mine) },
		"no organization": func() error {
			return w.Svc.Require(w.Ctx, charter.Actor{User: "ada", Org: "nowhere"}, viewDevice, mine)
		},
		"a restriction":     func() error { return restricted.Svc.Require(w.Ctx, t.ada, viewDevice, mine) },
		"about no resource": func() error { return w.Svc.Require(w.Ctx, t.vic, addDevice, none) },
	} {
		w.Log(reason)
		w.Denied(ask)
	}
}

func g6Answer(w *World) {
	t := newTown(w)
	unknown := grants.Resource{Kind: device, ID: "no-such-device"}
	for _, as := range []charter.Actor{t.ada, t.vic, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		ok, err := w.Svc.Can(w.Ctx, as, viewDevice, unknown)
		w.True("no, without an error", !ok && err == nil)
	}
	err := w.Svc.Require(w.Ctx, t.ada, undeclared, unknown)
	w.True("an error is no denial", !isAll(err, charter.ErrDenied) && isAll(err, charter.ErrInvalid))
}

func g6Operations(w *World) {
	t := newTown(w)
	clerk, theirs := t.Role(t.ada, "Clerk"), t.Role(t.gus, "Theirs")
	mine := w.Devices(t.ada, 1)[0]
	w.Devices(t.gus, 1)
	for _, as := range []charter.Actor{t.vic, t.pam, {User: "gus", Org: t.ada.Org}} {
		for _, member := range idsOf([]charter.Actor{t.ada, t.vic, t.gil}, t.id) {
			for _, role := range []roles.ID{clerk, theirs, "no-such-role"} {
				w.Denied(func() error { return w.Svc.Members.ChangeRole(w.Ctx, as, member, role) })
				w.Denied(func() error { return w.Svc.Roles.Delete(w.Ctx, as, role) })
			}
			w.Denied(func() error { return w.Svc.Grants.Give(w.Ctx, as, member, ones(mine)...) })
			w.Denied(func() error { return w.Svc.Grants.Give(w.Ctx, as, member, grants.One(device, "no-such-device")) })
			w.Denied(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, as, member)) })
			w.Denied(func() error { return w.Svc.Invites.Revoke(w.Ctx, as, member) })
		}
	}
}

func g6Reason(w *World) {
	t := newTown(w)
	mine, theirs := w.Devices(t.ada, 1)[0], w.Devices(t.gus, 1)[0]
	for _, c := range []struct {
		as   charter.Actor
		p    roles.Permission
		r    grants.Resource
		want grants.Step
	}{
		{t.vic, firmware, mine, grants.RoleHolds}, {t.vic, viewDevice, mine, grants.IsCovered},
		{t.vic, viewDevice, theirs, grants.IsRegistered}, {charter.Actor{User: "gus", Org: t.ada.Org}, viewDevice, mine, grants.IsMember},
	} {
		w.Denied(func() error { return w.Svc.Require(w.Ctx, c.as, c.p, c.r) })
		why, err := w.Svc.Explain(w.Ctx, c.as, c.p, c.r)
		w.Must(err)
		w.Same("the reason", why.Outcomes[len(why.Outcomes)-1], grants.Outcome{Step: c.want})
	}
}
