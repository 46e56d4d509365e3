package cached

import (
	"hash/maphash"
	"math"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// Options configures a [Cache]. The zero value of every field is a documented
// default.
type Options struct {
	// Bytes bounds the memory that answers take, with what it costs to find them. 0
	// means 64 MiB. The cache may be above it for a moment, and has some 100 kB of its
	// own besides.
	Bytes int64

	// SoleWriter says that all that changes the database goes through this Cache: no
	// other process, no other Cache, no second Service on the store itself, nobody at a
	// database prompt. Then every reading is the latest, and validating costs nothing.
	// Where it is not so, answers are stale for as long as they are kept.
	SoleWriter bool

	// Clock tells how time passes for [Cache.AtMostOld]. Nil means the monotonic
	// clock of package time. It must not go backwards, and be safe for concurrent use.
	Clock func() time.Time
}

const defaultBytes = 64 << 20

// Cache keeps answers of a store. Make one with [New] and hand its readings to
// Services. It is safe for concurrent use, must not be copied, and has nothing to
// close.
type Cache struct {
	inner   store.Store
	sole    bool
	now     func() time.Duration // since the Cache was made
	entries *otter.Cache[place, *member]

	seed    maphash.Seed
	slots   [slotCount]slot
	unknown outcomes

	revisions flights[organizationAt, validity]
	facts     flights[questionAt, loaded]

	hits   [hitCounters]counter
	counts counts
}

// place is where what is known of a user in an organization is kept. Under the
// empty user is the organization itself.
type place struct {
	org  orgs.ID
	user orgs.UserID
}

// New returns an empty Cache in front of inner. It does not touch inner.
//
// Errors: one that is a charter.InvalidError, naming "store" or "options.bytes".
func New(inner store.Store, options Options) (*Cache, error) {
	switch {
	case inner == nil:
		return nil, input.Errorf("store", "is nil")
	case options.Bytes < 0:
		return nil, input.Errorf("options.bytes", "is negative")
	case options.Bytes == 0:
		options.Bytes = defaultBytes
	}
	c := &Cache{
		inner: inner, sole: options.SoleWriter, now: passing(options.Clock),
		seed: maphash.MakeSeed(),
	}
	for i := range c.slots {
		c.slots[i].generation.Store(1) // a validity without one is none
	}
	c.revisions.now, c.facts.now = c.now, c.now
	entries, err := otter.New(&otter.Options[place, *member]{
		MaximumWeight:    uint64(options.Bytes),
		Weigher:          weigh,
		OnAtomicDeletion: c.deleted,
	})
	if err != nil {
		return nil, err
	}
	c.entries = entries
	return c, nil
}

// passing returns the time since it was called.
func passing(clock func() time.Time) func() time.Duration {
	if clock == nil {
		start := time.Now()                                      //nolint:forbidigo // the one place that chooses the clock
		return func() time.Duration { return time.Since(start) } //nolint:forbidigo // quicker than to ask for the time of day
	}
	start := clock()
	return func() time.Duration { return clock().Sub(start) }
}

// Latest returns a store whose answers are the latest ones: what inner would
// answer. Each check asks inner for the revision of its organization, and only that
// where the answer is known. With [Options.SoleWriter] it asks nothing.
func (c *Cache) Latest() store.Store {
	return &handle{Store: c.inner, cache: c, reading: reading{kind: latest}}
}

// AtMostOld returns a store whose answers were the latest ones no longer ago than
// age when they were asked for, counted from before inner was asked. An age of 0 or
// less is [Cache.Latest].
func (c *Cache) AtMostOld(age time.Duration) store.Store {
	if age <= 0 {
		return c.Latest()
	}
	return &handle{Store: c.inner, cache: c, reading: reading{kind: atMostOld, age: age}}
}

// AtLeast returns a store whose answers about org are of revision or a later one,
// however long ago that was the latest. After a write that went around the cache, or in
// another process, that is what Orgs.Get tells of the organization, an Access, or
// [Cache.Latest] by its method Revision. Where inner has none so high, since org was
// deleted, the answers are inner's. Those about other organizations are as of
// [Cache.Latest].
func (c *Cache) AtLeast(org orgs.ID, revision uint64) store.Store {
	return &handle{Store: c.inner, cache: c, reading: reading{kind: atLeast, org: org, revision: revision}}
}

// Forget drops all that is kept of organizations, or of every one when none is
// named. No check that begins after it has returned is answered from what was read
// before. It is for changes that went around the Cache: after the commit of a
// transaction of the host's, when [Cache.Bind] does not fit, or after a backup was
// restored, which can bring a revision back with something else behind it.
func (c *Cache) Forget(organizations ...orgs.ID) {
	if len(organizations) == 0 {
		for i := range c.slots {
			c.slots[i].generation.Add(1)
		}
		for place, kept := range c.entries.All() {
			if place.user == "" {
				kept.org.retire()
			}
		}
		c.entries.InvalidateAll()
		return
	}
	for _, org := range organizations {
		c.slot(org).generation.Add(1)
		if kept, ok := c.entries.Invalidate(place{org: org}); ok {
			kept.org.retire()
		}
	}
}

// Stats is what a Cache has done since it was made, for the host's metrics.
type Stats struct {
	Hits        uint64 // questions that were answered from what was known, validated or not
	Misses      uint64 // questions that were not
	Validations uint64 // how often inner was asked for a revision
	Loads       uint64 // how often inner was asked for facts
	Evictions   uint64 // users and organizations dropped for want of room
	Bytes       uint64 // what is kept now, as [Options.Bytes] counts
}

// Stats returns the numbers of c. They are not of one moment.
func (c *Cache) Stats() Stats {
	s := Stats{
		Misses: c.counts.misses.Load(), Validations: c.counts.validations.Load(), Loads: c.counts.loads.Load(),
		Evictions: c.counts.evictions.Load(), Bytes: c.entries.WeightedSize(),
	}
	for i := range c.hits {
		s.Hits += c.hits[i].Load()
	}
	return s
}

type counts struct{ misses, validations, loads, evictions atomic.Uint64 }

// hitCounters is how many counters hits are spread over: one for all would be what
// every check writes to.
const hitCounters = 64

// counter has a cache line for itself.
type counter struct {
	atomic.Uint64
	_ [56]byte
}

// always is before everything.
const always = time.Duration(math.MinInt64)

// loaded is what a load brought.
type loaded struct {
	facts grants.Facts
	since time.Duration // inner was asked no earlier
}
