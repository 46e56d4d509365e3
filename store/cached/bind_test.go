package cached_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
)

// TestBind writes in a transaction of the host's, which commits later.
func TestBind(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{})
	old := c.AtMostOld(time.Hour)
	revision(t, old)
	bound := newInner(t) // what the transaction sees
	inside, ended := c.Bind(bound)
	mustMove(t, inside)
	bound.expect(t, "in the transaction", inside, 2, 1, 0)
	s.expect(t, "before the commit", old, 1, 0, 0)
	mustMove(t, s.Store)
	ended(nil)
	s.expect(t, "after the commit", old, 2, 1, 1)
	ended(nil)
	s.expect(t, "ended again", old, 2, 0, 0)
}

// TestBindWithSoleWriter asks the store for the revision of what the host may commit
// at any time.
func TestBindWithSoleWriter(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{SoleWriter: true})
	latest := c.Latest()
	revision(t, latest)
	inside, ended := c.Bind(newInner(t))
	s.expect(t, "before a write", latest, 1, 0, 0)
	mustMove(t, inside)
	s.expect(t, "after a write", latest, 1, 0, 1)
	mustMove(t, s.Store)
	s.expect(t, "after the commit", latest, 2, 1, 1)
	ended(nil)
	s.expect(t, "when it has ended", latest, 2, 0, 1)
	s.expect(t, "when it has ended, known", latest, 2, 0, 0)
}

// host is a store behind a cache whose transactions lose once.
type host struct {
	*inner
	t *testing.T
	// beforeCommit is called between each attempt and its end.
	beforeCommit func()
}

func (h host) InTx(ctx context.Context, fn func(context.Context, string, store.Store) error) error {
	for range 2 {
		if err := fn(ctx, "a transaction", newInner(h.t)); err != nil {
			return err
		}
		h.beforeCommit()
	}
	mustMove(h.t, h.Store)
	return nil
}

// TestInTx has one check between the last attempt and its commit, and one after.
func TestInTx(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{SoleWriter: true})
	old, latest := c.AtMostOld(time.Hour), c.Latest()
	db := host{s, t, func() { s.expect(t, "before the commit", latest, 1, 0, 1) }}
	s.expect(t, "before", old, 1, 1, 0)
	err := cached.InTx(t.Context(), c, db, func(ctx context.Context, tx string, inside store.Store) error {
		if tx == "" {
			t.Error("no transaction")
		}
		return move(ctx, inside, acme)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.expect(t, "after the commit", old, 2, 1, 1)
	s.expect(t, "known again", latest, 2, 0, 0)
}

// TestInTxFails: nothing is left in doubt by an error of the host's, or by a panic.
func TestInTxFails(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{SoleWriter: true})
	s.expect(t, "before", c.Latest(), 1, 1, 0)
	db, failed := host{s, t, nil}, errors.New("failed")
	err := cached.InTx(t.Context(), c, db, func(ctx context.Context, _ string, inside store.Store) error {
		return errors.Join(move(ctx, inside, acme), failed)
	})
	if !errors.Is(err, failed) {
		t.Error(err)
	}
	s.expect(t, "after an error", c.Latest(), 1, 0, 1)
	s.expect(t, "known again", c.Latest(), 1, 0, 0)
	func() {
		defer func() { _ = recover() }()
		_ = cached.InTx(t.Context(), c, db, func(ctx context.Context, _ string, inside store.Store) error {
			panic(move(ctx, inside, acme))
		})
	}()
	s.expect(t, "after a panic", c.Latest(), 1, 0, 1)
	s.expect(t, "known after it", c.Latest(), 1, 0, 0)
}

// TestUnknownOutcomes: what a commit without an answer has written may come to be at any
// time, so a sole writer asks until a change has succeeded.
func TestUnknownOutcomes(t *testing.T) {
	for name, run := range map[string]func(*cached.Cache, *inner) error{
		"InTx": func(c *cached.Cache, s *inner) error { return moveInTx(t, c, silent{s, t}) },
		"Bind": func(c *cached.Cache, _ *inner) error {
			inside, ended := c.Bind(newInner(t))
			mustMove(t, inside)
			ended(context.DeadlineExceeded)
			return store.ErrUnknownOutcome
		},
	} {
		for later, change := range map[string]func(*cached.Cache, *inner) error{
			"Update": func(c *cached.Cache, _ *inner) error { return move(t.Context(), c.Latest(), acme) },
			"InTx":   func(c *cached.Cache, s *inner) error { return moveInTx(t, c, host{s, t, func() {}}) },
		} {
			t.Run(name+", and a later "+later, func(t *testing.T) {
				s := newInner(t)
				c := newCache(t, s, cached.Options{SoleWriter: true})
				latest := c.Latest()
				s.expect(t, "before", latest, 1, 1, 0)
				if err := run(c, s); !errors.Is(err, store.ErrUnknownOutcome) {
					t.Error(err)
				}
				s.expect(t, "without an answer", latest, 1, 0, 1)
				inside, ended := c.Bind(newInner(t))
				mustMove(t, inside)
				ended(nil) // it was rolled back
				s.expect(t, "still without one", latest, 1, 0, 1)
				mustMove(t, s.Store)
				s.expect(t, "after the commit", latest, 2, 1, 1)
				if err := change(c, s); err != nil {
					t.Fatal(err)
				}
				s.expect(t, "after a change", latest, 3, 1, 1)
				s.expect(t, "known again", latest, 3, 0, 0)
			})
		}
	}
}

func moveInTx(t *testing.T, c *cached.Cache, db cached.Transactor[string]) error {
	t.Helper()
	return cached.InTx(t.Context(), c, db, func(ctx context.Context, _ string, inside store.Store) error {
		return move(ctx, inside, acme)
	})
}

// silent is a store that does not answer a commit.
type silent struct {
	*inner
	t *testing.T
}

func (s silent) InTx(ctx context.Context, fn func(context.Context, string, store.Store) error) error {
	return errors.Join(fn(ctx, "a transaction", newInner(s.t)), store.ErrUnknownOutcome)
}
