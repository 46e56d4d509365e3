package sqlstore

import (
	"context"
	"database/sql"
	"errors"

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
// does in it is committed by itself.
//
// A context that is done ends no statement midway where that would cost tx, which
// is every write, and on a server every statement.
//
// Update answers [store.ErrNested] within any View or Update of s and of the
// stores bound to tx.
func (s *Store) Bind(tx *sql.Tx) store.Store {
	return s.bind(tx)
}

func (s *Store) bind(tx *sql.Tx) *bound {
	return &bound{reader: reader{s.inside(tx)}, base: s, tx: tx}
}

// inside returns a session of s in the host's transaction.
func (s *Store) inside(tx *sql.Tx) *session {
	return &session{dialect: s.dialect, db: s.transactions.within(tx), conflict: store.ErrHostConflict, bound: true}
}

// bound is a store inside the host's transaction.
type bound struct {
	reader
	base *Store
	tx   *sql.Tx
	// contended says that an earlier attempt has lost, which the Service cannot know
	// where the host runs it again.
	contended bool
}

var _ store.Store = (*bound)(nil)

// enter marks ctx as being inside b, any other store on the same transaction,
// and the Store that would wait for it.
func (b *bound) enter(ctx context.Context) context.Context {
	return store.Enter(store.Enter(ctx, b.tx), b.base)
}

// View calls fn with a Reader on the host's transaction.
func (b *bound) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return b.base.inside(b.tx).view(b.enter(ctx), fn)
}

// Update calls fn with a Tx inside a savepoint, and releases that.
func (b *bound) Update(ctx context.Context, fn func(context.Context, store.Tx) error) (err error) {
	if store.Inside(ctx, b.tx) || store.Inside(ctx, b.base) {
		return store.ErrNested
	}
	s := b.base.inside(b.tx)
	s.contended = b.contended
	if _, err := s.exec(ctx, "begin", sentence(`SAVEPOINT charter_update`)); err != nil {
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
	_, err = s.exec(ctx, "commit", sentence(`RELEASE SAVEPOINT charter_update`))
	kept = err == nil
	return err
}

// undo takes back what the Update did. Where that is impossible the savepoint is
// gone, and with it the host's transaction: statements in it would be committed
// one by one from now on. So it is ended for the host as well.
func (b *bound) undo(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWait)
	defer cancel()
	for _, text := range []string{`ROLLBACK TO SAVEPOINT charter_update`, `RELEASE SAVEPOINT charter_update`} {
		if _, err := b.tx.ExecContext(ctx, text); err != nil {
			_ = b.tx.Rollback() // which finds nothing to roll back, perhaps
			return errors.Join(cause, b.base.fail(ctx, "roll back to the savepoint; the host's transaction has ended", err))
		}
	}
	return cause
}
