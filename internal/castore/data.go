package castore

import (
	"maps"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// data is everything at one moment, as tables in no particular order. Once it is
// the latest it never changes.
type data struct {
	users   map[orgs.UserID]orgs.User
	orgs    map[orgs.ID]orgs.Organization
	tombs   map[orgs.ID]store.Event
	members []orgs.Member
	roles   []customRole
	places  map[place]bool
	grants  map[given]bool
	events  []store.Event
}

type customRole struct {
	org orgs.ID
	roles.Role
}

type place struct {
	org      orgs.ID
	resource grants.Resource
}

type given struct {
	org    orgs.ID
	member orgs.MemberID
	grant  grants.Grant
}

func newData() *data {
	return &data{
		users: map[orgs.UserID]orgs.User{}, orgs: map[orgs.ID]orgs.Organization{}, tombs: map[orgs.ID]store.Event{},
		places: map[place]bool{}, grants: map[given]bool{},
	}
}

// clone returns a copy to change. What records lead to is never changed in
// place, so a copy of the tables is enough.
func (d *data) clone() *data {
	return &data{
		users: maps.Clone(d.users), orgs: maps.Clone(d.orgs), tombs: maps.Clone(d.tombs),
		members: slices.Clone(d.members), roles: slices.Clone(d.roles), events: slices.Clone(d.events),
		places: maps.Clone(d.places), grants: maps.Clone(d.grants),
	}
}

// where returns those of table that are as wanted.
func where[T any](table []T, wanted func(T) bool) []T {
	var found []T
	for _, record := range table {
		if wanted(record) {
			found = append(found, record)
		}
	}
	return found
}

// only returns the first of table that is as wanted, and false when none is.
// There is one at most where uniqueness is kept.
func only[T any](table []T, wanted func(T) bool) (T, bool) {
	for _, record := range table {
		if wanted(record) {
			return record, true
		}
	}
	var none T
	return none, false
}

func (d *data) member(org orgs.ID, id orgs.MemberID) (orgs.Member, bool) {
	return only(d.members, func(m orgs.Member) bool { return m.Org == org && m.ID == id })
}

func (d *data) memberOf(org orgs.ID, user orgs.UserID) (orgs.Member, bool) {
	return only(d.members, func(m orgs.Member) bool { return m.Org == org && m.User == user && user != "" })
}

func (d *data) role(org orgs.ID, id roles.ID) (roles.Role, bool) {
	r, ok := only(d.roles, func(r customRole) bool { return r.org == org && r.ID == id })
	return r.Role.Clone(), ok
}

func (d *data) registered(org orgs.ID, r grants.Resource) bool {
	return d.places[place{org, r}]
}

func (d *data) has(org orgs.ID, id orgs.MemberID, g grants.Grant) bool {
	return d.grants[given{org, id, g}]
}

// facts is C14, word by word.
func (d *data) facts(org orgs.ID, user orgs.UserID, q grants.Question) grants.Facts {
	o, ok := d.orgs[org]
	if !ok {
		return grants.Facts{}
	}
	f := grants.Facts{Revision: o.Revision, Registered: d.registered(org, q.Resource)}
	m, ok := d.memberOf(org, user)
	if !ok {
		return f
	}
	f.Member, f.Status, f.Role = m.ID, m.Status, m.Role
	f.Holds = d.stores(m, q.Permission)
	switch {
	case d.has(org, m.ID, grants.One(q.Resource.Kind, q.Resource.ID)):
		f.Coverage = grants.CoveredByOne
	case d.has(org, m.ID, grants.All(q.Resource.Kind)):
		f.Coverage = grants.CoveredByAll
	}
	return f
}

// stores reports whether m's role is a custom one that stores p.
func (d *data) stores(m orgs.Member, p roles.Permission) bool {
	r, _ := d.role(m.Org, m.Role)
	return slices.Contains(r.Permissions, p)
}

// reaches reports whether m reaches r: by a grant of it, by one of all of its
// kind, or because its role is in reach (G7).
func (d *data) reaches(m orgs.Member, r grants.Resource, reach []roles.ID) bool {
	return slices.Contains(reach, m.Role) ||
		d.has(m.Org, m.ID, grants.One(r.Kind, r.ID)) || d.has(m.Org, m.ID, grants.All(r.Kind))
}
