package cached

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

var errPanicked = errors.New("cached: the Update did not return")

// Update runs fn on the store behind the cache. Before it returns, whatever it
// returns, all is refused that was read before about the organizations that fn held
// or wrote to.
func (h *handle) Update(ctx context.Context, fn func(context.Context, store.Tx) error) (err error) {
	var w writes
	err = errPanicked
	defer func() { h.cache.written(&w, err) }()
	return h.Store.Update(ctx, w.watching(fn))
}

// written refuses what was read before w.
func (c *Cache) written(w *writes, err error) {
	if !w.wrote {
		return // then nothing has changed (C7)
	}
	for _, org := range w.orgs {
		c.changed(org, err)
	}
}

// changed refuses what was read about org before an Update that ended with err: nil
// where it was compared and committed.
func (c *Cache) changed(org orgs.ID, err error) {
	s := c.slot(org)
	switch {
	case err == nil:
		c.unknown.settle(org, s)
	case errors.Is(err, store.ErrUnknownOutcome):
		c.unknown.add(org, s)
	}
	s.generation.Add(1)
}

// outcomes are the organizations of which nobody knows what was kept: a commit
// without an answer can still take place. The next Update of such an organization
// that succeeds has compared its revision after that, and settles it.
type outcomes struct {
	mu   sync.Mutex
	orgs map[orgs.ID]bool
}

func (u *outcomes) add(org orgs.ID, s *slot) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.orgs == nil {
		u.orgs = map[orgs.ID]bool{}
	}
	if !u.orgs[org] {
		u.orgs[org] = true
		s.doubts.Add(1)
	}
}

func (u *outcomes) settle(org orgs.ID, s *slot) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.orgs[org] {
		delete(u.orgs, org)
		s.doubts.Add(-1)
	}
}

// writes are the organizations that a transaction was about.
type writes struct {
	orgs  []orgs.ID
	wrote bool
}

func (w *writes) about(org orgs.ID) {
	if org != "" && !slices.Contains(w.orgs, org) {
		w.orgs = append(w.orgs, org)
	}
}

// watching returns fn on a Tx that tells w what it is about.
func (w *writes) watching(fn func(context.Context, store.Tx) error) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return fn(ctx, watched{tx, w}) }
}
