package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// defaultGrace is how long contenders wait for each other. It decides only how
// closely a case looks: a store that lets one in at a time makes the first one
// wait this long for the second, which comes after it.
const defaultGrace = 100 * time.Millisecond

type graceKey struct{}

// withGrace returns ctx for a case whose contenders wait for each other this
// long.
func withGrace(ctx context.Context, grace time.Duration) context.Context {
	return context.WithValue(ctx, graceKey{}, grace)
}

func graceOf(ctx context.Context) time.Duration {
	if grace, ok := ctx.Value(graceKey{}).(time.Duration); ok {
		return grace
	}
	return defaultGrace
}

// contender is one of several that run at once, with a trial of its own.
type contender struct {
	*trial
	meet func() // waits for the others, once, or until grace is over
}

// contend runs every fn in a goroutine of its own and waits for all of them.
func (t *trial) contend(fns ...func(contender)) {
	if t.err != nil {
		return
	}
	together := meeting{all: make(chan struct{})}
	together.missing.Store(int32(len(fns)))
	running := make([]*background, len(fns))
	for i, fn := range fns {
		running[i] = t.start(func(own *trial) {
			var once sync.Once
			fn(contender{own, func() { once.Do(func() { together.join(own.ctx) }) }})
		})
	}
	for _, b := range running {
		t.await(b)
	}
}

// meeting lets contenders wait until all of them have come.
type meeting struct {
	missing atomic.Int32
	all     chan struct{}
}

func (m *meeting) join(ctx context.Context) {
	if m.missing.Add(-1) == 0 {
		close(m.all)
	}
	within(ctx, m.all)
}

// within waits until done is closed, for the grace of ctx at most.
func within(ctx context.Context, done <-chan struct{}) {
	timer := time.NewTimer(graceOf(ctx))
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// background is something that runs beside the case.
type background struct {
	own  *trial
	done chan struct{}
}

// start runs fn beside the case, which must await it.
func (t *trial) start(fn func(own *trial)) *background {
	b := &background{own: newTrial(t.ctx, t.s), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		b.own.must("beside the case", guarded(func() error { fn(b.own); return nil }))
	}()
	return b
}

// linger gives b the time to end, if the store lets it.
func (b *background) linger() { within(b.own.ctx, b.done) }

// await waits for b to end and takes over what it found wrong.
func (t *trial) await(b *background) {
	<-b.done
	if t.err == nil {
		t.err = b.own.err
	}
}
