package memstore

import (
	"iter"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// tenant is an organization and all that goes when it goes.
type tenant struct {
	edit   cow.Edit // of the transaction that made this copy
	number uint32
	record orgs.Organization
	fold   string // of its name

	rows    numbered[*row]
	bound   cow.Table                  // rows, by user
	ids     cow.Table                  // rows, by ID
	listed  rosters                    // all rows
	ofRoles cow.Map[roles.ID, *ofRole] // those of each role that has any

	things    numbered[thing]
	names     cow.Table            // things, by what they are
	holders   cow.Vector[*holders] // by the number of the thing; nil where there were none yet
	resources cow.Sorted[uint32]   // the things that are registered
	wide      int                  // how many are not, but all of a kind

	roles cow.Map[roles.ID, *role]
	named cow.Map[string, *role] // by folded name

	events cow.Vector[*store.Event] // by number, which is most often its place
}

// thing is what a row can be linked to by a grant: a resource that is registered,
// or every resource of a kind, which has no ID. It is no more than that, so that a
// check finds it in one cache line.
type thing struct{ grants.Resource }

// grant returns the grant that is a link to t.
func (t thing) grant() grants.Grant {
	return grants.Grant{Kind: t.Kind, Resource: t.ID, All: t.ID == ""}
}

// holders are the rows that are linked to a thing.
type holders struct {
	edit cow.Edit // of the transaction that made this copy
	rows links    // by ID
}

// role is a custom role with its permissions as a set.
type role struct {
	roles.Role
	holds map[roles.Permission]struct{}
}

func newTenant(edit cow.Edit, record orgs.Organization) *tenant {
	o := &tenant{
		edit: edit, ofRoles: cow.NewMap[roles.ID, *ofRole](),
		roles: cow.NewMap[roles.ID, *role](), named: cow.NewMap[string, *role](),
	}
	o.set(record)
	return o
}

func (o *tenant) set(record orgs.Organization) {
	o.record, o.fold = record.Clone(), orgs.FoldName(record.Name)
}

func newRole(r roles.Role) *role {
	made := &role{Role: r.Clone(), holds: make(map[roles.Permission]struct{}, len(r.Permissions))}
	for _, p := range r.Permissions {
		made.holds[p] = struct{}{}
	}
	return made
}

// boundTo returns the row that is bound to user, whose hash this is, nil when there
// is none.
func (o *tenant) boundTo(hash uint32, user orgs.UserID) *row {
	return o.boundFrom(o.bound.Find(hash), hash, user)
}

// boundFrom is boundTo from the first candidate on.
func (o *tenant) boundFrom(n, hash uint32, user orgs.UserID) *row {
	for nth := 1; n != 0; nth++ {
		if r := o.rows.at(n); r.user == user {
			return r
		}
		n = o.bound.Next(hash, nth)
	}
	return nil
}

// row returns row id, nil when there is none.
func (o *tenant) row(hash uint32, id orgs.MemberID) *row {
	n := o.ids.Find(hash)
	for nth := 1; n != 0; nth++ {
		if r := o.rows.at(n); r.id == id {
			return r
		}
		n = o.ids.Next(hash, nth)
	}
	return nil
}

// thing returns the number of r, 0 when it has none.
func (o *tenant) thing(hash uint32, r grants.Resource) uint32 {
	return o.thingFrom(o.names.Find(hash), hash, &r)
}

// thingFrom is thing from the first candidate on.
func (o *tenant) thingFrom(n, hash uint32, r *grants.Resource) uint32 {
	for nth := 1; n != 0; nth++ {
		if t := o.things.things.Ref(n); t.ID == r.ID && t.Kind == r.Kind {
			return n
		}
		n = o.names.Next(hash, nth)
	}
	return 0
}

// named returns what the thing that g is a link to is called.
func named(g grants.Grant) grants.Resource { return grants.Resource{Kind: g.Kind, ID: g.Resource} }

// granted returns the number of what g is a link to, 0 when no row has it.
func (s *state) granted(o *tenant, g grants.Grant) uint32 {
	r := named(g)
	return o.thing(s.hashOf(r), r)
}

// linked reports whether has is linked to what g is a link to.
func (s *state) linked(o *tenant, has *links, g grants.Grant) bool {
	n := s.granted(o, g)
	return n != 0 && has.has(n)
}

// byName is the order of the things that a row is linked to. The number 0 stands for
// at.
func (o *tenant) byName(at grants.Resource) cow.Order[uint32] {
	return orderBy(at, func(n uint32) grants.Resource { return o.things.at(n).Resource }, grants.Resource.Compare)
}

// addressed returns the rows of these statuses whose folded address is address.
func (o *tenant) addressed(address string, of ...orgs.Status) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		at := o.order(orgs.ByEmail, place{key: address})
		for _, status := range of {
			for n := range o.listed[statusOf(status)][orgs.ByEmail].From(at, 0) {
				r := o.rows.at(n)
				if r.profile.address != address {
					break
				}
				if !yield(r) {
					return
				}
			}
		}
	}
}

// addRow gives r a number and adds it.
func (s *state) addRow(edit cow.Edit, o *tenant, r *row) {
	r.edit, r.number = edit, o.rows.add(edit, r)
	o.ids.Add(edit, s.hash(string(r.id)), r.number)
	o.relist(edit, r, everywhere(), (*cow.Sorted[uint32]).Set)
	s.bind(edit, o, r)
}

// bind makes r known as its user's, or its address's while it is invited.
func (s *state) bind(edit cow.Edit, o *tenant, r *row) {
	if r.user != "" {
		o.bound.Add(edit, s.hash(string(r.user)), r.number)
		s.joined.Set(edit, s.byJoined(""), membershipOf(o, r))
	}
	if r.status == invited {
		s.invited.Set(edit, byAddress, invitationOf(o, r))
	}
}

// forget takes r off the lists across organizations.
func (s *state) forget(edit cow.Edit, o *tenant, r *row) {
	if r.user != "" {
		s.joined.Delete(edit, s.byJoined(""), membershipOf(o, r))
	}
	if r.status == invited {
		s.invited.Delete(edit, byAddress, invitationOf(o, r))
	}
}

// putRow replaces old by r, which has its ID, and when it is bound its user.
func (s *state) putRow(edit cow.Edit, o *tenant, old, r *row) {
	r.number = old.number
	moved := movesOf(old, r)
	o.relist(edit, old, moved, (*cow.Sorted[uint32]).Delete)
	o.rows.things.Set(edit, r.number, r)
	o.relist(edit, r, moved, (*cow.Sorted[uint32]).Set)
	if old.user == "" {
		s.forget(edit, o, old)
		s.bind(edit, o, r)
	}
}

// dropRow removes r with its grants.
func (s *state) dropRow(edit cow.Edit, o *tenant, r *row) {
	for n := range r.has.all() {
		o.unlink(edit, n, r.number)
	}
	o.relist(edit, r, everywhere(), (*cow.Sorted[uint32]).Delete)
	o.ids.Delete(edit, s.hash(string(r.id)), r.number)
	if r.user != "" {
		o.bound.Delete(edit, s.hash(string(r.user)), r.number)
	}
	s.forget(edit, o, r)
	o.rows.drop(edit, r.number)
}

// addThing gives r a number.
func (s *state) addThing(edit cow.Edit, o *tenant, r grants.Resource) uint32 {
	n := o.things.add(edit, thing{r})
	for int(n) >= o.holders.Len() {
		o.holders.Append(edit, nil)
	}
	if r.ID == "" {
		o.wide++
	}
	o.names.Add(edit, s.hashOf(r), n)
	return n
}

// give links row r to things, which are in order and which it is not linked to.
func (o *tenant) give(edit cow.Edit, r *row, things []uint32) {
	order := o.byID("")
	for _, n := range things {
		o.ownHolders(edit, n).rows.add(edit, order, r.number)
	}
	has := r.has.with(edit, o.byName(grants.Resource{}), things...)
	if r.edit == edit {
		r.has = has
		return
	}
	given := *r
	given.has = has
	o.rows.things.Set(edit, r.number, &given)
}

// take unlinks row r from a thing, if it is linked.
func (o *tenant) take(edit cow.Edit, r *row, n uint32) *row {
	if !r.has.has(n) {
		return r
	}
	o.unlink(edit, n, r.number)
	rest := *r
	rest.has = r.has.without(edit, o.byName(grants.Resource{}), n)
	o.rows.things.Set(edit, r.number, &rest)
	return &rest
}

// unlink takes a row off what is linked to thing n.
func (o *tenant) unlink(edit cow.Edit, n, row uint32) {
	h := o.ownHolders(edit, n)
	h.rows = h.rows.without(edit, o.byID(""), row)
}

// ownHolders returns the holders of thing n for edit to change.
func (o *tenant) ownHolders(edit cow.Edit, n uint32) *holders {
	h := o.holders.At(n)
	if h != nil && h.edit == edit {
		return h
	}
	c := &holders{edit: edit}
	if h != nil {
		c.rows = links{few: append(make([]uint32, 0, len(h.rows.few)+1), h.rows.few...), many: h.rows.many}
	}
	o.holders.Set(edit, n, c)
	return c
}

// holdersOf returns the rows that are linked to thing n, by ID.
func (o *tenant) holdersOf(n uint32) *links {
	if h := o.holders.At(n); h != nil {
		return &h.rows
	}
	return new(links)
}

// compareRows is the order of rows by ID.
func compareRows(a, b *row) int { return strings.Compare(string(a.id), string(b.id)) }
