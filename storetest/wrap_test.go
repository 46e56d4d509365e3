package storetest

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// The types of the functions of a Store, which mutants replace.
type (
	txFunc   = func(ctx context.Context, tx store.Tx) error
	viewFunc = func(ctx context.Context, r store.Reader) error
)

// broken is a store of which something is replaced.
type broken struct {
	store.Reader
	update func(ctx context.Context, fn txFunc) error
	view   func(ctx context.Context, fn viewFunc) error
	reader func(store.Reader) otherReader
	tx     func(store.Tx) otherTx
}

// over returns a store that does what base does.
func over(base store.Store) *broken {
	return &broken{
		Reader: base, update: base.Update, view: base.View,
		reader: func(r store.Reader) otherReader { return otherReader{Reader: r} },
		tx:     func(tx store.Tx) otherTx { return otherTx{Tx: tx} },
	}
}

// Update runs fn with the Tx that is replaced.
func (b *broken) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return b.update(ctx, func(ctx context.Context, tx store.Tx) error {
		other := b.tx(tx)
		other.ended = new(atomic.Bool)
		defer other.ended.Store(true)
		return fn(ctx, other)
	})
}

// View runs fn with the Reader that is replaced.
func (b *broken) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return b.view(ctx, func(ctx context.Context, r store.Reader) error {
		other := b.reader(r)
		other.ended = new(atomic.Bool)
		defer other.ended.Store(true)
		return fn(ctx, other)
	})
}

// GranteeIDs is that of the Reader that is replaced.
func (b *broken) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	return store.GranteeIDs(ctx, b.Reader, q)
}

// reading replaces the Readers of base, the Store itself included.
func reading(base store.Store, replace func(store.Reader) otherReader) *broken {
	b := over(base)
	itself := replace(base)
	itself.ended = new(atomic.Bool)
	b.Reader, b.reader = itself, replace
	return b
}

// changing replaces the Txs of base.
func changing(base store.Store, replace func(store.Tx) otherTx) *broken {
	b := over(base)
	b.tx = replace
	return b
}

func mem() store.Store { return memstore.New() }

// updates returns a maker of memstores whose Update is replaced by one that calls
// the former one.
func updates(update func(ctx context.Context, base store.Store, fn txFunc) error) func() store.Store {
	return updatesOf(mem, update)
}

func updatesOf(open func() store.Store, update func(ctx context.Context, base store.Store, fn txFunc) error) func() store.Store {
	return func() store.Store {
		base := open()
		b := over(base)
		b.update = func(ctx context.Context, fn txFunc) error { return update(ctx, base, fn) }
		return b
	}
}

// views returns a maker of memstores whose View is replaced.
func views(view func(ctx context.Context, base store.Store, fn viewFunc) error) func() store.Store {
	return func() store.Store {
		base := mem()
		b := over(base)
		b.view = func(ctx context.Context, fn viewFunc) error { return view(ctx, base, fn) }
		return b
	}
}

// txs returns a maker of memstores whose Tx is replaced. The base reads what is
// committed, also within the transaction.
func txs(replace func(base store.Store, tx store.Tx) otherTx) func() store.Store {
	return func() store.Store {
		base := mem()
		return changing(base, func(tx store.Tx) otherTx { return replace(base, tx) })
	}
}

// readers returns a maker of memstores whose Readers are replaced.
func readers(replace func(r store.Reader) otherReader) func() store.Store {
	return func() store.Store { return reading(mem(), replace) }
}
