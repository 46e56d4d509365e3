package store

import (
	"context"
	"slices"
)

// ManyHolder is what a Tx may have besides its methods: a Hold of many for less than
// each of them would cost. The Service calls [HoldMany], which does without.
type ManyHolder interface {
	// HoldMany holds what each of wants names, and returns for each what Hold would
	// (C27). All of wants are about the same organization.
	HoldMany(ctx context.Context, wants []Want) ([]Held, error)
}

// HoldMany holds what each of wants names, all of them in one organization, and
// returns in their order what was found: by tx itself where it is a [ManyHolder],
// otherwise by a Hold for each, after one of all their Users (C9).
func HoldMany(ctx context.Context, tx Tx, wants []Want) ([]Held, error) {
	if many, ok := tx.(ManyHolder); ok {
		return many.HoldMany(ctx, wants)
	}
	all := Want{}
	for _, want := range wants {
		all.Org, all.Contended = want.Org, all.Contended || want.Contended
		all.Users = append(all.Users, want.Users...)
	}
	if len(all.Users) > 0 {
		slices.Sort(all.Users)
		all.Users = slices.Compact(all.Users)
		if _, err := tx.Hold(ctx, all); err != nil {
			return nil, err
		}
	}
	list := make([]Held, len(wants))
	for i, want := range wants {
		var err error
		if list[i], err = tx.Hold(ctx, want); err != nil {
			return nil, err
		}
	}
	return list, nil
}
