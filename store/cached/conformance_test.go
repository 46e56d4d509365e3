package cached_test

import (
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/memstore"
	"github.com/seed-5b9f5318/charter/storetest"
)

// TestConformance runs the whole contract on each reading. Here one process writes,
// so that every reading must keep all of it.
func TestConformance(t *testing.T) {
	latest := (*cached.Cache).Latest
	old := func(c *cached.Cache) store.Store { return c.AtMostOld(time.Hour) }
	for name, kind := range map[string]struct {
		options cached.Options
		reading func(*cached.Cache) store.Store
	}{
		"latest":              {cached.Options{}, latest},
		"latest, sole writer": {cached.Options{SoleWriter: true}, latest},
		"at most an hour old": {cached.Options{}, old},
		"at least a revision": {cached.Options{}, func(c *cached.Cache) store.Store { return c.AtLeast("acme", 1) }},
		"without any room":    {cached.Options{Bytes: 1}, old},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t testing.TB) store.Store {
				return kind.reading(newCache(t, memstore.New(), kind.options))
			})
		})
	}
}
