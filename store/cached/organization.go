package cached

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// slotCount is how many slots organizations share. Two that share one disturb each
// other: a change of the one has the other validated once more.
const slotCount = 1024

// slot is what must outlive everything that can be evicted. Its generation goes up
// whenever something of its organizations has changed in this process: what was
// read before says nothing about now.
type slot struct {
	generation atomic.Uint64
	doubts     atomic.Int64 // changes of which nobody knows whether they were kept
	_          [48]byte     // a cache line for itself
}

func (c *Cache) slot(org orgs.ID) *slot {
	return &c.slots[maphash.String(c.seed, string(org))%slotCount]
}

// validity says at which revision an organization was, at some moment that is no
// earlier than since.
type validity struct {
	revision   uint64
	since      time.Duration
	generation uint64 // of the slot, before the store was asked
}

// betterThan reports whether v tells more about now than other does. Of two answers
// that crossed each other the one with the higher revision was read later; 0 is
// before the first as well as after the last one.
func (v *validity) betterThan(other *validity) bool {
	switch {
	case v.generation != other.generation:
		return v.generation > other.generation
	case v.revision != other.revision && v.revision != 0 && other.revision != 0:
		return v.revision > other.revision
	default:
		return v.since > other.since
	}
}

// organization is what members of one organization have in common. Facts that are
// kept say of which revision they are, and are right about that for ever; whether
// the organization still is at that revision, the validity says, and nothing else
// does.
type organization struct {
	id       orgs.ID
	slot     *slot
	validity atomic.Pointer[validity]
	numbers  atomic.Pointer[numbering] // nil once it was retired

	mu sync.Mutex // held to keep an answer
}

// organization returns what is kept of an organization, which may be nothing yet.
func (c *Cache) organization(id orgs.ID) *organization {
	if kept, ok := c.entries.GetIfPresent(place{org: id}); ok && kept.org.numbers.Load() != nil {
		return kept.org
	}
	o := &organization{id: orgs.ID(strings.Clone(string(id))), slot: c.slot(id)}
	o.validity.Store(&validity{since: always})
	o.numbers.Store(newNumbering())
	kept, isNew := c.entries.SetIfAbsent(place{org: o.id}, &member{org: o})
	if !isNew && kept.org.numbers.Load() != nil {
		return kept.org // somebody else was faster
	}
	if !isNew { // weighed while it was retired
		c.entries.Set(place{org: o.id}, &member{org: o})
	}
	return o
}

// learn takes note of v, unless something better is known.
func (o *organization) learn(v *validity) {
	for {
		known := o.validity.Load()
		if !v.betterThan(known) || o.validity.CompareAndSwap(known, v) {
			return
		}
	}
}

// retire makes all unreadable that is known of o. What has a hold of it, forgets
// it with the next load.
func (o *organization) retire() { o.numbers.Store(nil) }

// deleted is called for what leaves the cache, and for what is weighed anew.
func (c *Cache) deleted(e otter.DeletionEvent[place, *member]) {
	if !e.WasEvicted() {
		return
	}
	c.counts.evictions.Add(1)
	if e.Key.user == "" {
		e.Value.org.retire() // members that are still there would keep its memory
	}
}

// keep keeps the facts about questions of user, all of one revision.
func (c *Cache) keep(o *organization, user orgs.UserID, questions []grants.Question, facts []grants.Facts) {
	o.mu.Lock()
	defer o.mu.Unlock()
	numbers := o.numbers.Load()
	if numbers == nil {
		return
	}
	about := common(facts[0])
	m, ok := c.entries.GetIfPresent(place{o.id, user})
	switch {
	case !ok || m.org != o || about.Revision == 0 || m.facts.Revision < about.Revision:
		user = orgs.UserID(strings.Clone(string(user)))
		m = newMember(o, user, about, &c.hits[maphash.String(c.seed, string(user))%hitCounters])
	case m.facts != about:
		return // what is there is of a later revision
	}
	for i, q := range questions {
		m.keep(numbers, q, facts[i])
	}
	if m.weighed != m.size {
		m.weighed = m.size
		c.entries.Set(place{o.id, user}, m)
	}
	if numbers.weighed < numbers.size {
		numbers.weighed = numbers.size + numbers.size/4 // not with every question
		c.entries.Set(place{org: o.id}, &member{org: o})
	}
}
