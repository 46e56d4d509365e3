package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// questions is how many are asked, one after the other and then again.
const questions = 1 << 16

// metric is something that is timed.
type metric struct {
	name string
	// one returns a function that does it for the nth time.
	one func(s system) func(n int) error
	// parallel is how many do it at the same time; 0 is one.
	parallel int
}

// metrics returns all that is timed on d.
func metrics(d *workload.Data) []metric {
	mix := d.Questions(questions)
	list := []metric{can("check", mix, 0), can("check, on every core", mix, runtime.GOMAXPROCS(0))}
	for _, k := range workload.Kinds() {
		list = append(list, can("check, "+k.String(), d.OfKind(questions/8, k), 0))
	}
	changes := changesOf(d)
	nth := func(n int) change { return changes[n%len(changes)] }
	return append(list,
		metric{name: "list my devices", one: func(s system) func(int) error {
			return func(n int) error { c := nth(n); return s.Devices(c.org, c.user, func(string) {}) }
		}},
		metric{name: "who may use it", one: func(s system) func(int) error {
			return func(n int) error { c := nth(n); return s.Users(c.org, c.device, func(string) {}) }
		}},
		metric{name: "one grant", one: func(s system) func(int) error {
			return func(n int) error { c := nth(n); return s.Give(c.org, c.user, c.device) }
		}},
		metric{name: "one change of role", one: func(s system) func(int) error {
			return func(n int) error {
				c := nth(n)
				return s.SetRole(c.org, c.user, []workload.Role{workload.Viewer, workload.Editor}[n/len(changes)%2])
			}
		}},
	)
}

func can(name string, list []workload.Question, parallel int) metric {
	return metric{name: name, parallel: parallel, one: func(s system) func(int) error {
		return func(n int) error {
			q := &list[n%len(list)]
			ok, err := s.Can(q.Org, q.User, q.Device)
			if err == nil && ok != q.Want() {
				err = fmt.Errorf("%+v is answered %v: %w", *q, ok, errWrong)
			}
			return err
		}
	}}
}

// change is a member, no Admin, and a device of the same organization.
type change struct{ org, user, device string }

func changesOf(d *workload.Data) []change {
	random := rand.New(rand.NewPCG(20260304, 1)) //nolint:gosec // the same at each call
	list := make([]change, 0, 4096)
	for len(list) < cap(list) {
		o := &d.Orgs[random.IntN(len(d.Orgs))]
		m := &o.Members[random.IntN(len(o.Members))]
		if m.Role != workload.Admin {
			list = append(list, change{o.ID, m.User, o.Devices[random.IntN(len(o.Devices))]})
		}
	}
	return list
}

// timed is how long one takes, on average over at least budget.
func (m metric) timed(s system, budget time.Duration, first int) (each time.Duration, done int, err error) {
	if m.parallel < 2 {
		return run(m.one(s), budget, first)
	}
	var all sync.WaitGroup
	times, errs := make([]time.Duration, m.parallel), make([]error, m.parallel)
	for i := range m.parallel {
		all.Go(func() { times[i], _, errs[i] = run(m.one(s), budget, first+i*questions/m.parallel) })
	}
	all.Wait()
	var rate float64 // of all together
	for _, t := range times {
		rate += 1 / float64(max(t, 1))
	}
	return time.Duration(1 / rate), 0, cmp.Or(errs...)
}

func run(one func(int) error, budget time.Duration, first int) (each time.Duration, done int, err error) {
	began := time.Now()
	for step := 1; ; step = min(2*step, 1024) {
		for range step {
			if err := one(first + done); err != nil {
				return 0, done, err
			}
			done++
		}
		if took := time.Since(began); took >= budget {
			return took / time.Duration(done), done, nil
		}
	}
}

// allocations is how many one makes, on average over some.
func (m metric) allocations(s system) (float64, error) {
	const times = 1000
	one := m.one(s)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for n := range times {
		if err := one(n); err != nil {
			return 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / times), nil
}

func median[T cmp.Ordered](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

// heap is how much is in use once what is not has been collected.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
