package sqltest

import (
	"context"
	"testing"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// TestBindWaits has a host change what another host has changed and not committed: it
// waits, and wins when that one rolls back. To lose at once would have a host that runs
// its transaction again lose again, until the other one is done (C7).
func TestBindWaits(t *testing.T) {
	touch := func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: user(1)}) }
	for name, change := range map[string]struct {
		want store.Want
		fn   func(context.Context, store.Tx) error
	}{
		"one record":   {holdOrg, rename("new")},
		"some records": {store.Want{Users: users(3)}, touch},
	} {
		t.Run(name, func(t *testing.T) {
			eachServer(t, func(t *testing.T, e *engine) {
				d := e.fresh(t)
				db := d.open(t, 8)
				s := opened(t, db, e.dialect)
				populate(t, s, 2, 10)
				first, second := begin(t, db), begin(t, db)
				update(t, s.Bind(first), change.want, change.fn)
				done := make(chan error, 1)
				go func() { done <- attempt(t.Context(), s.Bind(second), change.want, change.fn) }()
				o := oversee(t, d)
				o.until(t, o.waiting, 1)
				for _, step := range []func() error{first.Rollback, func() error { return <-done }, second.Commit} {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
