package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func roleRules() []Rule {
	return []Rule{
		{"R1", "Admin, Editor and Viewer are in every organization", r1Everywhere},
		{"R1", "the built-in roles cannot be edited or deleted", r1Fixed},
		{"R1", "an Admin holds every permission and every resource, later ones too", r1Admin},
		{"R2", "permissions come from the role alone", r2RoleAlone},
		{"R3", "a custom role is created, renamed, given permissions and deleted", r3Life},
		{"R3", "custom roles need users.change-role", r3Denied},
		{"R3", "a name is unique in its organization, ignoring case", r3Unique},
		{"R3", "a name of a built-in role is taken", r3BuiltInNames},
		{"R3", "a name is trimmed, 1 to 100 characters", r3Names},
		{"R3", "a role in use, by invited members too, is not deleted", r3InUse},
		{"R3", "changes of a role work at once", r3AtOnce},
		{"R3", "a role of another organization is not there", r3Foreign},
		{"R3", "what changes nothing is no event", r3Idle},
	}
}

func r1Everywhere(w *World) {
	t := newTown(w)
	for _, as := range []charter.Actor{t.ada, t.gus, {User: "ada", Org: w.Working("ada")}} {
		list, err := w.Svc.Roles.List(w.Ctx, as)
		w.Must(err)
		got := idsOf(list[:3], func(c charter.RoleCount) roles.Role { return roles.Role{ID: c.Role.ID, Name: c.Role.Name} })
		w.Same("roles", got, []roles.Role{{ID: "admin", Name: "Admin"}, {ID: "editor", Name: "Editor"}, {ID: "viewer", Name: "Viewer"}})
		for _, c := range list[:3] {
			w.Same("what it holds", c.Role.Permissions, w.Svc.Catalogue().Permissions(mustBuiltIn(w, c.Role.ID)))
		}
	}
}

func r1Fixed(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	for _, as := range []charter.Actor{t.ada, chief} {
		for _, id := range []roles.ID{roles.Admin, roles.Editor, roles.Viewer} {
			w.Refused(charter.ErrBuiltInRole, func() error { return w.Svc.Roles.Rename(w.Ctx, as, id, "Other") })
			w.Refused(charter.ErrBuiltInRole, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, as, id) })
			w.Refused(charter.ErrBuiltInRole, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, as, id, viewDevice) })
			w.Refused(charter.ErrBuiltInRole, func() error { return w.Svc.Roles.Delete(w.Ctx, as, id) })
		}
	}
	w.Denied(func() error { return w.Svc.Roles.Delete(w.Ctx, t.eve, roles.Viewer) })
}

func r1Admin(w *World) {
	t := newTown(w)
	for range 2 {
		machine := grants.Resource{Kind: device, ID: "m-1"}
		board := grants.Resource{Kind: dashboard, ID: "b-1"}
		w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, machine, board))
		for _, s := range w.Svc.Catalogue().Services() {
			for _, d := range s.Permissions {
				r := resourceOf(d.Kind, grants.Resource{ID: map[roles.Kind]grants.ResourceID{device: "m-1", dashboard: "b-1"}[d.Kind]})
				held, err := w.Svc.Holds(w.Ctx, t.ada, d.Permission)
				w.Must(err)
				w.True("holds "+string(d.Permission), held)
				w.Yes(t.ada, d.Permission, r)
			}
		}
		w.Must(w.Svc.Resources.Unregister(w.Ctx, t.ada, machine, board))
		w.No(t.ada, viewDevice, machine)
	}
	w.Same("without a single grant", w.GrantsOf(t.ada, t.id(t.ada)), nil)
}

func r2RoleAlone(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	vera := w.Join(t.ada, "vera", roles.Viewer)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(vera), grants.All(device), grants.All(dashboard)))
	for _, p := range everything(w) {
		one, err := w.Svc.Holds(w.Ctx, t.vic, p)
		w.Must(err)
		other, err := w.Svc.Holds(w.Ctx, vera, p)
		w.Must(err)
		w.Same("two of one role hold the same, whatever their grants: "+string(p), one, other)
	}
	w.No(vera, deleteDevice, devices[0])
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(vera), t.Role(t.ada, "Eraser", deleteDevice)))
	w.Yes(vera, deleteDevice, devices[0])
	w.No(vera, viewDevice, devices[0])
}

func r3Life(w *World) {
	t := newTown(w)
	var role roles.Role
	created := w.Does(store.RoleCreated, func() (err error) {
		role, err = w.Svc.Roles.Create(w.Ctx, t.ada, " Clerk ", series, firmware, viewDevice, firmware)
		return err
	})
	sorted := []roles.Permission{firmware, viewDevice, series}
	w.Same("role", role, roles.Role{ID: role.ID, Name: "Clerk", Permissions: sorted, CreatedAt: role.CreatedAt})
	w.Same("stored", w.Dump().Of(t.ada.Org).Roles, []roles.Role{role})
	w.Same("created", created.Detail, store.Detail{Role: role.ID, After: store.State{Name: "Clerk", Permissions: sorted}})
	renamed := w.Does(store.RoleChanged, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, role.ID, "Aide\n") })
	w.Same("renamed", renamed.Detail, store.Detail{
		Role: role.ID, Before: store.State{Name: "Clerk", Permissions: sorted}, After: store.State{Name: "Aide", Permissions: sorted},
	})
	set := w.Does(store.RoleChanged, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, t.ada, role.ID, viewBoard, viewBoard) })
	w.Same("set", set.Detail, store.Detail{
		Role: role.ID, Before: store.State{Name: "Aide", Permissions: sorted},
		After: store.State{Name: "Aide", Permissions: []roles.Permission{viewBoard}},
	})
	role.Name, role.Permissions = "Aide", []roles.Permission{viewBoard}
	list, err := w.Svc.Roles.List(w.Ctx, t.ada)
	w.Must(err)
	w.Same("listed", list[3:], []charter.RoleCount{{Role: role}})
	deleted := w.Does(store.RoleDeleted, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, role.ID) })
	w.Same("deleted", deleted.Detail, store.Detail{
		Role: role.ID, Before: store.State{Name: "Aide", Permissions: []roles.Permission{viewBoard}},
	})
	w.Refused(charter.ErrNotFound, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, role.ID) })
	w.Same("stored", w.Dump().Of(t.ada.Org).Roles, nil)
	w.True("an ID is not used again", t.Role(t.ada, "Aide") != role.ID)
}

func r3Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.ChangeRoles)...)
	clerk := t.Role(t.ada, "Clerk")
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}} {
		for _, id := range []roles.ID{clerk, "no-such-role", roles.Admin} {
			w.Denied(func() error { return w.Svc.Roles.Rename(w.Ctx, as, id, "Clerk") })
			w.Denied(func() error { return w.Svc.Roles.SetPermissions(w.Ctx, as, id) })
			w.Denied(func() error { return w.Svc.Roles.Delete(w.Ctx, as, id) })
		}
		w.Denied(func() error { return errOf(w.Svc.Roles.Create(w.Ctx, as, "clerk")) })
	}
	maker := t.custom("maker", roles.ChangeRoles)
	w.Does(store.RoleCreated, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, maker, "Second")) })
	w.Does(store.RoleChanged, func() error { return w.Svc.Roles.Rename(w.Ctx, maker, clerk, "First") })
	w.Does(store.RoleDeleted, func() error { return w.Svc.Roles.Delete(w.Ctx, maker, clerk) })
}

func r3Unique(w *World) {
	t := newTown(w)
	first := t.Role(t.ada, "Straße Ök")
	second := t.Role(t.ada, "Second")
	for _, name := range []string{"Straße Ök", "straße ök", "STRAßE ÖK", " Straße Ö\u212a ", "\u017ftraße Ök"} {
		w.Refused(charter.ErrNameTaken, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, t.ada, name)) })
		w.Refused(charter.ErrNameTaken, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, second, name) })
	}
	w.Does(store.RoleChanged, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, first, "STRAßE ÖK") })
	for _, name := range []string{"Strasse Ök", "Straße Ok", "Straße  Ök", "Straße O\u0308k"} {
		w.Does(store.RoleCreated, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, t.ada, name)) })
	}
	t.Role(t.gus, "Second")
	w.Must(w.Svc.Roles.Rename(w.Ctx, t.ada, second, "Third"))
	second = t.Role(t.ada, "second")
	w.Must(w.Svc.Roles.Delete(w.Ctx, t.ada, second))
	t.Role(t.ada, "SECOND")
}

func r3BuiltInNames(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk")
	for _, name := range []string{"Admin", "admin", "ADMIN", " Editor\t", "eDITOR", "viewer", "V\u0131ewer", "ed\u0131tor"} {
		w.Refused(charter.ErrNameTaken, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, t.ada, name)) })
		w.Refused(charter.ErrNameTaken, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, clerk, name) })
	}
	for _, name := range []string{"Admins", "Ad min", "Administrator", "\u0410dmin"} {
		w.Does(store.RoleCreated, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, t.ada, name)) })
	}
}

func r3Names(w *World) {
	ada := w.Found("ada", "Acme")
	clerk := w.Role(ada, "Clerk")
	for _, name := range []string{"x", runes(100, 'x'), runes(100, '😀'), "' OR 1=1 --", "%"} {
		w.Must(w.Svc.Roles.Rename(w.Ctx, ada, clerk, "\t"+name+" "))
		w.Same("name", w.Dump().Of(ada.Org).Roles[0].Name, name)
	}
	for _, name := range []string{"", "  ", runes(101, 'x'), runes(101, '😀'), "a\nb", "a\x00", "\xff", "a\u2029b"} {
		w.Invalid("name", func() error { return errOf(w.Svc.Roles.Create(w.Ctx, ada, name)) })
		w.Invalid("name", func() error { return w.Svc.Roles.Rename(w.Ctx, ada, clerk, name) })
	}
}

func r3InUse(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk")
	inUse := func() {
		w.Refused(charter.ErrRoleInUse, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, clerk) })
	}
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), clerk))
	inUse()
	w.Accept(t.pending, "pam")
	inUse()
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), clerk))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.pam), roles.Viewer))
	inUse()
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, t.vic)))
	w.Does(store.RoleDeleted, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, clerk) })
}

func r3AtOnce(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	bob := t.custom("bob", viewDevice)
	cleo := w.Join(t.ada, "cleo", w.Me(bob).Role)
	for _, as := range []charter.Actor{bob, cleo} {
		w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(as), grants.All(device)))
	}
	role := w.Me(bob).Role
	for _, c := range []struct {
		permissions []roles.Permission
		view, flash bool
	}{
		{[]roles.Permission{firmware}, false, true}, {[]roles.Permission{viewDevice, firmware}, true, true}, {nil, false, false},
	} {
		w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, role, c.permissions...))
		for _, as := range []charter.Actor{bob, cleo} {
			w.Same("view", w.Can(as, viewDevice, devices[0]), c.view)
			w.Same("flash", w.Can(as, firmware, devices[0]), c.flash)
			held, err := w.Svc.Holds(w.Ctx, as, firmware)
			w.Must(err)
			w.Same("holds", held, c.flash)
		}
	}
}

func r3Foreign(w *World) {
	t := newTown(w)
	theirs := t.Role(t.gus, "Theirs", viewDevice)
	for _, id := range []roles.ID{theirs, "no-such-role"} {
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, id, "Mine") })
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, t.ada, id, series) })
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, id) })
	}
	w.Invalid("role", func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, "") })
	list, err := w.Svc.Roles.List(w.Ctx, t.ada)
	w.Must(err)
	w.Same("roles", len(list), 3)
	w.Same("their role", w.Dump().Of(t.gus.Org).Roles[0].Name, "Theirs")
}

func r3Idle(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk", viewDevice, firmware)
	w.Idle(func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, clerk, " Clerk") })
	w.Idle(func() error { return w.Svc.Roles.SetPermissions(w.Ctx, t.ada, clerk, firmware, viewDevice, firmware) })
}
