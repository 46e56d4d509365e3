package sqltest

import (
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
)

// effort returns full, and less under the race detector, which makes an engine
// written in Go ten times slower.
func effort(full, less int) int {
	info, ok := debug.ReadBuildInfo()
	if ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return less
	}
	return full
}

func TestRaces(t *testing.T) {
	eachContended(t, func(t *testing.T, e *engine) {
		servicetest.RunRaces(t, e.stores(), effort(20, 50), 100)
	})
}

func TestContention(t *testing.T) {
	eachContended(t, func(t *testing.T, e *engine) {
		servicetest.RunContention(t, e.stores(), 5*time.Second)
	})
}
