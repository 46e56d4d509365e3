package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/store"
)

func endedCases() []Case {
	return []Case{
		numbered(5, "a Tx ends with its fn", caseTxEnds),
		numbered(5, "a Tx ends with a failed fn", caseFailedTxEnds),
		numbered(5, "a Reader ends with its fn", caseReaderEnds),
	}
}

// caseTxEnds uses a Tx after its Update returned nil.
func caseTxEnds(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	var kept store.Tx
	t.commit(func(ctx context.Context, tx store.Tx) error {
		kept = tx
		return holding(store.Want{Org: acme}, appendEvent(event(acme, 3)))(ctx, tx)
	})
	t.ended(kept)
	return t.err
}

// caseFailedTxEnds uses a Tx whose fn returned an error, and one whose fn
// panicked.
func caseFailedTxEnds(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	var kept store.Tx
	keep := func(_ context.Context, tx store.Tx) error { kept = tx; return nil }
	t.fails("Update", keep, errBoom)
	t.ended(kept)
	kept = nil
	_ = caught(func() {
		t.commit(func(_ context.Context, tx store.Tx) error { kept = tx; panic(errBoom) })
	})
	t.ended(kept)
	return t.err
}

// ended checks that no method of tx does anything any more.
func (t *trial) ended(tx store.Tx) {
	if t.err != nil {
		return
	}
	before := t.picture(sceneScope())
	_, err := tx.Hold(t.ctx, store.Want{Org: acme, Actor: bob})
	t.mustBe("Hold after the end", err, store.ErrTxDone)
	for _, w := range writes() {
		t.mustBe(w.kind+" after the end", w.op(t.ctx, tx), store.ErrTxDone)
	}
	t.same("what is stored", t.picture(sceneScope()), before)
}

// caseReaderEnds uses the Readers of Views that returned nil, an error, and not
// at all.
func caseReaderEnds(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	var kept store.Reader
	ends := []func() error{
		func() error { return nil },
		func() error { return errBoom },
		func() error { panic(errBoom) },
	}
	for _, end := range ends {
		_ = caught(func() {
			_ = s.View(ctx, func(ctx context.Context, r store.Reader) error {
				kept = r
				_, err := r.Organization(ctx, acme)
				t.must("Organization in a View", err)
				return end()
			})
		})
		for _, l := range sceneScope().looks() {
			_, err := l.run(ctx, kept)
			t.mustBe(l.call+" after the end", err, store.ErrTxDone)
		}
	}
	return t.err
}
