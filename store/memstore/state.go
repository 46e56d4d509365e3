package memstore

import (
	"cmp"
	"hash/maphash"
	"iter"
	"math"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// state is everything that the store keeps, at one moment. Once published it
// never changes, and neither does anything that it leads to.
type state struct {
	seed maphash.Seed

	tenants numbered[*tenant]
	orgs    cow.Table // tenants, by ID
	places  cow.Table // tenants, by a resource that is registered there

	people numbered[*person]
	users  cow.Table // people, by ID
	known  cow.Table // people, by folded address

	joined  cow.Sorted[membership]   // the rows that are bound to a user
	invited cow.Sorted[invitation]   // the rows that are invited
	tombs   cow.Sorted[*store.Event] // of deleted organizations, by their ID
}

func newState() *state { return &state{seed: maphash.MakeSeed()} }

// hash is what tables know a text by.
func (s *state) hash(text string) uint32 { return uint32(maphash.String(s.seed, text)) }

// hashOf is hash for a resource. Kinds are few: those of one length that begin
// alike may share it.
func (s *state) hashOf(r grants.Resource) uint32 {
	h := s.hash(string(r.ID))
	if r.Kind != "" {
		h += (uint32(len(r.Kind))<<8 | uint32(r.Kind[0])) * 0x9e3779b1
	}
	return h
}

// numbered are things that have a number, from 1 on. The numbers of those that are
// gone are given again.
type numbered[T any] struct {
	things cow.Vector[T]
	free   *freed
}

// freed is a stack of numbers.
type freed struct {
	number uint32
	next   *freed
}

// at returns the thing with number n, which is there.
func (l *numbered[T]) at(n uint32) T { return l.things.At(n) }

// add gives thing a number.
func (l *numbered[T]) add(edit cow.Edit, thing T) uint32 {
	if l.free != nil {
		n := l.free.number
		l.free = l.free.next
		l.things.Set(edit, n, thing)
		return n
	}
	if l.things.Len() == 0 {
		l.things.Append(edit, *new(T)) // 0 is nothing's number
	}
	l.things.Append(edit, thing)
	return uint32(l.things.Len() - 1)
}

func (l *numbered[T]) drop(edit cow.Edit, n uint32) {
	l.things.Set(edit, n, *new(T))
	l.free = &freed{n, l.free}
}

// person is a user's record. One that has no profile is of a user that has none:
// all that is known is that rows are bound to it.
type person struct {
	number      uint32
	memberships int
	id          orgs.UserID
	active      orgs.ID
	profile     *profile
	created     micros
	revision    uint64
}

func (p *person) user() orgs.User {
	return orgs.User{
		ID: p.id, Profile: p.profile.Profile, Active: p.active, Memberships: p.memberships,
		CreatedAt: p.created.time(), Revision: p.revision,
	}
}

// person returns the record of user id, nil when there is none.
func (s *state) person(id orgs.UserID) *person {
	if p := s.anybody(id); p != nil && p.profile != nil {
		return p
	}
	return nil
}

// somebody returns who id is, with a record or without.
func (s *state) somebody(edit cow.Edit, id orgs.UserID) *person {
	p := s.anybody(id)
	if p == nil {
		p = &person{id: id}
		p.number = s.people.add(edit, p)
		s.users.Add(edit, s.hash(string(id)), p.number)
	}
	return p
}

// anybody is somebody, or nil when nothing is known of id.
func (s *state) anybody(id orgs.UserID) *person {
	hash := s.hash(string(id))
	n := s.users.Find(hash)
	for nth := 1; n != 0; nth++ {
		if p := s.people.at(n); p.id == id {
			return p
		}
		n = s.users.Next(hash, nth)
	}
	return nil
}

// knows reports whether some user's profile has the folded address.
func (s *state) knows(address string) bool {
	hash := s.hash(address)
	n := s.known.Find(hash)
	for nth := 1; n != 0; nth++ {
		if s.people.at(n).profile.address == address {
			return true
		}
		n = s.known.Next(hash, nth)
	}
	return false
}

// putUser adds u, or replaces its record.
func (s *state) putUser(edit cow.Edit, u orgs.User) {
	p := s.anybody(u.ID)
	var old *profile
	if p != nil {
		changed := *p
		p, old = &changed, p.profile
		s.people.things.Set(edit, p.number, p)
	} else {
		p = s.somebody(edit, u.ID)
	}
	p.active, p.memberships, p.created, p.revision = u.Active, u.Memberships, microsOf(u.CreatedAt), u.Revision
	if old != nil && old.Profile == u.Profile {
		return
	}
	p.profile = newProfile(u.Profile)
	if old != nil {
		s.known.Delete(edit, s.hash(old.address), p.number)
	}
	s.known.Add(edit, s.hash(p.profile.address), p.number)
}

// tenant returns organization id, nil when there is none.
func (s *state) tenant(id orgs.ID) *tenant {
	hash := s.hash(string(id))
	n := s.orgs.Find(hash)
	for nth := 1; n != 0; nth++ {
		if o := s.tenants.at(n); o.record.ID == id {
			return o
		}
		n = s.orgs.Next(hash, nth)
	}
	return nil
}

// place returns the organization that r is registered with, nil when there is
// none.
func (s *state) place(r grants.Resource) *tenant {
	hash := s.hashOf(r)
	n := s.places.Find(hash)
	for nth := 1; n != 0; nth++ {
		if o := s.tenants.at(n); o.thing(hash, r) != 0 {
			return o
		}
		n = s.places.Next(hash, nth)
	}
	return nil
}

// membership is a row that is bound to a user, as the user's lists order it:
// the most recently joined first.
type membership struct {
	person uint32
	tenant uint32
	row    uint32
	at     micros // when the row joined
}

func membershipOf(o *tenant, r *row) membership {
	return membership{r.person, o.number, r.number, r.joined}
}

// newest is before every membership of a person.
func newest(person uint32) membership { return membership{person: person, at: math.MaxInt64} }

// byJoined is the order of memberships. The tenant 0 stands for at.
func (s *state) byJoined(at orgs.ID) cow.Order[membership] {
	org := orderBy(at, func(n uint32) orgs.ID { return s.tenants.at(n).record.ID }, cmp.Compare[orgs.ID])
	return func(a, b membership) int {
		if c := cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(b.at, a.at)); c != 0 {
			return c
		}
		return org(a.tenant, b.tenant)
	}
}

// invitation is a row that is invited, as the lists of its address order it.
type invitation struct {
	tenant  uint32
	row     uint32
	address string // folded
	org     orgs.ID
}

func invitationOf(o *tenant, r *row) invitation {
	return invitation{o.number, r.number, r.profile.address, o.record.ID}
}

func byAddress(a, b invitation) int {
	return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.org, b.org))
}

func byOrg(a, b *store.Event) int { return cmp.Compare(a.Org, b.Org) }

// memberships returns those of a person, the most recently joined first.
func (s *state) memberships(person uint32) []membership {
	var list []membership
	for m := range s.joined.From(s.byJoined(""), newest(person)) {
		if m.person != person {
			break
		}
		list = append(list, m)
	}
	return list
}

// rowsOf returns the rows that are bound to a person, with their organizations, in
// the order of from, which begins within the person's memberships.
func (s *state) rowsOf(person uint32, from iter.Seq[membership]) iter.Seq2[*tenant, *row] {
	return func(yield func(*tenant, *row) bool) {
		for m := range from {
			if m.person != person {
				return
			}
			o := s.tenants.at(m.tenant)
			if !yield(o, o.rows.at(m.row)) {
				return
			}
		}
	}
}
