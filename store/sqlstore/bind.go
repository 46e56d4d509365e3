package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter/store"
)

// Bind returns a store inside tx, a transaction that the host has begun on the
// database of s. It reads what tx sees, and what it writes is kept when the host
// commits tx and gone when it rolls back. It is for one goroutine at a time, as
// tx is, and dead when tx has ended: then its methods return [sql.ErrTxDone],
// wrapped. [Store.InTx] begins and commits such a transaction, and runs it again;
// Bind is for a host that has one already.
//
// View reads as tx does, which is one snapshot on SQLite and where tx is at
// REPEATABLE READ or SERIALIZABLE. Update is a savepoint: after an error or a panic
// nothing of it is left in tx, and the host may go on and commit the rest, with
// two exceptions. After a [store.ErrHostConflict], which is a [store.ErrConflict]
// too, it should roll back and run its
// transaction again, since what it has read may be as old as what the store has.
// And some errors, such as a full disk on SQLite or a deadlock on MySQL, end the
// whole transaction: then Bind ends tx as well, so that nothing that the host still
// does in it is committed by itself. It does so too where it finds that a statement of
// the host's has ended the transaction: one that lost a deadlock on MySQL, and whose
// error the host passed over, or one that commits by itself, such as CREATE TABLE.
//
// On MySQL and MariaDB tx must not be at READ UNCOMMITTED, which its handle does not
// tell: what it reads there may never have been.
//
// A context that is done ends no statement midway where that would cost tx, which
// is every write, and on a server every statement.
//
// Update answers [store.ErrNested] within any View or Update of s and of the
// stores bound to tx.
//
// Cost: no statement; each Update in it has 2 statements for its savepoint, and
// on MySQL and MariaDB one more; the same at any size.
func (s *Store) Bind(tx *sql.Tx) store.Store {
	return s.bind(tx, false)
}

func (s *Store) bind(tx *sql.Tx, cut bool) *bound {
	b := &bound{base: s, tx: tx, cut: cut}
	b.reader = reader{b.session()}
	return b
}

// bound is a store inside the host's transaction.
type bound struct {
	reader
	base *Store
	tx   *sql.Tx
	// contended says that an earlier attempt has lost, which the Service cannot know
	// where the host runs it again.
	contended bool
	// cut says that statements may be cut short, since the transaction is ours to lose.
	cut bool
	// gone is why tx was ended; nil while it was not.
	gone error
}

var _ store.Store = (*bound)(nil)

// session returns one in the host's transaction.
func (b *bound) session() *session {
	return &session{
		dialect: b.base.dialect, db: b.base.transactions.within(b.tx), conflict: store.ErrHostConflict,
		bound: !b.cut, contended: b.contended, lost: b.end,
	}
}

// end ends the host's transaction, because of err: where the database has ended it,
// statements in it would be committed one by one from now on.
func (b *bound) end(err error) {
	_ = b.tx.Rollback() // which finds nothing to roll back, perhaps
	b.gone = err
}

// enter marks ctx as being inside b, any other store on the same transaction,
// and the Store that would wait for it.
func (b *bound) enter(ctx context.Context) context.Context {
	return store.Enter(store.Enter(ctx, b.tx), b.base)
}

// View calls fn with a Reader on the host's transaction.
func (b *bound) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return b.session().view(b.enter(ctx), fn)
}

// Update calls fn with a Tx inside a savepoint, and releases that.
func (b *bound) Update(ctx context.Context, fn func(context.Context, store.Tx) error) (err error) {
	if store.Inside(ctx, b.tx) || store.Inside(ctx, b.base) {
		return store.ErrNested
	}
	s := b.session()
	if err := b.savepoint(ctx, s); err != nil {
		return err
	}
	kept := false
	defer func() {
		if !kept { // after an error, a panic, or when there is nothing to keep
			err = b.undo(ctx, err)
		}
	}()
	wrote, err := s.update(b.enter(ctx), fn)
	if err != nil || !wrote {
		return err
	}
	_, err = s.exec(ctx, doingCommit, sentence(`RELEASE SAVEPOINT charter_update`))
	kept = err == nil
	return err
}

func (b *bound) savepoint(ctx context.Context, s *session) error {
	if err := ctx.Err(); err != nil {
		return s.fail(ctx, "begin", err)
	}
	err := s.savepoint(s.during(ctx, true), b.tx)
	if s.judge(err).gone {
		err = errors.Join(errEnded, err)
	}
	failure := s.fail(ctx, "begin", err)
	if errors.Is(err, errEnded) {
		b.end(failure)
	}
	return failure
}

// undo takes back what the Update did. Where that is impossible the savepoint is
// gone, and with it the host's transaction, which is then ended for the host as well.
func (b *bound) undo(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWait)
	defer cancel()
	for _, text := range []string{`ROLLBACK TO SAVEPOINT charter_update`, `RELEASE SAVEPOINT charter_update`} {
		if _, err := b.tx.ExecContext(ctx, text); err != nil {
			err = b.base.fail(ctx, "roll back to the savepoint; the host's transaction has ended", err)
			if cause != nil {
				err = fmt.Errorf("%w; %w", cause, err)
			}
			b.end(err)
			return err
		}
	}
	return cause
}
