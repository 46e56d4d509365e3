package cached_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store/cached"
)

// What the library evicts, it evicts in a goroutine of its own: synctest tells when
// that has ended.

// TestStats is what the host may show.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInner(t)
		c := newCache(t, s, cached.Options{})
		for range 3 {
			revision(t, c.Latest())
		}
		if _, err := c.Latest().FactsMany(t.Context(), acme, bob, []grants.Question{view("d1"), view("d2")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := c.Stats()
		if got.Bytes < 500 || got.Bytes > 4<<10 {
			t.Errorf("%d bytes for two answers", got.Bytes)
		}
		got.Bytes = 0
		if want := (cached.Stats{Hits: 3, Misses: 2, Validations: 3, Loads: 2}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

// TestEviction asks for more than there is room for: answers stay right, and within
// the bound.
func TestEviction(t *testing.T) {
	for name, ask := range map[string]func(n int) (orgs.ID, orgs.UserID, grants.Question){
		"organizations": func(n int) (orgs.ID, orgs.UserID, grants.Question) {
			return orgs.ID(fmt.Sprint(acme, n)), bob, view("d1")
		},
		"users": func(n int) (orgs.ID, orgs.UserID, grants.Question) {
			return acme, orgs.UserID(fmt.Sprint(bob, n)), view("d1")
		},
		"questions": func(n int) (orgs.ID, orgs.UserID, grants.Question) {
			return acme, bob, view(grants.ResourceID(fmt.Sprint("d", n)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const room, many = 32 << 10, 3000
				s := newInner(t)
				c := newCache(t, s, cached.Options{Bytes: room})
				old := c.AtMostOld(time.Hour)
				for n := range 2 * many {
					org, user, q := ask(n % many)
					got, err := old.Facts(t.Context(), org, user, q)
					if err != nil {
						t.Fatal(err)
					}
					if want, _ := s.Store.Facts(t.Context(), org, user, q); got != want {
						t.Fatalf("got %+v, want %+v", got, want)
					}
					if n%10 == 0 {
						synctest.Wait()
						if b := c.Stats().Bytes; b > room {
							t.Fatalf("%d bytes, which is more than %d", b, room)
						}
					}
				}
				if c.Stats().Evictions == 0 {
					t.Error("nothing was evicted")
				}
			})
		})
	}
}

// TestEvictionForgetsNoWrite evicts all that is known of an organization between a
// write and the end of a load that began before it.
func TestEvictionForgetsNoWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, goOn := newInner(t), make(chan struct{})
		c := newCache(t, s, cached.Options{Bytes: 8 << 10})
		old := c.AtMostOld(time.Hour)
		s.asked = func(context.Context) error { <-goOn; return nil }
		loaded := make(chan uint64)
		go func() { loaded <- revision(t, old) }()
		synctest.Wait()
		s.asked = nil
		mustMove(t, old)
		for n := range 1000 {
			if _, err := old.Facts(t.Context(), orgs.ID(fmt.Sprint("other", n)), bob, view("d1")); err != nil {
				t.Fatal(err)
			}
		}
		close(goOn)
		if got := <-loaded; got != 1 {
			t.Fatalf("the load that began before the write is of revision %d", got)
		}
		if got := revision(t, old); got != 2 {
			t.Errorf("after the write: revision %d, want 2", got)
		}
	})
}

// TestBytes is that what the cache says it takes, it takes.
func TestBytes(t *testing.T) {
	for name, shape := range map[string]struct{ organizations, users, questions int }{
		"many questions": {5, 5, 1000}, "many users": {5, 2500, 2}, "many organizations": {5000, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newInner(t)
			s.Store = everybody{s.Store}
			c := newCache(t, s, cached.Options{Bytes: 1 << 30})
			old := c.AtMostOld(time.Hour)
			before := heap()
			for o := range shape.organizations {
				for u := range shape.users {
					for q := range shape.questions {
						org, user := orgs.ID(fmt.Sprintf("%036d", o)), orgs.UserID(fmt.Sprintf("%036d", u))
						question := view(grants.ResourceID(fmt.Sprintf("%036d", q)))
						for range 2 {
							if _, err := old.Facts(t.Context(), org, user, question); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
			}
			took := heap() - before
			answers, said := float64(shape.organizations*shape.users*shape.questions), float64(c.Stats().Bytes)
			t.Logf("%.0f B an answer, and %.0f B are said", took/answers, said/answers)
			if took > 1.1*said || took < said/2 {
				t.Errorf("it takes %.0f bytes and says that it takes %.0f", took, said)
			}
			runtime.KeepAlive(c)
		})
	}
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
