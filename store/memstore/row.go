package memstore

import (
	"cmp"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// sorts is the number of orders of a member list.
const sorts = int(orgs.ByRole) + 1

// row is a member. Once its transaction is over it never changes; a change is another
// row with its number. What a check reads comes first.
type row struct {
	user   orgs.UserID
	has    links // things, by their names
	role   roles.ID
	id     orgs.MemberID
	status status

	number  uint32
	person  uint32   // of the user; 0 while invited
	edit    cow.Edit // of the transaction that added the row
	joined  micros
	profile *profile
	origin  *origin // nil for who founded the organization
}

// profile is a profile with the keys that lists sort by. A user's rows share it.
type profile struct {
	orgs.Profile
	firstName, lastName, address string
}

// origin is where a row comes from.
type origin struct {
	by      orgs.UserID
	at      micros
	message string
	issue   int
}

// micros is a time in microseconds since 1970.
type micros int64

func microsOf(t time.Time) micros { return micros(t.UnixMicro()) }

func (m micros) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

func newProfile(p orgs.Profile) *profile {
	m := orgs.Member{Profile: p}
	return &profile{p, m.Key(orgs.ByFirstName), m.Key(orgs.ByLastName), m.Key(orgs.ByEmail)}
}

// newRow returns m as a row without a number, whose user's record is p, nil when it
// is bound to none.
func newRow(m orgs.Member, p *person) *row {
	r := &row{
		user: m.User, role: m.Role, status: statusOf(m.Status), id: m.ID,
		joined: microsOf(m.JoinedAt), origin: originOf(m),
	}
	if p != nil {
		r.person = p.number
	}
	r.profile = profileOf(m, p)
	return r
}

// profileOf returns m's profile: that of p when it is the same.
func profileOf(m orgs.Member, p *person) *profile {
	if p != nil && p.profile != nil && p.profile.Profile == m.Profile {
		return p.profile
	}
	return newProfile(m.Profile)
}

func originOf(m orgs.Member) *origin {
	if m.InvitedBy == "" && m.InvitedAt.IsZero() && m.Message == "" && m.Issue == 0 {
		return nil
	}
	return &origin{by: m.InvitedBy, at: microsOf(m.InvitedAt), message: m.Message, issue: m.Issue}
}

// member returns r, a row of org, as a record.
func (r *row) member(org orgs.ID) orgs.Member {
	m := orgs.Member{
		ID: r.id, Org: org, Role: r.role, Status: r.status.known(), User: r.user, Profile: r.profile.Profile, JoinedAt: r.joined.time(),
	}
	if from := r.origin; from != nil {
		m.InvitedBy, m.InvitedAt, m.Message, m.Issue = from.by, from.at.time(), from.message, from.issue
	}
	return m
}

// issue is [orgs.Member.Issue].
func (r *row) issue() int {
	if r.origin == nil {
		return 0
	}
	return r.origin.issue
}

// invited returns when r was invited.
func (r *row) invited() micros {
	if r.origin == nil {
		return microsOf(time.Time{})
	}
	return r.origin.at
}

// key is [orgs.Member.Key].
func (r *row) key(sort orgs.Sort) string {
	switch sort {
	case orgs.ByFirstName:
		return r.profile.firstName
	case orgs.ByLastName:
		return r.profile.lastName
	case orgs.ByEmail:
		return r.profile.address
	default:
		return orgs.Member{Role: r.role, InvitedAt: r.invited().time()}.Key(sort)
	}
}

// compare is the comparison of the keys for sort.
func (r *row) compare(other *row, sort orgs.Sort) int {
	switch {
	case sort == orgs.ByInvited:
		return cmp.Compare(r.invited(), other.invited())
	case sort == orgs.ByRole && r.role == other.role:
		return 0
	default:
		return strings.Compare(r.key(sort), other.key(sort))
	}
}

// place is a place in a list of rows: before every row of a greater key, or of the
// same key and a greater ID.
type place struct {
	key string
	id  orgs.MemberID
}

// order returns how o's list for sort is ordered. The number 0 stands for at.
func (o *tenant) order(sort orgs.Sort, at place) cow.Order[uint32] {
	return func(a, b uint32) int {
		switch {
		case a == b:
			return 0
		case a == 0:
			return at.compare(o.rows.at(b), sort)
		case b == 0:
			return -at.compare(o.rows.at(a), sort)
		}
		r, s := o.rows.at(a), o.rows.at(b)
		if c := r.compare(s, sort); c != 0 {
			return c
		}
		return strings.Compare(string(r.id), string(s.id))
	}
}

func (p place) compare(r *row, sort orgs.Sort) int {
	if c := strings.Compare(p.key, r.key(sort)); c != 0 {
		return c
	}
	return strings.Compare(string(p.id), string(r.id))
}

// byID is the order of the rows that are linked to a thing. The number 0 stands for
// at.
func (o *tenant) byID(at orgs.MemberID) cow.Order[uint32] {
	return orderBy(at, func(n uint32) orgs.MemberID { return o.rows.at(n).id }, cmp.Compare[orgs.MemberID])
}

// orderBy returns the order of numbers by what each is known by. The number 0 stands
// for at.
func orderBy[T any](at T, of func(uint32) T, compare func(a, b T) int) cow.Order[uint32] {
	known := func(n uint32) T {
		if n == 0 {
			return at
		}
		return of(n)
	}
	return func(a, b uint32) int {
		if a == b {
			return 0
		}
		return compare(known(a), known(b))
	}
}
