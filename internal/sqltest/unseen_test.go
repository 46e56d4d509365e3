package sqltest

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// longLists are calls about n of the users and resources that organization 1 has grown
// by, by the keys of each.
func longLists(n int) calls {
	want := store.Want{Org: org(1), Member: "row-001"}
	for i := range n {
		name := fmt.Sprintf("grown-%d", 1_000_000+102+4*i) // a device
		want.Users = append(want.Users, orgs.UserID(name))
		want.Resources = append(want.Resources, grants.Resource{Kind: device, ID: grants.ResourceID(name)})
		want.Grants = append(want.Grants, grants.One(device, grants.ResourceID(name)))
	}
	return calls{
		"Users": func(ctx context.Context, s store.Store) error { _, err := s.Users(ctx, want.Users); return err },
		"Hold":  holding(want, nothing),
		"Take":  holding(want, func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, org(1), "row-001", want.Grants) }),
		"Unregister": holding(want, func(ctx context.Context, tx store.Tx) error {
			return tx.Unregister(ctx, org(1), want.Resources)
		}),
	}
}

// TestUnseen: with statistics of nothing a server believes that every way to a row costs
// the same, and would read a whole index for each element of a list. An import into an
// empty database has them until the server looks again.
func TestUnseen(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		d := e.unseen(t, 4_000)
		few, many := e.costs(t, d.open(t, 1), longLists(10)), e.costs(t, d.open(t, 1), longLists(200))
		for call := range few {
			const each = 60 // of 4,000
			if more := many[call].total() - few[call].total(); more > each*190 {
				t.Errorf("%s: 190 elements more visit %d more, at most %d for each wanted: %v", call, more, each, many[call])
			}
		}
	})
}
