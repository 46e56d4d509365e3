package servicetest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/store"
)

// race is two calls of the Service at once, which may end in a few ways only.
type race struct {
	name  string
	scene func(w *World, n int) round
	// nested says how the control overlaps the calls: the first runs within the
	// second, after that has read, instead of meeting it there. For harm that
	// depends on who commits last.
	nested bool
	// naive is between the control's store and the Service, nil for nothing.
	naive func(store.Store) store.Store
}

// round is one run of a race, in organizations and with users of its own.
type round struct {
	known Known
	calls [2]func(context.Context) error
	ends  []end
}

// end is one legal way for a round to end: how the calls were answered, and what
// must be stored then besides what always must.
type end struct {
	first, second class
	state         func(Dump) error
}

// check returns which of its ends a round came to, or why it is none.
func (r round) check(ctx context.Context, s store.Store, errs [2]error) (string, error) {
	d, err := Look(ctx, s, r.known)
	if err != nil {
		return "", err
	}
	if err := d.Verify(); err != nil {
		return "", err
	}
	first, second := classOf(errs[0]), classOf(errs[1])
	for _, e := range r.ends {
		if e.first == first && e.second == second {
			return fmt.Sprintf("%s, %s", first, second), e.state(d)
		}
	}
	return "", fmt.Errorf("ended with %q (%v) and %q (%v)", first, errs[0], second, errs[1])
}

// figures are what is reported of many rounds.
type figures struct {
	rounds  int
	retries atomic.Int64
	most    atomic.Int64 // attempts that one call took
	ends    map[string]int
	broken  int
	first   error // of those that broke
}

func (f *figures) count(attempt int) {
	f.retries.Add(1)
	for n := int64(attempt + 1); ; {
		most := f.most.Load()
		if n <= most || f.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func (f *figures) String() string {
	var ends []string
	for _, name := range slices.Sorted(maps.Keys(f.ends)) {
		ends = append(ends, fmt.Sprintf("%d × %s", f.ends[name], name))
	}
	return fmt.Sprintf("%d rounds, %d broken, %d retries, at most %d attempts; %s",
		f.rounds, f.broken, f.retries.Load(), max(1, f.most.Load()), strings.Join(ends, "; "))
}

// run runs rounds of r on stores from open. The calls of a round are released by
// release, which returns their errors.
func (r race) run(t *testing.T, open Open, rounds, perStore int, release func(*World, round) [2]error) *figures {
	t.Helper()
	f := &figures{ends: map[string]int{}}
	for f.rounds < rounds {
		on := &lease{TB: t}
		w := On(t, open(on), func(o *charter.Options) { o.Logger = slog.New(counter{f.count}) })
		for range min(perStore, rounds-f.rounds) {
			f.rounds++
			round := r.scene(w, f.rounds)
			how, err := round.check(w.Ctx, w.Store, release(w, round))
			f.ends[how]++
			if err != nil {
				f.broken++
				if f.first == nil {
					f.first = fmt.Errorf("round %d: %w", f.rounds, err)
				}
			}
		}
		on.end()
	}
	return f
}

// together runs both calls in goroutines of their own, released at once.
func together(ctx context.Context, calls [2]func(context.Context) error) (errs [2]error) {
	start, done := make(chan struct{}), make(chan struct{}, len(calls))
	for i, call := range calls {
		go func() {
			defer func() { done <- struct{}{} }()
			<-start
			errs[i] = call(ctx)
		}()
	}
	close(start)
	for range calls {
		<-done
	}
	return errs
}

// RunRaces runs every race for rounds rounds on stores from open, with real
// goroutines. Every round must come to one of its legal ends, with all of SPEC 7
// holding. PerStore is how many rounds share a store: a fresh one may cost more
// than a round, and one for all grows.
//
// Each race is then run with its calls made to overlap: on a store that compares
// revisions, where again nothing may break, and, as the control, on the same
// store without the comparison, where most rounds must: else nothing was proved.
func RunRaces(t *testing.T, open Open, rounds, perStore int) {
	for _, r := range races() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			f := r.run(t, open, rounds, perStore, func(w *World, r round) [2]error { return together(w.Ctx, r.calls) })
			t.Logf("%v in %s", f, time.Since(start).Round(time.Millisecond))
			if f.broken > 0 {
				t.Errorf("broken: %v", f.first)
			}
			r.prove(t, max(overlaps, rounds/10))
		})
	}
}

// overlaps is how many rounds at least are made to overlap, and how many of them
// share a store.
const overlaps = 20

// prove runs r with its calls overlapping, with and without the comparison of
// revisions.
func (r race) prove(t *testing.T, rounds int) {
	t.Helper()
	compared := r.overlap(t, castore.New, nil, rounds)
	t.Logf("overlapping: %v", compared)
	if compared.broken > 0 {
		t.Errorf("broken when overlapping: %v", compared.first)
	}
	naive := r.overlap(t, castore.NewUnchecked, r.naive, rounds)
	t.Logf("control: %d of %d rounds broken, the first: %v", naive.broken, naive.rounds, naive.first)
	if naive.broken <= rounds/2 {
		t.Errorf("void: the control broke in %d of %d rounds only, so that this race proves nothing", naive.broken, rounds)
	}
}

// overlap runs rounds on stores in which the second call has read before the
// first commits.
func (r race) overlap(t *testing.T, open func() *castore.Store, naive func(store.Store) store.Store, rounds int) *figures {
	t.Helper()
	var now atomic.Pointer[meeting]
	opened := func(testing.TB) store.Store {
		s := open()
		s.AfterHold = func() { now.Load().arrive() }
		if naive != nil {
			return naive(s)
		}
		return s
	}
	return r.run(t, opened, rounds, overlaps, func(w *World, round round) [2]error {
		if r.nested {
			return nest(w.Ctx, round.calls, &now)
		}
		now.Store(&meeting{all: make(chan struct{}), expected: int64(len(round.calls))})
		defer now.Store(nil)
		return together(w.Ctx, round.calls)
	})
}

// meeting is where the calls of a round wait for each other, after reading.
type meeting struct {
	expected int64
	arrived  atomic.Int64
	all      chan struct{} // closed when all have arrived
	instead  func()        // what the first to arrive does, rather than to wait
}

// grace is how long a call waits for one that does not come: because it was
// refused before it read, for example. It decides nothing but how long a broken
// test takes.
const grace = 2 * time.Second

// arrive waits for the others. A nil meeting, and one that has taken place, are
// no reason to wait.
func (m *meeting) arrive() {
	if m == nil {
		return
	}
	switch n := m.arrived.Add(1); {
	case m.instead != nil && n == 1:
		m.instead()
	case m.instead != nil || n > m.expected:
	case n == m.expected:
		close(m.all)
	default:
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-m.all:
		case <-timer.C:
		}
	}
}

// nest runs the second call and, once that has read, the first.
func nest(ctx context.Context, calls [2]func(context.Context) error, now *atomic.Pointer[meeting]) (errs [2]error) {
	now.Store(&meeting{instead: func() { errs[0] = calls[0](ctx) }})
	defer now.Store(nil)
	errs[1] = calls[1](ctx)
	return errs
}
