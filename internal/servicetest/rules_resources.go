package servicetest

import (
	"fmt"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func resourceRules() []Rule {
	return []Rule{
		{"G4", "resources are registered and unregistered, many at a time", g4Registers},
		{"G4", "a resource belongs to exactly one organization", g4One},
		{"G4", "unregistering ends its grants for good", g4Unregisters},
		{"G4", "unregistering leaves another organization's resource alone", g4NotTheirs},
		{"G4", "a resource moves to another organization without its grants", g4Moves},
		{"G4", "a grant never crosses organizations", g4NeverCrosses},
		{"G4", "IDs are compared byte by byte, per kind", g4Bytes},
		{"G4", "Admins and the host register, nobody else", g4Who},
		{"G4", "what is no resource is refused, and none of the rest registered", g4Bad},
	}
}

func g4Registers(w *World) {
	t := newTown(w)
	a, b, c := grants.Resource{Kind: device, ID: "a"}, grants.Resource{Kind: device, ID: "b"}, grants.Resource{Kind: dashboard, ID: "c"}
	event := w.Does(store.ResourcesRegistered, func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, b, a, c, a) })
	w.Same("actor", event.Actor, t.ada.User)
	w.Same("detail", event.Detail, store.Detail{Resources: []grants.Resource{c, a, b}})
	w.Idle(func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, a, c) })
	w.Idle(func() error { return w.Svc.Resources.Register(w.Ctx, t.ada) })
	d := grants.Resource{Kind: device, ID: "d"}
	event = w.Does(store.ResourcesRegistered, func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, a, d) })
	w.Same("what was new", event.Detail, store.Detail{Resources: []grants.Resource{d}})
	gone := grants.Resource{Kind: device, ID: "gone"}
	event = w.Does(store.ResourcesUnregistered, func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, b, gone, c, b) })
	w.Same("what went", event.Detail, store.Detail{Resources: []grants.Resource{c, b}})
	w.Idle(func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, b, gone) })
	w.Idle(func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada) })
	w.Same("left", w.Dump().Of(t.ada.Org).Resources, []grants.Resource{a, d})
}

func g4One(w *World) {
	t := newTown(w)
	mine, fresh := grants.Resource{Kind: device, ID: "mine"}, grants.Resource{Kind: device, ID: "fresh"}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, mine))
	for _, rs := range [][]grants.Resource{{mine}, {fresh, mine}, {mine, mine, fresh}} {
		w.Refused(charter.ErrRegisteredElsewhere, func() error { return w.Svc.Resources.Register(w.Ctx, t.gus, rs...) })
		w.Refused(charter.ErrRegisteredElsewhere, func() error { return w.Svc.Resources.Register(w.Ctx, charter.Host(t.gus.Org), rs...) })
	}
	w.No(t.gus, viewDevice, mine)
	w.Yes(t.ada, viewDevice, mine)
	w.Same("none of the rest was registered", w.Dump().Of(t.gus.Org).Resources, nil)
}

func g4Unregisters(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), grants.All(device)))
	w.Must(w.Svc.Resources.Unregister(w.Ctx, t.ada, devices[0]))
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		w.No(as, viewDevice, devices[0])
		w.Yes(as, viewDevice, devices[1])
	}
	w.Same("grants", w.GrantsOf(t.ada, t.id(t.vic)), ones(devices[1]))
	w.Same("grants of the invited", w.GrantsOf(t.ada, t.invited()), ones(devices[1]))
	w.Same("the grant of all stays", w.GrantsOf(t.ada, t.id(t.eve)), append([]grants.Grant{grants.All(device)}, ones(devices[1])...))
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, devices[0]))
	w.No(t.vic, viewDevice, devices[0])
	w.Yes(t.eve, viewDevice, devices[0])
}

func g4NotTheirs(w *World) {
	t := newTown(w)
	mine, theirs := w.Devices(t.ada, 1)[0], w.Devices(t.gus, 1)[0]
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.gus))
	w.Idle(func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, theirs) })
	before := w.Dump().Of(t.gus.Org)
	event := w.Does(store.ResourcesUnregistered, func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, theirs, mine) })
	w.Same("what went", event.Detail.Resources, []grants.Resource{mine})
	w.Same("the other organization", w.Dump().Of(t.gus.Org), before)
	w.Yes(t.gil, viewDevice, theirs)
}

func g4Moves(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	w.Must(w.Svc.Resources.Unregister(w.Ctx, charter.Host(t.ada.Org), machine))
	w.Must(w.Svc.Resources.Register(w.Ctx, charter.Host(t.gus.Org), machine))
	w.No(t.ada, viewDevice, machine)
	w.No(t.vic, viewDevice, machine)
	w.Yes(t.gus, viewDevice, machine)
	w.No(t.gil, viewDevice, machine)
}

func g4NeverCrosses(w *World) {
	t := newTown(w)
	theirs := w.Devices(t.gus, 1)[0]
	w.Must(w.Svc.Grants.Give(w.Ctx, t.gus, t.id(t.gil), ones(theirs)...))
	abroad := w.Join(t.ada, "gil", roles.Editor, grants.All(device))
	w.No(abroad, viewDevice, theirs)
	w.Yes(t.gil, viewDevice, theirs)
	w.Invalid("grants[0].resource", func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, t.id(abroad), ones(theirs)...) })
	page, err := w.Svc.ResourcesFor(w.Ctx, abroad, viewDevice, charter.PageQuery{})
	w.Must(err)
	w.Same("resources abroad", page.Items, nil)
	for _, m := range collect(w, w.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, theirs, charter.PageQuery{})) {
		w.Fatal("a member of another organization may use it: ", m.ID)
	}
	for _, o := range w.Dump().Orgs {
		for _, gs := range o.Grants {
			for _, g := range gs {
				w.True("of its own organization", g.All || contains(o.Resources, g.Target()))
			}
		}
	}
}

func g4Bytes(w *World) {
	t := newTown(w)
	long := grants.ResourceID(runes(255, 'x'))
	ids := []grants.ResourceID{"d", "D", "d ", " d", "ď", "d\u030c", "d\n", "%", "_", "' OR 1=1 --", long, "😀"}
	for _, id := range ids {
		w.Does(store.ResourcesRegistered, func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, grants.Resource{Kind: device, ID: id}) })
	}
	w.Same("resources", len(w.Dump().Of(t.ada.Org).Resources), len(ids))
	for _, granted := range ids {
		g := grants.One(device, granted)
		w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), g))
		for _, id := range ids {
			w.Same("may use "+string(id), w.Can(t.vic, viewDevice, grants.Resource{Kind: device, ID: id}), id == granted)
		}
		w.No(t.vic, viewBoard, grants.Resource{Kind: dashboard, ID: granted})
		w.Must(w.Svc.Grants.Take(w.Ctx, t.ada, t.id(t.vic), g))
	}
}

func g4Who(w *World) {
	t := newTown(w)
	r := grants.Resource{Kind: device, ID: "x"}
	wide := t.custom("wide", everything(w)...)
	for _, as := range []charter.Actor{
		t.eve, t.vic, wide, t.pam, {User: "gus", Org: t.ada.Org}, {User: "nobody", Org: t.ada.Org}, {User: "ada", Org: "nowhere"},
	} {
		w.Denied(func() error { return w.Svc.Resources.Register(w.Ctx, as, r) })
		w.Denied(func() error { return w.Svc.Resources.Unregister(w.Ctx, as, r) })
	}
	host, named := charter.Host(t.ada.Org), charter.HostFor(t.vic)
	for _, c := range []struct {
		as    charter.Actor
		names orgs.UserID
	}{
		{t.ada, "ada"}, {host, ""}, {charter.HostFor(host), ""}, {named, "vic"}, {charter.HostFor(named), "vic"},
		{charter.HostFor(charter.Actor{User: "nobody", Org: t.ada.Org}), "nobody"},
	} {
		registered := w.Does(store.ResourcesRegistered, func() error { return w.Svc.Resources.Register(w.Ctx, c.as, r) })
		w.Same("actor", registered.Actor, c.names)
		w.Does(store.ResourcesUnregistered, func() error { return w.Svc.Resources.Unregister(w.Ctx, c.as, r) })
	}
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Resources.Register(w.Ctx, charter.Host("nowhere"), r) })
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Resources.Unregister(w.Ctx, charter.Host("nowhere"), r) })
	w.Invalid("actor.org", func() error { return w.Svc.Resources.Register(w.Ctx, charter.Host(""), r) })
	w.Invalid("actor.org", func() error { return w.Svc.Resources.Register(w.Ctx, charter.HostFor(charter.Actor{}), r) })
	for _, user := range []orgs.UserID{"", "a\x00"} {
		as := charter.Actor{User: user, Org: t.ada.Org}
		w.Invalid("actor.user", func() error { return w.Svc.Resources.Register(w.Ctx, as, r) })
		w.Invalid("actor.user", func() error { return w.Svc.Resources.Register(w.Ctx, charter.HostFor(as), r) })
	}
}

func g4Bad(w *World) {
	t := newTown(w)
	good := grants.Resource{Kind: device, ID: "good"}
	many := make([]grants.Resource, charter.MaxBatch+1)
	for i := range many {
		many[i] = grants.Resource{Kind: device, ID: grants.ResourceID(fmt.Sprint(i))}
	}
	w.Invalid("resources", func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, many...) })
	w.Invalid("resources", func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, many...) })
	w.Invalid("grants", func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), ones(many...)...) })
	w.Invalid("grants", func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, t.id(t.vic), ones(many...)...) })
	w.Invalid("grants", func() error {
		return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "x@x.example", Role: roles.Viewer, Grants: ones(many...)}))
	})
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, many[1:]...))
	for field, bads := range map[string][]grants.Resource{
		"resources[1].kind": {{Kind: "rocket", ID: "x"}, {ID: "x"}, {Kind: "Device", ID: "x"}, {Kind: "\xff", ID: "x"}},
		"resources[1].id": {
			{Kind: device}, {Kind: device, ID: "\xff"}, {Kind: device, ID: "a\x00"},
			{Kind: device, ID: grants.ResourceID(runes(256, 'x'))}, {Kind: device, ID: grants.ResourceID(strings.Repeat("x", 10<<20))},
		},
	} {
		for _, bad := range bads {
			w.Invalid(field, func() error { return w.Svc.Resources.Register(w.Ctx, t.ada, good, bad) })
			w.Invalid(field, func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, good, bad) })
		}
	}
}
