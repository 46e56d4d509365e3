package charter

import (
	"cmp"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
)

// distinct returns values sorted, each once; nil for none.
func distinct[T cmp.Ordered](values []T) []T {
	if len(values) == 0 {
		return nil
	}
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// targets returns the resources that the single ones of gs are about.
func targets(gs []grants.Grant) []grants.Resource {
	var targets []grants.Resource
	for _, g := range gs {
		if !g.All {
			targets = append(targets, g.Target())
		}
	}
	return targets
}

// reaching returns gs, which are sorted, and for each kind among them the grant
// of all of it, which reaches them too.
func reaching(gs []grants.Grant) []grants.Grant {
	wide := slices.Clone(gs)
	for i, g := range gs {
		if i == 0 || gs[i-1].Kind != g.Kind {
			wide = append(wide, grants.All(g.Kind))
		}
	}
	slices.SortFunc(wide, grants.Grant.Compare)
	return slices.Compact(wide)
}
