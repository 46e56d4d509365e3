package charter

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/store"
)

// RegisterMany registers any number of resources by the rules of
// [Resources.Register]. Each batch is one event of the history.
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too. Of a row that is refused nothing is kept, nor of the others in
// its batch.
//
// Errors: [ErrInvalid] naming "batch", "rows", "rows[i].kind" or "rows[i].id";
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist; as
// a [RowError] [ErrRegisteredElsewhere] and what the iterator gave.
//
// Cost: 4 statements for a batch, and one more for each 5,000 rows; grows with
// the rows.
func (r *Resources) RegisterMany(ctx context.Context, as Actor, rows iter.Seq2[grants.Resource, error], bulk Bulk) (Done, error) {
	return r.placeMany(ctx, "register many", as, rows, bulk,
		func(ctx context.Context, sc *scene, sorted []grants.Resource, first int, rows []grants.Resource) (int, error) {
			elsewhere := func(res grants.Resource) bool { return sc.Places[res] == store.Elsewhere }
			if i := slices.IndexFunc(rows, elsewhere); i >= 0 {
				return 0, rowError(first+i, ErrRegisteredElsewhere)
			}
			return sc.register(ctx, sorted)
		})
}

// UnregisterMany takes any number of resources from the actor's organization by the
// rules of [Resources.Unregister]. Each batch is one event of the history.
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too.
//
// Errors: [ErrInvalid] naming "batch", "rows", "rows[i].kind" or "rows[i].id";
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist;
// what the iterator gave, as a [RowError].
//
// Cost: 4 statements for a batch, and one more for each 5,000 rows; grows with
// the rows and the grants of them.
func (r *Resources) UnregisterMany(ctx context.Context, as Actor, rows iter.Seq2[grants.Resource, error], bulk Bulk) (Done, error) {
	return r.placeMany(ctx, "unregister many", as, rows, bulk,
		func(ctx context.Context, sc *scene, sorted []grants.Resource, _ int, _ []grants.Resource) (int, error) {
			return sc.unregister(ctx, sorted)
		})
}

// placeMany is place for any number of resources. Change gets those of a batch
// sorted, and as they came.
func (r *Resources) placeMany(
	ctx context.Context, operation string, as Actor, rows iter.Seq2[grants.Resource, error], bulk Bulk,
	change func(ctx context.Context, sc *scene, sorted []grants.Resource, first int, rows []grants.Resource) (int, error),
) (Done, error) {
	if err := as.checkOrHost(); err != nil {
		return Done{}, err
	}
	return inBatches[grants.Resource, grants.Resource]{
		check: func(res grants.Resource) (grants.Resource, error) { return res, res.Check(r.s.options.Catalogue) },
		batch: func(ctx context.Context, first int, rows []grants.Resource) (changed int, err error) {
			err = r.place(ctx, operation, as, rows, func(ctx context.Context, sc *scene, sorted []grants.Resource) error {
				changed, err = change(ctx, sc, sorted, first, rows)
				return err
			})
			return changed, err
		},
	}.run(ctx, operation, bulk, rows)
}
