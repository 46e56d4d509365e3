package charter

import (
	"context"
	"errors"
	"iter"
	"strconv"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Bulk says how an operation on any number of rows runs: in batches, each of them
// one transaction. A batch is kept whole or not at all. The zero value will do.
type Bulk struct {
	// Batch is how many rows go into one transaction, 1 to [MaxBatch]; 0 means
	// 1,000. A batch ends earlier where its rows have 50,000 grants together.
	// Whoever else changes the organization meanwhile comes in between batches, so
	// smaller ones let others wait less.
	Batch int
	// Progress, unless nil, is called with what is done after each batch, once that
	// was committed, in the goroutine of the call.
	Progress func(Done)
}

// Done says how far an operation on many rows has come. The rows before Rows are in,
// and none of the others, also when the operation returned an error or its context
// ended; only after [ErrUnknownOutcome] may the batch that follows be in as well. To
// go on, run it again from there, or from the start: what is done already changes
// nothing.
type Done struct {
	Rows    int // of the rows, from the first on, are in
	Changed int // of these changed something
}

// RowError says which row of an operation on many was refused, and wraps why. Find
// it with errors.As.
type RowError struct {
	Row int   // from 0, in the order in which the rows came
	Err error // an [InvalidError] names the field as a part of "rows[i]"
}

// Error returns the row and the reason.
func (e *RowError) Error() string {
	if errors.Is(e.Err, ErrInvalid) {
		return e.Err.Error() // names the row
	}
	return "row " + strconv.Itoa(e.Row) + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *RowError) Unwrap() error { return e.Err }

func rowError(row int, err error) error {
	return &RowError{Row: row, Err: input.Within(input.At("rows", row), err)}
}

// Rows returns the rows of a slice as the operations on many take them. Rows that
// come from somewhere else, where reading them can fail, are an iterator that gives
// that error in place of a row.
func Rows[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

const (
	usualBatch = 1000
	// maxBatchGrants keeps a transaction of members with many grants each short.
	maxBatchGrants = 50_000
)

// inBatches is an operation on many rows. In is a row as the caller gives it, Row as
// check returns it.
type inBatches[In, Row any] struct {
	// check refuses a bad row, by an error that names its field.
	check func(In) (Row, error)
	// grants returns how many grants a row has; nil for none.
	grants func(Row) int
	// about returns what no two rows of one batch share, since the second one is to
	// find what the first one did; nil for nothing.
	about func(Row) []string
	// batch does rows, the first of which is row first, in one transaction, and returns
	// how many of them changed something.
	batch func(ctx context.Context, first int, rows []Row) (changed int, err error)
}

// run does all of rows.
func (op inBatches[In, Row]) run(ctx context.Context, operation string, bulk Bulk, rows iter.Seq2[In, error]) (Done, error) {
	if rows == nil {
		return Done{}, input.Errorf("rows", "is nil")
	}
	if bulk.Batch < 0 || bulk.Batch > MaxBatch {
		return Done{}, input.Errorf("batch", "is not 0 to %d", MaxBatch)
	}
	b := &batch[In, Row]{op: op, bulk: bulk, seen: map[string]bool{}}
	if b.bulk.Batch == 0 {
		b.bulk.Batch = usualBatch
	}
	for row, err := range rows {
		if err == nil {
			err = b.add(ctx, row)
		} else {
			err = wrap(operation, rowError(b.next(), err))
		}
		if err != nil {
			return b.done, err
		}
	}
	return b.done, b.flush(ctx)
}

// batch gathers rows.
type batch[In, Row any] struct {
	op     inBatches[In, Row]
	bulk   Bulk
	done   Done
	rows   []Row
	grants int
	seen   map[string]bool // what rows are about
}

// next returns the number of the row that comes next.
func (b *batch[In, Row]) next() int { return b.done.Rows + len(b.rows) }

func (b *batch[In, Row]) add(ctx context.Context, in In) error {
	row, err := b.op.check(in)
	if err != nil {
		return rowError(b.next(), err)
	}
	if b.op.about != nil {
		about := b.op.about(row)
		for _, what := range about {
			if b.seen[what] {
				if err := b.flush(ctx); err != nil {
					return err
				}
			}
		}
		for _, what := range about {
			b.seen[what] = true
		}
	}
	b.rows = append(b.rows, row)
	if b.op.grants != nil {
		b.grants += b.op.grants(row)
	}
	if len(b.rows) >= b.bulk.Batch || b.grants >= maxBatchGrants {
		return b.flush(ctx)
	}
	return nil
}

// flush does what has been gathered.
func (b *batch[In, Row]) flush(ctx context.Context) error {
	if len(b.rows) == 0 {
		return nil
	}
	changed, err := b.op.batch(ctx, b.done.Rows, b.rows)
	if err != nil {
		return err
	}
	b.done.Rows += len(b.rows)
	b.done.Changed += changed
	b.rows, b.grants = b.rows[:0], 0
	clear(b.seen)
	if b.bulk.Progress != nil {
		b.bulk.Progress(b.done)
	}
	return nil
}

// crowd is what a transaction on many rows decides on: a scene for each of them.
type crowd struct {
	scenes []*scene
	org    orgs.Organization // as it is after what has been done
	first  int               // the number of the first row
}

// holdMany is hold for many rows, the first of which is row first.
func (s *Service) holdMany(
	ctx context.Context, tx store.Tx, as Actor, permission roles.Permission, first int, wants []store.Want,
) (*crowd, error) {
	for i := range wants {
		wants[i].Org = as.Org
		if !as.host {
			wants[i].Actor = as.User
		}
	}
	held, err := store.HoldMany(ctx, tx, wants)
	if err != nil {
		return nil, err
	}
	c := &crowd{scenes: make([]*scene, len(held)), org: held[0].Org, first: first}
	for i, h := range held {
		c.scenes[i] = &scene{Held: h, s: s, tx: tx, as: as}
	}
	return c, c.scenes[0].admits(permission) // the same in all
}

// each calls fn with each scene, with the organization as the one before has left
// it, and returns how many of them changed something.
func (c *crowd) each(fn func(i int, sc *scene) error) (changed int, err error) {
	for i, sc := range c.scenes {
		sc.Org = c.org
		if err := fn(i, sc); err != nil {
			return 0, rowError(c.first+i, err)
		}
		if sc.Org.Events != c.org.Events {
			changed++
		}
		c.org = sc.Org
	}
	return changed, nil
}
