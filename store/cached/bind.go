package cached

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// Bind returns a store on bound, which is a store inside a transaction of the host's
// (sqlstore's Bind and InTx make one), and what must be called when that transaction
// has ended, however it did, and before anybody is told so. The store reads and
// writes in the transaction and keeps nothing of it; ended refuses what was read
// about the organizations that were written to.
//
//	inside, ended := cache.Bind(st.Bind(tx))
//	defer ended()
//	err := svc.With(inside).Members.Remove(ctx, as, member, address)
//	…
//	return tx.Commit()
//
// Between the commit and ended a check may still answer from before: to the rest of
// the process the change has not returned yet. Where ended is never called, other
// readings than one by age stay right: with [Options.SoleWriter] such an
// organization is asked for its revision until then.
//
// The store is for one goroutine at a time, as bound is. Ended may be called again,
// which does nothing.
func (c *Cache) Bind(bound store.Store) (inside store.Store, ended func()) {
	b := &binding{Store: bound, cache: c}
	return b, b.end
}

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

// note takes note of organizations that will change when the host commits.
func (b *binding) note(list []orgs.ID) {
	for _, org := range list {
		b.cache.slot(org).doubts.Add(1)
	}
	b.orgs = append(b.orgs, list...)
}

func (b *binding) end() {
	for _, org := range b.orgs {
		s := b.cache.slot(org)
		s.generation.Add(1)
		s.doubts.Add(-1)
	}
	b.orgs = nil
}
