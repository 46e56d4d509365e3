package orgs

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// ID names an organization. The library makes it (a version 7 UUID) and never
// uses one twice. The zero value is no organization.
type ID string

// UserID names a user: the host's own opaque ID, 1 to 255 bytes of UTF-8
// without NUL, compared byte by byte. The zero value is no user.
type UserID string

// MemberID names a member row of one organization, invited or active. It is
// random, means nothing outside the organization, and is what members pass
// around to point at a colleague (M3). The zero value is no member.
type MemberID string

// Organization is a self-contained tenant.
type Organization struct {
	ID        ID
	Name      string // trimmed, 1 to 100 characters; need not be unique (O2)
	Billing   Billing
	CreatedAt time.Time // UTC, whole microseconds

	// Counts says how many members have each role. It lives on the record so
	// that "the last Admin", "the only member" and the role overview cost the
	// same at any size.
	Counts Counts
	// Events is the number of the newest event in the history, 0 before the first.
	Events uint64
	// Revision grows by one with each committed change of anything that is the
	// organization's. Stores set it; what callers put there is ignored.
	Revision uint64
}

// Billing is what an invoice needs. Only who may change it may read it (O3).
// Each field is trimmed; every one may be empty.
type Billing struct {
	Company   string // up to 200 characters
	Address   string // up to 1,000 characters, lines allowed
	VATID     string // up to 50 characters
	Email     string // an e-mail address
	Reference string // up to 200 characters
}

// MaxName is the longest name of an organization, in characters (O2).
const MaxName = 100

// Name returns name trimmed, or an error naming the field "name" when it is not
// 1 to 100 characters, none of them a control character or one that does not
// show, but for the joiners of letters and pictures (O2).
func Name(name string) (string, error) {
	name = strings.TrimSpace(name)
	return name, input.Line("name", name, 1, MaxName)
}

// FoldName returns what names are searched by: a search finds the names whose
// fold contains the fold of what was typed (O8).
func FoldName(name string) string { return roles.FoldName(name) }

// Normalize returns b trimmed, or an error naming the field, "billing.company"
// and so on.
func (b Billing) Normalize() (Billing, error) {
	b.Company, b.Address = strings.TrimSpace(b.Company), strings.TrimSpace(b.Address)
	b.VATID, b.Reference = strings.TrimSpace(b.VATID), strings.TrimSpace(b.Reference)
	if strings.TrimSpace(b.Email) != "" {
		email, err := Address("billing.email", b.Email)
		if err != nil {
			return Billing{}, err
		}
		b.Email = email
	} else {
		b.Email = ""
	}
	return b, errors.Join(
		input.Line("billing.company", b.Company, 0, 200),
		input.Text("billing.address", b.Address, 1000),
		input.Line("billing.vat-id", b.VATID, 0, 50),
		input.Line("billing.reference", b.Reference, 0, 200),
	)
}

// Clone returns a copy that shares nothing with o.
func (o Organization) Clone() Organization {
	o.Counts = slices.Clone(o.Counts)
	return o
}

// Count says how many members of an organization have a role.
type Count struct {
	Role    roles.ID
	Active  int
	Invited int
}

// Counts has one entry for each role that somebody has, ordered by role ID.
// Methods return new values and never change the receiver.
type Counts []Count

// Of returns the count of role, zero when nobody has it.
func (c Counts) Of(role roles.ID) Count {
	if i, ok := c.find(role); ok {
		return c[i]
	}
	return Count{Role: role}
}

// Total returns the number of member rows, active and invited.
func (c Counts) Total() int {
	n := 0
	for _, count := range c {
		n += count.Active + count.Invited
	}
	return n
}

// With returns c with m counted in.
func (c Counts) With(m Member) Counts { return c.add(m, 1) }

// Without returns c with m, which was counted, taken out.
func (c Counts) Without(m Member) Counts { return c.add(m, -1) }

func (c Counts) add(m Member, n int) Counts {
	c = slices.Clone(c)
	i, ok := c.find(m.Role)
	if !ok {
		c = slices.Insert(c, i, Count{Role: m.Role})
	}
	if m.Status == Active {
		c[i].Active += n
	} else {
		c[i].Invited += n
	}
	if c[i].Active == 0 && c[i].Invited == 0 {
		c = slices.Delete(c, i, i+1)
	}
	return c
}

func (c Counts) find(role roles.ID) (int, bool) {
	return slices.BinarySearchFunc(c, role, func(count Count, role roles.ID) int {
		return strings.Compare(string(count.Role), string(role))
	})
}
