package servicetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// RunMachine drives a Service on each of the stores that opens give, in lock
// step, with random calls of several users in several organizations: every
// operation and every question, allowed or not. After each step the answers are
// equal on all stores and are what the [model] says, down to the class of the
// error; what is stored is equal to the model; and all of SPEC 7 holds. The first
// store, which should be a quick one, is read as a whole after each step; the
// others as a whole every fullLook steps, and else what the step changed in the
// first one: on a database to read all of it costs more than the step.
//
// It takes least steps at least, and goes on for as long as some call never
// succeeded or some refusal was never seen: a few thousand may have missed one. It
// fails for want of reach when [farthest] times as many have not seen it either.
func RunMachine(t *testing.T, least, fullLook int, opens ...Open) {
	steps, start, seen := 0, time.Now(), tally{}
	enough := func() bool {
		return steps >= least && (len(seen.missing()) == 0 || steps >= farthest*least)
	}
	for !enough() {
		rapid.Check(t, func(rt *rapid.T) {
			if enough() {
				return // rapid makes a hundred runs, or as many as its flags say
			}
			m := newMachine(t, rt.Cleanup, seen, opens)
			m.fullLook = fullLook
			defer func() { steps += m.steps }()
			step := func(rt *rapid.T) {
				if err := m.next(seedOf(seeds.Draw(rt, "step")), rt.Logf); err != nil {
					rt.Fatalf("step %d: %v", m.steps, err)
				}
			}
			for range repeats {
				rt.Repeat(map[string]func(*rapid.T){"step": step})
			}
			if err := m.finish(); err != nil {
				rt.Fatalf("after %d steps: %v", m.steps, err)
			}
		})
	}
	t.Logf("%d steps on %d stores in %s", steps, len(opens), time.Since(start).Round(time.Millisecond))
	seen.check(t)
}

// farthest is how many times the steps that were asked for RunMachine takes to see
// everything: what 2,000 miss once in twenty runs, 60,000 do not.
const farthest = 30

// seeds are evenly spread, which rapid's integers are not: those prefer small
// ones.
var seeds = rapid.SliceOfN(rapid.Bool(), 20, 20)

func seedOf(bits []bool) (seed uint64) {
	for _, bit := range bits {
		seed <<= 1
		if bit {
			seed++
		}
	}
	return seed
}

// repeats makes a run long enough to build an organization up and to take it
// down: rapid repeats 30 times on average.
const repeats = 4

// machine is one run: a model and the Services that must do as it says.
type machine struct {
	model    *model
	subjects []*subject
	script   []func(*gen) step
	steps    int
	fullLook int // 0 and 1 mean every step
	seen     tally
}

// subject is a Service on one store, with the machine's clock and IDs.
type subject struct {
	*World
	last    Dump // what was stored after the last step
	random  *rand.ChaCha8
	retries int    // of the last call
	token   string // of the last call's link
}

// step is one call of the Service, with the same arguments on every store.
type step interface {
	// ask makes the call.
	ask(*subject) (any, error)
	// want makes the same change to the model and returns what the answer must
	// be: a value, or what it may be refused for.
	want(*model) (any, refusals)
}

func newMachine(t testing.TB, cleanup func(func()), seen tally, opens []Open) *machine {
	m := &machine{model: newModel(), seen: seen}
	for _, open := range opens {
		on := &lease{TB: t}
		cleanup(on.end)
		m.subjects = append(m.subjects, newSubject(t, open(on), m.model))
	}
	for _, sub := range m.subjects {
		var err error
		if sub.last, err = Look(sub.Ctx, sub.Store, m.known()); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// lease is a testing.TB whose cleanups run when a run of the machine ends, not
// when the whole test does.
type lease struct {
	testing.TB
	cleanups []func()
}

func (l *lease) Cleanup(f func()) { l.cleanups = append(l.cleanups, f) }

func (l *lease) end() {
	for _, f := range slices.Backward(l.cleanups) {
		f()
	}
}

func newSubject(t testing.TB, s store.Store, m *model) *subject {
	sub := &subject{random: rand.NewChaCha8([32]byte{})}
	sub.World = On(t, s, func(o *charter.Options) {
		o.Catalogue = machineCatalogue(t)
		o.Clock = func() time.Time { return m.now }
		o.Random = sub.random
		o.PersonalName = func(p orgs.Profile) string { return p.FirstName }
		o.Restrictions = map[roles.Kind]charter.Restriction{"dashboard": restrict}
		o.Logger = slog.New(counter{count: func(int) { sub.retries++ }})
	})
	return sub
}

// machineCatalogue returns the catalogue that the model reads as a map.
func machineCatalogue(t testing.TB) *roles.Catalogue {
	t.Helper()
	by := map[string]*roles.Service{}
	for _, p := range slices.Sorted(maps.Keys(catalogue)) {
		key := p.Service()
		if by[key] == nil {
			by[key] = &roles.Service{Key: key}
		}
		d := catalogue[p]
		by[key].Permissions = append(by[key].Permissions, roles.Declaration{Permission: p, Kind: d.kind, Editor: d.editor, Viewer: d.viewer})
	}
	var services []roles.Service
	for _, key := range slices.Sorted(maps.Keys(by)) {
		services = append(services, *by[key])
	}
	c, err := roles.NewCatalogue(services...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// restrict is the host's restriction that the model calls hidden.
func restrict(_ context.Context, _ charter.Actor, q grants.Question) (bool, error) {
	switch q.Resource.ID {
	case "b-hidden":
		return false, nil
	case "b-error":
		return true, errors.New("the service is down")
	case "b-panic":
		panic("the service is broken")
	}
	return true, nil
}

// counter is a slog.Handler that counts retries: count gets the attempt that
// failed.
type counter struct{ count func(attempt int) }

func (counter) Enabled(context.Context, slog.Level) bool { return true }
func (c counter) WithAttrs([]slog.Attr) slog.Handler     { return c }
func (c counter) WithGroup(string) slog.Handler          { return c }

func (c counter) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "attempt" {
			c.count(int(a.Value.Int64()))
		}
		return true
	})
	return nil
}

// known is where a look begins: everybody who may act, and every organization
// that there was.
func (m *machine) known() Known {
	return Known{Users: append(slices.Clone(people), "nobody"), Orgs: slices.Sorted(maps.Keys(m.model.orgs))}
}

// next takes the next step: of the script while there is one, then the one that
// seed and the state give.
func (m *machine) next(seed uint64, logf func(string, ...any)) error {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, 0)), model: m.model}
	if g.IntN(4) > 0 { // sometimes the clock stands still
		m.model.now = m.model.now.Add(time.Second)
	}
	if m.steps == 0 {
		m.script = prelude[:g.IntN(len(prelude)+1)]
	}
	draw := (*gen).step
	if len(m.script) > 0 {
		draw, m.script = m.script[0], m.script[1:]
	}
	s := draw(g)
	logf("%T%+v", s, s)
	if err := m.take(s); err != nil {
		return fmt.Errorf("%T%+v: %w", s, s, err)
	}
	return nil
}

// take takes one step everywhere and compares.
func (m *machine) take(s step) error {
	m.steps++
	answers := make([]answer, len(m.subjects))
	dumps := make([]Dump, len(m.subjects))
	for i, sub := range m.subjects {
		var err error
		if answers[i], err = m.ask(sub, s); err != nil {
			return err
		}
		if i == 0 || m.steps%max(1, m.fullLook) == 0 {
			dumps[i], err = Look(sub.Ctx, sub.Store, m.known())
		} else {
			dumps[i], err = sub.glance(m.subjects[0].last, dumps[0])
		}
		if err != nil {
			return err
		}
	}
	m.model.fresh, m.model.token = m.model.freshIn(dumps[0]), answers[0].token
	value, refused := s.want(m.model)
	m.seen.add(s, classOf(answers[0].err))
	for i := range m.subjects {
		if err := answers[i].check(value, refused); err != nil {
			return fmt.Errorf("store %d: %w", i, err)
		}
		if err := dumps[i].Verify(); err != nil {
			return fmt.Errorf("store %d: %w", i, err)
		}
		if answers[i].token != answers[0].token {
			return fmt.Errorf("store %d has another link", i)
		}
		if i > 0 && !dumps[i].Equal(dumps[0]) {
			return fmt.Errorf("store %d differs from store 0 (-0 +%d):\n%s", i, i, diff(dumps[0], dumps[i]))
		}
	}
	if err := m.compare(dumps[0]); err != nil {
		return err
	}
	for i, sub := range m.subjects {
		sub.last = dumps[i]
	}
	return nil
}

// ask makes the call on one store.
func (m *machine) ask(sub *subject, s step) (answer, error) {
	sub.random.Seed([32]byte{byte(m.steps), byte(m.steps >> 8), byte(m.steps >> 16)})
	sub.retries, sub.token = 0, ""
	var a answer
	a.value, a.err = s.ask(sub)
	a.token = sub.token
	if sub.retries > 0 {
		return a, fmt.Errorf("%d conflicts with nobody", sub.retries) // C4
	}
	return a, nil
}
