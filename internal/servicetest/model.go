package servicetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// model is the specification as plain maps and slices. It uses the library's
// records and none of its rules: what is asked and what is changed is written
// down here a second time, from the SPEC, so that both must be wrong in the same
// way for a fault to pass.
type model struct {
	now   time.Time
	users map[orgs.UserID]*person
	orgs  map[orgs.ID]*tenant
	tombs map[orgs.ID]store.Event
	links []link // every link that was ever issued
	fresh fresh
	token string // of the link in the answer to this step
}

// person is a user that signed in or accepted at least once.
type person struct {
	orgs.User // Memberships and Revision stay zero here
}

// tenant is an organization.
type tenant struct {
	id        orgs.ID
	name      string
	billing   orgs.Billing
	created   time.Time
	revision  uint64 // adopted: the specification does not say when it grows
	rows      []*row // in no order
	roles     []roles.Role
	resources map[grants.Resource]bool
	history   []store.Event
}

// row is a member with its grants.
type row struct {
	orgs.Member
	grants map[grants.Grant]bool
}

// link is an invitation link as it was issued.
type link struct {
	token  string
	org    orgs.ID
	member orgs.MemberID
	issue  int
}

// fresh are the IDs that the library made up in this step: those that are in the
// store and were not before. The model takes them, since it cannot guess them.
type fresh struct {
	orgs    []orgs.ID
	members map[orgs.ID][]orgs.MemberID
	roles   map[orgs.ID][]roles.ID
}

func newModel() *model {
	return &model{
		now:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		users: map[orgs.UserID]*person{}, orgs: map[orgs.ID]*tenant{}, tombs: map[orgs.ID]store.Event{},
	}
}

// take returns the one ID that ids holds and removes it. None, or two, is an ID
// that no store has, so that the states differ.
func take[T ~string](ids *[]T) T {
	if len(*ids) != 1 {
		return "the model expected one new ID"
	}
	id := (*ids)[0]
	*ids = nil
	return id
}

func (f *fresh) member(org orgs.ID) orgs.MemberID {
	ids := f.members[org]
	id := take(&ids)
	f.members[org] = ids
	return id
}

func (f *fresh) role(org orgs.ID) roles.ID {
	ids := f.roles[org]
	id := take(&ids)
	f.roles[org] = ids
	return id
}

// freshIn finds the IDs in d that m does not know.
func (m *model) freshIn(d Dump) fresh {
	f := fresh{members: map[orgs.ID][]orgs.MemberID{}, roles: map[orgs.ID][]roles.ID{}}
	for id, o := range d.Orgs {
		t := m.orgs[id]
		if t == nil && o.Record.ID != "" {
			f.orgs = append(f.orgs, id)
		}
		for _, member := range o.Members {
			if t == nil || t.row(member.ID) == nil {
				f.members[id] = append(f.members[id], member.ID)
			}
		}
		for _, r := range o.Roles {
			if _, known := t.custom(r.ID); !known {
				f.roles[id] = append(f.roles[id], r.ID)
			}
		}
	}
	return f
}

func (t *tenant) row(id orgs.MemberID) *row {
	for _, r := range t.rows {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// rowOf returns the row of user in org, nil when there is none.
func (m *model) rowOf(org orgs.ID, user orgs.UserID) *row {
	t := m.orgs[org]
	if t == nil {
		return nil
	}
	for _, r := range t.rows {
		if r.User == user && user != "" {
			return r
		}
	}
	return nil
}

func (t *tenant) custom(id roles.ID) (roles.Role, bool) {
	if t == nil {
		return roles.Role{}, false
	}
	i := slices.IndexFunc(t.roles, func(r roles.Role) bool { return r.ID == id })
	if i < 0 {
		return roles.Role{}, false
	}
	return t.roles[i], true
}

func builtIn(id roles.ID) bool { return id == "admin" || id == "editor" || id == "viewer" }

func (t *tenant) hasRole(id roles.ID) bool {
	_, ok := t.custom(id)
	return ok || builtIn(id)
}

// admins counts the active Admins: invited ones do not count (O4).
func (t *tenant) admins() int {
	n := 0
	for _, r := range t.rows {
		if r.Status == orgs.Active && r.Role == "admin" {
			n++
		}
	}
	return n
}

// lastAdmin is O4, M4 and M5: somebody active must stay Admin.
func (t *tenant) lastAdmin(r *row) bool {
	return r.Status == orgs.Active && r.Role == "admin" && t.admins() == 1
}

// event appends to the history (H1).
func (m *model) event(t *tenant, actor orgs.UserID, action store.Action, detail store.Detail) {
	t.history = append(t.history, store.Event{
		Org: t.id, Number: uint64(len(t.history) + 1), At: m.now, Actor: actor, Action: action, Detail: detail,
	})
}

// found makes an organization for p, its first, active Admin (O1).
func (m *model) found(p *person, name string) *tenant {
	t := &tenant{id: take(&m.fresh.orgs), name: name, created: m.now, resources: map[grants.Resource]bool{}}
	r := &row{grants: map[grants.Grant]bool{}}
	r.Member = orgs.Member{
		ID: m.fresh.member(t.id), Org: t.id, Role: "admin", Status: orgs.Active,
		User: p.ID, Profile: p.Profile, JoinedAt: m.now,
	}
	t.rows = []*row{r}
	m.orgs[t.id] = t
	m.event(t, p.ID, store.OrganizationFounded, store.Detail{Member: r.ID, User: p.ID, After: store.State{Role: "admin"}})
	if p.Active == "" {
		p.Active = t.id
	}
	return t
}

// personal is the organization of a user that has no other (O6, O9).
func (m *model) personal(p *person) *tenant {
	name := p.FirstName
	if name == "" {
		name = "Personal organization"
	}
	return m.found(p, name)
}

// depart takes r out of t, with its grants (M5), and settles its user (O6, O7).
func (m *model) depart(t *tenant, r *row) {
	t.rows = slices.DeleteFunc(t.rows, func(other *row) bool { return other == r })
	m.settle(r.User, t.id)
}

// settle gives user, which is no member of left any more, another active
// organization if that was it, and a personal one if there is none.
func (m *model) settle(user orgs.UserID, left orgs.ID) {
	p := m.users[user]
	if p == nil || p.Active != left {
		return
	}
	p.Active = ""
	if joined := m.memberships(user); len(joined) > 0 {
		p.Active = joined[0].Org
		return
	}
	m.personal(p)
}

// memberships lists where user is an active member, the most recently joined
// first, then by ID (O8).
func (m *model) memberships(user orgs.UserID) []store.Membership {
	var list []store.Membership
	for id, t := range m.orgs {
		if r := m.rowOf(id, user); r != nil && r.Status == orgs.Active {
			list = append(list, store.Membership{Org: id, Name: t.name, Member: r.ID, Role: r.Role, JoinedAt: r.JoinedAt})
		}
	}
	slices.SortFunc(list, func(a, b store.Membership) int {
		return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), strings.Compare(string(a.Org), string(b.Org)))
	})
	return list
}

// refresh stores the profile of p, in its rows too (O9).
func (m *model) refresh(p *person, profile orgs.Profile) {
	p.Profile = profile
	for id := range m.orgs {
		if r := m.rowOf(id, p.ID); r != nil {
			r.Profile = profile
		}
	}
}

// userOf returns p as the library shows it.
func (m *model) userOf(p *person) orgs.User {
	u := p.User
	u.Memberships = len(m.memberships(p.ID))
	return u
}

// dump returns m as [Look] finds it in a store.
func (m *model) dump() Dump {
	d := Dump{Users: map[orgs.UserID]DumpedUser{}, Orgs: map[orgs.ID]DumpedOrg{}}
	for id, p := range m.users {
		d.Users[id] = DumpedUser{Record: m.userOf(p), Memberships: m.memberships(id)}
	}
	for id, t := range m.orgs {
		d.Orgs[id] = t.dump()
	}
	for _, id := range slices.Sorted(maps.Keys(m.tombs)) {
		d.Tombstones = append(d.Tombstones, m.tombs[id])
	}
	return d
}

func (t *tenant) dump() DumpedOrg {
	o := DumpedOrg{
		Record: orgs.Organization{
			ID: t.id, Name: t.name, Billing: t.billing, CreatedAt: t.created,
			Counts: t.counts(), Events: uint64(len(t.history)), Revision: t.revision,
		},
		Roles:  slices.SortedFunc(slices.Values(t.roles), func(a, b roles.Role) int { return strings.Compare(string(a.ID), string(b.ID)) }),
		Grants: map[orgs.MemberID][]grants.Grant{},
		Events: t.history,
	}
	for _, r := range t.rows {
		o.Members = append(o.Members, r.Member)
		if len(r.grants) > 0 {
			o.Grants[r.ID] = r.sortedGrants()
		}
	}
	slices.SortFunc(o.Members, func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	o.Resources = sortedResources(t.resources)
	return o
}

// counts says how many active and invited members have each role (M6).
func (t *tenant) counts() orgs.Counts {
	by := map[roles.ID]orgs.Count{}
	for _, r := range t.rows {
		count := by[r.Role]
		count.Role = r.Role
		if r.Status == orgs.Active {
			count.Active++
		} else {
			count.Invited++
		}
		by[r.Role] = count
	}
	var counts orgs.Counts
	for _, id := range slices.Sorted(maps.Keys(by)) {
		counts = append(counts, by[id])
	}
	return counts
}

// sortedGrants lists by kind, all of the kind first, then by ID.
func (r *row) sortedGrants() []grants.Grant {
	return slices.SortedFunc(maps.Keys(r.grants), compareGrants)
}

func compareGrants(a, b grants.Grant) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(string(a.Resource), string(b.Resource)))
}

func sortedResources(set map[grants.Resource]bool) []grants.Resource {
	return slices.SortedFunc(maps.Keys(set), func(a, b grants.Resource) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(string(a.ID), string(b.ID)))
	})
}
