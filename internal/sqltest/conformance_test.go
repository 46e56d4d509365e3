package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
	"github.com/seed-5b9f5318/charter/storetest"
)

// hasty is what tests add to a file's name where they need no durability.
const hasty = "?_pragma=synchronous(0)"

// TestConformance runs the conformance suite on every kind of database: what is slow for
// its many records on one kind of SQLite and one that is bound, or in full on all. The
// kinds of handles that a host may have on a server are in TestVariants.
func TestConformance(t *testing.T) {
	kinds := map[string]func(testing.TB) store.Store{
		"SQLite file, no parameters": func(t testing.TB) store.Store {
			return migrated(t, sqliteFile(t, 8), sqlstore.SQLite())
		},
		"SQLite file, one connection": func(t testing.TB) store.Store {
			return migrated(t, sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+hasty, 1), sqlstore.SQLite())
		},
		"SQLite file, many parameters": func(t testing.TB) store.Store {
			parameters := hasty + "&_pragma=foreign_keys(1)&_pragma=busy_timeout(3000)&_txlock=immediate"
			return migrated(t, sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+parameters, 0), sqlstore.SQLite())
		},
		"SQLite in memory": func(t testing.TB) store.Store {
			return migrated(t, sqliteOpen(t, ":memory:", 1), sqlstore.SQLite())
		},
		"SQLite, bound": func(t testing.TB) store.Store {
			db := sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+hasty, 8)
			return host{migrated(t, db, sqlstore.SQLite()), db}
		},
		"SQLite, bound, foreign keys and immediate": func(t testing.TB) store.Store {
			parameters := hasty + "&_pragma=foreign_keys(1)&_pragma=busy_timeout(3000)&_txlock=immediate"
			db := sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+parameters, 8)
			return host{migrated(t, db, sqlstore.SQLite()), db}
		},
	}
	for _, e := range serverEngines() {
		kinds[e.name] = e.stores()
	}
	for name, open := range kinds {
		if effort(1, 0) == 0 {
			continue // they differ in what the engine does, not in our memory
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if slices.Contains(lean, name) && !inFull() {
				runCases(t, open, slices.DeleteFunc(storetest.Cases(), func(c storetest.Case) bool { return c.Bulk }))
				return
			}
			storetest.Run(t, open, storetest.Watchdog(5*time.Minute))
		})
	}
	if effort(1, 0) == 1 {
		return
	}
	cases := slices.DeleteFunc(storetest.Cases(), func(c storetest.Case) bool {
		return c.Bulk || strings.HasPrefix(c.Name, "Model")
	})
	variant{}.run(t, onSQLite(), cases)
}

// lean are the kinds of SQLite that differ from others in how transactions begin and
// wait, and not in the statements in them.
var lean = []string{"SQLite file, one connection", "SQLite file, many parameters", "SQLite in memory", "SQLite, bound"}

// host does each Update on a store that is bound to a transaction of its own, as
// a host does that has rows to write in it.
type host struct {
	*sqlstore.Store
	db *sql.DB
}

func (h host) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, h.Store) {
		return store.ErrNested // and do not wait for the transaction that ctx is in
	}
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return h.begun(ctx, err)
	}
	defer tx.Rollback()
	if err := h.Bind(tx).Update(ctx, fn); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.begun(ctx, tx.Commit())
}

// begun says what the error of a statement of the host's own means.
func (h host) begun(ctx context.Context, err error) error {
	var code interface{ Code() int }
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &code) && code.Code()&0xff == 5:
		return errors.Join(store.ErrConflict, err)
	}
	return err
}
