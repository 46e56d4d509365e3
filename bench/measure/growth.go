package measure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	for _, of := range []struct {
		name string
		Filter
	}{
		{"everybody", Filter{}},
		{"Admins", Filter{Roles: []workload.Role{workload.Admin}}},
		{"who is searched for", Filter{Search: "user-0000-000050"}},
	} {
		list = append(list, Metric{Name: "page in any order, of " + of.name, Op: func(system System, s *Sample) (func(int) error, error) {
			return ordered(system, s, of.Filter)
		}})
	}
	return append(list,
		Metric{Name: "roles with counts", Op: countRoles},
		Metric{Name: "deletion, refused", Op: refuseDeletion},
		Metric{Name: "one grant, given or taken back", Changes: true, Op: give},
		Metric{Name: "one change of role", Changes: true, Op: setRole},
		Metric{Name: "one member who joins, or is removed", Changes: true, Op: func(system System, s *Sample) (func(int) error, error) {
			return comeAndGo(system, s, "guest", Mover.Remove)
		}},
		Metric{Name: "one member who joins, or leaves", Changes: true, Op: func(system System, s *Sample) (func(int) error, error) {
			return comeAndGo(system, s, "visitor", Mover.Leave)
		}},
	)
}

// perPage is how many members a page has, at most, and perFiltered one of a filter: as
// many as there are Admins among 1,000.
const (
	perPage     = 50
	perFiltered = 20
)

func page(system System, s *Sample, where float64) (func(int) error, error) {
	l, ok := system.(MemberLister)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	o := &s.Data.Orgs[0]
	skip := int(where * float64(len(o.Members)-perPage))
	want := o.Members[skip : skip+perPage] // their names are in order
	read, err := l.Page(o.ID, skip, perPage)
	return func(int) error {
		got, err := read()
		if err != nil {
			return err
		}
		if len(got) != perPage || got[0] != want[0].User || got[perPage-1] != want[perPage-1].User {
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

func ordered(system System, s *Sample, f Filter) (func(int) error, error) {
	l, ok := system.(Filterer)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	o, want := &s.Data.Orgs[0], 0
	for _, m := range o.Members {
		if (len(f.Roles) == 0 || slices.Contains(f.Roles, m.Role)) && strings.HasPrefix(m.User, f.Search) {
			want++
		}
	}
	want = min(want, perFiltered)
	read, err := l.Ordered(o.ID, f, perFiltered)
	return func(n int) error {
		got, err := read(n)
		if err == nil && got != want {
			err = fmt.Errorf("a page of %+v has %d members, not %d: %w", f, got, want, ErrWrong)
		}
		return err
	}, err
}

func refuseDeletion(system System, s *Sample) (func(int) error, error) {
	m, ok := system.(Mover)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return func(int) error { return m.RefuseDeletion(s.Data.Orgs[0].ID) }, nil
}

// comeAndGo lets one after the other of some users of a name join, and go.
func comeAndGo(system System, s *Sample, name string, leave func(m Mover, org, user string) error) (func(int) error, error) {
	m, ok := system.(Mover)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	const users = 8
	org := s.Data.Orgs[0].ID
	return func(n int) error {
		user := fmt.Sprintf("%s-%d", name, n/2%users)
		if n%2 == 0 {
			return m.Join(org, user)
		}
		return leave(m, org, user)
	}, nil
}
