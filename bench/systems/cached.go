package systems

import (
	"time"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// room is enough for all that is asked at any size.
const room = 256 << 20

// caches are compared with the store that costs least to ask: in front of another one
// a known answer costs the same.
func caches() measure.Group {
	return measure.Group{Name: measure.Caches, Kinds: []measure.Kind{
		memory(),
		inFront("charter, cached, at most 1 s old", cached.Options{Bytes: room}, func(c *cached.Cache) store.Store {
			return c.AtMostOld(time.Second)
		}),
		inFront("charter, cached, latest, sole writer", cached.Options{Bytes: room, SoleWriter: true}, (*cached.Cache).Latest),
	}}
}

// Knowing is charter with answers that are known. It takes no writes: each makes an
// organization unknown.
type Knowing struct {
	measure.Checker
	measure.Batcher
}

// OnCache loads d into a store, through a reading of a cache in front of it, and returns
// charter on that.
func OnCache(reading store.Store, d *workload.Data) (Knowing, error) {
	system, err := OnStore(reading, d)
	svc, _ := system.(service)
	return Knowing{svc, svc}, err
}

func inFront(name string, options cached.Options, reading func(*cached.Cache) store.Store) measure.Kind {
	return measure.Kind{Name: name, Asked: 1 << 16, Load: func(d *workload.Data) (measure.System, error) {
		c, err := cached.New(memstore.New(), options)
		if err != nil {
			return nil, err
		}
		return OnCache(reading(c), d)
	}}
}
