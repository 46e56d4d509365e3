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

func TestRacesOnSQLite(t *testing.T) {
	servicetest.RunRaces(t, copies(t), effort(1000, 50), 100)
}

func TestContentionOnSQLite(t *testing.T) {
	servicetest.RunContention(t, copies(t), 5*time.Second)
}
