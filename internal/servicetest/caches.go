package servicetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Readings is a cache in front of a store, as package cached has it.
type Readings interface {
	// Latest, AtMostOld and AtLeast return a store of that reading.
	Latest() store.Store
	AtMostOld(age time.Duration) store.Store          // see Latest
	AtLeast(org orgs.ID, revision uint64) store.Store // see Latest
}

// NewCache makes a cache in front of inner, whose time is now.
type NewCache func(t testing.TB, inner store.Store, now func() time.Time) Readings

// RunCaches drives two Services with a cache each, and one without, on one store
// from open: random changes by any of them, as other processes would make them, and
// between them checks in every reading, beside the answers of the store itself at
// every revision. No answer may be older than was asked for, none older than what
// its own process has written, and none wrong. It takes least steps at least.
func RunCaches(t *testing.T, open Open, cache NewCache, least int) {
	steps := 0
	for steps < least {
		rapid.Check(t, func(rt *rapid.T) {
			if steps >= least {
				return
			}
			on := &lease{TB: t}
			rt.Cleanup(on.end)
			p := newProcesses(on, open(on), cache)
			rt.Repeat(map[string]func(*rapid.T){"step": func(rt *rapid.T) {
				steps++
				if err := p.next(seedOf(seeds.Draw(rt, "step")), rt.Logf); err != nil {
					rt.Fatal(err)
				}
			}})
		})
	}
}

// HuntCache runs the same until it finds that the cache is broken, which it must
// within most steps.
func HuntCache(t *testing.T, open Open, cache NewCache, most int) {
	t.Helper()
	spread := rand.New(rand.NewPCG(1, 2))
	for steps := 0; steps < most; {
		p := newProcesses(t, open(t), cache)
		for range 200 {
			steps++
			if err := p.next(spread.Uint64(), func(string, ...any) {}); err != nil {
				t.Logf("found at step %d: %v", steps, err)
				return
			}
		}
	}
	t.Fatalf("nothing was found in %d steps", most)
}

// processes are three Services on one store, the last one without a cache, and what
// was so at which time.
type processes struct {
	ctx      context.Context
	inner    store.Store
	services [3]*World
	caches   [2]Readings
	now      atomic.Int64 // nanoseconds

	as      charter.Actor // Admin of the organization that changes
	bob     orgs.MemberID
	auditor roles.ID
	orgs    []orgs.ID // of which one is never there
	states  map[orgs.ID][]state
	written [2]map[orgs.ID]int // the state that a cache's own process has made
}

// state is what an organization was from some time on.
type state struct {
	revision uint64
	from     int64
	facts    map[about]grants.Facts
}

type about struct {
	user     orgs.UserID
	question grants.Question
}

func newProcesses(t testing.TB, s store.Store, cache NewCache) *processes {
	p := &processes{ctx: t.Context(), inner: s, states: map[orgs.ID][]state{}}
	now := func() time.Time { return time.Unix(0, p.now.Load()) }
	for i := range p.caches {
		p.caches[i], p.written[i] = cache(t, s, now), map[orgs.ID]int{}
		p.services[i] = On(t, p.caches[i].Latest())
	}
	p.services[2] = On(t, s)
	w := p.services[2]
	p.as = w.Found("ada", "Acme")
	w.SignIn("bob")
	w.Accept(w.Invite(p.as, "bob", roles.Editor), "bob")
	bob, err := s.MemberOf(p.ctx, p.as.Org, "bob")
	w.Must(err)
	auditor, err := w.Svc.Roles.Create(p.ctx, p.as, "Auditor", "devices.view")
	w.Must(err)
	p.bob, p.auditor = bob.ID, auditor.ID
	p.orgs = []orgs.ID{p.as.Org, w.Found("zoe", "Zeta").Org, "nowhere"}
	w.Must(p.observe())
	return p
}

// allQuestions are what is asked in every organization.
func allQuestions() []grants.Question {
	var list []grants.Question
	for _, permission := range []roles.Permission{"devices.view", "devices.update-firmware"} {
		for _, id := range []grants.ResourceID{"d1", "d2", "d3"} {
			list = append(list, grants.Question{Permission: permission, Resource: grants.Resource{Kind: "device", ID: id}})
		}
	}
	return append(list, grants.Question{Permission: roles.ChangeRoles})
}

func askers() []orgs.UserID { return []orgs.UserID{"ada", "bob", "zoe", "nobody"} }

// observe notes what the store says now, where that is something new.
func (p *processes) observe() error {
	for _, org := range p.orgs {
		revision, err := p.inner.Revision(p.ctx, org)
		if err != nil {
			return err
		}
		list := p.states[org]
		if len(list) > 0 && list[len(list)-1].revision == revision {
			continue
		}
		st := state{revision: revision, from: p.now.Load(), facts: map[about]grants.Facts{}}
		for _, user := range askers() {
			for _, q := range allQuestions() {
				if st.facts[about{user, q}], err = p.inner.Facts(p.ctx, org, user, q); err != nil {
					return err
				}
			}
		}
		p.states[org] = append(list, st)
	}
	return nil
}

// next makes one step, which seed chooses.
func (p *processes) next(seed uint64, logf func(string, ...any)) error {
	random := rand.New(rand.NewPCG(seed, 0))
	switch random.IntN(10) {
	case 0:
		d := []time.Duration{1, time.Millisecond, 600 * time.Millisecond, time.Second, time.Minute}[random.IntN(5)]
		logf("%v pass", d)
		p.now.Add(int64(d))
		return nil
	case 1, 2:
		return p.change(random, logf)
	default:
		return p.check(random, logf)
	}
}

// change changes something in one of the processes. What is refused is none.
func (p *processes) change(random *rand.Rand, logf func(string, ...any)) error {
	process, kind := random.IntN(3), random.IntN(8)
	svc := p.services[process].Svc
	device := grants.Resource{Kind: "device", ID: []grants.ResourceID{"d1", "d2", "d3"}[random.IntN(3)]}
	var err error
	switch kind {
	case 0:
		err = svc.Resources.Register(p.ctx, p.as, device)
	case 1:
		err = svc.Resources.Unregister(p.ctx, p.as, device)
	case 2:
		err = svc.Grants.Give(p.ctx, p.as, p.bob, grants.One(device.Kind, device.ID))
	case 3:
		err = svc.Grants.Take(p.ctx, p.as, p.bob, grants.One(device.Kind, device.ID))
	case 4:
		role := []roles.ID{roles.Viewer, roles.Editor, p.auditor}[random.IntN(3)]
		err = svc.Members.ChangeRole(p.ctx, p.as, p.bob, role)
	case 5:
		held := [][]roles.Permission{{"devices.view"}, {"devices.view", "devices.update-firmware"}}[random.IntN(2)]
		err = svc.Roles.SetPermissions(p.ctx, p.as, p.auditor, held...)
	case 6:
		err = svc.Orgs.Rename(p.ctx, p.as, fmt.Sprintf("Acme %d", random.IntN(3)))
	case 7:
		if random.IntN(4) > 0 {
			return nil
		}
		_, err = svc.Orgs.Delete(p.ctx, charter.Actor{User: "zoe", Org: p.orgs[1]})
	}
	logf("process %d changes something (%d): %v", process, kind, err)
	if errors.Is(err, charter.ErrConflict) || errors.Is(err, charter.ErrUnknownOutcome) {
		return err // nobody contends
	}
	before := map[orgs.ID]int{}
	for _, org := range p.orgs {
		before[org] = len(p.states[org])
	}
	if err := p.observe(); err != nil {
		return err
	}
	for _, org := range p.orgs {
		if now := len(p.states[org]); process < len(p.caches) && now > before[org] {
			p.written[process][org] = now - 1
		}
	}
	return nil
}

// asked is one check.
type asked struct {
	process   int
	org       orgs.ID
	user      orgs.UserID
	questions []grants.Question
	reading   int
	age       time.Duration
	revision  uint64
}

func (p *processes) check(random *rand.Rand, logf func(string, ...any)) error {
	a := asked{
		process: random.IntN(len(p.caches)), org: p.orgs[random.IntN(len(p.orgs))], user: askers()[random.IntN(len(askers()))],
		reading: random.IntN(4), age: []time.Duration{time.Millisecond, time.Second, time.Hour}[random.IntN(3)],
	}
	list := p.states[a.org]
	a.revision = list[random.IntN(len(list))].revision
	a.questions = allQuestions()
	random.Shuffle(len(a.questions), func(i, j int) { a.questions[i], a.questions[j] = a.questions[j], a.questions[i] })
	a.questions = a.questions[:1+random.IntN(len(a.questions))]
	got, err := a.ask(p.ctx, p.caches[a.process])
	logf("%+v: %+v", a, got)
	if err != nil {
		return err
	}
	if err := p.judge(a, got); err != nil {
		return fmt.Errorf("%+v: got %+v: %w", a, got, err)
	}
	return nil
}

// ask asks a single question by itself.
func (a asked) ask(ctx context.Context, c Readings) ([]grants.Facts, error) {
	s := c.Latest()
	switch a.reading {
	case 1, 2:
		s = c.AtMostOld(a.age)
	case 3:
		s = c.AtLeast(a.org, a.revision)
	}
	if len(a.questions) > 1 {
		return s.FactsMany(ctx, a.org, a.user, a.questions)
	}
	f, err := s.Facts(ctx, a.org, a.user, a.questions[0])
	return []grants.Facts{f}, err
}

// judge says what is wrong about got.
func (p *processes) judge(a asked, got []grants.Facts) error {
	list := p.states[a.org]
	at := slices.IndexFunc(list, func(s state) bool { return s.revision == got[0].Revision })
	if at < 0 {
		return errors.New("there was no such revision")
	}
	for i, q := range a.questions {
		if want := list[at].facts[about{a.user, q}]; got[i].Revision != want.Revision || decisive(got[i]) != decisive(want) {
			return fmt.Errorf("at this revision the store said %+v", want)
		}
	}
	last := len(list) - 1
	switch {
	case at < p.written[a.process][a.org]:
		return errors.New("this is older than what the process has written")
	case a.reading == 0 && at < last:
		return errors.New("this is not the latest")
	case (a.reading == 1 || a.reading == 2) && at < last && list[at+1].from < p.now.Load()-int64(a.age):
		return errors.New("this is older than asked for")
	case a.reading == 3 && got[0].Revision < a.revision && at < last:
		return errors.New("this is of an earlier revision than asked for")
	}
	return nil
}

// decisive returns f without what somebody without a row does not need.
func decisive(f grants.Facts) grants.Facts {
	if f.Member == "" {
		return grants.Facts{Revision: f.Revision}
	}
	return f
}
