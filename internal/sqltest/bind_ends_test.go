package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestBindLosesTheTransaction makes SQLite end the host's transaction in the
// middle of an Update. What the host then does in it must not be committed.
func TestBindLosesTheTransaction(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		tx := begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
		err := attempt(t.Context(), s.Bind(tx), holdOrg, func(ctx context.Context, held store.Tx) error {
			exec(t, tx, `ROLLBACK`) // as SQLite does by itself when the disk is full
			return errRefused
		})
		if !errors.Is(err, errRefused) || errors.Is(err, store.ErrConflict) {
			t.Errorf("got error %v", err)
		}
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO orders (note) VALUES ('after')`); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("the host goes on: %v", err)
		}
		if err := tx.Commit(); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("the host commits: %v", err)
		}
		if n := orders(t, db); n != 0 {
			t.Errorf("there are %d orders", n)
		}
	})
}

// TestBindCancelled cancels in the middle of an Update, and goes on in the host's
// transaction.
func TestBindCancelled(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		tx := begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
		ctx, cancel := context.WithCancel(t.Context())
		err := attempt(ctx, s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
			err := tx.DeleteMember(ctx, org(1), row(2))
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v", err)
		}
		exec(t, tx, `INSERT INTO orders (note) VALUES ('after')`)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Member(t.Context(), org(1), row(2)); err != nil || orders(t, db) != 2 {
			t.Errorf("the member: %v; %d orders", err, orders(t, db))
		}
	})
}

// TestBindCancelledMidway cancels while SQLite writes. It would answer by ending
// the host's transaction with all that the host has done in it.
func TestBindCancelledMidway(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		many := make([]grants.Resource, 4000)
		for i := range many {
			many[i] = grants.Resource{Kind: device, ID: grants.ResourceID(fmt.Sprint("many-", i))}
		}
		update(t, s, holdOrg, func(ctx context.Context, tx store.Tx) error { return tx.Register(ctx, org(1), many) })
		tx := begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
		ctx, cancel := context.WithCancel(t.Context())
		err := attempt(ctx, s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
			time.AfterFunc(10*time.Millisecond, cancel) // the statement takes much longer
			return tx.GiveEach(ctx, org(1))
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v", err)
		}
		exec(t, tx, `INSERT INTO orders (note) VALUES ('after')`)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := orders(t, db); n != 2 {
			t.Errorf("of the host's two orders %d are left", n)
		}
	})
}
