package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestReport: every system answers as the oracle does, and has a figure in each row.
func TestReport(t *testing.T) {
	var table bytes.Buffer
	if err := report(&table, workload.Sizes()[0], kinds(), 1, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, m := range metrics(workload.Make(workload.Sizes()[0])) {
		if !strings.Contains(table.String(), "\n"+m.name+" ") {
			t.Errorf("no row of %q in\n%s", m.name, table.String())
		}
	}
	if ratios := strings.Count(table.String(), "×  "); ratios < 10*len(kinds()) {
		t.Errorf("%d ratios in\n%s", ratios, table.String())
	}
}

// wrong is a system that is wrong in one thing.
type wrong struct {
	system
	can, list bool
}

func (w wrong) Can(org, user, device string) (bool, error) {
	ok, err := w.system.Can(org, user, device)
	return ok != w.can, err
}

func (w wrong) Users(org, device string, fn func(string)) error {
	if w.list {
		fn("nobody")
	}
	return w.system.Users(org, device, fn)
}

// TestWrong: no figure comes from a system that answers wrongly.
func TestWrong(t *testing.T) {
	for name, w := range map[string]wrong{"a check": {can: true}, "a list": {list: true}} {
		load := func(d *workload.Data) (system, error) {
			var err error
			w.system, err = kinds()[0].load(d)
			return w, err
		}
		err := report(&bytes.Buffer{}, workload.Sizes()[0], []kind{{"it", load}}, 1, time.Millisecond)
		if !errors.Is(err, errWrong) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}
