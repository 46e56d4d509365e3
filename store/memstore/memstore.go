package memstore

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// Store keeps the records in memory. Make one with [New]; the zero value is not
// usable. It is safe for concurrent use and must not be copied.
type Store struct {
	reader
	latest atomic.Pointer[state]
	turn   chan struct{} // holds a token while an Update runs
	edits  cow.Edit      // how many Updates there were; of whose turn it is
}

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	s := &Store{turn: make(chan struct{}, 1)}
	s.latest.Store(newState())
	s.reader.latest = &s.latest
	return s
}

// View calls fn with a Reader on the latest committed state, and returns fn's
// error unchanged. It blocks nobody, and fn may call any method of the store but
// Update with its own context, which answers [store.ErrNested].
func (s *Store) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var view atomic.Pointer[state]
	view.Store(s.latest.Load())
	defer view.Store(nil)
	return fn(store.Enter(ctx, s), &reader{latest: &view})
}

// Update waits until no other Update runs, or ctx is done, calls fn, and
// publishes what it wrote. Besides fn's own errors it returns [store.ErrNested],
// the context's, and the one of a write that failed, also when fn did not pass it
// on.
func (s *Store) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, s) {
		return store.ErrNested
	}
	if err := s.wait(ctx); err != nil {
		return err
	}
	defer func() { <-s.turn }()
	s.edits++
	t := newTx(s.latest.Load(), s.edits)
	defer t.ended.Store(true)
	if err := fn(store.Enter(ctx, s), t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.latest.Store(t.commit())
	return nil
}

// wait takes the turn, which the caller then gives back.
func (s *Store) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
