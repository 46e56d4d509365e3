package cached

import (
	"context"
	"time"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// handle is a Cache under one reading. What the cache does not keep, the embedded
// store answers.
type handle struct {
	store.Store
	cache *Cache
	reading
}

var _ store.GranteeLister = (*handle)(nil)

// GranteeIDs is the embedded store's.
func (h *handle) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	return store.GranteeIDs(ctx, h.Store, q)
}

// reading is what may be answered.
type reading struct {
	kind     kind
	age      time.Duration // of atMostOld
	org      orgs.ID       // of atLeast
	revision uint64
}

type kind uint8

const (
	latest kind = iota
	atMostOld
	atLeast
)

// known reports whether o is, for all that is known, at a revision that may be
// answered from without asking the store.
func (h *handle) known(o *organization, v *validity) bool {
	about := h.kind == atLeast && h.org == o.id
	switch {
	case v.generation != o.slot.generation.Load():
		return false
	case about && v.revision < h.revision:
		return false
	case about || h.cache.trusts(o):
		return true
	case h.kind == atMostOld:
		return h.cache.now()-v.since <= h.age
	default:
		return false
	}
}

// trusts reports whether nothing changes o but what goes through the Cache.
func (c *Cache) trusts(o *organization) bool { return c.sole && o.slot.doubts.Load() == 0 }

// need is what a check needs to know, as of when it began.
type need struct {
	began      time.Duration
	since      time.Duration // what was so then or later will do, if the revision does
	revision   uint64
	generation uint64
}

// need returns what a check that begins now needs.
func (h *handle) need(o *organization) need {
	n := need{generation: o.slot.generation.Load(), began: h.cache.now()}
	about := h.kind == atLeast && h.org == o.id
	switch {
	case about || h.cache.trusts(o):
		n.since = always
	case h.kind == atMostOld:
		n.since = n.began - h.age
	default:
		return n.strict()
	}
	if about {
		n.revision = h.revision
	}
	return n
}

// strict returns what the latest answer needs. It is later than the beginning:
// within the same tick of a clock somebody else can have asked, then a change have
// returned, and then the check have begun.
func (n need) strict() need {
	n.since, n.revision = n.began+1, 0
	return n
}

func (n need) isStrict() bool { return n.since > n.began }

// metBy reports whether what somebody learned since then, of revision, will do.
func (n need) metBy(revision uint64, since time.Duration) bool {
	return since > n.began || since >= n.since && revision >= n.revision
}
