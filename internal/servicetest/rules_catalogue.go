package servicetest

import (
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func catalogueRules() []Rule {
	return []Rule{
		{"R1", "the ready catalogue has 58 permissions of seven services, with their defaults", r1Ready},
		{"R1", "a host declares a catalogue of its own", r1Own},
		{"R4", "an undeclared permission is an error to ask for, for Admins too", r4Ask},
		{"R4", "an undeclared permission is not given to a role", r4Give},
		{"R4", "one that is stored and no longer declared is not held", r4Stored},
		{"R4", "one that is stored and no longer declared escalates nothing", r4StoredEscalation},
		{"R4", "one that is declared again is held again", r4Again},
	}
}

// What Editors and Viewers of the ready catalogue do not hold, by hand.
func editorsLack() []roles.Permission {
	return []roles.Permission{
		"devices.add", "devices.delete", "devices.reset-token", "users.access", "users.invite", "users.change-role",
		"users.remove", "store.book", "store.cancel", "store.assign-metrics", "store.assign-devices",
		"organization.rename", "organization.change-billing", "emma.delete-dashboard", "timeseries.delete-dashboard",
		"timeseries.set-permissions", "impulse.generate-api-token",
	}
}

func viewersLack() []roles.Permission {
	return append(editorsLack(),
		"devices.edit", "devices.update-firmware", "devices.assign-metrics", "emma.create-dashboard", "emma.create-widget",
		"emma.remove-widget", "emma.edit-dashboard", "emma.create-virtual-device", "emma.change-report-settings",
		"timeseries.create-dashboard", "timeseries.create-channel", "timeseries.delete-channel", "timeseries.edit-channel",
		"timeseries.create-alert", "timeseries.edit-alert", "timeseries.delete-alert", "impulse.edit-notifications",
		"impulse.view-control-api", "impulse.configure-arrester",
	)
}

func r1Ready(w *World) {
	t := newTown(w)
	services := w.Svc.Catalogue().Services()
	w.Same("services", idsOf(services, func(s roles.Service) string { return s.Key }),
		[]string{"devices", "users", "store", "organization", "emma", "timeseries", "impulse"})
	w.Same("permissions", len(everything(w)), 58)
	w.Same("kinds", w.Svc.Catalogue().Kinds(), []roles.Kind{dashboard, device})
	for as, lack := range map[charter.Actor][]roles.Permission{t.ada: nil, t.eve: editorsLack(), t.vic: viewersLack()} {
		for _, p := range everything(w) {
			held, err := w.Svc.Holds(w.Ctx, as, p)
			w.Must(err)
			w.Same(fmt.Sprint(as.User, " holds ", p), held, !slices.Contains(lack, p))
		}
	}
}

// catalogued returns a World like w whose host declares only these services.
func (w *World) catalogued(services ...roles.Service) *World {
	w.Helper()
	catalogue, err := roles.NewCatalogue(services...)
	w.Must(err)
	return w.Also(func(o *charter.Options) { o.Catalogue = catalogue })
}

func r1Own(w *World) {
	ships := w.catalogued(roles.Service{Key: "fleet", Permissions: []roles.Declaration{
		{Permission: "fleet.sail", Kind: "ship", Editor: true}, {Permission: "fleet.watch", Editor: true, Viewer: true},
	}})
	ada := ships.Found("ada", "Acme")
	eve, vic := ships.Join(ada, "eve", roles.Editor), ships.Join(ada, "vic", roles.Viewer)
	ship := grants.Resource{Kind: "ship", ID: "s-1"}
	ships.Must(ships.Svc.Resources.Register(w.Ctx, ada, ship))
	ships.Must(ships.Svc.Grants.Give(w.Ctx, ada, ships.Me(eve).ID, grants.All("ship")))
	ships.Must(ships.Svc.Grants.Give(w.Ctx, ada, ships.Me(vic).ID, grants.All("ship")))
	ships.Yes(eve, "fleet.sail", ship)
	ships.No(vic, "fleet.sail", ship)
	ships.Yes(vic, "fleet.watch", none)
	// The library's own permissions are there without being declared.
	ships.No(eve, roles.InviteUsers, none)
	ships.Yes(ada, roles.InviteUsers, none)
	ships.Invalid("permission", func() error { return errOf(ships.Svc.Can(w.Ctx, ada, viewDevice, ship)) })
	ships.Invalid("resources[0].kind", func() error {
		return ships.Svc.Resources.Register(w.Ctx, ada, grants.Resource{Kind: device, ID: "d"})
	})
}

func r4Ask(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	for _, p := range []roles.Permission{undeclared, "", "devices", "DEVICES.VIEW", "devices.view ", "\xff", "users.access\x00"} {
		for _, as := range []charter.Actor{t.ada, t.vic, {User: "nobody", Org: "nowhere"}} {
			for name, ask := range map[string]func() error{
				"can":           func() error { return errOf(w.Svc.Can(w.Ctx, as, p, none)) },
				"can a device":  func() error { return errOf(w.Svc.Can(w.Ctx, as, p, machine)) },
				"require":       func() error { return w.Svc.Require(w.Ctx, as, p, machine) },
				"holds":         func() error { return errOf(w.Svc.Holds(w.Ctx, as, p)) },
				"explain":       func() error { return errOf(w.Svc.Explain(w.Ctx, as, p, machine)) },
				"filter":        func() error { return errOf(w.Svc.Filter(w.Ctx, as, p, []grants.Resource{machine})) },
				"filter none":   func() error { return errOf(w.Svc.Filter(w.Ctx, as, p, nil)) },
				"resources for": func() error { return errOf(w.Svc.ResourcesFor(w.Ctx, as, p, charter.PageQuery{})) },
				"members for":   func() error { return errOf(w.Svc.MembersFor(w.Ctx, as.Org, p, machine, charter.PageQuery{})) },
				"users for":     func() error { return errOf(w.Svc.UsersFor(w.Ctx, as.Org, p, machine, charter.PageQuery{})) },
			} {
				w.Log(name)
				w.Invalid("permission", ask)
			}
			w.Invalid("questions[1].permission", func() error {
				return errOf(w.Svc.CanEach(w.Ctx, as, []grants.Question{{Permission: series}, {Permission: p}}))
			})
			access, err := w.Svc.Access(w.Ctx, as)
			w.Must(err)
			w.Invalid("permission", func() error { return errOf(access.Can(p, machine)) })
			w.True("nobody holds it", !access.Holds(p))
		}
	}
}

func r4Give(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk", viewDevice)
	for _, p := range []roles.Permission{undeclared, "", "x", "\x00", "users.Access"} {
		w.Invalid("permissions[1]", func() error { return errOf(w.Svc.Roles.Create(w.Ctx, t.ada, "New", series, p)) })
		w.Invalid("permissions[0]", func() error { return w.Svc.Roles.SetPermissions(w.Ctx, t.ada, clerk, p) })
	}
}

// poorer returns a World like w whose host has stopped to declare firmware.
func (w *World) poorer() *World {
	w.Helper()
	services := w.Svc.Catalogue().Services()
	for i := range services {
		services[i].Permissions = slices.DeleteFunc(services[i].Permissions, func(d roles.Declaration) bool { return d.Permission == firmware })
	}
	return w.catalogued(services...)
}

func r4Stored(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	bob := t.custom("bob", viewDevice, firmware)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(bob), grants.All(device)))
	w.Yes(bob, firmware, machine)
	less := w.poorer()
	less.Yes(bob, viewDevice, machine)
	for _, as := range []charter.Actor{t.ada, t.eve, bob} {
		less.Invalid("permission", func() error { return errOf(less.Svc.Can(w.Ctx, as, firmware, machine)) })
		access, err := less.Svc.Access(w.Ctx, as)
		w.Must(err)
		w.True("not held", !access.Holds(firmware))
	}
	list, err := less.Svc.Roles.List(w.Ctx, t.ada)
	w.Must(err)
	w.Same("what the custom role holds now", list[3].Role.Permissions, []roles.Permission{viewDevice})
	w.Same("what Admins hold now", len(list[0].Role.Permissions), 57)
	w.Same("what is stored", w.Dump().Of(t.ada.Org).Roles[0].Permissions, []roles.Permission{firmware, viewDevice})
}

func r4StoredEscalation(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	strong := t.custom("bob", viewDevice, firmware)
	only := t.Role(t.ada, "Flasher", firmware)
	w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(strong), only) })
	less := w.poorer()
	less.Does(store.MemberRoleChanged, func() error { return less.Svc.Members.ChangeRole(w.Ctx, chief, t.id(strong), only) })
	less.Does(store.RoleChanged, func() error { return less.Svc.Roles.SetPermissions(w.Ctx, chief, only, viewDevice) })
	less.Invalid("permissions[0]", func() error { return less.Svc.Roles.SetPermissions(w.Ctx, t.ada, only, firmware) })
}

func r4Again(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	bob := t.custom("bob", viewDevice, firmware)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(bob), grants.All(device)))
	less := w.poorer()
	less.Must(less.Svc.Roles.Rename(w.Ctx, t.ada, w.Me(bob).Role, "Renamed meanwhile"))
	less.No(t.gus, viewDevice, machine)
	w.Yes(bob, firmware, machine)
}
