package cached_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

const (
	acme orgs.ID     = "acme"
	bob  orgs.UserID = "bob"
)

// view asks for permission to view device id.
func view(id grants.ResourceID) grants.Question {
	return grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: "device", ID: id}}
}

// inner is a store that counts what a cache asks it, and may change what it
// answers. In it, bob is an Editor of acme with a grant of d1.
type inner struct {
	store.Store
	facts, many, revisions atomic.Int64

	// asked is called after the store has answered and before its answer goes back; an
	// error goes back instead. It must not be set while anybody asks.
	asked func(context.Context) error
	// ended returns how an Update ends that has succeeded.
	ended func() error
}

func newInner(t testing.TB) *inner {
	t.Helper()
	s := &inner{Store: memstore.New()}
	device := grants.Resource{Kind: "device", ID: "d1"}
	err := s.Store.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Hold(ctx, store.Want{Org: acme, Users: []orgs.UserID{bob}}); err != nil {
			return err
		}
		row := orgs.Member{ID: "b-1", Org: acme, User: bob, Role: roles.Editor, Status: orgs.Active}
		for _, step := range []func() error{
			func() error { return tx.CreateOrganization(ctx, orgs.Organization{ID: acme, Name: "Acme"}) },
			func() error { return tx.PutUser(ctx, orgs.User{ID: bob}) },
			func() error { return tx.CreateMember(ctx, row) },
			func() error { return tx.Register(ctx, acme, []grants.Resource{device}) },
			func() error { return tx.Give(ctx, acme, row.ID, []grants.Grant{grants.One(device.Kind, device.ID)}) },
		} {
			if err := step(); err != nil {
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

func (s *inner) answered(ctx context.Context) error {
	if s.asked == nil {
		return nil
	}
	return s.asked(ctx)
}

func (s *inner) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	s.facts.Add(1)
	f, err := s.Store.Facts(ctx, org, user, q)
	if err == nil {
		err = s.answered(ctx)
	}
	return f, err
}

func (s *inner) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
	s.many.Add(1)
	facts, err := s.Store.FactsMany(ctx, org, user, list)
	if err == nil {
		err = s.answered(ctx)
	}
	return facts, err
}

func (s *inner) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	s.revisions.Add(1)
	revision, err := s.Store.Revision(ctx, org)
	if err == nil {
		err = s.answered(ctx)
	}
	return revision, err
}

func (s *inner) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	err := s.Store.Update(ctx, fn)
	if err == nil && s.ended != nil {
		return s.ended()
	}
	return err
}

// queries returns how often the store was asked for facts and for revisions since
// it was called last.
func (s *inner) queries() (facts, revisions int64) {
	return s.facts.Swap(0) + s.many.Swap(0), s.revisions.Swap(0)
}

// move moves the revision of org on by one, in s.
func move(ctx context.Context, s store.Store, org orgs.ID) error {
	return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Org: org})
		if err != nil {
			return err
		}
		return tx.UpdateOrganization(ctx, held.Org)
	})
}

func mustMove(t testing.TB, s store.Store) {
	t.Helper()
	if err := move(t.Context(), s, acme); err != nil {
		t.Fatal(err)
	}
}

// revision returns of which revision s answers about bob.
func revision(t testing.TB, s store.Store) uint64 {
	t.Helper()
	f, err := s.Facts(t.Context(), acme, bob, view("d1"))
	if err != nil {
		t.Fatal(err)
	}
	return f.Revision
}

// expect checks of which revision s answers, and what that asks the store for.
func (s *inner) expect(t testing.TB, what string, from store.Store, want uint64, facts, revisions int64) {
	t.Helper()
	s.queries()
	if got := revision(t, from); got != want {
		t.Errorf("%s: the answer is of revision %d, want %d", what, got, want)
	}
	if f, r := s.queries(); f != facts || r != revisions {
		t.Errorf("%s: the store was asked for facts %d times and for revisions %d times, want %d and %d", what, f, r, facts, revisions)
	}
}

// clock moves only when it is told to.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time       { return time.Unix(0, c.now.Load()) }
func (c *clock) pass(d time.Duration) { c.now.Add(int64(d)) }

// newCache returns a Cache in front of s.
func newCache(t testing.TB, s store.Store, options cached.Options) *cached.Cache {
	t.Helper()
	c, err := cached.New(s, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everybody is a store where everybody has a row everywhere.
type everybody struct{ store.Store }

func (everybody) Facts(_ context.Context, _ orgs.ID, user orgs.UserID, _ grants.Question) (grants.Facts, error) {
	id := orgs.MemberID(strings.Clone(string(user)))
	return grants.Facts{Revision: 1, Member: id, Status: orgs.Active, Role: roles.Editor, Registered: true}, nil
}
