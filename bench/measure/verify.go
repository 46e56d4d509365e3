package measure

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// verified is how many lists and changes are compared with the oracle.
const verified = 20

// verify compares lists and changes with the oracle; checks are compared whenever they
// are asked. It leaves the system as it was.
func verify(s *Sample, system System, stale bool) error {
	if l, ok := system.(Lister); ok {
		if err := verifyLists(s.Data, l); err != nil {
			return err
		}
	}
	for i := range min(verified, len(s.Members)) {
		if err := verifyChange(s.Members[i], system, stale); err != nil {
			return err
		}
	}
	return nil
}

func verifyLists(d *workload.Data, l Lister) error {
	oracle := workload.Oracle{Data: d}
	for i := range verified {
		o := &d.Orgs[i%len(d.Orgs)]
		user, device := o.Members[i*7%len(o.Members)].User, o.Devices[i*13%len(o.Devices)]
		devices, err := collect(func(fn func(string)) error { return l.Devices(o.ID, user, fn) })
		if want := oracle.Devices(o.ID, user); err != nil || !slices.Equal(devices, want) {
			return cmp.Or(err, fmt.Errorf("devices of %s: got %v, want %v: %w", user, devices, want, ErrWrong))
		}
		users, err := collect(func(fn func(string)) error { return l.Users(o.ID, device, fn) })
		if want := oracle.Users(o.ID, device); err != nil || !slices.Equal(users, want) {
			return cmp.Or(err, fmt.Errorf("users of %s: got %v, want %v: %w", device, users, want, ErrWrong))
		}
	}
	return nil
}

// collect returns what list calls its function with, sorted.
func collect(list func(func(string)) error) (names []string, err error) {
	err = list(func(name string) { names = append(names, name) })
	slices.Sort(names)
	return names, err
}

// step is something that is done to a member, and whether it may use the device then.
type step struct {
	name string
	do   func() error
	want bool
}

// verifyChange gives a member a device and another role, and takes both back, asking
// after each step. A stale system must have the answer of before the first.
func verifyChange(c Change, system System, stale bool) error {
	checker, ok := system.(Checker)
	if !ok {
		return nil
	}
	steps := []step{{"before", func() error { return nil }, false}}
	giver, gives := system.(Giver)
	setter, sets := system.(RoleSetter)
	holds := c.Role.Holds()
	if gives {
		steps = append(steps, step{"given", func() error { return giver.Give(c.Org, c.User, c.Device) }, holds})
	}
	if sets {
		other, own := workload.Editor, c.Role
		if holds {
			other = workload.Viewer
		}
		steps = append(steps,
			step{"another role", func() error { return setter.SetRole(c.Org, c.User, other) }, !holds && gives},
			step{"its role", func() error { return setter.SetRole(c.Org, c.User, own) }, holds && gives})
	}
	if gives {
		steps = append(steps, step{"taken", func() error { return giver.Take(c.Org, c.User, c.Device) }, false})
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		got, err := checker.Can(c.Org, c.User, c.Device)
		if err != nil || got != (s.want && !stale) {
			return cmp.Or(err, fmt.Errorf("%+v, %s, is answered %v: %w", c, s.name, got, ErrWrong))
		}
	}
	return nil
}
