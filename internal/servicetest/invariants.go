package servicetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Check verifies what is always true (SPEC 7) on the data that s keeps, from
// known on, and names every point that is broken.
//
// Points 1 to 6 are read off the data: 2, that nobody changed their own role, off
// the history. That a failed operation changed nothing (7) and a successful one
// stays (8) is for who called it to compare, with two [Look]s.
func Check(ctx context.Context, s store.Store, known Known) error {
	d, err := Look(ctx, s, known)
	if err != nil {
		return err
	}
	return d.Verify()
}

// Verify is [Check] on what was found already.
func (d Dump) Verify() error {
	var all []error
	for id, o := range d.Orgs {
		if o.Record.ID == "" {
			all = append(all, o.verifyGone(id))
			continue
		}
		all = append(all, o.verifyAdmin(), o.verifyUnique(), o.verifyRows(d), o.verifyGrants(), o.verifyHistory())
	}
	for id, u := range d.Users {
		all = append(all, u.verify(id, d))
	}
	all = append(all, d.verifyPlaces())
	return errors.Join(all...)
}

// broken returns the error that point of SPEC 7 does not hold.
func broken(point int, format string, args ...any) error {
	return fmt.Errorf("SPEC 7.%d: %s", point, fmt.Sprintf(format, args...))
}

// lower is how addresses compare (I1): ASCII letters in lower case, no other.
func lower(address string) string {
	b := []byte(strings.TrimSpace(address))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c - 'A' + 'a'
		}
	}
	return string(b)
}

// verifyGone is about an organization without a record: nothing of it is left
// (O5).
func (o DumpedOrg) verifyGone(id orgs.ID) error {
	if n := len(o.Members) + len(o.Roles) + len(o.Resources) + len(o.Grants) + len(o.Events); n > 0 {
		return broken(6, "organization %s is gone and left %d records", id, n)
	}
	return nil
}

func (o DumpedOrg) verifyAdmin() error {
	for _, m := range o.Members {
		if m.Status == orgs.Active && m.Role == roles.Admin {
			return nil
		}
	}
	return broken(1, "organization %s has no active Admin", o.Record.ID)
}

func (o DumpedOrg) verifyUnique() error {
	users, invited := map[orgs.UserID]int{}, map[string]int{}
	for _, m := range o.Members {
		if m.User != "" {
			users[m.User]++
		}
		if m.Status == orgs.Invited {
			invited[lower(m.Email)]++
		}
	}
	for user, n := range users {
		if n > 1 {
			return broken(4, "user %q has %d rows in organization %s", user, n, o.Record.ID)
		}
	}
	for address, n := range invited {
		if n > 1 {
			return broken(4, "%q is invited %d times by organization %s", address, n, o.Record.ID)
		}
	}
	return nil
}

// verifyRows compares the member rows with the counts, the roles and the users.
func (o DumpedOrg) verifyRows(d Dump) error {
	counts := map[roles.ID]orgs.Count{}
	for _, m := range o.Members {
		count := counts[m.Role]
		count.Role = m.Role
		switch {
		case m.Org != o.Record.ID:
			return broken(4, "row %s of organization %s says that it is of %s", m.ID, o.Record.ID, m.Org)
		case m.Status == orgs.Active && m.User != "" && !m.JoinedAt.IsZero():
			count.Active++
		case m.Status == orgs.Invited && m.User == "" && m.JoinedAt.IsZero():
			count.Invited++
		default:
			return broken(4, "row %s is half %s: user %q, joined %s", m.ID, m.Status, m.User, m.JoinedAt)
		}
		counts[m.Role] = count
		if !o.hasRole(m.Role) {
			return broken(6, "row %s has role %s, which organization %s does not have", m.ID, m.Role, o.Record.ID)
		}
		if m.User == "" {
			continue
		}
		if u := d.Users[m.User].Record; u.ID == "" || u.Profile != m.Profile {
			return broken(4, "row %s shows user %q as %v, whose profile is %v", m.ID, m.User, m.Profile, u.Profile)
		}
	}
	if len(counts) != len(o.Record.Counts) {
		return broken(6, "organization %s counts %v, its rows are %v", o.Record.ID, o.Record.Counts, counts)
	}
	for _, count := range o.Record.Counts {
		if counts[count.Role] != count {
			return broken(6, "organization %s counts %v, its rows are %v", o.Record.ID, o.Record.Counts, counts)
		}
	}
	return nil
}

func (o DumpedOrg) hasRole(id roles.ID) bool {
	return id.BuiltIn() || slices.ContainsFunc(o.Roles, func(r roles.Role) bool { return r.ID == id })
}

func (o DumpedOrg) member(id orgs.MemberID) (orgs.Member, bool) {
	i := slices.IndexFunc(o.Members, func(m orgs.Member) bool { return m.ID == id })
	if i < 0 {
		return orgs.Member{}, false
	}
	return o.Members[i], true
}

func (o DumpedOrg) verifyGrants() error {
	for id, has := range o.Grants {
		if _, there := o.member(id); !there {
			return broken(5, "row %s of organization %s is gone and has grants %v", id, o.Record.ID, has)
		}
		for _, g := range has {
			if g.All != (g.Resource == "") {
				return broken(5, "row %s has the grant %v, of neither one nor all", id, g)
			}
			if !g.All && !slices.Contains(o.Resources, grants.Resource{Kind: g.Kind, ID: g.Resource}) {
				return broken(5, "row %s has a grant of %s %q, which is not of organization %s", id, g.Kind, g.Resource, o.Record.ID)
			}
		}
	}
	return nil
}

// verifyPlaces is G4: a resource belongs to one organization.
func (d Dump) verifyPlaces() error {
	places := map[grants.Resource]orgs.ID{}
	for id, o := range d.Orgs {
		for _, res := range o.Resources {
			if other, taken := places[res]; taken {
				return broken(5, "%s %q is registered with %s and %s", res.Kind, res.ID, id, other)
			}
			places[res] = id
		}
	}
	return nil
}

// verify is point 3, and that the record of a user says what its rows say.
func (u DumpedUser) verify(id orgs.UserID, d Dump) error {
	var active []orgs.Member
	for _, o := range d.Orgs {
		for _, m := range o.Members {
			if m.User == id && m.Status == orgs.Active {
				active = append(active, m)
			}
		}
	}
	switch {
	case u.Record.ID == "" && len(active) == 0 && len(u.Memberships) == 0 && !d.everMember(id):
		return nil // it never was one
	case u.Record.ID != id:
		return broken(3, "user %q was a member and has no record", id)
	case len(active) == 0:
		return broken(3, "user %q is a member of nothing", id)
	case u.Record.Memberships != len(active) || len(u.Memberships) != len(active):
		return broken(3, "user %q counts %d memberships, lists %d and has %d", id, u.Record.Memberships, len(u.Memberships), len(active))
	case !slices.ContainsFunc(active, func(m orgs.Member) bool { return m.Org == u.Record.Active }):
		return broken(3, "user %q works in %q, where it is no member", id, u.Record.Active)
	}
	for _, m := range active {
		want := store.Membership{Org: m.Org, Name: d.Orgs[m.Org].Record.Name, Member: m.ID, Role: m.Role, JoinedAt: m.JoinedAt}
		if !slices.Contains(u.Memberships, want) {
			return broken(3, "user %q lists %v, which lacks %v", id, u.Memberships, want)
		}
	}
	return nil
}

// everMember reports whether a history names user id as a member.
func (d Dump) everMember(id orgs.UserID) bool {
	for _, o := range d.Orgs {
		if slices.ContainsFunc(o.Events, func(e store.Event) bool { return e.Detail.User == id }) {
			return true
		}
	}
	return false
}
