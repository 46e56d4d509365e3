// Package retry runs again what was lost against others: bounded, with pauses of a
// random length, and no longer than a context lasts.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Attempts is how often a loop runs that does not say it.
const Attempts = 32

// For is how long attempts may go on beginning, after the first one.
const For = 10 * time.Second

// Loop says when to run again.
type Loop struct {
	Attempts int              // at most so many; 0 means [Attempts]
	Lost     func(error) bool // whether an error may go away by running again
	Again    func(last int)   // is told before each run but the first; nil for nobody
}

// Run calls once until it ends otherwise than lost, the attempts or the time for
// them are used up, or ctx is done. It returns the last error, or that of ctx.
// Attempts count from 1.
func (l Loop) Run(ctx context.Context, once func(attempt int) error) error {
	most := l.Attempts
	if most == 0 {
		most = Attempts
	}
	all := stopwatch()
	for attempt := 1; ; attempt++ {
		this := stopwatch()
		err := once(attempt)
		if err == nil || !l.Lost(err) || attempt >= most || all() > For {
			return err
		}
		if l.Again != nil {
			l.Again(attempt)
		}
		if err := pause(ctx, attempt, this()); err != nil {
			return err
		}
	}
}

// stopwatch returns a function that tells the time since, whatever the host's
// clock says.
func stopwatch() func() time.Duration {
	begin := time.Now()                                      //nolint:forbidigo // see above
	return func() time.Duration { return time.Since(begin) } //nolint:forbidigo // see above
}

const (
	pauseLeast = time.Millisecond
	pauseMost  = time.Second
)

// pause waits a random while, or until ctx is done: up to 2, 4, 8, 16 times as
// long as the attempt took that lost. A pause that does not grow with the
// transaction starves somebody where many writers meet on a slow store.
func pause(ctx context.Context, attempt int, took time.Duration) error {
	most := min(max(took, pauseLeast)<<min(attempt, 4), pauseMost)
	timer := time.NewTimer(rand.N(most)) //nolint:gosec // jitter is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
