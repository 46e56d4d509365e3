package measure_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/systems"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// quick is no effort at all.
var quick = measure.Effort{Rounds: 1, Time: time.Millisecond}

// whole is what a floor can do.
type whole interface {
	measure.Checker
	measure.Batcher
	measure.Lister
	measure.Shared
	measure.RoleSetter
}

// wrong is a system that is wrong in one thing.
type wrong struct {
	whole
	in string
}

func (w wrong) Can(org, user, device string) (bool, error) {
	ok, err := w.whole.Can(org, user, device)
	return ok != (w.in == "a check"), err
}

func (w wrong) CanEach(org, user string, devices []string) ([]bool, error) {
	answers, err := w.whole.CanEach(org, user, devices)
	if w.in == "many checks" {
		answers[len(answers)-1] = !answers[len(answers)-1]
	}
	return answers, err
}

func (w wrong) Devices(org, user string, fn func(string)) error {
	if w.in == "a list of devices" {
		fn("nothing")
	}
	return w.whole.Devices(org, user, fn)
}

func (w wrong) Users(org, device string, fn func(string)) error {
	if w.in == "a list of users" {
		fn("nobody")
	}
	return w.whole.Users(org, device, fn)
}

func (w wrong) Give(org, user, device string) error {
	if w.in == "a grant" {
		return nil
	}
	return w.whole.Give(org, user, device)
}

func (w wrong) Take(org, user, device string) error {
	if w.in == "taking back" {
		return nil
	}
	return w.whole.Take(org, user, device)
}

func (w wrong) SetRole(org, user string, role workload.Role) error {
	if w.in == "a role" {
		return nil
	}
	return w.whole.SetRole(org, user, role)
}

// TestWrong: no figure comes from a system that answers wrongly in anything.
func TestWrong(t *testing.T) {
	sample := measure.NewSample(workload.Sizes()[0])
	for _, in := range []string{
		"nothing", "a check", "many checks", "a list of devices", "a list of users", "a grant", "taking back", "a role",
	} {
		kind := measure.Kind{Name: "it", Load: func(d *workload.Data) (measure.System, error) {
			floor, err := systems.Floor().Load(d)
			return wrong{floor.(whole), in}, err
		}}
		err := measure.NewResults(quick).Run(measure.Group{Kinds: []measure.Kind{kind}}, sample, measure.Metrics(), quick)
		if errors.Is(err, measure.ErrWrong) != (in != "nothing") {
			t.Errorf("wrong in %s: got error %v", in, err)
		}
	}
}

// cached is a system that answers a question as it did the first time.
type cached struct {
	whole
	known map[string]bool
}

func (c cached) Can(org, user, device string) (ok bool, err error) {
	key := org + user + device
	if ok, known := c.known[key]; known {
		return ok, nil
	}
	c.known[key], err = c.whole.Can(org, user, device)
	return c.known[key], err
}

// TestStale: a system that answers from before a change must say so, and one that says
// so must do it.
func TestStale(t *testing.T) {
	sample := measure.NewSample(workload.Sizes()[0])
	checks := measure.Metrics()[:1]
	for _, stale := range []bool{false, true} {
		for _, says := range []bool{false, true} {
			kind := measure.Kind{Name: "it", Stale: says, Load: func(d *workload.Data) (measure.System, error) {
				floor, err := systems.Floor().Load(d)
				if stale {
					return cached{floor.(whole), map[string]bool{}}, err
				}
				return floor, err
			}}
			err := measure.NewResults(quick).Run(measure.Group{Kinds: []measure.Kind{kind}}, sample, checks, quick)
			if errors.Is(err, measure.ErrWrong) != (stale != says) {
				t.Errorf("stale: %v, says so: %v: got error %v", stale, says, err)
			}
		}
	}
}

// slow is a system that takes so long for each check, in a test's own time.
type slow struct {
	whole
	takes time.Duration
}

func (s slow) Can(org, user, device string) (bool, error) {
	time.Sleep(s.takes) // in the test's own time
	return s.whole.Can(org, user, device)
}

// takes returns a kind of system that takes so long for each check.
func takes(name string, each time.Duration) measure.Kind {
	return measure.Kind{Name: name, Load: func(d *workload.Data) (measure.System, error) {
		floor, err := systems.Floor().Load(d)
		return slow{floor.(whole), each}, err
	}}
}

// TestRatios: what takes longer has a higher ratio, and each figure says what it is
// compared with.
func TestRatios(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, same, elsewhere := takes("slow", 20*time.Microsecond), takes("as slow", 20*time.Microsecond), takes("elsewhere", 1)
		slow.Note, same.Beside, elsewhere.Sizes = "a note", "slow", []string{"L"}
		group := measure.Group{Name: "g", Kinds: []measure.Kind{takes(measure.Floor, time.Microsecond), slow, same, elsewhere}}
		effort := measure.Effort{Rounds: 5, Time: 5 * time.Millisecond}
		results := measure.NewResults(effort)
		if err := results.Run(group, measure.NewSample(workload.Sizes()[0]), measure.Metrics()[:1], effort); err != nil {
			t.Fatal(err)
		}
		for _, f := range results.Figures {
			if f.Metric != measure.Check {
				continue
			}
			base, want := measure.Floor, 1.0
			switch f.System {
			case "slow":
				want = 20
			case "as slow":
				base = "slow"
			case "elsewhere":
				t.Errorf("%s was measured", f.System)
			}
			if f.Base != base || f.Ratio != want || (f.Note == "a note") != (f.System == "slow") {
				t.Errorf("got %+v, want a ratio of %v to %s", f, want, base)
			}
		}
	})
}

// TestShare: what takes longer than its share of the time is timed five times, and
// compared with what the others took in those rounds.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		group := measure.Group{Name: "g", Kinds: []measure.Kind{takes(measure.Floor, time.Microsecond), takes("slow", 10*time.Millisecond)}}
		effort := measure.Effort{Rounds: 20, Time: 10 * time.Microsecond}
		results := measure.NewResults(effort)
		if err := results.Run(group, measure.NewSample(workload.Sizes()[0]), measure.Metrics()[:1], effort); err != nil {
			t.Fatal(err)
		}
		for _, f := range results.Figures {
			if f.Metric == measure.Check && (f.System == "slow") != (f.Answers == 5 && f.Ratio == 10_000) {
				t.Errorf("got %+v", f)
			}
		}
	})
}

// reluctant answers at once, and takes its time to write.
type reluctant struct{ whole }

func (r reluctant) Give(org, user, device string) error {
	time.Sleep(5 * time.Millisecond) // in the test's own time
	return r.whole.Give(org, user, device)
}

func (r reluctant) Take(org, user, device string) error {
	time.Sleep(5 * time.Millisecond) // in the test's own time
	return r.whole.Take(org, user, device)
}

func (r reluctant) Can(org, user, device string) (bool, error) {
	time.Sleep(10 * time.Microsecond) // in the test's own time
	return r.whole.Can(org, user, device)
}

// TestSlowWriter: who cannot write as often as is due does not go on to catch up when
// nobody reads any more.
func TestSlowWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kind := measure.Kind{Name: "slow", Load: func(d *workload.Data) (measure.System, error) {
			system, err := systems.Floor().Load(d)
			return reluctant{system.(whole)}, err
		}}
		effort := measure.Effort{Rounds: 10, Time: 10 * time.Millisecond}
		results := measure.NewResults(effort)
		sample, began := measure.NewSample(workload.Sizes()[0]), time.Now()
		if err := results.Run(measure.Group{Name: "g", Kinds: []measure.Kind{kind}}, sample, measure.Metrics()[2:3], effort); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it takes %v", took)
		}
		if f := results.Figures[len(results.Figures)-1]; f.Writes < 100 || f.Writes > 201 {
			t.Errorf("got %+v", f)
		}
	})
}

// TestResults: what is written is read again.
func TestResults(t *testing.T) {
	results := measure.NewResults(quick)
	sample := measure.NewSample(workload.Sizes()[0])
	if err := results.Run(systems.Groups()[0], sample, measure.Metrics()[:1], quick); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := results.Write(&text); err != nil {
		t.Fatal(err)
	}
	again, err := measure.Read(&text)
	if err != nil || !reflect.DeepEqual(again, results) {
		t.Errorf("wrote %+v\nread %+v, %v", results, again, err)
	}
	if _, err := measure.Read(strings.NewReader("{")); err == nil {
		t.Error("half a file is read")
	}
}

// TestAdd: what was measured again is replaced, the rest stays before it, in the sizes'
// order; what was measured elsewhere is not added. With more and more members, systems
// are replaced one by one.
func TestAdd(t *testing.T) {
	figure := func(group, size string, ns float64) measure.Figure {
		return measure.Figure{Group: group, Size: size, Nanoseconds: ns}
	}
	grown := func(system string, ns float64) measure.Figure {
		return measure.Figure{Group: measure.Growth, System: system, Size: "100", Nanoseconds: ns}
	}
	small, large := workload.Size{Name: "S"}, workload.Size{Name: "L"}
	here := measure.Where{CPU: "fast", Date: "2026-03-02"}
	earlier := &measure.Results{
		Where: measure.Where{CPU: "fast", Date: "2026-03-01"}, Sizes: []workload.Size{small, large},
		Figures: []measure.Figure{figure("a", "S", 1), figure("a", "L", 2), figure("b", "L", 3), grown("x", 6), grown("y", 7)},
	}
	now := &measure.Results{
		Where: here, Sizes: []workload.Size{large}, Figures: []measure.Figure{figure("a", "L", 4), figure("c", "L", 5), grown("y", 8)},
	}
	want := &measure.Results{
		Where: here, Sizes: earlier.Sizes,
		Figures: []measure.Figure{figure("a", "S", 1), figure("b", "L", 3), grown("x", 6), figure("a", "L", 4), figure("c", "L", 5), grown("y", 8)},
	}
	if err := now.Add(earlier); err != nil || !reflect.DeepEqual(now, want) {
		t.Errorf("got %+v, %v, want %+v", now, err, want)
	}
	if err := now.Add(&measure.Results{Where: measure.Where{CPU: "slow"}}); err == nil {
		t.Error("results of another machine are added")
	}
}
