// Package chart draws what was measured.
package chart

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/bench/measure"
)

// row is what one system takes for a check.
type row struct {
	name  string
	tone  string             // a class of the style
	times map[string]float64 // in nanoseconds, by size
}

// rows returns a row for each system that checks, and one for each that does it with
// names looked up before, the fastest first.
//
// Groups were timed one after the other, on a machine that others use too. So the times
// of a group that has the floor are scaled by what that took meanwhile, to its median
// over the groups.
func rows(r *measure.Results) []row {
	floor := floors(r)
	var list []row
	for _, f := range r.Figures {
		_, inMemory := floor[f.Size][f.Group]
		name, ok := label(f)
		switch {
		case !ok, !inMemory && f.Metric == measure.Resolved: // no other than in memory
			continue
		case !inMemory && f.Group != measure.Caches:
			name = f.Group + ": " + name
		}
		at := slices.IndexFunc(list, func(r row) bool { return r.name == name })
		if at < 0 {
			at, list = len(list), append(list, row{name, tone(f), map[string]float64{}})
		}
		if _, known := list[at].times[f.Size]; !known {
			list[at].times[f.Size] = f.Nanoseconds * scale(floor[f.Size], f.Group)
		}
	}
	slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(a.first(r), b.first(r)) })
	return list
}

// floors returns what the floor took, by size and group.
func floors(r *measure.Results) map[string]map[string]float64 {
	floor := map[string]map[string]float64{}
	for _, f := range r.Figures {
		if f.System != measure.Floor || f.Metric != measure.Check || f.Group == measure.Growth {
			continue
		}
		if floor[f.Size] == nil {
			floor[f.Size] = map[string]float64{}
		}
		floor[f.Size][f.Group] = f.Nanoseconds
	}
	return floor
}

// scale returns by how much faster the machine was when a group was timed than in
// general, as the floor says.
func scale(floor map[string]float64, group string) float64 {
	own, ok := floor[group]
	if !ok {
		return 1
	}
	list := slices.Sorted(maps.Values(floor))
	return list[len(list)/2] / own
}

// label returns the name of the row that f is in, and false if it is in none.
func label(f measure.Figure) (string, bool) {
	switch {
	case f.Group == measure.Growth:
		return "", false
	case f.Metric == measure.Check && f.Stale:
		return f.System + " (stale)", true
	case f.Metric == measure.Check:
		return f.System, true
	case f.Metric == measure.Resolved && isFloor(f):
		return f.System, true
	case f.Metric == measure.Resolved:
		return f.System + ", Access", true
	}
	return "", false
}

func isFloor(f measure.Figure) bool {
	return strings.HasPrefix(f.System, "floor") || strings.HasPrefix(f.System, "by hand")
}

// tone returns the class of a system: ours, a floor, or another.
func tone(f measure.Figure) string {
	switch {
	case isFloor(f):
		return "floor"
	case strings.HasPrefix(f.System, "charter"):
		return "charter"
	}
	return "other"
}

// first returns the time with the smallest data that there is one of.
func (w row) first(r *measure.Results) float64 {
	for _, size := range r.Sizes {
		if ns, ok := w.times[size.Name]; ok {
			return ns
		}
	}
	return 0
}
