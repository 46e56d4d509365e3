package cached

import (
	"context"
	"errors"
	"sync"
	"time"
)

// flights lets those who want to know the same wait for one query. A query serves
// whoever may be told what was so when it began; who may not waits for the next
// one, with all who come meanwhile. The zero value of all but now is ready.
type flights[K comparable, V any] struct {
	now func() time.Duration

	mu     sync.Mutex
	latest map[K]*flight[V]
}

// flight is one query, and who waits for it.
type flight[V any] struct {
	begun   bool
	since   time.Duration // when it began
	waiting int
	ctx     context.Context //nolint:containedctx // of the query, which ends when nobody waits any more
	cancel  context.CancelFunc

	done     chan struct{}
	value    V
	err      error
	panicked any
}

var errNoAnswer = errors.New("cached: the store ended the goroutine that asked it")

// do returns what run returns, from a run that began at since or later. When ctx
// ends before, do returns its error, and the run goes on while others wait for it.
func (f *flights[K, V]) do(
	ctx context.Context, key K, since time.Duration, run func(ctx context.Context, since time.Duration) (V, error),
) (value V, err error) {
	if err := ctx.Err(); err != nil {
		return value, err
	}
	joined := f.join(ctx, key, since, run)
	select {
	case <-joined.done:
	case <-ctx.Done():
		f.leave(key, joined)
		return value, ctx.Err()
	}
	if joined.panicked != nil {
		panic(joined.panicked) //nolint:forbidigo // the store's own, which goes on to who called it
	}
	return joined.value, joined.err
}

func (f *flights[K, V]) join(
	ctx context.Context, key K, since time.Duration, run func(context.Context, time.Duration) (V, error),
) *flight[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.latest[key]
	if before != nil && (!before.begun || before.since >= since) {
		before.waiting++
		return before
	}
	next := &flight[V]{waiting: 1, done: make(chan struct{}), err: errNoAnswer}
	next.ctx, next.cancel = context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // called in fly, however that ends
	if f.latest == nil {
		f.latest = map[K]*flight[V]{}
	}
	f.latest[key] = next
	if before == nil {
		next.begun, next.since = true, f.now()
	}
	go f.fly(key, next, before, run)
	return next
}

// fly runs next once before has landed.
func (f *flights[K, V]) fly(key K, next, before *flight[V], run func(context.Context, time.Duration) (V, error)) {
	defer func() {
		next.panicked = recover() // goes on to those who wait
		f.mu.Lock()
		f.remove(key, next)
		f.mu.Unlock()
		next.cancel()
		close(next.done)
	}()
	if before != nil {
		<-before.done
		f.mu.Lock()
		next.begun, next.since = true, f.now()
		f.mu.Unlock()
	}
	next.value, next.err = run(next.ctx, next.since)
}

// leave waits no longer for joined.
func (f *flights[K, V]) leave(key K, joined *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if joined.waiting--; joined.waiting == 0 {
		joined.cancel()
		f.remove(key, joined)
	}
}

// remove lets nobody join gone any more.
func (f *flights[K, V]) remove(key K, gone *flight[V]) {
	if f.latest[key] == gone {
		delete(f.latest, key)
	}
}
