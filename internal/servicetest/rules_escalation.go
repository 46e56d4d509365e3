package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func escalationRules() []Rule {
	return []Rule{
		{"M7", "nobody invites with a role that holds what they lack", m7Invite},
		{"M7", "nobody invites with grants that they do not reach", m7InviteGrants},
		{"M7", "nobody gives a role that holds what they lack", m7ChangeUp},
		{"M7", "nobody changes the role of who holds what they lack", m7ChangeDown},
		{"M7", "nobody creates a role that holds what they lack", m7Create},
		{"M7", "nobody edits a role to hold what they lack, nor one that does", m7Edit},
		{"M7", "nobody removes who holds what they lack", m7Remove},
		{"M7", "nobody revokes, re-issues or copies the invitation of a role that holds what they lack", m7Links},
		{"M7", "nobody gives or takes grants of who holds what they lack", m7Grants},
		{"M7", "nobody gives a grant that they do not reach, to themselves neither", m7Reach},
		{"M7", "one missing permission is enough, and the very same ones suffice", m7Boundary},
		{"M7", "only an Admin gives Admin or touches one, whatever else a role holds", m7Admin},
		{"M7", "an escalation is a denial that says so", m7IsDenied},
	}
}

// chiefly returns what a chief holds: everything about members, and a look at
// devices.
func chiefly() []roles.Permission {
	return []roles.Permission{roles.AccessUsers, roles.InviteUsers, roles.ChangeRoles, roles.RemoveUsers, viewDevice}
}

// escalates fails the test unless op is refused as an escalation.
func (w *World) escalates(op func() error) {
	w.Helper()
	w.Refused(charter.ErrEscalation, op)
}

func m7Invite(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	less := t.Role(t.ada, "Less", viewDevice)
	more := t.Role(t.ada, "More", viewDevice, firmware)
	for _, role := range []roles.ID{roles.Admin, roles.Editor, roles.Viewer, more} {
		w.escalates(func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, chief, invites.Request{Email: "x@x.example", Role: role}))
		})
	}
	w.Invite(chief, "lea", less)
	w.Invite(chief, "eli", w.Me(chief).Role)
}

func m7InviteGrants(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	chief := t.custom("chief", chiefly()...)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(chief), grants.One(device, devices[0].ID)))
	less := t.Role(t.ada, "Less", viewDevice)
	for _, gs := range [][]grants.Grant{
		{grants.One(device, devices[1].ID)}, {grants.All(device)}, {grants.All(dashboard)},
		{grants.One(device, devices[0].ID), grants.One(device, devices[1].ID)}, {grants.One(device, "no-such-device")},
	} {
		w.escalates(func() error {
			return errOf(w.Svc.Invites.Invite(w.Ctx, chief, invites.Request{Email: "x@x.example", Role: less, Grants: gs}))
		})
	}
	lea := w.Join(chief, "lea", less, grants.One(device, devices[0].ID))
	w.Yes(lea, viewDevice, devices[0])
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(chief), grants.All(device)))
	w.Join(chief, "leo", less, grants.One(device, devices[1].ID), grants.All(device))
}

func m7ChangeUp(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	less := t.Role(t.ada, "Less", viewDevice)
	more := t.Role(t.ada, "More", viewDevice, firmware)
	lea := w.Join(t.ada, "lea", less)
	pending := w.Invite(t.ada, "leo", less).Member.ID
	for _, role := range []roles.ID{roles.Admin, roles.Editor, roles.Viewer, more} {
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(lea), role) })
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, pending, role) })
	}
	own := w.Me(chief).Role
	w.Does(store.MemberRoleChanged, func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(lea), own) })
	w.Does(store.MemberRoleChanged, func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, pending, own) })
}

func m7ChangeDown(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	less := t.Role(t.ada, "Less", viewDevice)
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(as), less) })
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(as), w.Me(as).Role) })
	}
	w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, chief, t.invited(), less) })
	editors := t.custom("second", append(w.Svc.Catalogue().Permissions(mustBuiltIn(w, roles.Editor)), chiefly()...)...)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, editors, t.id(t.eve), less))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, editors, t.id(t.eve), roles.Editor))
}

func m7Create(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	for _, ps := range [][]roles.Permission{{firmware}, {viewDevice, firmware}, everything(w), {roles.RenameOrganization}} {
		w.escalates(func() error { return errOf(w.Svc.Roles.Create(w.Ctx, chief, "New", ps...)) })
	}
	w.Does(store.RoleCreated, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, chief, "Same", chiefly()...)) })
	w.Does(store.RoleCreated, func() error { return errOf(w.Svc.Roles.Create(w.Ctx, chief, "None")) })
}

func m7Edit(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	less := t.Role(t.ada, "Less", viewDevice)
	more := t.Role(t.ada, "More", viewDevice, firmware)
	for _, ps := range [][]roles.Permission{{firmware}, {viewDevice, deleteDevice}, everything(w)} {
		w.escalates(func() error { return w.Svc.Roles.SetPermissions(w.Ctx, chief, less, ps...) })
	}
	for _, ps := range [][]roles.Permission{nil, {viewDevice}, {viewDevice, firmware}} {
		w.escalates(func() error { return w.Svc.Roles.SetPermissions(w.Ctx, chief, more, ps...) })
	}
	w.escalates(func() error { return w.Svc.Roles.Rename(w.Ctx, chief, more, "Other") })
	w.escalates(func() error { return w.Svc.Roles.Delete(w.Ctx, chief, more) })
	w.Does(store.RoleChanged, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, chief, less, chiefly()...) })
	w.Does(store.RoleChanged, func() error { return w.Svc.Roles.Rename(w.Ctx, chief, less, "Lesser") })
	w.Does(store.RoleDeleted, func() error { return w.Svc.Roles.Delete(w.Ctx, chief, less) })
}

func m7Remove(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	lea := w.Join(t.ada, "lea", t.Role(t.ada, "Less", viewDevice))
	w.Join(t.ada, "bob", roles.Admin) // so that it is not about the last one
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		row := w.Me(as)
		w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, chief, row.ID, row.Email) })
		w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, chief, row.ID, "wrong@acme.example") })
	}
	w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, chief, t.invited(), t.pending.Member.Email) })
	w.Does(store.MemberRemoved, func() error { return w.Svc.Members.Remove(w.Ctx, chief, t.id(lea), Profile("lea").Email) })
	w.Does(store.MemberLeft, func() error { return w.Svc.Members.Remove(w.Ctx, chief, t.id(chief), Profile("chief").Email) })
}

func m7Links(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	weak := w.Invite(t.ada, "lea", t.Role(t.ada, "Less", viewDevice)).Member.ID
	w.escalates(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, chief, t.invited())) })
	w.escalates(func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, chief, t.invited())) })
	w.escalates(func() error { return w.Svc.Invites.Revoke(w.Ctx, chief, t.invited()) })
	w.Idle(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, chief, weak)) })
	w.Does(store.InvitationReissued, func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, chief, weak)) })
	w.Does(store.InvitationRevoked, func() error { return w.Svc.Invites.Revoke(w.Ctx, chief, weak) })
}

func m7Grants(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	one := grants.One(device, devices[0].ID)
	chief := t.custom("chief", chiefly()...)
	lea := w.Join(t.ada, "lea", t.Role(t.ada, "Less", viewDevice))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(chief), grants.All(device)))
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(as), one))
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(as), grants.All(device)) })
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(as), one) })
		w.escalates(func() error { return w.Svc.Grants.Take(w.Ctx, chief, t.id(as), one) })
		w.escalates(func() error { return w.Svc.Grants.Take(w.Ctx, chief, t.id(as)) })
	}
	w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.invited(), one) })
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), one) })
	w.Does(store.GrantsTaken, func() error { return w.Svc.Grants.Take(w.Ctx, chief, t.id(lea), one) })
}

func m7Reach(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	mine, other := grants.One(device, devices[0].ID), grants.One(device, devices[1].ID)
	chief := t.custom("chief", chiefly()...)
	lea := w.Join(t.ada, "lea", t.Role(t.ada, "Less", viewDevice))
	for _, g := range []grants.Grant{mine, other, grants.All(device), grants.One(device, "no-such-device")} {
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), g) })
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(chief), g) })
	}
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(chief), mine))
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), mine) })
	for _, gs := range [][]grants.Grant{{other}, {mine, other}, {grants.All(device)}} {
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), gs...) })
		w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(chief), gs...) })
	}
	w.Idle(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(chief), mine) })
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(chief), grants.All(device)))
	w.Does(store.GrantsGiven, func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), other, grants.All(device)) })
	w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, chief, t.id(lea), grants.All(dashboard)) })
}

func m7Boundary(w *World) {
	t := newTown(w)
	all := everything(w)
	full, lea := t.custom("full", all...), t.custom("lea")
	own, strong := w.Me(full).Role, t.Role(t.ada, "Strong")
	for _, p := range without(all, roles.ChangeRoles) {
		w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, own, without(all, p)...))
		w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, strong, p))
		w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, full, t.id(lea), strong) })
		w.escalates(func() error { return w.Svc.Roles.Rename(w.Ctx, full, strong, "Mine") })
	}
	w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, own, all...))
	w.Must(w.Svc.Roles.SetPermissions(w.Ctx, t.ada, strong, all...))
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, full, t.id(lea), strong))
}

// Every permission is less than Admin: that reaches every resource and may delete
// the organization.
func m7Admin(w *World) {
	t := newTown(w)
	full, lea := t.custom("full", everything(w)...), t.custom("lea")
	bob := w.Join(t.ada, "bob", roles.Admin)
	pending := w.Invite(t.ada, "leo", roles.Admin).Member
	one := grants.One(device, w.Devices(t.ada, 1)[0].ID)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(full), one))
	w.escalates(func() error {
		return errOf(w.Svc.Invites.Invite(w.Ctx, full, invites.Request{Email: "x@x.example", Role: roles.Admin}))
	})
	w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, full, t.id(lea), roles.Admin) })
	w.escalates(func() error { return w.Svc.Members.ChangeRole(w.Ctx, full, t.id(bob), roles.Viewer) })
	w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, full, t.id(bob), Profile("bob").Email) })
	w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, full, pending.ID, pending.Email) })
	w.escalates(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, full, pending.ID)) })
	w.escalates(func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, full, pending.ID)) })
	w.escalates(func() error { return w.Svc.Invites.Revoke(w.Ctx, full, pending.ID) })
	w.escalates(func() error { return w.Svc.Grants.Give(w.Ctx, full, t.id(bob), one) })
	w.escalates(func() error { return w.Svc.Grants.Take(w.Ctx, full, t.id(bob), one) })
	w.Does(store.MemberRoleChanged, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(bob), roles.Viewer) })
}

func m7IsDenied(w *World) {
	t := newTown(w)
	chief := t.custom("chief", chiefly()...)
	err := w.Svc.Members.ChangeRole(w.Ctx, chief, t.id(t.vic), roles.Admin)
	w.True("it is a denial", isAll(err, charter.ErrEscalation, charter.ErrDenied))
	w.True("a denial is not an escalation", !isAll(charter.ErrDenied, charter.ErrEscalation))
}
