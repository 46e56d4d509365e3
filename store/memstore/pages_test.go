package memstore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// rare is a custom role that few have.
const rare roles.ID = "r-rare"

// fewOf is how many rows are of the rare role, invited, or called Zoe: so many at any
// size.
const fewOf = 60

// rowOf returns row n of so many. Who is rare in one way is not in another, and comes
// last in the order that a walk would take.
func rowOf(n, size int) orgs.Member {
	id := fmt.Sprintf("%07d", n)
	m := orgs.Member{
		ID: orgs.MemberID(id), Org: "acme", Role: roles.Viewer, Status: orgs.Active, User: orgs.UserID(id),
		Profile: orgs.Profile{Email: id + "@mail.example", FirstName: "Ann" + id, LastName: "Lee" + id},
	}
	switch last := size - n; {
	case last <= fewOf:
		m.Role = rare
	case last <= 2*fewOf:
		m.Status, m.User = orgs.Invited, ""
	case last <= 3*fewOf:
		m.FirstName = "Zoe" + id
	}
	return m
}

func sized(t *testing.T, size int) *memstore.Store {
	t.Helper()
	s := memstore.New()
	err := s.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreateOrganization(ctx, orgs.Organization{ID: "acme", Name: "Acme"}); err != nil {
			return err
		}
		for n := range size {
			m := rowOf(n, size)
			if m.User != "" {
				if err := tx.PutUser(ctx, orgs.User{ID: m.User, Profile: m.Profile}); err != nil {
					return err
				}
			}
			if err := tx.CreateMember(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pages are the first, a middle and the last page of every order, both ways, of a
// filter.
func pages(filter store.MemberQuery, size int) (list []store.MemberQuery) {
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			for _, at := range []int{-1, size / 2, size - 4*fewOf} {
				q := filter
				q.Org, q.Sort, q.Descending, q.Limit = "acme", sort, descending, 50
				if at >= 0 {
					m := rowOf(at, size)
					q.After = &store.Position{Key: m.Key(sort), ID: m.ID}
				}
				list = append(list, q)
			}
		}
	}
	return list
}

// A page of members costs the same in an organization of any size, whatever it is
// sorted by and however seldom what the filter lets pass is (M2). A walk would take
// a hundred times as long; where nearly everybody is found, the square root of that.
func TestPagesDoNotGrow(t *testing.T) {
	const small, large = 1_000, 100_000
	many := []roles.ID{rare}
	for i := range 3 {
		many = append(many, roles.ID(fmt.Sprint("r-", i)))
	}
	stores := map[int]*memstore.Store{small: sized(t, small), large: sized(t, large)}
	for name, filter := range map[string]store.MemberQuery{
		"everybody":         {},
		"active":            {Status: []orgs.Status{orgs.Active}},
		"invited":           {Status: []orgs.Status{orgs.Invited}},
		"a rare role":       {Roles: []roles.ID{rare}},
		"some rare roles":   {Roles: many, Status: []orgs.Status{orgs.Active}},
		"a role and status": {Roles: []roles.ID{roles.Viewer}, Status: []orgs.Status{orgs.Invited}},
		"nobody":            {Roles: []roles.ID{rare}, Status: []orgs.Status{orgs.Invited}},
		"a rare name":       {Search: orgs.NewSearch("zoe")},
		"an address":        {Search: orgs.NewSearch("0000007@mail")},
		"no name":           {Search: orgs.NewSearch("nobody")},
		"everybody's name":  {Search: orgs.NewSearch("ann")},
	} {
		took := map[int][]time.Duration{}
		for range 20 {
			for size, s := range stores {
				took[size] = fastest(took[size], timed(t, s, pages(filter, size)))
			}
		}
		was, is, most := sum(took[small]), sum(took[large]), 3.0
		if name == "everybody's name" {
			most = 10
		}
		grown := float64(is) / float64(was)
		t.Logf("%-18s %8v with %d members, %8v with %d: %.1f ×", name, was, small, is, large, grown)
		if grown > most {
			t.Errorf("pages of %s take %v with %d members, and %v with %d", name, was, small, is, large)
		}
	}
}

// timed reads each page and says how long it took.
func timed(t *testing.T, s *memstore.Store, list []store.MemberQuery) []time.Duration {
	t.Helper()
	took := make([]time.Duration, len(list))
	for i, q := range list {
		began := time.Now()
		if _, err := s.Members(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	return took
}

// fastest returns the lesser of each pair. A page takes less than the turn that another
// process takes on a busy machine, and of many times one is undisturbed.
func fastest(before, now []time.Duration) []time.Duration {
	for i := range before {
		now[i] = min(before[i], now[i])
	}
	return now
}

func sum(list []time.Duration) (all time.Duration) {
	for _, d := range list {
		all += d
	}
	return all
}

// A filter of more roles than a page is merged from finds the same rows.
func TestPageOfManyRoles(t *testing.T) {
	s := sized(t, 1000)
	filter := store.MemberQuery{Org: "acme", Sort: orgs.ByEmail, Roles: []roles.ID{rare, rare}, Limit: 100}
	want, err := s.Members(t.Context(), filter)
	if err != nil || len(want.Members) != fewOf {
		t.Fatalf("%d members, %v", len(want.Members), err)
	}
	for i := range 200 {
		filter.Roles = append(filter.Roles, roles.ID(fmt.Sprint("r-", i)))
	}
	got, err := s.Members(t.Context(), filter)
	if err != nil || !slices.Equal(got.Members, want.Members) {
		t.Errorf("%d members, %v", len(got.Members), err)
	}
}
