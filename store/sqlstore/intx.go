package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/seed-5b9f5318/charter/internal/retry"
	"github.com/seed-5b9f5318/charter/store"
)

// InTx runs fn in a transaction that is the host's and charter's at once: fn writes
// the host's rows through tx, and through a Service on bound what charter keeps. When
// fn returns nil all of it is committed, otherwise nothing, and its error comes back.
//
//	err := st.InTx(ctx, func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
//		if err := svc.With(bound).Members.Remove(ctx, as, member, address); err != nil {
//			return err
//		}
//		_, err := tx.ExecContext(ctx, "DELETE FROM bookmarks WHERE member = ?", member)
//		return err
//	})
//
// What [Store.Bind] leaves to the host is done here. The transaction takes its turn
// among the Updates of s. Where it loses, in a statement of either side or at the
// commit, it is run again from the start, as often as the Service tries an operation:
// so fn does nothing that is not undone by a rollback, and neither commits nor rolls
// back, nor runs what commits by itself, as CREATE TABLE does on MySQL. It returns the
// errors of its statements: one that is passed over may have undone all that came
// before it. What is found of that at the commit is an error too: nothing was kept or,
// where nobody can tell, it is a [store.ErrUnknownOutcome].
//
// An error that is a [store.ErrConflict] says that running it again was not enough. A
// violated constraint of the host's tables is the host's own error.
//
// What an operation on bound decides about is compared; the answer to a question
// (Can, Require and the like) is not, and may be over at the commit.
//
// With a cache in front of s (package cached) this is cached.InTx, or the cache goes on
// with what was so before.
//
// A panic in fn rolls back. Use bound, and the context that fn is given: with that, an
// Update of s itself or another InTx, which would wait for this one, is refused as
// [store.ErrNested]. With another context such a call waits until that one ends, for
// ever where it has no deadline, and keeps every other writer of s waiting: a Service
// that is not bound and the context of the request are both in sight of fn. A question
// to s itself, and not to bound, takes another connection of the handle, and waits
// where this one is the last. When ctx is done before the commit, nothing is kept.
//
// Cost: 2 statements besides those of fn, to begin and to end, and on servers
// as many for a savepoint; the same at any size.
func (s *Store) InTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx, bound store.Store) error) error {
	if store.Inside(ctx, s) || store.Inside(ctx, hosting{s}) {
		return store.ErrNested
	}
	loop := retry.Loop{Lost: func(err error) bool { return errors.Is(err, store.ErrConflict) }}
	return loop.Run(ctx, func(attempt int) error { return s.inTx(ctx, attempt > 1, fn) })
}

// hosting marks a context as being inside an InTx.
type hosting struct{ *Store }

func (s *Store) inTx(ctx context.Context, contended bool, fn func(context.Context, *sql.Tx, store.Store) error) error {
	t, err := s.transactions.beginHost(ctx)
	if err != nil {
		return err
	}
	committing := false
	defer func() {
		if !committing { // after an error or a panic
			t.rollback(ctx)
		}
	}()
	bound := s.bind(t.handle(), true)
	bound.contended = contended
	if err := fn(store.Enter(ctx, hosting{s}), t.handle(), bound); err != nil {
		return s.lost(err)
	}
	if err := ctx.Err(); err != nil {
		return s.fail(ctx, doingCommit, err)
	}
	if bound.gone != nil { // an error that fn has passed over
		return bound.gone
	}
	committing = true
	return t.commit(ctx)
}

// lost returns err, of fn, such that it answers to [store.ErrConflict] when it says
// that the transaction has lost. The host's statements have their driver's errors.
func (s *Store) lost(err error) error {
	if verdict := s.judge(err); verdict.lost && !errors.Is(err, store.ErrConflict) {
		return &failure{doing: "host's transaction", code: verdict.code, class: store.ErrConflict, cause: err}
	}
	return err
}
