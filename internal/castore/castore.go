package castore

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/store"
)

// Store is safe for concurrent use. Make one with [New] or [NewUnchecked].
type Store struct {
	reader

	// AfterHold, when it is not nil, is called at the end of every Hold that
	// succeeds, in the goroutine of the transaction. A test makes contenders meet
	// there, so that each has read before any commits. It must not be set while
	// an Update runs.
	AfterHold func()

	checked bool
	commits sync.Mutex // held to replace latest
	latest  atomic.Pointer[data]
}

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store { return open(true) }

// NewUnchecked returns an empty store that compares no revision and keeps
// nothing unique: the last writer wins. It breaks the contract on purpose.
func NewUnchecked() *Store { return open(false) }

func open(checked bool) *Store {
	s := &Store{checked: checked}
	s.latest.Store(newData())
	s.reader = reader{load: func() (*data, error) { return s.latest.Load(), nil }}
	return s
}

// View calls fn with a Reader on the data as it is now.
func (s *Store) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var ended atomic.Bool
	defer ended.Store(true)
	now := s.latest.Load()
	return fn(store.Enter(ctx, s), reader{load: func() (*data, error) {
		if ended.Load() {
			return nil, store.ErrTxDone
		}
		return now, nil
	}})
}

// Update calls fn at once, whoever else is running, and then compares and sets.
func (s *Store) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, s) {
		return store.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := newTx(s)
	defer t.ended.Store(true)
	if err := fn(store.Enter(ctx, s), t); err != nil {
		return err
	}
	if t.failed != nil || len(t.operations) == 0 {
		return t.failed
	}
	return s.commit(ctx, t)
}

func (s *Store) commit(ctx context.Context, t *tx) error {
	s.commits.Lock()
	defer s.commits.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	before := s.latest.Load()
	if s.checked && !t.unmoved(before) {
		return store.ErrConflict
	}
	after := before.clone()
	for _, operation := range t.operations {
		if err := operation(after); err != nil {
			return err
		}
	}
	t.advance(before, after)
	s.latest.Store(after)
	return nil
}

// unmoved reports whether everything held has the revision that Hold saw, 0 for
// what was not there.
func (t *tx) unmoved(now *data) bool {
	for id, seen := range t.orgs {
		if now.orgs[id].Revision != seen {
			return false
		}
	}
	for id, seen := range t.users {
		if now.users[id].Revision != seen {
			return false
		}
	}
	return true
}

// advance gives everything held that was there before, and still is, its next
// revision.
func (t *tx) advance(before, after *data) {
	for id := range t.orgs {
		was, there := before.orgs[id]
		if o, still := after.orgs[id]; there && still {
			o.Revision = was.Revision + 1
			after.orgs[id] = o
		}
	}
	for id := range t.users {
		was, there := before.users[id]
		if u, still := after.users[id]; there && still {
			u.Revision = was.Revision + 1
			after.users[id] = u
		}
	}
}
