package cached

import (
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// Transactor is a store that runs transactions in which the host writes, too.
// *sqlstore.Store is one, with *sql.Tx.
type Transactor[T any] interface {
	// InTx runs fn, with a transaction of the host's database and a store inside it, again
	// for each attempt, and commits what it did.
	InTx(ctx context.Context, fn func(ctx context.Context, tx T, bound store.Store) error) error
}

// InTx is db.InTx, of the store behind c, for who has c in front of it: the store that
// fn gets is one that c knows of, and when InTx has returned no check on c is answered
// from what was read before about the organizations that fn has written to.
//
//	err := cached.InTx(ctx, cache, st, func(ctx context.Context, tx *sql.Tx, inside store.Store) error {
//		if err := svc.With(inside).Members.Remove(ctx, as, member, address); err != nil {
//			return err
//		}
//		_, err := tx.ExecContext(ctx, "DELETE FROM bookmarks WHERE member = ?", member)
//		return err
//	})
//
// Whatever else is to be said of it, db.InTx says. What is written by db.InTx itself, on
// the store that it hands to fn, goes around c: see [Cache.Bind].
//
// Cost: that of db.InTx.
func InTx[T any](
	ctx context.Context, c *Cache, db Transactor[T], fn func(ctx context.Context, tx T, inside store.Store) error,
) error {
	b := &binding{cache: c}
	err := errPanicked
	defer func() { b.end(err) }() // after the last attempt
	err = db.InTx(ctx, func(ctx context.Context, tx T, bound store.Store) error {
		b.Store = bound
		return fn(ctx, tx, b)
	})
	return err
}

// Bind returns a store on bound, which is a store inside a transaction of the host's
// (sqlstore's Bind makes one), and what must be called when that transaction has ended,
// however it did, and before anybody is told so. The store reads and writes in the
// transaction and keeps nothing of it; ended refuses what was read about the
// organizations that were written to.
//
//	func remove(ctx context.Context, …) (err error) {
//		tx, err := db.BeginTx(ctx, nil)
//		…
//		inside, ended := cache.Bind(st.Bind(tx))
//		defer func() { ended(err) }() // after
//		defer tx.Rollback()           // this, which does nothing after a commit
//		if err := svc.With(inside).Members.Remove(ctx, as, member, address); err != nil {
//			return err
//		}
//		…
//		return tx.Commit()
//	}
//
// Ended takes the error that the commit ended with, and any other will do; nil where it
// is known that the transaction was committed, or that it was rolled back. What a commit
// without an answer has written may still come to be: with [Options.SoleWriter] such an
// organization is asked for its revision until a later change of it has succeeded.
//
// In the fn of sqlstore's InTx it is too early for ended, since the commit comes after
// fn: there [InTx] is what does both.
//
// Between the commit and ended a check may still answer from before: to the rest of
// the process the change has not returned yet. Where ended is never called, other
// readings than one by age stay right: with [Options.SoleWriter] such an
// organization is asked for its revision from then on.
//
// The store is for one goroutine at a time, as bound is. Ended may be called again,
// which does nothing.
func (c *Cache) Bind(bound store.Store) (inside store.Store, ended func(error)) {
	b := &binding{Store: bound, cache: c}
	return b, func(err error) {
		if err != nil {
			err = store.ErrUnknownOutcome
		} else {
			err = errEnded
		}
		b.end(err)
	}
}

// errEnded is of a transaction that was committed, or rolled back.
var errEnded = errors.New("cached: the transaction has ended")

type binding struct {
	store.Store
	cache *Cache
	orgs  []orgs.ID // that were written to
}

// Update runs fn in the transaction.
func (b *binding) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	var w writes
	defer func() {
		if w.wrote {
			b.note(w.orgs)
		}
	}()
	return b.Store.Update(ctx, w.watching(fn))
}

var _ store.GranteeLister = (*binding)(nil)

// GranteeIDs is the embedded store's.
func (b *binding) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	return store.GranteeIDs(ctx, b.Store, q)
}

// note takes note of organizations that will change when the host commits.
func (b *binding) note(list []orgs.ID) {
	for _, org := range list {
		b.cache.slot(org).doubts.Add(1)
	}
	b.orgs = append(b.orgs, list...)
}

// end takes note of the end of the transaction.
func (b *binding) end(err error) {
	for _, org := range b.orgs {
		b.cache.changed(org, err)
		b.cache.slot(org).doubts.Add(-1)
	}
	b.orgs = nil
}
