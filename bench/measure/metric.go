package measure

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Metric is something that is timed.
type Metric struct {
	Name string
	// Over names another metric, timed before it in the same rounds, that this one
	// is compared with in each system; empty means none.
	Over string
	// Parallel is how many do it at the same time; 0 is one.
	Parallel int
	// Changes says that it changes answers. Such metrics come last.
	Changes bool
	// Writes is how many writes a second somebody else makes meanwhile.
	Writes int
	// Sizes are the names of those at which it is timed; empty means all.
	Sizes []string
	// Op returns a function that does it for the nth time, and
	// errors.ErrUnsupported if the system cannot.
	Op func(system System, s *Sample) (func(n int) error, error)
}

// ErrWrong says that a system answered otherwise than the oracle.
var ErrWrong = errors.New("the oracle says otherwise")

// Check is the metric that most others are compared with, Resolved the same with names
// looked up before.
const (
	Check    = "check"
	Resolved = "check, resolved before"
)

// RoundTrip is the metric of those that are somewhere else.
const RoundTrip = "SELECT 1"

// Metrics are all that are timed on the workload's sizes.
func Metrics() []Metric {
	cores := runtime.GOMAXPROCS(0)
	const parallel = Check + ", on every core"
	list := []Metric{
		{Name: Check, Op: check},
		{Name: parallel, Over: Check, Parallel: cores, Op: check},
		{Name: parallel + ", beside 1,000 writes a second", Over: parallel, Parallel: cores, Writes: 1000, Op: checkBeside},
	}
	for _, k := range workload.Kinds() {
		list = append(list, Metric{Name: Check + ", " + k.String(), Over: Check, Op: func(system System, s *Sample) (func(int) error, error) {
			return checks(system, s.Data.OfKind(questions/8, k))
		}})
	}
	return append(list,
		Metric{Name: RoundTrip, Op: ping},
		Metric{Name: Resolved, Over: Check, Op: checkResolved},
		Metric{Name: "100 checks at once", Over: Check, Op: checkEach},
		Metric{Name: "list my devices", Op: listDevices},
		Metric{Name: "who may use it", Op: listUsers},
		Metric{Name: "one grant, given or taken back", Changes: true, Op: give},
		Metric{Name: "one change of role", Changes: true, Op: setRole},
	)
}

func ping(system System, _ *Sample) (func(int) error, error) {
	p, ok := system.(Pinger)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(int) error { return p.Ping() }, nil
}

func check(system System, s *Sample) (func(int) error, error) { return checks(system, s.Mix) }

// checks asks a list of questions whose number is a power of two: to divide takes as
// long as to check with integers.
func checks(system System, list []workload.Question) (func(int) error, error) {
	c, ok := system.(Checker)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(n int) error {
		q := &list[n&(len(list)-1)]
		got, err := c.Can(q.Org, q.User, q.Device)
		return compare(q, got, err)
	}, nil
}

// compare returns err, and [ErrWrong] if got is not what q wants.
func compare(q *workload.Question, got bool, err error) error {
	if err == nil && got != q.Want() {
		err = fmt.Errorf("%+v is answered %v: %w", *q, got, ErrWrong)
	}
	return err
}

// checkBeside is for systems that somebody may write to meanwhile.
func checkBeside(system System, s *Sample) (func(int) error, error) {
	if _, ok := system.(Shared); !ok {
		return nil, errors.ErrUnsupported
	}
	return check(system, s)
}

func checkResolved(system System, s *Sample) (func(int) error, error) {
	r, ok := system.(Resolver)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	list := s.Mix[:resolved]
	answer, err := r.Resolve(list)
	return func(n int) error {
		n &= len(list) - 1
		got, err := answer(n)
		return compare(&list[n], got, err)
	}, err
}

func checkEach(system System, s *Sample) (func(int) error, error) {
	b, ok := system.(Batcher)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	const users, each = 64, 100
	devices, want := make([][]string, users), make([][]bool, users)
	oracle := workload.Oracle{Data: s.Data}
	for i, c := range s.Changes[:users] {
		devices[i] = s.devices(c.Org, each)
		want[i] = oracle.CanEach(c.Org, c.User, devices[i])
	}
	return func(n int) error {
		n %= users
		c := &s.Changes[n]
		got, err := b.CanEach(c.Org, c.User, devices[n])
		if err != nil {
			return err
		}
		for i, ok := range want[n] {
			if len(got) != each || got[i] != ok {
				return fmt.Errorf("%+v and %d devices: %w", *c, each, ErrWrong)
			}
		}
		return nil
	}, nil
}

// devices returns the first n of an organization, or as many as it has.
func (s *Sample) devices(org string, n int) []string {
	for _, o := range s.Data.Orgs {
		if o.ID == org {
			return o.Devices[:min(n, len(o.Devices))]
		}
	}
	return nil
}

func listDevices(system System, s *Sample) (func(int) error, error) {
	l, ok := system.(Lister)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(n int) error {
		c := nth(s.Changes, n)
		return l.Devices(c.Org, c.User, func(string) {})
	}, nil
}

func listUsers(system System, s *Sample) (func(int) error, error) {
	l, ok := system.(Lister)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(n int) error {
		c := nth(s.Changes, n)
		return l.Users(c.Org, c.Device, func(string) {})
	}, nil
}

func give(system System, s *Sample) (func(int) error, error) { return giveOf(system, s.Changes) }

// giveOf gives every device of the list, then takes every one back, and so on: each is
// a change.
func giveOf(system System, list []Change) (func(int) error, error) {
	g, ok := system.(Giver)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(n int) error {
		c := nth(list, n)
		if n/len(list)%2 == 0 {
			return g.Give(c.Org, c.User, c.Device)
		}
		return g.Take(c.Org, c.User, c.Device)
	}, nil
}

// setRole gives every member another role, then the one before, and so on.
func setRole(system System, s *Sample) (func(int) error, error) {
	r, ok := system.(RoleSetter)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(n int) error {
		c, role := nth(s.Members, n), workload.Viewer
		if (c.Role == workload.Viewer) == (n/len(s.Members)%2 == 0) {
			role = workload.Editor
		}
		return r.SetRole(c.Org, c.User, role)
	}, nil
}
