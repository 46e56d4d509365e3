package cached_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
)

func TestOptions(t *testing.T) {
	for field, open := range map[string]func() (*cached.Cache, error){
		"store":         func() (*cached.Cache, error) { return cached.New(nil, cached.Options{}) },
		"options.bytes": func() (*cached.Cache, error) { return cached.New(newInner(t), cached.Options{Bytes: -1}) },
	} {
		c, err := open()
		if invalid := (*input.Error)(nil); !errors.As(err, &invalid) || invalid.Field != field || c != nil {
			t.Errorf("got %v and %v, want an error that names %s", c, err, field)
		}
	}
}

// TestReadings is what each reading answers, and asks for, while another process
// writes.
func TestReadings(t *testing.T) {
	s, now := newInner(t), &clock{}
	c := newCache(t, s, cached.Options{Clock: now.Now})
	latest, second, later := c.Latest(), c.AtMostOld(time.Second), c.AtLeast(acme, 2)
	s.expect(t, "latest, unknown", latest, 1, 1, 0)
	s.expect(t, "latest, known", latest, 1, 0, 1)
	s.expect(t, "at most a second old", second, 1, 0, 0)
	s.expect(t, "no age is latest", c.AtMostOld(0), 1, 0, 1)
	s.expect(t, "a negative age is latest", c.AtMostOld(-1), 1, 0, 1)
	now.pass(time.Second)
	s.expect(t, "just a second old", second, 1, 0, 0)
	now.pass(1)
	s.expect(t, "older, and unchanged", second, 1, 0, 1)
	mustMove(t, s)
	s.expect(t, "changed elsewhere, a second ago at most", second, 1, 0, 0)
	s.expect(t, "at least a revision that is known", c.AtLeast(acme, 1), 1, 0, 0)
	s.expect(t, "at least a later one", later, 2, 1, 1)
	s.expect(t, "at least a later one, known", later, 2, 0, 0)
	s.expect(t, "at least one of elsewhere", c.AtLeast("umbra", 1), 2, 0, 1)
	// Within one tick of the clock it cannot tell what it asked from what was asked before.
	s.expect(t, "at least one that there is not", c.AtLeast(acme, 9), 2, 0, 2)
	mustMove(t, s)
	s.expect(t, "latest, changed elsewhere", latest, 3, 1, 1)
	now.pass(time.Hour)
	mustMove(t, s)
	s.expect(t, "older, and changed elsewhere", second, 4, 1, 1)
}

// TestOwnWrites is that what a process has written is seen in it at once, through
// whatever reading it was written.
func TestOwnWrites(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{})
	old, other := c.AtMostOld(time.Hour), newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
	want := revision(t, old)
	revision(t, other)
	for _, through := range []store.Store{c.Latest(), old, c.AtLeast(acme, 1)} {
		mustMove(t, through)
		want++
		s.expect(t, "after a write", old, want, 1, 1)
		s.expect(t, "after a write, known", old, want, 0, 0)
	}
	s.expect(t, "in another process", other, 1, 0, 0)
}

// TestWritesThatFail are seen, too: nobody knows what a conflict has lost against.
func TestWritesThatFail(t *testing.T) {
	for name, end := range map[string]error{"conflict": store.ErrConflict, "unknown": store.ErrUnknownOutcome, "panic": nil} {
		t.Run(name, func(t *testing.T) {
			s := newInner(t)
			old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
			before := revision(t, old)
			s.ended = func() error {
				if end == nil {
					panic("for a test")
				}
				return end
			}
			func() {
				defer func() { _ = recover() }()
				if err := move(t.Context(), old, acme); !errors.Is(err, end) {
					t.Errorf("got %v, want %v", err, end)
				}
			}()
			s.expect(t, "after it", old, before+1, 1, 1)
		})
	}
}

// TestNoWrites leaves what is known as it is.
func TestNoWrites(t *testing.T) {
	s := newInner(t)
	old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
	revision(t, old)
	if err := old.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Hold(ctx, store.Want{Org: acme})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.expect(t, "after an Update without a write", old, 1, 0, 0)
}

// TestNobody passes on what is asked about nobody, and nowhere.
func TestNobody(t *testing.T) {
	s := newInner(t)
	old := newCache(t, s, cached.Options{}).AtMostOld(time.Hour)
	revision(t, old)
	for range 2 {
		f, err := old.Facts(t.Context(), acme, "", view("d1"))
		if err != nil || f.Member != "" || f.Revision != 1 {
			t.Errorf("about nobody: got %+v, %v", f, err)
		}
		f, err = old.Facts(t.Context(), "nowhere", bob, view("d1"))
		if err != nil || f != (grants.Facts{}) {
			t.Errorf("nowhere: got %+v, %v", f, err)
		}
	}
	if facts, _ := s.queries(); facts != 4 { // one for acme, two for nobody, one for nowhere
		t.Errorf("the store was asked %d times, want 4: what is not there is known too", facts)
	}
}

// TestFactsMany asks for what is missing alone, and for all when that is of another
// revision.
func TestFactsMany(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{})
	old := c.AtMostOld(time.Hour)
	ask := func(what string, facts, revisions int64, ids ...grants.ResourceID) {
		t.Helper()
		var list []grants.Question
		for _, id := range ids {
			list = append(list, view(id))
		}
		s.queries()
		got, err := old.FactsMany(t.Context(), acme, bob, list)
		if err != nil {
			t.Fatal(err)
		}
		if f, r := s.queries(); f != facts || r != revisions {
			t.Errorf("%s: the store was asked for facts %d times and for revisions %d times, want %d and %d", what, f, r, facts, revisions)
		}
		want, err := s.Store.FactsMany(t.Context(), acme, bob, list)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs (- want, + got):\n%s", what, diff)
		}
	}
	ask("all are unknown", 1, 0, "d1", "d2")
	ask("all are known", 0, 0, "d2", "d1", "d2")
	ask("one is unknown", 1, 0, "d3", "d1")
	ask("none", 1, 0)
	mustMove(t, old)
	ask("after a write", 1, 1, "d1", "d2")
	mustMove(t, s) // which nobody knows of
	ask("of two revisions", 2, 0, "d1", "d4")
	mustMove(t, old)
	s.asked = func(context.Context) error { return errBoom }
	if got, err := old.FactsMany(t.Context(), acme, bob, []grants.Question{view("d9")}); !errors.Is(err, errBoom) || got != nil {
		t.Errorf("got %v and %v, want no answer", got, err)
	}
	if got, err := old.FactsMany(t.Context(), acme, bob, []grants.Question{view("d1")}); !errors.Is(err, errBoom) || got != nil {
		t.Errorf("when validating: got %v and %v, want no answer", got, err)
	}
}

var errBoom = errors.New("boom")

// TestErrors are nobody's answer, and are not kept.
func TestErrors(t *testing.T) {
	s := newInner(t)
	c := newCache(t, s, cached.Options{})
	s.asked = func(context.Context) error { return errBoom }
	for range 2 {
		if f, err := c.Latest().Facts(t.Context(), acme, bob, view("d1")); !errors.Is(err, errBoom) || f != (grants.Facts{}) {
			t.Errorf("got %+v, %v", f, err)
		}
	}
	s.asked = nil
	revision(t, c.Latest())
	s.asked = func(context.Context) error { return errBoom }
	if f, err := c.Latest().Facts(t.Context(), acme, bob, view("d1")); !errors.Is(err, errBoom) || f != (grants.Facts{}) {
		t.Errorf("when validating: got %+v, %v", f, err)
	}
	s.asked = func(context.Context) error { panic(errBoom) }
	func() {
		defer func() {
			if p := recover(); p != errBoom {
				t.Errorf("recovered %v, want the store's panic", p)
			}
		}()
		_, _ = c.Latest().Facts(t.Context(), acme, bob, view("d2"))
		t.Error("the store's panic got lost")
	}()
	s.asked = nil
	if got := revision(t, c.Latest()); got != 1 {
		t.Errorf("after a panic: revision %d", got)
	}
}

// TestSoleWriter asks nothing to be sure, until nobody knows what was kept.
func TestSoleWriter(t *testing.T) {
	s := newInner(t)
	latest := newCache(t, s, cached.Options{SoleWriter: true}).Latest()
	s.expect(t, "unknown", latest, 1, 1, 0)
	s.expect(t, "known", latest, 1, 0, 0)
	mustMove(t, latest)
	s.expect(t, "after a write", latest, 2, 1, 1)
	s.expect(t, "after a write, known", latest, 2, 0, 0)
	s.ended = func() error { return store.ErrUnknownOutcome }
	for range 2 {
		if err := move(t.Context(), latest, acme); !errors.Is(err, store.ErrUnknownOutcome) {
			t.Fatal(err)
		}
	}
	s.ended = nil
	s.expect(t, "after unknown outcomes", latest, 4, 1, 1)
	mustMove(t, s) // it takes place late
	s.expect(t, "after a late commit", latest, 5, 1, 1)
	s.expect(t, "after a late commit, known", latest, 5, 0, 1)
	mustMove(t, latest)
	s.expect(t, "settled by a write", latest, 6, 1, 1)
	s.expect(t, "settled by a write, known", latest, 6, 0, 0)
}

// TestForget drops what was read before a change that went around the cache, also
// when a revision comes back with something else behind it.
func TestForget(t *testing.T) {
	for name, organizations := range map[string][]orgs.ID{"one": {acme}, "every one": nil} {
		t.Run(name, func(t *testing.T) {
			s := newInner(t)
			c := newCache(t, s, cached.Options{})
			old := c.AtMostOld(time.Hour)
			revision(t, old)
			restored := newInner(t)
			if err := restored.Store.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
				return tx.Take(ctx, acme, "b-1", []grants.Grant{grants.One("device", "d1")})
			}); err != nil {
				t.Fatal(err)
			}
			s.Store = restored.Store
			c.Forget(organizations...)
			f, err := old.Facts(t.Context(), acme, bob, view("d1"))
			if err != nil || f.Coverage != grants.NotCovered || f.Revision != 1 {
				t.Errorf("got %+v, %v: want what was restored", f, err)
			}
			s.expect(t, "known again", old, 1, 0, 0)
		})
	}
}

// TestAllocations is what a known answer costs the garbage collector.
func TestAllocations(t *testing.T) {
	s := newInner(t)
	c, sole := newCache(t, s, cached.Options{}), newCache(t, s, cached.Options{SoleWriter: true})
	ctx := t.Context()
	for name, from := range map[string]store.Store{
		"at most an hour old": c.AtMostOld(time.Hour), "at least a revision": c.AtLeast(acme, 1), "sole writer": sole.Latest(),
	} {
		for _, user := range []orgs.UserID{bob, "nobody"} {
			for range 3 {
				if _, err := from.Facts(ctx, acme, user, view("d1")); err != nil {
					t.Fatal(err)
				}
			}
			n := testing.AllocsPerRun(1000, func() { _, _ = from.Facts(ctx, acme, user, view("d1")) })
			if n != 0 {
				t.Errorf("%s: a known answer about %s allocates %v times", name, user, n)
			}
		}
	}
}
