package main

import (
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestPeers: each peer answers as the oracle does, before changes and after them, and
// one that does not until something clears its cache says so: [measure.Results.Run]
// fails otherwise. Each has a figure in what it can do.
func TestPeers(t *testing.T) {
	sample := measure.NewSample(workload.Size{Name: "S", Orgs: 2, Members: 30, Devices: 100, Grants: 5})
	quick := measure.Effort{Rounds: 1, Time: time.Microsecond}
	lists := map[string]bool{"Casbin": true, "OPA": true, "OpenFGA": true}
	for _, group := range peers() {
		t.Run(group.Name, func(t *testing.T) {
			t.Parallel()
			results := measure.NewResults(quick)
			if err := results.Run(group, sample, measure.Metrics(), quick); err != nil {
				t.Fatal(err)
			}
			has := map[[2]string]bool{}
			for _, f := range results.Figures {
				has[[2]string{f.System, f.Metric}] = f.Nanoseconds > 0
			}
			for _, kind := range group.Kinds[1:] {
				for metric, want := range map[string]bool{
					measure.Check: true, "check, by role": true, "who may use it": lists[group.Name],
					"one grant, given or taken back": true, "one change of role": true,
				} {
					if has[[2]string{kind.Name, metric}] != want {
						t.Errorf("%s has a figure in %q: %v, want %v", kind.Name, metric, !want, want)
					}
				}
			}
		})
	}
}
