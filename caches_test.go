package charter_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
)

// Two Services with a cache each on one store, and what they may answer; a cache is
// broken in several ways then, each of which must be found.

func newCache(t testing.TB, inner store.Store, now func() time.Time) servicetest.Readings {
	c, err := cached.New(inner, cached.Options{Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newTinyCache has room for next to nothing.
func newTinyCache(t testing.TB, inner store.Store, now func() time.Time) servicetest.Readings {
	c, err := cached.New(inner, cached.Options{Clock: now, Bytes: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCachesOnMemstore(t *testing.T) { servicetest.RunCaches(t, onMemstore, newCache, 20_000) }

func TestCachesOnCastore(t *testing.T) { servicetest.RunCaches(t, onCastore, newCache, 5_000) }

func TestTinyCaches(t *testing.T) { servicetest.RunCaches(t, onMemstore, newTinyCache, 5_000) }

// older answers as of longer ago than it is asked for.
type older struct{ servicetest.Readings }

func (o older) AtMostOld(age time.Duration) store.Store { return o.Readings.AtMostOld(2 * age) }

// unsure takes an hour for the latest.
type unsure struct{ servicetest.Readings }

func (u unsure) Latest() store.Store { return u.Readings.AtMostOld(time.Hour) }

// lower takes any revision for the one that is asked for.
type lower struct{ servicetest.Readings }

func (l lower) AtLeast(org orgs.ID, _ uint64) store.Store { return l.Readings.AtLeast(org, 0) }

// around lets what is written go around the cache.
type around struct {
	servicetest.Readings
	inner store.Store
}

type aroundStore struct {
	store.Store
	inner store.Store
}

func (a around) Latest() store.Store { return aroundStore{a.Readings.Latest(), a.inner} }

func (a aroundStore) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return a.inner.Update(ctx, fn)
}

func TestBrokenCachesAreFound(t *testing.T) {
	for name, broken := range map[string]func(servicetest.Readings, store.Store) servicetest.Readings{
		"older than asked for":  func(c servicetest.Readings, _ store.Store) servicetest.Readings { return older{c} },
		"not the latest":        func(c servicetest.Readings, _ store.Store) servicetest.Readings { return unsure{c} },
		"of a lower revision":   func(c servicetest.Readings, _ store.Store) servicetest.Readings { return lower{c} },
		"written around it":     func(c servicetest.Readings, s store.Store) servicetest.Readings { return around{c, s} },
		"taken for sole writer": func(_ servicetest.Readings, s store.Store) servicetest.Readings { return soleWriter(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			servicetest.HuntCache(t, onMemstore, func(t testing.TB, inner store.Store, now func() time.Time) servicetest.Readings {
				return broken(newCache(t, inner, now), inner)
			}, 20_000)
		})
	}
}

func soleWriter(t testing.TB, inner store.Store) servicetest.Readings {
	c, err := cached.New(inner, cached.Options{SoleWriter: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
