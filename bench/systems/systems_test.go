package systems_test

import (
	"maps"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/systems"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// quick is no effort at all.
var quick = measure.Effort{Rounds: 1, Time: time.Millisecond}

// TestMetrics: charter and the floor that it is compared with have a figure in
// everything, from right answers.
func TestMetrics(t *testing.T) {
	results := measure.NewResults(quick)
	if err := results.Run(systems.Groups()[0], measure.NewSample(workload.Sizes()[0]), measure.Metrics(), quick); err != nil {
		t.Fatal(err)
	}
	has := map[[2]string]bool{}
	for _, f := range results.Figures {
		has[[2]string{f.System, f.Metric}] = f.Nanoseconds > 0 || f.Bytes > 0
	}
	for _, m := range measure.Metrics() {
		if m.Name == measure.RoundTrip {
			continue // it is all in one process
		}
		floor := "floor: string keys"
		if m.Name == "check, resolved before" {
			floor = "floor: integer keys"
		}
		for _, system := range []string{floor, "charter on memstore"} {
			if !has[[2]string{system, m.Name}] {
				t.Errorf("%s has no figure in %q", system, m.Name)
			}
		}
	}
}

// TestGrowth: charter and the floor are measured with more and more members, each
// beside itself with 1,000.
func TestGrowth(t *testing.T) {
	results := measure.NewResults(quick)
	sizes := workload.Growth()[:2]
	if err := results.Grow(systems.Growing(), sizes, quick); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, f := range results.Figures {
		count[f.System]++
		if f.Base != "" && (f.Base != f.System || f.Size == "1,000" && f.Ratio != 1) {
			t.Errorf("%s of %s with %s members is compared with %s, at %v", f.Metric, f.System, f.Size, f.Base, f.Ratio)
		}
	}
	// The floor has neither filters nor anybody who joins or goes.
	if want := (map[string]int{measure.Floor: 9 * len(sizes), "charter on memstore": 15 * len(sizes)}); !maps.Equal(count, want) {
		t.Errorf("got so many figures: %v, want %v", count, want)
	}
}
