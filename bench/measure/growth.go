package measure

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Growth is the name of the group of [Results.Grow].
const Growth = "growth"

// Caches is the name of the group of charter with caches in front of it.
const Caches = "caches"

// normal is the size that the others are compared with.
const normal = "1,000"

// Grow times each kind with more and more members, beside itself with 1,000.
func (r *Results) Grow(kinds []Kind, sizes []workload.Size, effort Effort) error {
	var subjects []*subject
	for _, k := range kinds {
		base := len(subjects) + max(0, slices.IndexFunc(sizes, func(s workload.Size) bool { return s.Name == normal }))
		for _, size := range sizes {
			subjects = append(subjects, &subject{Kind: k, Sample: NewSample(size), base: base})
		}
	}
	return r.run(Growth, subjects, growing(), effort)
}

// growing are the metrics that must not grow with the number of members.
func growing() []Metric {
	list := []Metric{{Name: Check, Op: check}}
	for _, at := range []struct {
		name  string
		where float64 // in the list
	}{{"first", 0}, {"middle", 0.5}, {"last", 1}} {
		list = append(list, Metric{Name: at.name + " page of members", Op: func(system System, s *Sample) (func(int) error, error) {
			return page(system, s, at.where)
		}})
	}
	return append(list,
		Metric{Name: "roles with counts", Op: countRoles},
		Metric{Name: "one grant, given or taken back", Changes: true, Op: give},
		Metric{Name: "one change of role", Changes: true, Op: setRole},
	)
}

func page(system System, s *Sample, where float64) (func(int) error, error) {
	l, ok := system.(MemberLister)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	const limit = 50
	o := &s.Data.Orgs[0]
	skip := int(where * float64(len(o.Members)-limit))
	want := o.Members[skip : skip+limit] // their names are in order
	read, err := l.Page(o.ID, skip, limit)
	return func(int) error {
		got, err := read()
		if err != nil {
			return err
		}
		if len(got) != limit || got[0] != want[0].User || got[limit-1] != want[limit-1].User {
			return fmt.Errorf("page after %d members: got %v: %w", skip, got, ErrWrong)
		}
		return nil
	}, err
}

func countRoles(system System, s *Sample) (func(int) error, error) {
	l, ok := system.(MemberLister)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	o := &s.Data.Orgs[0]
	want := map[workload.Role]int{}
	for _, m := range o.Members {
		want[m.Role]++
	}
	return func(int) error {
		got, err := l.CountRoles(o.ID)
		if err != nil {
			return err
		}
		for role, n := range want {
			if got[role] != n {
				return fmt.Errorf("%d members have role %d, not %d: %w", got[role], role, n, ErrWrong)
			}
		}
		return nil
	}, nil
}
