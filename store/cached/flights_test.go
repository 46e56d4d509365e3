package cached_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
)

// answer is what somebody was told.
type answer struct {
	grants.Facts
	err error
}

// asking asks n times at once, and returns what comes.
func asking(ctx context.Context, n int, s store.Store) <-chan answer {
	answers := make(chan answer, n)
	for range n {
		go func() {
			f, err := s.Facts(ctx, acme, bob, view("d1"))
			answers <- answer{f, err}
		}()
	}
	return answers
}

// expectAll checks that n get the answer of revision want.
func expectAll(t *testing.T, answers <-chan answer, n int, want uint64) {
	t.Helper()
	for range n {
		if a := <-answers; a.err != nil || a.Revision != want {
			t.Errorf("got revision %d, %v, want %d", a.Revision, a.err, want)
		}
	}
}

// parked is an inner whose answers wait until they are let go, one by one.
func parked(t testing.TB) (s *inner, letGo func()) {
	s, gate := newInner(t), make(chan struct{})
	s.asked = func(ctx context.Context) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s, func() { gate <- struct{}{}; synctest.Wait() }
}

// TestStampede has many ask the same at once. One load serves them; who wants the
// latest is served by the next one, since the first had begun before they came.
func TestStampede(t *testing.T) {
	const crowd = 100
	for name, kind := range map[string]struct {
		reading func(*cached.Cache) store.Store
		loads   int64
	}{
		"at most an hour old": {func(c *cached.Cache) store.Store { return c.AtMostOld(time.Hour) }, 1},
		"at least a revision": {func(c *cached.Cache) store.Store { return c.AtLeast(acme, 1) }, 1},
		"latest":              {(*cached.Cache).Latest, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, letGo := parked(t)
				reading := kind.reading(newCache(t, s, cached.Options{}))
				first := asking(t.Context(), 1, reading)
				synctest.Wait()
				others := asking(t.Context(), crowd, reading)
				synctest.Wait()
				for range kind.loads {
					letGo()
				}
				expectAll(t, first, 1, 1)
				expectAll(t, others, crowd, 1)
				if facts, revisions := s.queries(); facts != kind.loads || revisions != 0 {
					t.Errorf("the store was asked for facts %d times and for revisions %d times, want %d and 0", facts, revisions, kind.loads)
				}
			})
		})
	}
}

// TestStampedeToValidate has many ask when what is known has become too old.
func TestStampedeToValidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		now := &clock{}
		second := newCache(t, s, cached.Options{Clock: now.Now}).AtMostOld(time.Second)
		first := asking(t.Context(), 1, second)
		synctest.Wait()
		letGo()
		expectAll(t, first, 1, 1)
		now.pass(time.Minute)
		s.queries()
		all := asking(t.Context(), 100, second)
		synctest.Wait()
		letGo()
		expectAll(t, all, 100, 1)
		if facts, revisions := s.queries(); facts != 0 || revisions != 1 {
			t.Errorf("the store was asked for facts %d times and for revisions %d times, want 0 and 1", facts, revisions)
		}
	})
}

// TestLatestWaitsForNoOlder begins checks while a load is under way that has read
// already, after another process has written.
func TestLatestWaitsForNoOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		latest := newCache(t, s, cached.Options{}).Latest()
		before := asking(t.Context(), 1, latest)
		synctest.Wait()
		mustMove(t, s.Store)
		after := asking(t.Context(), 10, latest)
		synctest.Wait()
		letGo()
		letGo()
		expectAll(t, before, 1, 1)
		expectAll(t, after, 10, 2)
	})
}

// TestAtLeastAsksAgain has a check wait for a load that turns out to have read before
// the revision that it asks for.
func TestAtLeastAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		c := newCache(t, s, cached.Options{})
		before := asking(t.Context(), 1, c.AtMostOld(time.Hour))
		synctest.Wait()
		mustMove(t, s.Store)
		after := asking(t.Context(), 1, c.AtLeast(acme, 2))
		synctest.Wait()
		letGo()
		expectAll(t, before, 1, 1)
		if len(after) > 0 {
			t.Fatal("it is told what was so before")
		}
		letGo()
		expectAll(t, after, 1, 2)
	})
}

// TestWhoLeaves is that who asks first may leave without harm to the others, and
// that the store is let alone when all have left.
func TestWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
		impatient, leave := context.WithCancel(t.Context())
		first := asking(impatient, 1, old)
		synctest.Wait()
		others := asking(t.Context(), 3, old)
		synctest.Wait()
		leave()
		if a := <-first; !errors.Is(a.err, context.Canceled) {
			t.Errorf("who left got %v", a.err)
		}
		letGo()
		expectAll(t, others, 3, 1)
		if facts, _ := s.queries(); facts != 1 {
			t.Errorf("the store was asked %d times, want once", facts)
		}
		if a := <-asking(impatient, 1, newCache(t, s, cached.Options{}).Latest()); !errors.Is(a.err, context.Canceled) {
			t.Errorf("who came with a context that was done got %v", a.err)
		}
	})
}

// TestAllLeave ends the query that nobody waits for, and lets the next one begin.
func TestAllLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		var ended atomic.Bool
		wait := s.asked
		s.asked = func(ctx context.Context) error {
			err := wait(ctx)
			ended.Store(errors.Is(err, context.Canceled))
			return err
		}
		old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
		impatient, leave := context.WithCancel(t.Context())
		all := asking(impatient, 3, old)
		synctest.Wait()
		leave()
		for range 3 {
			if a := <-all; !errors.Is(a.err, context.Canceled) {
				t.Errorf("who left got %v", a.err)
			}
		}
		synctest.Wait()
		if !ended.Load() {
			t.Error("the query goes on for nobody")
		}
		next := asking(t.Context(), 1, old)
		synctest.Wait()
		letGo()
		expectAll(t, next, 1, 1)
	})
}

// TestNoLoadOutlivesAWrite lets a load read, then a write return, and then the load:
// what it has read is no answer for who begins after the write. A cache that only
// drops what it has, fails this.
func TestNoLoadOutlivesAWrite(t *testing.T) {
	for name, open := range map[string]func(testing.TB, store.Store) (reading store.Store, want uint64){
		"cached": func(t testing.TB, s store.Store) (store.Store, uint64) {
			return newCache(t, s, cached.Options{}).AtMostOld(time.Hour), 2
		},
		"naive": func(_ testing.TB, s store.Store) (store.Store, uint64) { return &naive{Store: s}, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, letGo := parked(t)
				old, want := open(t, s)
				before := asking(t.Context(), 1, old)
				synctest.Wait()
				mustMove(t, old)
				letGo()
				expectAll(t, before, 1, 1)
				s.asked = nil
				if after := revision(t, old); after != want {
					t.Errorf("after the write: revision %d, want %d", after, want)
				}
			})
		})
	}
}

// TestNobodyWaitsForAnOlderLoad begins a check after a write, while a load is under
// way that began before it.
func TestNobodyWaitsForAnOlderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, letGo := parked(t)
		old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
		before := asking(t.Context(), 1, old)
		synctest.Wait()
		mustMove(t, old)
		after := asking(t.Context(), 10, old)
		synctest.Wait()
		letGo()
		letGo()
		expectAll(t, before, 1, 1)
		expectAll(t, after, 10, 2)
	})
}

// naive drops what it has when something is written, and nothing else.
type naive struct {
	store.Store
	mu    sync.Mutex
	known map[grants.Question]grants.Facts
}

func (n *naive) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	n.mu.Lock()
	f, ok := n.known[q]
	n.mu.Unlock()
	if ok {
		return f, nil
	}
	f, err := n.Store.Facts(ctx, org, user, q)
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.known == nil {
			n.known = map[grants.Question]grants.Facts{}
		}
		n.known[q] = f
	}
	return f, err
}

func (n *naive) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.known = nil
	}()
	return n.Store.Update(ctx, fn)
}

// TestCrowd has many write and check at once. Who has written is told of no earlier
// revision, and no answer is of two revisions.
func TestCrowd(t *testing.T) {
	const crowd, rounds = 8, 300
	s := newInner(t)
	c := newCache(t, s, cached.Options{Bytes: 16 << 10})
	readings := []store.Store{c.Latest(), c.AtMostOld(time.Hour), c.AtLeast(acme, 1)}
	var done atomic.Uint64 // a revision whose Update has returned
	done.Store(1)
	var group sync.WaitGroup
	for n := range crowd {
		group.Go(func() {
			for i := range rounds {
				reading := readings[(n+i)%len(readings)]
				if n < 2 {
					if err := move(t.Context(), reading, acme); err != nil {
						t.Error(err)
					}
					done.Add(1)
				}
				least := done.Load()
				list, err := reading.FactsMany(t.Context(), acme, bob, []grants.Question{view("d1"), view("d2")})
				if err != nil || list[0].Revision < least || list[1].Revision != list[0].Revision {
					t.Errorf("after revision %d: got %+v, %v", least, list, err)
				}
				f, err := reading.Facts(t.Context(), acme, bob, view("d1"))
				if err != nil || f.Revision < least || f.Coverage != grants.CoveredByOne {
					t.Errorf("after revision %d: got %+v, %v", least, f, err)
				}
			}
		})
	}
	group.Wait()
}
