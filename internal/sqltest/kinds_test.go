package sqltest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// kinds returns n kinds, in order.
func kinds(n int) []roles.Kind {
	list := make([]roles.Kind, n)
	for i := range list {
		list[i] = roles.Kind(fmt.Sprintf("kind-%02d", i))
	}
	return list
}

// TestManyKinds walks the lists by kind where there are more kinds than a statement
// has parts for: what is in a list does not depend on how it is read.
func TestManyKinds(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		s := e.fresh(t).store(t)
		every, given, reached := giveManyKinds(t, s)
		for _, only := range [][]roles.Kind{nil, kinds(40)[5:7], kinds(40)[:9], kinds(40)[3:38]} {
			for _, limit := range []int{1, 4, 7, 100} {
				what := fmt.Sprintf("of %d kinds, in pages of %d", len(only), limit)
				pass := func(k roles.Kind) bool { return len(only) == 0 || slices.Contains(only, k) }
				for _, whose := range []struct {
					user orgs.UserID
					want []grants.Resource
				}{{"", every}, {user(1), reached}} {
					got := pages(t, limit, func(ctx context.Context, after *grants.Resource) ([]grants.Resource, error) {
						page, err := s.Resources(ctx, store.ResourceQuery{Org: org(1), User: whose.user, Kinds: only, After: after, Limit: limit})
						return page.Resources, err
					})
					equal(t, fmt.Sprintf("resources %s for %q", what, whose.user), got, whose.want, func(r grants.Resource) bool { return pass(r.Kind) })
				}
				got := pages(t, limit, func(ctx context.Context, after *grants.Grant) ([]grants.Grant, error) {
					page, err := s.Grants(ctx, store.GrantQuery{Org: org(1), Member: row(1), Kinds: only, After: after, Limit: limit})
					return page.Grants, err
				})
				equal(t, "grants "+what, got, given, func(g grants.Grant) bool { return pass(g.Kind) })
			}
		}
	})
}

// giveManyKinds makes three resources of each of 40 kinds, and gives row 1 of every
// three kinds all of the first, one of the second, and both of the third. It returns
// the resources, the grants and the resources that they reach, in order.
func giveManyKinds(t *testing.T, s store.Store) (every []grants.Resource, given []grants.Grant, reached []grants.Resource) {
	t.Helper()
	for i, k := range kinds(40) {
		if i%3 != 1 {
			given = append(given, grants.All(k))
		}
		if i%3 != 0 {
			given = append(given, grants.One(k, "b"))
		}
		for _, id := range []grants.ResourceID{"a", "b", "c"} {
			r := grants.Resource{Kind: k, ID: id}
			every = append(every, r)
			if i%3 != 1 || id == "b" {
				reached = append(reached, r)
			}
		}
	}
	update(t, s, store.Want{Org: org(1), Users: users(2)}, func(ctx context.Context, tx store.Tx) error {
		if err := fill(ctx, tx, 1, 2); err != nil {
			return err
		}
		if err := tx.Take(ctx, org(1), row(1), []grants.Grant{grants.One(dashboard, thing(1, 1)), grants.All(dashboard)}); err != nil {
			return err
		}
		if err := tx.Unregister(ctx, org(1), []grants.Resource{{Kind: device, ID: thing(1, 0)}, {Kind: dashboard, ID: thing(1, 1)}}); err != nil {
			return err
		}
		if err := tx.Register(ctx, org(1), every); err != nil {
			return err
		}
		return tx.Give(ctx, org(1), row(1), given)
	})
	return every, given, reached
}

// pages returns all that read returns, page by page.
func pages[T any](t *testing.T, limit int, read func(context.Context, *T) ([]T, error)) (all []T) {
	t.Helper()
	var after *T
	for {
		page, err := read(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > limit {
			t.Fatalf("a page has %d of %d", len(page), limit)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		after = &page[len(page)-1]
	}
}

// equal compares got with what passes of all.
func equal[T comparable](t *testing.T, what string, got, all []T, pass func(T) bool) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !pass(v) })
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestGiveWhatIsElsewhere gives a resource of another organization, by itself and in a
// list: it is not given, and what is given with it is.
func TestGiveWhatIsElsewhere(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		s := e.fresh(t).store(t)
		populate(t, s, 2, 10)
		foreign, own := grants.One(device, thing(0, 0)), grants.One(device, thing(1, 4))
		for _, list := range [][]grants.Grant{{foreign}, {foreign, own}} {
			update(t, s, holdOrg, func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, org(1), row(1), list) })
		}
		page, err := s.Grants(t.Context(), store.GrantQuery{Org: org(1), Member: row(1), Kinds: []roles.Kind{device}, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "what the row has", page.Grants, []grants.Grant{own}, func(grants.Grant) bool { return true })
	})
}
