package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-5b9f5318/charter/internal/retry"
)

var (
	errLost = errors.New("lost")
	errElse = errors.New("something else")
)

func lost(err error) bool { return errors.Is(err, errLost) }

func TestRunEnds(t *testing.T) {
	for name, c := range map[string]struct {
		attempts int
		takes    time.Duration // each run
		wins     int           // the run that is not lost; 0 for none
		with     error         // what that run returns
		runs     int
		want     error
	}{
		"at once":             {0, 0, 1, nil, 1, nil},
		"with another error":  {0, 0, 1, errElse, 1, errElse},
		"after losses":        {0, time.Millisecond, 5, nil, 5, nil},
		"after a loss, badly": {0, 0, 2, errElse, 2, errElse},
		"by attempts":         {3, 0, 0, nil, 3, errLost},
		"by default":          {0, 0, 0, nil, retry.Attempts, errLost},
		"by time":             {0, 6 * time.Second, 0, nil, 2, errLost},
		"by one long run":     {0, 11 * time.Second, 0, nil, 1, errLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				runs, told := 0, 0
				loop := retry.Loop{Attempts: c.attempts, Lost: lost, Again: func(last int) {
					told++
					if last != runs {
						t.Errorf("told of run %d after %d", last, runs)
					}
				}}
				err := loop.Run(t.Context(), func(attempt int) error {
					if runs++; attempt != runs {
						t.Errorf("run %d is called %d", runs, attempt)
					}
					time.Sleep(c.takes) // in the test's own time
					if runs == c.wins {
						return c.with
					}
					return errLost
				})
				if !errors.Is(err, c.want) || runs != c.runs || told != runs-1 {
					t.Errorf("%v after %d runs, told %d times; want %v after %d", err, runs, told, c.want, c.runs)
				}
			})
		})
	}
}

// A pause ends with the context, and is no longer than a second.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var ended time.Time
		err := retry.Loop{Lost: lost}.Run(ctx, func(attempt int) error {
			if pause := time.Since(ended); attempt > 1 && pause > time.Second {
				t.Errorf("a pause of %v", pause)
			}
			if attempt == 3 {
				cancel()
			}
			time.Sleep(100 * time.Millisecond) // in the test's own time
			ended = time.Now()
			return errLost
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}
