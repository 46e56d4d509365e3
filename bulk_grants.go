package charter

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// MemberGrants are grants of one member.
type MemberGrants struct {
	Member orgs.MemberID
	Grants []grants.Grant // up to [MaxBatch]
}

// GiveMany gives members grants, each row by the rules of [Grants.Give]. Name a
// member once: where it comes again, a new batch begins.
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too. Of a row that is refused nothing is kept, nor of the others in
// its batch.
//
// Errors: [ErrInvalid] naming "batch", "rows", "rows[i].member" or
// "rows[i].grants[j]…", also for a resource that the organization does not have;
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist; as
// a [RowError] [ErrNotFound], [ErrEscalation] and what the iterator gave.
//
// Cost: 4 statements for a batch, and one more for each 5,000 grants; grows
// with the grants that are given.
func (g *Grants) GiveMany(ctx context.Context, as Actor, rows iter.Seq2[MemberGrants, error], bulk Bulk) (Done, error) {
	return g.changeMany(ctx, "give to many", as, rows, bulk, func(ctx context.Context, sc *scene, row changing) error {
		return sc.give(ctx, row.asked, row.Grants)
	})
}

// TakeMany takes grants from members, each row by the rules of [Grants.Take]. Name a
// member once: where it comes again, a new batch begins.
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too. Of a row that is refused nothing is kept, nor of the others in
// its batch.
//
// Errors: [ErrInvalid] naming "batch", "rows", "rows[i].member" or
// "rows[i].grants[j]…"; [ErrDenied]; [ErrNotFound] for the host in an organization
// that does not exist; as a [RowError] [ErrNotFound], [ErrEscalation], [ErrHoldsAll]
// and what the iterator gave.
//
// Cost: 5 statements for a batch with both single resources and all of a kind,
// and one more for each 5,000 grants; grows with the grants that are taken.
func (g *Grants) TakeMany(ctx context.Context, as Actor, rows iter.Seq2[MemberGrants, error], bulk Bulk) (Done, error) {
	return g.changeMany(ctx, "take from many", as, rows, bulk, func(ctx context.Context, sc *scene, row changing) error {
		return sc.take(ctx, row.Grants)
	})
}

// changing is a MemberGrants that was checked, its grants sorted.
type changing struct {
	MemberGrants
	asked []grants.Grant // in the order of the caller
}

func (g *Grants) checkMany(row MemberGrants) (changing, error) {
	c := changing{MemberGrants: row, asked: slices.Clone(row.Grants)}
	if err := input.ID("member", string(row.Member)); err != nil {
		return c, err
	}
	var err error
	c.Grants, err = grants.Normalize(g.s.options.Catalogue, row.Grants)
	return c, err
}

// changeMany is change for many members.
func (g *Grants) changeMany(
	ctx context.Context, operation string, as Actor, rows iter.Seq2[MemberGrants, error], bulk Bulk,
	fn func(context.Context, *scene, changing) error,
) (Done, error) {
	if err := as.checkOrHost(); err != nil {
		return Done{}, err
	}
	return inBatches[MemberGrants, changing]{
		check:  g.checkMany,
		grants: func(c changing) int { return len(c.Grants) },
		about:  func(c changing) []string { return []string{string(c.Member)} },
		batch: func(ctx context.Context, first int, rows []changing) (changed int, err error) {
			wants := make([]store.Want, len(rows))
			for i, row := range rows {
				wants[i] = wantGrants(row.Member, row.Grants)
			}
			err = g.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
				c, err := g.s.holdMany(ctx, tx, as, roles.ChangeRoles, first, wants)
				if err != nil {
					return err
				}
				changed, err = c.each(func(i int, sc *scene) error {
					if _, err := sc.target(); err != nil {
						return err
					}
					return fn(ctx, sc, rows[i])
				})
				return err
			})
			return changed, err
		},
	}.run(ctx, operation, bulk, rows)
}
