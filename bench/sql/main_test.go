package main

import (
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestSQLite: what is written by hand answers as the oracle does, and each metric of
// charter's has one of it beside.
func TestSQLite(t *testing.T) {
	quick := measure.Effort{Rounds: 1, Time: time.Millisecond}
	e := onSQLite()
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	results, kinds := measure.NewResults(quick), e.kinds(t.Context())
	group := measure.Group{Name: e.name, Kinds: kinds}
	if err := results.Run(group, measure.NewSample(workload.Sizes()[0]), measure.Metrics(), quick); err != nil {
		t.Fatal(err)
	}
	bases := map[string]string{}
	for _, f := range results.Figures {
		if f.System == kinds[2].Name {
			bases[f.Metric] = f.Base
		}
	}
	for metric, base := range map[string]string{
		"check": kinds[0].Name, "100 checks at once": kinds[0].Name, "list my devices": kinds[0].Name, "who may use it": kinds[0].Name,
		"one grant, given or taken back": kinds[1].Name, "one change of role": kinds[1].Name,
	} {
		if bases[metric] != base {
			t.Errorf("%s is compared with %q, want %q", metric, bases[metric], base)
		}
	}
}
