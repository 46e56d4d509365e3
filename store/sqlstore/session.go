package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// session is where statements run: on the handle, on a connection inside a
// transaction, or in the host's transaction.
type session struct {
	*dialect
	db queryer
	// conflict is what a lost transaction is called: ErrConflict, or
	// ErrHostConflict when it is the host's.
	conflict error
	// own is set in a transaction that the store has begun for itself alone.
	own bool
	// bound is set in a transaction that is the host's to lose, and contended where
	// that runs again.
	bound, contended bool
	// lost ends the host's transaction after an error that has ended it in the
	// database; nil in others.
	lost func(error)
	// ended is set once fn has returned. A session on the handle does not end.
	ended atomic.Bool
}

// view runs fn with a Reader on s.
func (s *session) view(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	defer s.ended.Store(true)
	return fn(ctx, reader{s})
}

// update runs fn with a Tx on s, then writes what that kept back and compares. It
// reports whether there is anything to commit.
func (s *session) update(ctx context.Context, fn func(context.Context, store.Tx) error) (wrote bool, err error) {
	t := &tx{session: s, orgs: map[orgs.ID]*heldOrganization{}, users: map[orgs.UserID]*heldUser{}, cascades: s.own && s.enforces}
	err = func() error {
		defer s.ended.Store(true) // also when fn panics
		return fn(ctx, t)
	}()
	if err == nil {
		err = t.finish(ctx)
	}
	return t.wrote, err
}

// over answers ErrTxDone after the end (C5), and the context's error when that
// is done.
func (s *session) over(ctx context.Context, doing string) error {
	if s.ended.Load() {
		return store.ErrTxDone
	}
	if err := ctx.Err(); err != nil {
		return s.fail(ctx, doing, err)
	}
	return nil
}

// read runs q and calls each with its rows, with the same record each time. Columns
// that come after those of a record go to beside.
func (s *session) read(ctx context.Context, doing string, q *query, each func(*record) error, beside ...any) error {
	text, args := s.translated(q)
	return s.reading(ctx, doing, func(ctx context.Context) (begun bool, err error) {
		return s.rows(ctx, text, args, each, beside)
	})
}

// reading runs a statement that reads, again while the database is busy, unless what
// it has begun to tell cannot be taken back.
func (s *session) reading(ctx context.Context, doing string, run func(context.Context) (begun bool, err error)) error {
	if err := s.over(ctx, doing); err != nil {
		return err
	}
	var err error
	_ = s.patiently(ctx, func() error {
		var begun bool
		if begun, err = run(s.during(ctx, false)); begun {
			return nil
		}
		return err
	})
	return s.unread(ctx, doing, err)
}

// unread returns err, of a statement that reads, as hosts see it, and ends a
// transaction of the host's that it has ended in the database.
func (s *session) unread(ctx context.Context, doing string, err error) error {
	failure := s.fail(ctx, doing, err)
	if s.lost != nil && s.judge(err).gone {
		s.lost(failure)
	}
	return failure
}

// translated returns q as the driver takes it.
func (s *session) translated(q *query) (text string, args []any) {
	if s.translate == nil {
		return q.text.String(), q.args
	}
	return s.translate(q.text.String(), q.args)
}

// during returns the context for a statement to run in: one that does not end
// where a statement that is cut short takes more with it than itself.
func (s *session) during(ctx context.Context, writing bool) context.Context {
	if s.uncut(writing, s.bound) {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// rows is one attempt of read. It reports whether each was called.
func (s *session) rows(ctx context.Context, text string, args []any, each func(*record) error, beside []any) (begun bool, err error) {
	rows, err := s.db.QueryContext(ctx, text, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var r record
	fields := append(r.fields(), beside...)
	for rows.Next() {
		begun = true
		err := rows.Scan(fields...)
		if err == nil {
			err = each(&r)
		}
		if err != nil {
			return true, fmt.Errorf("%w: %w", errUnread, err)
		}
	}
	return begun, rows.Err()
}

// one reads the only row of q, or ErrNotFound.
func (s *session) one(ctx context.Context, doing string, q *query) (*record, error) {
	var found *record
	err := s.read(ctx, doing, q, func(r *record) error { found = r; return nil })
	if err == nil && found == nil {
		return nil, store.ErrNotFound
	}
	return found, err
}

// exec runs q, which writes, and returns the number of rows it was about.
func (s *session) exec(ctx context.Context, doing string, q *query) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, s.fail(ctx, doing, err)
	}
	text, args := s.translated(q)
	result, err := s.db.ExecContext(s.during(ctx, true), text, args...)
	if err != nil {
		return 0, s.fail(ctx, doing, err)
	}
	n, err := result.RowsAffected()
	return n, s.fail(ctx, doing, err)
}

// number runs q, which writes or locks, and returns the number in its last row.
func (s *session) number(ctx context.Context, doing string, q *query) (n int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, s.fail(ctx, doing, err)
	}
	text, args := s.translated(q)
	rows, err := s.db.QueryContext(s.during(ctx, true), text, args...)
	if err != nil {
		return 0, s.fail(ctx, doing, err)
	}
	defer rows.Close()
	for rows.Next() && err == nil {
		err = rows.Scan(&n)
	}
	return n, s.fail(ctx, doing, errors.Join(err, rows.Err()))
}

func (s *session) fail(ctx context.Context, doing string, err error) error {
	return s.failure(ctx, doing, err, s.conflict)
}
