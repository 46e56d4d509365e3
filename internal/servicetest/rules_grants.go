package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func grantRules() []Rule {
	return []Rule{
		{"G2", "grants are given and taken, one or many at a time", g2GiveTake},
		{"G2", "a grant of all of a kind covers present and future ones, of that kind alone", g2All},
		{"G2", "giving twice and taking what is not there is no error and no change", g2Twice},
		{"G2", "one resource is not taken from a holder of all", g2HoldsAll},
		{"G2", "what is no grant is refused, and nothing of the rest given", g2Bad},
		{"G2", "giving and taking needs users.change-role", g2Denied},
		{"G2", "the host itself gives and takes", g2Host},
		{"G2", "grants are listed by kind and ID, page by page", g2Listed},
		{"G3", "introducing gives every member every resource that exists", g3Introduces},
		{"G3", "what comes after introducing needs its own grants", g3Later},
		{"G3", "after introducing, single grants are taken away", g3TakeAway},
		{"G3", "introducing again gives nothing twice", g3Again},
		{"G3", "only an Admin or the host introduces", g3Denied},
	}
}

// ones returns the grants of single resources.
func ones(resources ...grants.Resource) []grants.Grant {
	return idsOf(resources, func(r grants.Resource) grants.Grant { return grants.One(r.Kind, r.ID) })
}

func g2GiveTake(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 5)
	for _, as := range []charter.Actor{t.vic, t.pam} {
		id := t.invited()
		if as == t.vic {
			id = t.id(t.vic)
		}
		given := w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, id, ones(devices[2])...) })
		w.Same("given", given.Detail, store.Detail{Member: id, Grants: ones(devices[2])})
		many := w.Does(store.GrantsGiven, func() error {
			return w.Svc.Grants.Give(w.Ctx, t.ada, id, ones(devices[3], devices[0], devices[2], devices[3])...)
		})
		w.Same("given of many", many.Detail, store.Detail{Member: id, Grants: ones(devices[0], devices[3])})
		w.Same("grants", w.GrantsOf(t.ada, id), ones(devices[0], devices[2], devices[3]))
		taken := w.Does(store.GrantsTaken, func() error {
			return w.Svc.Grants.Take(w.Ctx, t.ada, id, ones(devices[3], devices[2], devices[1])...)
		})
		w.Same("taken", taken.Detail, store.Detail{Member: id, Grants: ones(devices[2], devices[3])})
		w.Same("grants", w.GrantsOf(t.ada, id), ones(devices[0]))
	}
	w.Accept(t.pending, "pam")
	for _, as := range []charter.Actor{t.vic, t.pam} {
		w.Yes(as, viewDevice, devices[0])
		w.No(as, viewDevice, devices[2])
	}
	w.No(t.eve, viewDevice, devices[0])
}

func g2All(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	board := grants.Resource{Kind: dashboard, ID: devices[0].ID} // of one ID with a device
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, board))
	id := t.id(t.vic)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, id, grants.All(device)))
	w.Yes(t.vic, viewDevice, devices[0])
	w.No(t.vic, viewBoard, board)
	later := grants.Resource{Kind: device, ID: "later"}
	w.No(t.vic, viewDevice, later)
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, later))
	w.Yes(t.vic, viewDevice, later)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, id, ones(devices[1], board)...))
	w.Must(w.Svc.Grants.Take(w.Ctx, t.ada, id, grants.All(device)))
	w.No(t.vic, viewDevice, later)
	w.Yes(t.vic, viewDevice, devices[1]) // given by itself too
	w.Yes(t.vic, viewBoard, board)
	w.No(t.gil, viewDevice, devices[0])
}

func g2Twice(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	id := t.id(t.vic)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, id, grants.One(device, devices[0].ID), grants.All(dashboard)))
	w.Idle(func() error {
		return w.Svc.Grants.Give(w.Ctx, t.ada, id, grants.All(dashboard), grants.One(device, devices[0].ID))
	})
	w.Idle(func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, id) })
	w.Idle(func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id) })
	w.Idle(func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, ones(devices[1])...) })
	w.Idle(func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, grants.All(device)) })
	w.Idle(func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, grants.One(device, "no-such-device")) })
}

func g2HoldsAll(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	id := t.id(t.vic)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, id, grants.All(device), grants.One(device, devices[0].ID)))
	for _, gs := range [][]grants.Grant{ones(devices[0]), ones(devices[1]), {grants.All(dashboard), grants.One(device, devices[1].ID)}} {
		w.Refused(charter.ErrHoldsAll, func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, gs...) })
	}
	w.Idle(func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, grants.One(dashboard, "b")) }) // another kind
	taken := w.Does(store.GrantsTaken, func() error {
		return w.Svc.Grants.Take(w.Ctx, t.ada, id, grants.One(device, devices[0].ID), grants.All(device))
	})
	w.Same("both at once", taken.Detail.Grants, []grants.Grant{grants.All(device), grants.One(device, devices[0].ID)})
	w.Same("grants", w.GrantsOf(t.ada, id), nil)
}

func g2Bad(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	foreign := w.Devices(t.gus, 1)[0]
	id := t.id(t.vic)
	good := grants.One(device, devices[0].ID)
	for field, bad := range map[string]grants.Grant{
		"grants[1].kind": {Kind: "rocket", All: true}, "grants[1].resource": {Kind: device},
		"grants[1].all": {Kind: device, Resource: "x", All: true},
	} {
		w.Invalid(field, func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, id, good, bad) })
		w.Invalid(field, func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, id, good, bad) })
	}
	w.Invalid("grants[0].kind", func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, id, grants.Grant{}) })
	for _, unknown := range []grants.ResourceID{foreign.ID, "no-such-device"} {
		w.Invalid("grants[1].resource", func() error {
			return w.Svc.Grants.Give(w.Ctx, t.ada, id, good, grants.One(device, unknown))
		})
	}
	for _, missing := range []orgs.MemberID{"no-such-row", t.id(t.gil)} {
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, missing, good) })
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, missing, good) })
	}
}

func g2Denied(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), grants.All(device)))
	most := t.custom("most", everything(w, roles.ChangeRoles)...)
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}} {
		for _, id := range []orgs.MemberID{t.id(t.vic), t.id(t.eve), "no-such-row"} {
			w.Denied(func() error { return w.Svc.Grants.Give(w.Ctx, as, id, ones(machine)...) })
			w.Denied(func() error { return w.Svc.Grants.Take(w.Ctx, as, id, ones(machine)...) })
		}
	}
}

func g2Listed(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	boards := []grants.Resource{
		{Kind: dashboard, ID: "B"}, {Kind: dashboard, ID: "a"}, {Kind: dashboard, ID: "ä"}, {Kind: dashboard, ID: "b"},
	}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, boards...))
	id := t.id(t.vic)
	want := append(append([]grants.Grant{grants.All(dashboard)}, ones(boards[0], boards[1], boards[3], boards[2])...), ones(devices...)...)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, id, append(ones(append(boards, devices...)...), grants.All(dashboard))...))
	for limit := 1; limit <= len(want)+1; limit++ {
		w.Same("all", collect(w, w.Svc.Grants.All(w.Ctx, t.vic, id, charter.GrantQuery{Limit: limit})), want)
		only := charter.GrantQuery{Limit: limit, Kinds: []roles.Kind{device, device}}
		w.Same("of a kind", collect(w, w.Svc.Grants.All(w.Ctx, t.ada, id, only)), want[5:])
	}
	page, err := w.Svc.Grants.Page(w.Ctx, t.ada, id, charter.GrantQuery{Limit: 2})
	w.Must(err)
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.Grants.Page(w.Ctx, t.ada, t.id(t.eve), charter.GrantQuery{Cursor: page.Next}))
	})
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.Grants.Page(w.Ctx, t.ada, id, charter.GrantQuery{Cursor: page.Next, Kinds: []roles.Kind{device}}))
	})
	w.Invalid("kinds[1]", func() error {
		return errOf(w.Svc.Grants.Page(w.Ctx, t.ada, id, charter.GrantQuery{Kinds: []roles.Kind{device, "rocket"}}))
	})
	none, err := w.Svc.Grants.Page(w.Ctx, t.ada, "no-such-row", charter.GrantQuery{})
	w.Must(err)
	w.Same("of nobody", none, charter.Page[grants.Grant]{})
}

func g3Introduces(w *World) {
	t := newTown(w)
	bare := t.custom("bare")
	devices := w.Devices(t.ada, 3)
	board := grants.Resource{Kind: dashboard, ID: "b-1"}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, board))
	foreign := w.Devices(t.gus, 1)[0]
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), ones(devices[1])...)) // has one already
	event := w.Does(store.GrantsIntroduced, func() error { return w.Svc.Grants.Introduce(w.Ctx, t.ada) })
	w.Same("detail", event.Detail, store.Detail{})
	want := ones(append([]grants.Resource{board}, devices...)...)
	for _, id := range []orgs.MemberID{t.id(t.ada), t.id(t.eve), t.id(t.vic), t.id(bare), t.invited()} {
		w.Same("grants", w.GrantsOf(t.ada, id), want)
	}
	w.Yes(t.vic, viewDevice, devices[2])
	w.Yes(t.vic, viewBoard, board)
	w.No(bare, viewDevice, devices[2])
	w.Same("grants of the other organization", len(w.Dump().Of(t.gus.Org).Grants), 0)
	w.No(t.gil, viewDevice, foreign)
	w.Accept(t.pending, "pam")
	w.Yes(t.pam, viewDevice, devices[0])
}

func g3Later(w *World) {
	t := newTown(w)
	w.Devices(t.ada, 2)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	later := grants.Resource{Kind: device, ID: "later"}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, later))
	w.No(t.vic, viewDevice, later)
	dan := w.Join(t.ada, "dan", roles.Viewer)
	w.Same("grants of who came later", w.GrantsOf(dan, t.id(dan)), nil)
}

func g3TakeAway(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	w.Must(w.Svc.Grants.Take(w.Ctx, t.ada, t.id(t.vic), ones(devices[1])...))
	w.Yes(t.vic, viewDevice, devices[0])
	w.No(t.vic, viewDevice, devices[1])
	w.Yes(t.eve, viewDevice, devices[1])
}

func g3Again(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	w.Must(w.Svc.Grants.Take(w.Ctx, t.ada, t.id(t.vic), ones(devices[0])...))
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		w.Same("grants", w.GrantsOf(t.ada, t.id(as)), ones(devices...))
	}
	none := w.Found("dan", "Empty")
	w.Must(w.Svc.Grants.Introduce(w.Ctx, none))
	w.Same("where nothing is registered", len(w.Dump().Of(none.Org).Grants), 0)
}

func g3Denied(w *World) {
	t := newTown(w)
	w.Devices(t.ada, 1)
	wide := t.custom("wide", everything(w)...)
	for _, as := range []charter.Actor{t.eve, t.vic, wide, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return w.Svc.Grants.Introduce(w.Ctx, as) })
	}
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Grants.Introduce(w.Ctx, charter.Host("nowhere")) })
	event := w.Does(store.GrantsIntroduced, func() error { return w.Svc.Grants.Introduce(w.Ctx, charter.Host(t.ada.Org)) })
	w.Same("the host has no user", event.Actor, orgs.UserID(""))
}

// The host gives who registers something a way to use it, whatever their role.
func g2Host(w *World) {
	t := newTown(w)
	host := charter.Host(t.ada.Org)
	devices := w.Devices(t.ada, 2)
	given := w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, host, t.id(t.vic), ones(devices...)...) })
	w.Same("given", given.Detail, store.Detail{Member: t.id(t.vic), Grants: ones(devices...)})
	w.Same("the host has no user", given.Actor, orgs.UserID(""))
	w.Yes(t.vic, viewDevice, devices[1])
	w.Does(store.GrantsTaken, func() error { return w.Svc.Grants.Take(w.Ctx, host, t.id(t.vic), ones(devices[0])...) })
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, host, t.id(t.ada), grants.All(device)) })
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, host, t.invited(), grants.All(device)) })
	w.Same("who is invited holds it", w.GrantsOf(t.ada, t.invited()), []grants.Grant{grants.All(device)})
	w.Invalid("grants[0].resource", func() error { return w.Svc.Grants.Give(w.Ctx, host, t.id(t.vic), grants.One(device, "no-such-device")) })
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Grants.Give(w.Ctx, host, w.Me(t.gus).ID, grants.All(device)) })
	w.Refused(charter.ErrNotFound, func() error {
		return w.Svc.Grants.Give(w.Ctx, charter.Host("nowhere"), t.id(t.vic), grants.All(device))
	})
	w.Invalid("actor.org", func() error { return w.Svc.Grants.Take(w.Ctx, charter.Host(""), t.id(t.vic)) })
	w.Invalid("member", func() error { return w.Svc.Grants.Give(w.Ctx, host, "") })
}
