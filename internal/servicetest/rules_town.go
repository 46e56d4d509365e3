package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// The permissions that cases ask about. Of the ready catalogue, each built-in
// role holds viewDevice, Admin and Editor firmware, Admin alone deleteDevice;
// timeseries.access is about no resource and held by all.
const (
	viewDevice   = roles.Permission("devices.view")
	firmware     = roles.Permission("devices.update-firmware")
	deleteDevice = roles.Permission("devices.delete")
	addDevice    = roles.Permission("devices.add")
	viewBoard    = roles.Permission("emma.view-dashboards")
	series       = roles.Permission("timeseries.access")
	undeclared   = roles.Permission("devices.explode")

	device    = roles.Kind("device")
	dashboard = roles.Kind("dashboard")
)

// none is the zero Resource: for permissions that are about none.
var none = grants.Resource{}

// town is a scene for many cases: Acme with a member of each kind, and Globex,
// another tenant, beside it.
type town struct {
	*World
	ada     charter.Actor // Admin of Acme
	eve     charter.Actor // Editor of Acme
	vic     charter.Actor // Viewer of Acme
	pam     charter.Actor // invited to Acme as Viewer, not a member yet
	pending charter.Issued

	gus charter.Actor // Admin of Globex
	gil charter.Actor // Viewer of Globex
}

// newTown makes a town. Eve and Vic have no other organization.
func newTown(w *World) town {
	w.Helper()
	t := town{World: w}
	t.ada = w.Found("ada", "Acme")
	t.eve = w.Join(t.ada, "eve", roles.Editor)
	t.vic = w.Join(t.ada, "vic", roles.Viewer)
	t.pending = w.Invite(t.ada, "pam", roles.Viewer)
	t.pam = charter.Actor{User: "pam", Org: t.ada.Org}
	t.gus = w.Found("gus", "Globex")
	t.gil = w.Join(t.gus, "gil", roles.Viewer)
	return t
}

// custom adds a member of Acme with a custom role that holds permissions.
func (t town) custom(id orgs.UserID, permissions ...roles.Permission) charter.Actor {
	t.Helper()
	return t.Join(t.ada, id, t.Role(t.ada, "Role of "+string(id), permissions...))
}

// id returns the row of an active member.
func (t town) id(as charter.Actor) orgs.MemberID {
	t.Helper()
	return t.Me(as).ID
}

// invited returns the row of the pending invitation.
func (t town) invited() orgs.MemberID { return t.pending.Member.ID }
