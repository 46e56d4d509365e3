package cached_test

import (
	"testing"
	"time"

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
	ended()
	s.expect(t, "after the commit", old, 2, 1, 1)
	ended()
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
	ended()
	s.expect(t, "when it has ended", latest, 2, 0, 1)
	s.expect(t, "when it has ended, known", latest, 2, 0, 0)
}
