package storetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

func modelCases() []Case {
	return []Case{{
		Name:  "Model the same steps give the same answers as in memstore",
		Claim: "whatever the contract leaves open is left open by all; the rest is the same in every store",
		Run:   caseModel,
	}}
}

// How many plans the model goes through, of a store that is opened once and of one that
// is opened again and again. The flag -rapid.checks sets another number, and
// -rapid.steps how long a plan is.
const (
	runs       = 12
	runsReopen = 6
)

// caseModel follows all plans in one store.
func caseModel(ctx context.Context, s store.Store) error {
	stores := [2]store.Store{memstore.New(), s}
	return followPlans(ctx, runs, func() (*model, error) { return &model{stores: stores}, nil })
}

// reopenedModel follows each plan in a place of its own, so that what a plan did there
// makes no difference to the next, not even to the same one when it is tried again.
func reopenedModel(ctx context.Context, place func() func() store.Store) error {
	return followPlans(ctx, runsReopen, func() (*model, error) {
		open, s, err := openFresh(ctx, place)
		return &model{stores: [2]store.Store{memstore.New(), s}, open: open}, err
	})
}

// nameKey is the key of the name of the test that a case runs as.
type nameKey struct{}

// withName returns ctx for a case that runs as the test of this name.
func withName(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, nameKey{}, name)
}

func nameOfTest(ctx context.Context) string {
	if name, ok := ctx.Value(nameKey{}).(string); ok {
		return name
	}
	return "Model"
}

// followPlans takes the random steps of so many plans with a store and with memstore,
// which begin returns, and compares what each step held, how it ended, and what is read
// after it. A failure is the shortest plan that rapid finds, with the seed to find it
// again.
func followPlans(ctx context.Context, enough int, begin func() (*model, error)) error {
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() != "100" { // rapid's own default
		enough = int(^uint(0) >> 1)
	}
	run, failing := 0, false
	report := &recorder{name: nameOfTest(ctx)}
	report.check(func(rt *rapid.T) {
		if run++; run > enough && !failing {
			return
		}
		defer func() {
			if p := recover(); p != nil {
				failing = true // and from now on rapid looks for a shorter plan
				panic(p)
			}
		}()
		m, err := begin()
		if err != nil {
			rt.Fatal(err)
		}
		m.ctx, m.run, m.rows = ctx, fmt.Sprintf("run%06d", run), map[orgs.ID][]orgs.MemberID{}
		m.begin(rt)
		for range 3 { // a long plan goes where a short one does not
			rt.Repeat(map[string]func(*rapid.T){"": m.compare, "step": m.takeStep})
		}
		m.compareAll(rt)
	})
	return report.verdict()
}

// model is one plan at work. It uses IDs of its own, so that what earlier plans
// left behind makes no difference.
type model struct {
	ctx    context.Context
	stores [2]store.Store     // the reference and the one under test
	open   func() store.Store // opens that one again; nil where it is not to be
	run    string             // the beginning of every ID

	founded   []orgs.ID
	rows      map[orgs.ID][]orgs.MemberID // every ID that a row had
	positions []store.Position            // of rows that were seen, some of which are gone
}

// reference returns the store that is right.
func (m *model) reference() store.Store { return m.stores[0] }

// step holds want and does what fn makes of it, in both stores. A failure says
// the same whatever the IDs are, or rapid would take it for another one; what it
// is about goes to the log.
func (m *model) step(rt *rapid.T, want store.Want, fn func(store.Held) op) {
	var held [2]store.Held
	var errs [2]error
	for i, s := range m.stores {
		for range 5 { // a conflict may be any store's, but not for ever
			errs[i] = s.Update(m.ctx, func(ctx context.Context, tx store.Tx) error {
				now, err := tx.Hold(ctx, want)
				if err != nil {
					return err
				}
				held[i] = now
				return fn(now)(ctx, tx)
			})
			if !isConflict(errs[i]) {
				break
			}
		}
	}
	// Whether uniqueness is broken a store may find out when fn writes, or after
	// it has failed by itself.
	if kind(errs[0]) != kind(errs[1]) && !(failed(errs[0]) && failed(errs[1])) {
		rt.Logf("Update ended with %q, want %q", orNil(errs[1]), orNil(errs[0]))
		rt.Fatal("Updates ended in different ways")
	}
	if d := diff(sorted(held[1]), sorted(held[0])); d != "" {
		rt.Logf("Hold of %+v differs (- want, + got):\n%s", want, d)
		rt.Fatal("Hold differs")
	}
}

// failed reports whether err is one of the two that a step expects.
func failed(err error) bool { return isConflict(err) || errors.Is(err, errBoom) }

// kind returns what of err two stores must agree about.
func kind(err error) error {
	for _, known := range []error{store.ErrNotFound, store.ErrConflict, errBoom} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

// reopen opens the store again.
func (m *model) reopen(rt *rapid.T) {
	s, err := opened(m.open)
	if err != nil {
		rt.Fatal(err)
	}
	m.stores[1] = s
}

// look reads the same from both stores.
func (m *model) look(rt *rapid.T, l look) {
	want, wantErr := l.run(m.ctx, m.stores[0])
	got, err := l.run(m.ctx, m.stores[1])
	if kind(err) != kind(wantErr) {
		rt.Logf("%s: got error %q, want %q", l.call, orNil(err), orNil(wantErr))
		rt.Fatal("a read ended in different ways")
	}
	if err != nil {
		return
	}
	if d := diff(got, want); d != "" {
		rt.Logf("%s differs (- want, + got):\n%s", l.call, d)
		rt.Fatal("a read differs")
	}
}

// compareAll reads everything of the plan from both stores.
func (m *model) compareAll(rt *rapid.T) {
	for _, l := range m.scope().looks() {
		m.look(rt, l)
	}
}

// recorder is a rapid.TB that keeps what it is told.
type recorder struct {
	name string

	mu     sync.Mutex
	failed bool
	log    strings.Builder
}

var _ rapid.TB = (*recorder)(nil)

// check runs a property of rapid, in a goroutine that FailNow may end.
func (r *recorder) check(property func(*rapid.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := guarded(func() error { rapid.Check(r, property); return nil }); err != nil && !r.Failed() {
			r.Errorf("%v", err)
		}
	}()
	<-done
}

// verdict returns what was recorded, nil when nothing failed.
func (r *recorder) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.failed {
		return nil
	}
	return errors.New(r.log.String())
}

func (r *recorder) write(text string, fails bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = r.failed || fails
	if text != "" {
		r.log.WriteString(strings.TrimRight(text, "\n") + "\n")
	}
}

// Helper does nothing.
func (r *recorder) Helper() {}

// Name returns the name that rapid keeps a failure under.
func (r *recorder) Name() string { return r.name }

// Logf records a line.
func (r *recorder) Logf(format string, args ...any) { r.write(fmt.Sprintf(format, args...), false) }

// Log records a line.
func (r *recorder) Log(args ...any) { r.write(fmt.Sprintln(args...), false) }

// Errorf records a line and that the check failed.
func (r *recorder) Errorf(format string, args ...any) { r.write(fmt.Sprintf(format, args...), true) }

// Error records a line and that the check failed.
func (r *recorder) Error(args ...any) { r.write(fmt.Sprintln(args...), true) }

// Fail records that the check failed.
func (r *recorder) Fail() { r.write("", true) }

// Failed reports whether the check failed.
func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// FailNow records that the check failed and ends the goroutine.
func (r *recorder) FailNow() {
	r.Fail()
	runtime.Goexit()
}

// Fatalf records a line and ends the goroutine.
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// Fatal records a line and ends the goroutine.
func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

// SkipNow fails: the model skips nothing as a whole.
func (r *recorder) SkipNow() { r.Fatal("the model was skipped") }

// Skip is SkipNow.
func (r *recorder) Skip(args ...any) { r.Fatal(args...) }

// Skipf is SkipNow.
func (r *recorder) Skipf(format string, args ...any) { r.Fatalf(format, args...) }
