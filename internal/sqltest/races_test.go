package sqltest

import (
	"cmp"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/race"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
)

// effort returns full, and less under the race detector, which makes an engine
// written in Go ten times slower.
func effort(full, less int) int {
	if race.Enabled {
		return less
	}
	return full
}

// allRounds is the environment variable that says how many rounds each race runs
// on each engine. Without it they are few on servers, where a round takes long; with
// it everything else is run in full too, which takes hours.
const allRounds = "CHARTER_ROUNDS"

func inFull() bool { return os.Getenv(allRounds) != "" }

func rounds(t *testing.T, e *engine) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(allRounds), "0"))
	switch {
	case err != nil || n < 0:
		t.Fatalf("%s is no number of rounds: %v", allRounds, err)
	case n > 0:
		return n
	case e.server != nil:
		return effort(30, 10)
	}
	return effort(100, 25)
}

// TestRaces runs the races, and where transactions overlap naive ones besides, as
// the control.
func TestRaces(t *testing.T) {
	eachContended(t, func(t *testing.T, e *engine) {
		n := rounds(t, e)
		servicetest.RunRaces(t, e.stores(), n, 100)
		if e.server != nil {
			runNaives(t, e, n)
		}
	})
}

func TestContention(t *testing.T) {
	eachContended(t, func(t *testing.T, e *engine) {
		times := 1
		if e.on != nil {
			times = effort(20, 5) // each finds a lost abort in one of four
		}
		for range times {
			servicetest.RunContention(t, e.stores(), 5*time.Second)
		}
	})
}
