package sqltest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

// crowds are the cases in which Updates write the same rows and hold the same records,
// in whatever order.
var crowds = []string{
	"C7 no update is lost in a crowd",
	"C8 what is held is of one state",
	"C9 holds in any order get through in a crowd",
}

// TestNoCircles lets crowds meet on PostgreSQL, which ends a circle of transactions that
// wait for each other only when they have done so for a second, by default: none comes
// about (C9). The other servers end it at once.
func TestNoCircles(t *testing.T) {
	e := onPostgreSQL()
	server := servers.Shared(t, servers.StartPostgres, servers.Options{Cheap: true, Config: []string{"deadlock_timeout = 100ms"}})
	open := variant{server: func(testing.TB) servers.Engine { return server }}.stores(e)
	t.Run("crowds", func(t *testing.T) {
		cases := slices.DeleteFunc(storetest.Cases(), func(c storetest.Case) bool { return !slices.Contains(crowds, c.Name) })
		if len(cases) != len(crowds) {
			t.Fatalf("of %d cases there are %d", len(crowds), len(cases))
		}
		for _, c := range cases {
			for range effort(3, 1) {
				if err := c.Run(t.Context(), open(t)); err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
			}
		}
		profileAndMany(t, open(t))
		servicetest.RunRaces(t, open, effort(20, 2), 20)
		servicetest.RunContention(t, open, time.Minute)
	})
	var circles int
	until(t, func() bool { // a session counts them when it ends
		var sessions int
		if err := server.Admin().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM pg_stat_activity WHERE usename = 'charter'),
			(SELECT sum(deadlocks) FROM pg_stat_database)`).Scan(&sessions, &circles); err != nil {
			t.Fatal(err)
		}
		return sessions == 0
	})
	if circles > 0 {
		t.Errorf("%d times transactions waited for each other", circles)
	}
}

// profileAndMany lets an Update that has lost before hold a user, another one write a row
// of that user, the first one want that row, and the second one compare the user among
// others: that one has lost.
func profileAndMany(t *testing.T, s store.Store) {
	t.Helper()
	populate(t, s, 2, 5)
	held, written, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		want := store.Want{Users: []orgs.UserID{user(1)}, Contended: true}
		done <- attempt(t.Context(), s, want, func(ctx context.Context, tx store.Tx) error {
			close(held)
			<-written
			return tx.PutProfile(ctx, user(1), profile(6))
		})
	}()
	<-held
	err := attempt(t.Context(), s, store.Want{Org: org(1), Users: users(3)}, func(ctx context.Context, tx store.Tx) error {
		defer close(written)
		return tx.UpdateMember(ctx, member(org(1), 1))
	})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("who compared many got error %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("who had the user got error %v", err)
	}
}
