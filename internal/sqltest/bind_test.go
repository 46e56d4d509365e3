package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// eachBinding runs fn on a store with two organizations on each engine, where
// what a transaction reads is of one moment. The host has a table of its own, called
// orders.
func eachBinding(t *testing.T, fn func(t *testing.T, s *sqlstore.Store, db *sql.DB)) {
	t.Run("SQLite", func(t *testing.T) { eachSQLiteBinding(t, fn) })
	eachServer(t, func(t *testing.T, e *engine) { serverBinding(t, e, e.snapshots, fn) })
}

// serverBinding runs fn on a server, with parameters.
func serverBinding(t *testing.T, e *engine, parameters string, fn func(t *testing.T, s *sqlstore.Store, db *sql.DB)) {
	t.Helper()
	db := e.fresh(t).with(parameters).open(t, 4)
	s := opened(t, db, e.dialect)
	populate(t, s, 2, 12)
	must(t, db, `CREATE TABLE orders (note VARCHAR(100))`)
	fn(t, s, db)
}

// eachSQLiteBinding runs fn once where the host's connections enforce foreign keys
// and once where they do not.
func eachSQLiteBinding(t *testing.T, fn func(t *testing.T, s *sqlstore.Store, db *sql.DB)) {
	for _, enforced := range []bool{true, false} {
		t.Run(fmt.Sprintf("foreign keys %v", enforced), func(t *testing.T) {
			dsn := fmt.Sprintf("%s%s&_pragma=foreign_keys(%v)", filepath.Join(t.TempDir(), "charter.db"), hasty, enforced)
			db := sqliteOpen(t, dsn, 4)
			s := migrated(t, db, sqlstore.SQLite())
			populate(t, s, 2, 12)
			must(t, db, `CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)`)
			fn(t, s, db)
		})
	}
}

// begin begins a transaction of the host's. One that the test does not end is
// rolled back.
func begin(t testing.TB, db *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func exec(t testing.TB, tx *sql.Tx, text string) {
	t.Helper()
	if _, err := tx.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func orders(t testing.TB, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM orders`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func nameOf(t testing.TB, r store.Reader, id orgs.ID) string {
	t.Helper()
	o, err := r.Organization(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o.Name
}

// rename returns an fn that gives org(1) another name.
func rename(name string) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateOrganization(ctx, orgs.Organization{ID: org(1), Name: name})
	}
}

var holdOrg = store.Want{Org: org(1)}

// TestBindTogether shows that the host's rows and the store's commit together,
// and vanish together.
func TestBindTogether(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		tx := begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('first')`)
		bound := s.Bind(tx)
		update(t, bound, holdOrg, rename("vanishes"))
		if got := nameOf(t, bound, org(1)); got != "vanishes" {
			t.Errorf("inside, the name is %q", got)
		}
		if got := nameOf(t, s, org(1)); got != "Organization 1" {
			t.Errorf("outside, before the commit, the name is %q", got)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, s, org(1)); got != "Organization 1" || orders(t, db) != 0 {
			t.Errorf("after a rollback the name is %q and there are %d orders", got, orders(t, db))
		}
		if _, err := bound.Organization(t.Context(), org(1)); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("reading after the end: %v", err)
		}
		if err := attempt(t.Context(), bound, holdOrg, rename("too late")); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("writing after the end: %v", err)
		}

		tx = begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('second')`)
		update(t, s.Bind(tx), holdOrg, rename("stays"))
		update(t, s.Bind(tx), store.Want{Org: org(1), Member: row(3)}, func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteMember(ctx, org(1), row(3))
		})
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, s, org(1)); got != "stays" || orders(t, db) != 1 {
			t.Errorf("after a commit the name is %q and there are %d orders", got, orders(t, db))
		}
		noGrants(t, db, row(3))
	})
}

// noGrants checks that nothing of member is left.
func noGrants(t testing.TB, db *sql.DB, member orgs.MemberID) {
	t.Helper()
	for _, table := range []string{"charter_grants", "charter_wide_grants"} {
		var n int
		row := db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT count(*) FROM %s WHERE org = '%s' AND member = '%s'`, table, org(1), member))
		if err := row.Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			t.Errorf("%s: the member left %d rows", table, n)
		}
	}
}

// TestBindDeletes shows that what hangs on a row goes with it, foreign keys or
// not (C18, C25).
func TestBindDeletes(t *testing.T) {
	bindDeletes := func(e *engine) func(*testing.T, *sqlstore.Store, *sql.DB) {
		return func(t *testing.T, s *sqlstore.Store, db *sql.DB) { bindDeletes(t, e, s, db) }
	}
	t.Run("SQLite", func(t *testing.T) { eachSQLiteBinding(t, bindDeletes(onSQLite())) })
	eachServer(t, func(t *testing.T, e *engine) { serverBinding(t, e, "", bindDeletes(e)) })
	t.Run("MariaDB, no foreign keys", func(t *testing.T) {
		serverBinding(t, onMariaDB(), "&foreign_key_checks=0", bindDeletes(onMariaDB()))
	})
}

func bindDeletes(t *testing.T, e *engine, s *sqlstore.Store, db *sql.DB) {
	t.Helper()
	tx := begin(t, db)
	update(t, s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
		return tx.Unregister(ctx, org(1), []grants.Resource{{Kind: device, ID: thing(1, 0)}})
	})
	update(t, s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error { return tx.DeleteRole(ctx, org(1), auditor) })
	for table, where := range map[string]string{
		"charter_grants": `resource = 'thing-1-000'`, "charter_resources": `id = 'thing-1-000'`,
		"charter_roles": `org = 'org-001'`, "charter_role_permissions": `org = 'org-001'`,
	} {
		if n := count(t, tx, table, where); n != 0 {
			t.Errorf("%s: %d rows where %s", table, n, where)
		}
	}
	update(t, s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteOrganization(ctx, org(1), store.Event{Org: org(1), Number: 100})
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for _, table := range tablesOf(t, e, db) {
		columns, _ := dump(t, db, table)
		if !slices.Contains(columns, "org") || table == "charter_tombstones" {
			continue
		}
		if n := count(t, db, table, `org = 'org-001'`); n != 0 {
			t.Errorf("%s: the organization left %d rows", table, n)
		}
		if n := count(t, db, table, `org = 'org-000'`); n == 0 {
			t.Errorf("%s: the other organization has no rows any more", table)
		}
	}
}

func count(t testing.TB, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, table, where string) (n int) {
	t.Helper()
	if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table+` WHERE `+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

var errRefused = errors.New("refused")

// TestBindFails shows that an Update that fails, or panics, leaves nothing in the
// host's transaction, which goes on.
func TestBindFails(t *testing.T) {
	fails := map[string]func(context.Context, store.Tx) error{
		"an error of fn": func(ctx context.Context, tx store.Tx) error {
			return errors.Join(rename("gone")(ctx, tx), tx.DeleteMember(ctx, org(1), row(2)), errRefused)
		},
		"a write that is one too many": func(ctx context.Context, tx store.Tx) error {
			return errors.Join(tx.DeleteMember(ctx, org(1), row(2)),
				tx.Register(ctx, org(1), []grants.Resource{{Kind: device, ID: thing(0, 0)}}))
		},
		"the same, passed over": func(ctx context.Context, tx store.Tx) error {
			_ = tx.DeleteMember(ctx, org(1), row(2))
			_ = tx.Register(ctx, org(1), []grants.Resource{{Kind: device, ID: thing(0, 0)}})
			return nil
		},
		"a panic": func(ctx context.Context, tx store.Tx) error {
			_ = tx.DeleteMember(ctx, org(1), row(2))
			panic(errRefused)
		},
	}
	for name, fail := range fails {
		t.Run(name, func(t *testing.T) {
			eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
				tx := begin(t, db)
				exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
				bound := s.Bind(tx)
				if err := caught(func() error { return attempt(t.Context(), bound, holdOrg, fail) }); err == nil {
					t.Error("got no error")
				}
				exec(t, tx, `INSERT INTO orders (note) VALUES ('after')`)
				if err := tx.Commit(); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Member(t.Context(), org(1), row(2)); err != nil || nameOf(t, s, org(1)) != "Organization 1" {
					t.Errorf("the Update left something: %v, %q", err, nameOf(t, s, org(1)))
				}
				if n := orders(t, db); n != 2 {
					t.Errorf("of the host's two orders %d are left", n)
				}
			})
		})
	}
}

// caught returns fn's error, or what it panicked with.
func caught(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn()
}

// TestBindConflicts shows the conflicts that only the host can resolve, and that
// the Service leaves alone because of their type.
func TestBindConflicts(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		conflicts := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, store.ErrHostConflict) || !errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: got error %v", what, err)
			}
		}
		tx := begin(t, db)
		conflicts("a revision that moves within the transaction", attempt(t.Context(), s.Bind(tx), holdOrg,
			func(ctx context.Context, held store.Tx) error {
				exec(t, tx, `UPDATE charter_organizations SET revision = revision + 1 WHERE id = 'org-001'`)
				return rename("lost")(ctx, held)
			}))
		conflicts("uniqueness", attempt(t.Context(), s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
			return tx.CreateRole(ctx, org(1), roles.Role{ID: "r-2", Name: "AUDITOR"})
		}))
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}

		tx = begin(t, db)
		if got := nameOf(t, s.Bind(tx), org(1)); got != "Organization 1" { // the transaction has its snapshot
			t.Errorf("the name is %q", got)
		}
		update(t, s, holdOrg, rename("by another"))
		conflicts("a snapshot that has grown old", attempt(t.Context(), s.Bind(tx), holdOrg, rename("lost")))
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, s, org(1)); got != "by another" {
			t.Errorf("the name is %q", got)
		}
	})
}

// TestBindNested refuses Updates that would wait for themselves (C12).
func TestBindNested(t *testing.T) {
	eachBinding(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		tx := begin(t, db)
		none := func(context.Context, store.Tx) error { return nil }
		all := func(ctx context.Context) {
			for name, nested := range map[string]store.Store{"itself": s.Bind(tx), "the Store": s} {
				if err := nested.Update(ctx, none); !errors.Is(err, store.ErrNested) {
					t.Errorf("an Update of %s: %v", name, err)
				}
			}
		}
		if err := s.Bind(tx).Update(t.Context(), func(ctx context.Context, _ store.Tx) error { all(ctx); return nil }); err != nil {
			t.Error(err)
		}
		if err := s.Bind(tx).View(t.Context(), func(ctx context.Context, _ store.Reader) error { all(ctx); return nil }); err != nil {
			t.Error(err)
		}
		if err := s.View(t.Context(), func(ctx context.Context, _ store.Reader) error {
			if err := s.Bind(tx).Update(ctx, none); !errors.Is(err, store.ErrNested) {
				t.Errorf("an Update within a View of the Store: %v", err)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}
