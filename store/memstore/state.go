package memstore

import (
	"cmp"
	"iter"
	"math"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// state is everything that the store keeps, at one moment. Once published it
// never changes, and neither does anything that it leads to.
type state struct {
	orgs   cow.Map[orgs.ID, *tenant]
	users  cow.Map[orgs.UserID, *orgs.User]
	known  cow.Map[string, int]              // how many users have the folded address
	places cow.Map[grants.Resource, orgs.ID] // where a resource is registered
	joined cow.Sorted[membership]            // the rows that are bound to a user
	tombs  cow.Sorted[*store.Event]          // of deleted organizations, by their ID
}

func newState() *state {
	return &state{
		orgs:   cow.NewMap[orgs.ID, *tenant](),
		users:  cow.NewMap[orgs.UserID, *orgs.User](),
		known:  cow.NewMap[string, int](),
		places: cow.NewMap[grants.Resource, orgs.ID](),
		joined: cow.NewSorted(membership.compare),
		tombs:  cow.NewSorted(func(a, b *store.Event) int { return cmp.Compare(a.Org, b.Org) }),
	}
}

// sorts is the number of orders of a member list.
const sorts = int(orgs.ByRole) + 1

// tenant is an organization and all that goes when it goes.
type tenant struct {
	edit   *cow.Edit // of the transaction that made this copy
	record orgs.Organization
	fold   string // of its name

	rows  cow.Map[orgs.MemberID, *row]
	bound cow.Map[orgs.UserID, *row]
	lists [sorts]cow.Sorted[*row] // the rows in each [orgs.Sort]

	roles cow.Map[roles.ID, *role]
	named cow.Map[string, *role] // by folded name

	resources cow.Sorted[grants.Resource]
	grants    cow.Map[orgs.MemberID, cow.Sorted[grants.Grant]] // no entry for a row without
	holders   cow.Sorted[holder]                               // the same, by grant

	events cow.Sorted[*store.Event] // by number
}

func newTenant(edit *cow.Edit, record orgs.Organization) *tenant {
	o := &tenant{
		edit:      edit,
		rows:      cow.NewMap[orgs.MemberID, *row](),
		bound:     cow.NewMap[orgs.UserID, *row](),
		roles:     cow.NewMap[roles.ID, *role](),
		named:     cow.NewMap[string, *role](),
		resources: cow.NewSorted(grants.Resource.Compare),
		grants:    cow.NewMap[orgs.MemberID, cow.Sorted[grants.Grant]](),
		holders:   cow.NewSorted(holder.compare),
		events:    cow.NewSorted(func(a, b *store.Event) int { return cmp.Compare(a.Number, b.Number) }),
	}
	for _, sort := range orgs.Sorts() {
		o.lists[sort] = cow.NewSorted(func(a, b *row) int {
			if c := strings.Compare(a.keys[sort], b.keys[sort]); c != 0 {
				return c
			}
			return cmp.Compare(a.ID, b.ID)
		})
	}
	o.set(record)
	return o
}

func (o *tenant) set(record orgs.Organization) {
	o.record, o.fold = record.Clone(), orgs.FoldName(record.Name)
}

// row is a member with the keys that lists sort it by.
type row struct {
	orgs.Member
	keys [sorts]string
}

func newRow(m orgs.Member) *row {
	r := &row{Member: m}
	for _, sort := range orgs.Sorts() {
		r.keys[sort] = m.Key(sort)
	}
	return r
}

// role is a custom role with its permissions as a set.
type role struct {
	roles.Role
	holds map[roles.Permission]struct{}
}

func newRole(r roles.Role) *role {
	made := &role{Role: r.Clone(), holds: make(map[roles.Permission]struct{}, len(r.Permissions))}
	for _, p := range r.Permissions {
		made.holds[p] = struct{}{}
	}
	return made
}

// membership is a row that is bound to a user, as the user's lists order it:
// the most recently joined first.
type membership struct {
	user   orgs.UserID
	at     int64 // JoinedAt in microseconds
	org    orgs.ID
	member orgs.MemberID
}

func membershipOf(m orgs.Member) membership {
	return membership{m.User, m.JoinedAt.UnixMicro(), m.Org, m.ID}
}

// newest is before every membership of user.
func newest(user orgs.UserID) membership { return membership{user: user, at: math.MaxInt64} }

func (m membership) compare(other membership) int {
	return cmp.Or(cmp.Compare(m.user, other.user), cmp.Compare(other.at, m.at), cmp.Compare(m.org, other.org))
}

// rowsOf returns the rows that are bound to user, with their organizations, in
// the order of from, which begins within user's memberships.
func (s *state) rowsOf(user orgs.UserID, from iter.Seq[membership]) iter.Seq2[*tenant, *row] {
	return func(yield func(*tenant, *row) bool) {
		for m := range from {
			if m.user != user {
				return
			}
			o, _ := s.orgs.Get(m.org)
			if r, _ := o.rows.Get(m.member); !yield(o, r) {
				return
			}
		}
	}
}

// holder is a row that has a grant.
type holder struct {
	grant  grants.Grant
	member orgs.MemberID
}

func (h holder) compare(other holder) int {
	if c := h.grant.Compare(other.grant); c != 0 {
		return c
	}
	return cmp.Compare(h.member, other.member)
}

// has reports whether row id has g.
func (o *tenant) has(id orgs.MemberID, g grants.Grant) bool {
	held, _ := o.grants.Get(id)
	found, ok := held.Get(g)
	return ok && found == g
}

// addressed returns the rows whose folded address is address.
func (o *tenant) addressed(address string) iter.Seq[*row] {
	from := &row{}
	from.keys[orgs.ByEmail] = address
	return func(yield func(*row) bool) {
		for r := range o.lists[orgs.ByEmail].From(from) {
			if r.keys[orgs.ByEmail] != address || !yield(r) {
				return
			}
		}
	}
}

// putRow adds r, or replaces old by it.
func (s *state) putRow(edit *cow.Edit, o *tenant, old, r *row) {
	for sort := range o.lists {
		if old != nil && old.keys[sort] != r.keys[sort] {
			o.lists[sort].Delete(edit, old)
		}
		o.lists[sort].Set(edit, r)
	}
	o.rows.Set(edit, r.ID, r)
	if r.User != "" {
		o.bound.Set(edit, r.User, r)
		s.joined.Set(edit, membershipOf(r.Member))
	}
}

// dropRow removes r with its grants.
func (s *state) dropRow(edit *cow.Edit, o *tenant, r *row) {
	for sort := range o.lists {
		o.lists[sort].Delete(edit, r)
	}
	o.rows.Delete(edit, r.ID)
	if r.User != "" {
		o.bound.Delete(edit, r.User)
		s.joined.Delete(edit, membershipOf(r.Member))
	}
	held, _ := o.grants.Get(r.ID)
	for g := range held.All() {
		o.holders.Delete(edit, holder{g, r.ID})
	}
	o.grants.Delete(edit, r.ID)
}

// putUser adds u, or replaces its record.
func (s *state) putUser(edit *cow.Edit, u orgs.User) {
	if old, ok := s.users.Get(u.ID); ok {
		s.count(edit, old.Email, -1)
	}
	s.count(edit, u.Email, +1)
	s.users.Set(edit, u.ID, &u)
}

func (s *state) count(edit *cow.Edit, email string, by int) {
	address := orgs.FoldAddress(email)
	n, _ := s.known.Get(address)
	if n += by; n == 0 {
		s.known.Delete(edit, address)
		return
	}
	s.known.Set(edit, address, n)
}

// give adds g to row id, unless it has it.
func (o *tenant) give(edit *cow.Edit, id orgs.MemberID, g grants.Grant) {
	held, ok := o.grants.Get(id)
	if !ok {
		held = cow.NewSorted(grants.Grant.Compare)
	}
	held.Set(edit, g)
	o.grants.Set(edit, id, held)
	o.holders.Set(edit, holder{g, id})
}

// take removes g from row id, if it has it.
func (o *tenant) take(edit *cow.Edit, id orgs.MemberID, g grants.Grant) {
	if !o.has(id, g) {
		return
	}
	held, _ := o.grants.Get(id)
	held.Delete(edit, g)
	if held.Len() == 0 {
		o.grants.Delete(edit, id)
	} else {
		o.grants.Set(edit, id, held)
	}
	o.holders.Delete(edit, holder{g, id})
}
