package storetest

import (
	"context"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The pools that plans draw from. Most have members that something takes for one
// another.

func (m *model) userPool() []orgs.UserID {
	return []orgs.UserID{orgs.UserID(m.run + "u"), orgs.UserID(m.run + "U"), orgs.UserID(m.run + "u "), orgs.UserID(m.run + "\u00fc")}
}

func (m *model) addressPool() []string {
	domain := "@" + m.run + ".example"
	return []string{"x" + domain, "X" + domain, "x_" + domain, "xx" + domain, "\u212A" + domain, "k" + domain}
}

func (m *model) resourcePool() []grants.Resource {
	return []grants.Resource{
		thing(grants.ResourceID(m.run + "d")), thing(grants.ResourceID(m.run + "D")), board(grants.ResourceID(m.run + "d")),
	}
}

func (m *model) grantPool() []grants.Grant {
	list := []grants.Grant{grants.All(device), grants.All(dashboard)}
	for _, r := range m.resourcePool() {
		list = append(list, grants.One(r.Kind, r.ID))
	}
	return list
}

func rolePool() []roles.ID { return []roles.ID{auditor, clerk, "R-clerk"} }
func namePool() []string   { return []string{"Ann", "ann", "\u00c1nn", "A%", "Bo", "An n"} }
func permissionPool() []roles.Permission {
	return []roles.Permission{editDevices, viewDevices, "users.access"}
}

// bits draws n bits, each as likely as its opposite: rapid by itself prefers
// small numbers, and with them the beginning of every list.
func bits(n int) *rapid.Generator[int] {
	return rapid.Custom(func(rt *rapid.T) int {
		v := 0
		for range n {
			v <<= 1
			if rapid.Bool().Draw(rt, "bit") {
				v++
			}
		}
		return v
	})
}

// one draws one of list, and some any part of it in its order.
func one[T any](rt *rapid.T, label string, list []T) T {
	return rapid.Map(bits(10), func(n int) T { return list[n%len(list)] }).Draw(rt, label)
}

func some[T any](rt *rapid.T, label string, list []T) []T {
	return rapid.Map(bits(len(list)), func(mask int) (part []T) {
		for i, v := range list {
			if mask&(1<<i) != 0 {
				part = append(part, v)
			}
		}
		return part
	}).Draw(rt, label)
}

// step is one of the things that happen in a plan.
type step struct {
	name string
	take func(*rapid.T)
}

// steps returns the steps that a plan is made of, the more frequent ones more
// than once.
func (m *model) steps() []step {
	each := func(_ *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op { return always(giveEach(org)) }
	common := []step{
		{"PutProfile", m.rename},
		{"invite", m.inOrganization(m.invite)},
		{"CreateMember", m.inOrganization(m.add)},
		{"JoinMember", m.inOrganization(m.accept)},
		{"UpdateMember", m.inOrganization(m.appoint)},
		{"UpdateRole", m.inOrganization(m.changeRole)},
		{"Register", m.inOrganization(m.register)},
		{"Give", m.inOrganization(m.give)},
		{"Give", m.inOrganization(m.give)},
		{"Take", m.inOrganization(m.take)},
		{"Unregister", m.inOrganization(m.unregister)},
		{"Append", m.inOrganization(m.append)},
		{"DeleteMember", m.inOrganization(m.remove)},
	}
	if m.open != nil {
		common = append(common, step{"open again", m.reopen}, step{"open again", m.reopen})
	}
	return slices.Concat(common, common, []step{
		{"CreateOrganization", m.found},
		{"UpdateOrganization", m.inOrganization(m.describe)},
		{"DeleteOrganization", m.inOrganization(m.closeDown)},
		{"DeleteTombstone", m.forget},
		{"PutUser", m.signIn},
		{"CreateRole", m.inOrganization(m.addRole)},
		{"CreateRole", m.inOrganization(m.addRole)},
		{"DeleteRole", m.inOrganization(m.removeRole)},
		{"GiveEach", m.inOrganization(each)},
		{"nothing", m.inOrganization(m.nothing)},
	})
}

// takeStep takes one of the steps.
func (m *model) takeStep(rt *rapid.T) {
	steps := m.steps()
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.name
	}
	name := one(rt, "step", names)
	steps[slices.Index(names, name)].take(rt)
}

// begin founds two organizations with a role, a few rows and resources each, so
// that plans have something to work on from the start.
func (m *model) begin(rt *rapid.T) {
	for range 2 {
		m.found(rt)
		org := m.founded[len(m.founded)-1]
		m.step(rt, store.Want{Org: org}, always(
			createRole(org, custom(auditor, "Auditor", viewDevices)),
			createMember(invited(org, m.newRow(rt, org), m.addressPool()[len(m.founded)], auditor)),
		))
	}
	pool := m.resourcePool()
	m.step(rt, store.Want{Org: m.founded[0]}, always(register(m.founded[0], pool[0], pool[2])))
	m.step(rt, store.Want{Org: m.founded[1]}, always(register(m.founded[1], pool[1])))
}

// always returns what does o whatever is held.
func always(ops ...op) func(store.Held) op {
	return func(store.Held) op { return all(ops...) }
}

// inOrganization makes a step of a plan in one of the organizations, which may
// add to what is held. One step in eight fails after its writes.
func (m *model) inOrganization(plan func(*rapid.T, orgs.ID, *store.Want) func(store.Held) op) func(*rapid.T) {
	return func(rt *rapid.T) {
		living := slices.DeleteFunc(slices.Clone(m.founded), func(org orgs.ID) bool {
			_, err := m.reference().Organization(m.ctx, org)
			return err != nil
		})
		if len(living) == 0 {
			rt.Skip("no organization")
		}
		org := one(rt, "organization", living)
		want := m.want(rt, org)
		do := plan(rt, org, &want)
		fails := bits(3).Draw(rt, "fails") == 7
		m.step(rt, want, func(held store.Held) op {
			if fails {
				return all(do(held), func(context.Context, store.Tx) error { return errBoom })
			}
			return do(held)
		})
	}
}

// want draws what else to ask for.
func (m *model) want(rt *rapid.T, org orgs.ID) store.Want {
	want := store.Want{Org: org}
	if !rapid.Bool().Draw(rt, "asks") {
		return want
	}
	want.Users = some(rt, "users", m.userPool())
	want.Actor = one(rt, "actor", m.userPool())
	want.Address = orgs.FoldAddress(one(rt, "address", m.addressPool()))
	want.Roles = some(rt, "roles", rolePool())
	want.RoleName = roles.FoldName(one(rt, "role name", namePool()))
	want.Resources = some(rt, "resources", m.resourcePool())
	want.Grants = some(rt, "grants", m.grantPool())
	want.EveryResource = rapid.Bool().Draw(rt, "every resource")
	if rows := m.rowsOf(org); len(rows) > 0 {
		want.Member = one(rt, "member", rows).ID
	}
	return want
}

// rowsOf returns the rows of org.
func (m *model) rowsOf(org orgs.ID) []orgs.Member {
	page, _ := m.reference().Members(m.ctx, store.MemberQuery{Org: org, Limit: everything})
	return page.Members
}

// rowOf draws a row of org that is ok.
func (m *model) rowOf(rt *rapid.T, org orgs.ID, ok func(orgs.Member) bool) orgs.Member {
	rows := slices.DeleteFunc(m.rowsOf(org), func(row orgs.Member) bool { return !ok(row) })
	if len(rows) == 0 {
		rt.Skip("no row")
	}
	return one(rt, "row", rows)
}

// newRow returns an ID for a row of org: a new one, which does not sort by age,
// or one that a row had which is gone.
func (m *model) newRow(rt *rapid.T, org orgs.ID) orgs.MemberID {
	rows := m.rowsOf(org)
	gone := slices.DeleteFunc(slices.Clone(m.rows[org]), func(id orgs.MemberID) bool {
		return slices.ContainsFunc(rows, func(row orgs.Member) bool { return row.ID == id })
	})
	if len(gone) > 0 && rapid.Bool().Draw(rt, "comes back") {
		return one(rt, "row", gone)
	}
	n := len(m.rows[org])
	id := orgs.MemberID(fmt.Sprintf("%s-%c%d", org, 'a'+n*11%26, n))
	m.rows[org] = append(m.rows[org], id)
	return id
}

func (m *model) profile(rt *rapid.T) orgs.Profile {
	return orgs.Profile{
		Email: one(rt, "address", m.addressPool()), FirstName: one(rt, "first name", namePool()), LastName: one(rt, "last name", append(namePool(), "")),
	}
}

func (m *model) roleOf(rt *rapid.T, org orgs.ID) roles.ID {
	ids := []roles.ID{roles.Admin, roles.Editor, roles.Viewer}
	custom, _ := m.reference().Roles(m.ctx, org)
	for _, r := range custom {
		ids = append(ids, r.ID)
	}
	return one(rt, "role", ids)
}

// userOr returns the record of id among held, or a new one.
func userOr(held store.Held, id orgs.UserID) orgs.User {
	if found, ok := held.Users[id]; ok {
		return found.User
	}
	return orgs.User{ID: id, CreatedAt: at(1)}
}

func (m *model) found(rt *rapid.T) {
	if len(m.founded) == 3 {
		rt.Skip("enough organizations")
	}
	o := organization(orgs.ID(fmt.Sprintf("%s-%c", m.run, "AaB"[len(m.founded)])))
	o.Name = one(rt, "name", namePool())
	first, row, p := one(rt, "founder", m.userPool()), m.newRow(rt, o.ID), m.profile(rt)
	m.founded = append(m.founded, o.ID)
	m.step(rt, store.Want{Org: o.ID, Users: []orgs.UserID{first}}, func(held store.Held) op {
		u := userOr(held, first)
		if u.Email == "" {
			u.Profile = p
		}
		return all(createOrganization(o), putUser(u.Joined(o.ID)), createMember(active(o.ID, row, u, roles.Admin)))
	})
}

func (m *model) signIn(rt *rapid.T) {
	id, p := one(rt, "user", m.userPool()), m.profile(rt)
	m.step(rt, store.Want{Users: []orgs.UserID{id}}, func(held store.Held) op {
		u := userOr(held, id)
		u.Profile = p
		u.Memberships++
		return all(putUser(u), putProfile(id, p))
	})
}

func (m *model) rename(rt *rapid.T) {
	id, p := one(rt, "user", m.userPool()), m.profile(rt)
	m.step(rt, store.Want{Users: some(rt, "users", m.userPool())}, func(held store.Held) op {
		if _, ok := held.Users[id]; !ok {
			return all()
		}
		return putProfile(id, p)
	})
}

func (m *model) describe(rt *rapid.T, _ orgs.ID, _ *store.Want) func(store.Held) op {
	name, events := one(rt, "name", namePool()), rapid.Uint64().Draw(rt, "events")
	return func(held store.Held) op {
		held.Org.Name, held.Org.Events = name, events
		held.Org.Billing.Reference = name
		held.Org.Counts = orgs.Counts{{Role: roles.Admin, Active: int(events % 7)}}
		return updateOrganization(held.Org)
	}
}

func (m *model) closeDown(_ *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op {
	return func(held store.Held) op {
		last := tombstone(org)
		last.Detail.Resources = sorted(held).EveryResource
		return deleteOrganization(org, last)
	}
}

func (m *model) forget(rt *rapid.T) {
	if len(m.founded) == 0 {
		rt.Skip("no organization")
	}
	org := one(rt, "organization", m.founded)
	if _, err := m.reference().Organization(m.ctx, org); err == nil {
		rt.Skip("it is there")
	}
	m.step(rt, store.Want{}, always(deleteTombstone(org)))
}

func (m *model) invite(rt *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op {
	row := invited(org, m.newRow(rt, org), one(rt, "address", m.addressPool()), m.roleOf(rt, org))
	row.InvitedAt, row.InvitedBy = at(bits(2).Draw(rt, "invited")), m.userPool()[len(m.rows[org])%4]
	return always(createMember(row))
}

func (m *model) add(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	id, row, role, p := one(rt, "user", m.userPool()), m.newRow(rt, org), m.roleOf(rt, org), m.profile(rt)
	when := at(bits(2).Draw(rt, "joined"))
	want.Users = append(want.Users, id)
	return func(held store.Held) op {
		u := userOr(held, id)
		if u.Email == "" {
			u.Profile = p
		}
		r := active(org, row, u, role)
		r.JoinedAt = when
		return all(createMember(r), putUser(u))
	}
}

func (m *model) accept(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	row := m.rowOf(rt, org, func(r orgs.Member) bool { return r.Status == orgs.Invited })
	id, p := one(rt, "user", m.userPool()), m.profile(rt)
	want.Users = append(want.Users, id)
	return func(held store.Held) op {
		u := userOr(held, id)
		if u.Email == "" {
			u.Profile = p
		}
		return all(joinMember(joined(row, u)), putUser(u.Joined(org)))
	}
}

func (m *model) appoint(rt *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op {
	row := m.rowOf(rt, org, func(orgs.Member) bool { return true })
	row.Role, row.Issue = m.roleOf(rt, org), row.Issue+1
	row.Profile = m.profile(rt) // which counts for nothing
	return always(updateMember(row))
}

func (m *model) remove(rt *rapid.T, org orgs.ID, _ *store.Want) func(store.Held) op {
	row := m.rowOf(rt, org, func(orgs.Member) bool { return true })
	return always(deleteMember(org, row.ID))
}

func (m *model) addRole(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	r := custom(one(rt, "id", rolePool()), one(rt, "name", namePool()), some(rt, "permissions", permissionPool())...)
	want.Roles = append(want.Roles, r.ID)
	return func(held store.Held) op {
		if _, taken := held.Roles[r.ID]; taken {
			return all()
		}
		return createRole(org, r)
	}
}

func (m *model) changeRole(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	r := custom(one(rt, "id", rolePool()), one(rt, "name", namePool()), some(rt, "permissions", permissionPool())...)
	want.Roles = append(want.Roles, r.ID)
	return func(held store.Held) op {
		if _, there := held.Roles[r.ID]; !there {
			return all()
		}
		return updateRole(org, r)
	}
}

func (m *model) removeRole(rt *rapid.T, org orgs.ID, want *store.Want) func(store.Held) op {
	id := one(rt, "id", rolePool())
	want.Roles = append(want.Roles, id)
	inUse := slices.ContainsFunc(m.rowsOf(org), func(r orgs.Member) bool { return r.Role == id })
	return func(held store.Held) op {
		if _, there := held.Roles[id]; !there || inUse {
			return all()
		}
		return deleteRole(org, id)
	}
}
