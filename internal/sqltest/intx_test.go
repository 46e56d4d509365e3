package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// eachHost runs fn on each engine, and on SQLite with each way in which a host's
// handle may begin and wait. The host has a table of its own, called orders.
func eachHost(t *testing.T, fn func(t *testing.T, s *sqlstore.Store, db *sql.DB)) {
	t.Helper()
	begun := func(t *testing.T, d database, connections int) {
		t.Helper()
		db := d.open(t, connections)
		s := opened(t, db, d.engine.dialect)
		populate(t, s, 2, 12)
		must(t, db, `CREATE TABLE orders (note VARCHAR(100) PRIMARY KEY)`)
		fn(t, s, db)
	}
	eachEngine(t, func(t *testing.T, e *engine) { begun(t, e.fresh(t), 0) })
	for name, c := range map[string]struct {
		parameters  string
		connections int
	}{
		"SQLite, immediate":              {"&_txlock=immediate", 8},
		"SQLite, patient":                {"&_pragma=busy_timeout(5000)", 8},
		"SQLite, immediate, and patient": {"&_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)", 8},
		"SQLite, one connection":         {"", 1},
	} {
		t.Run(name, func(t *testing.T) {
			begun(t, onSQLite().fresh(t).with(c.parameters), c.connections)
		})
	}
}

// dialectOf returns the dialect of the subtest of eachHost that t is.
func dialectOf(t *testing.T) sqlstore.Dialect {
	t.Helper()
	_, name, _ := strings.Cut(t.Name(), "/")
	if e := engineNamed(name); e != nil {
		return e.dialect
	}
	return sqlstore.SQLite()
}

// order is the host's own row.
func order(ctx context.Context, tx *sql.Tx, note string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO orders (note) VALUES ('`+note+`')`)
	return err
}

// renamed is an fn for InTx in which both sides write.
func renamed(name string, after func() error) func(context.Context, *sql.Tx, store.Store) error {
	return func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
		if err := order(ctx, tx, name); err != nil {
			return err
		}
		if err := attempt(ctx, bound, holdOrg, rename(name)); err != nil {
			return err
		}
		return after()
	}
}

func succeeds() error { return nil }

// TestInTxTogether shows that the host's rows and the store's commit together, and
// vanish together: after an error, a panic, and a context that is done.
func TestInTxTogether(t *testing.T) {
	boom := errors.New("boom")
	eachHost(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		ends := map[string]func() error{
			"an error": func() error { return boom },
			"a panic":  func() error { panic(boom) },
			"a context that is done": func() error {
				cancel()
				return nil
			},
		}
		for name, end := range ends {
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err, _ = p.(error)
					}
				}()
				return s.InTx(ctx, renamed("vanishes", end))
			}()
			if !errors.Is(err, boom) && !errors.Is(err, context.Canceled) {
				t.Errorf("after %s: %v", name, err)
			}
			if got := nameOf(t, s, org(1)); got != "Organization 1" || orders(t, db) != 0 {
				t.Errorf("after %s the name is %q and there are %d orders", name, got, orders(t, db))
			}
		}
		if err := s.InTx(t.Context(), renamed("stays", succeeds)); err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, s, org(1)); got != "stays" || orders(t, db) != 1 {
			t.Errorf("after a commit the name is %q and there are %d orders", got, orders(t, db))
		}
		update(t, s, holdOrg, rename("and the store goes on"))
	})
}

// TestInTxNested shows that what would wait for the transaction that it is in is
// refused.
func TestInTxNested(t *testing.T) {
	eachHost(t, func(t *testing.T, s *sqlstore.Store, _ *sql.DB) {
		err := s.InTx(t.Context(), func(ctx context.Context, _ *sql.Tx, bound store.Store) error {
			for name, err := range map[string]error{
				"Update": attempt(ctx, s, holdOrg, rename("nested")),
				"InTx":   s.InTx(ctx, renamed("nested", succeeds)),
				"Update within a bound Update": bound.Update(ctx, func(ctx context.Context, _ store.Tx) error {
					return attempt(ctx, bound, holdOrg, rename("nested"))
				}),
				"InTx within a bound Update": bound.Update(ctx, func(ctx context.Context, _ store.Tx) error {
					return s.InTx(ctx, renamed("nested", succeeds))
				}),
			} {
				if !errors.Is(err, store.ErrNested) {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestInTxRunsAgain shows that what is lost is run again, and nothing else: a
// constraint of the host's that is violated stays so.
func TestInTxRunsAgain(t *testing.T) {
	eachHost(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		runs := 0
		err := s.InTx(t.Context(), renamed("third", func() error {
			if runs++; runs < 3 {
				return fmt.Errorf("run %d: %w", runs, store.ErrConflict)
			}
			return nil
		}))
		if err != nil || runs != 3 || orders(t, db) != 1 {
			t.Errorf("%v after %d runs, %d orders", err, runs, orders(t, db))
		}
		runs = 0
		err = s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, _ store.Store) error {
			runs++
			return order(ctx, tx, "third")
		})
		if err == nil || errors.Is(err, store.ErrConflict) || runs != 1 {
			t.Errorf("an order that is there: %v after %d runs", err, runs)
		}
	})
}

// TestInTxInACrowd runs transactions of the host's and operations of the Service
// at once: all get through, and none is half there.
func TestInTxInACrowd(t *testing.T) {
	eachHost(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		acme := newTenant(t, s)
		host := charter.Host(acme.ada.Org)
		others, err := sqlstore.New(t.Context(), db, dialectOf(t)) // as of another process
		if err != nil {
			t.Fatal(err)
		}
		stores := []*sqlstore.Store{s, others}
		var crowd sync.WaitGroup
		const each = 8
		for i := range each {
			device := grants.Resource{Kind: "device", ID: grants.ResourceID(fmt.Sprintf("own-%d", i))}
			crowd.Go(func() {
				err := stores[i%2].InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
					if err := order(ctx, tx, string(device.ID)); err != nil {
						return err
					}
					return acme.svc.With(bound).Resources.Register(ctx, host, device)
				})
				if err != nil {
					t.Errorf("host %d: %v", i, err)
				}
			})
			crowd.Go(func() {
				if err := acme.svc.Orgs.Rename(t.Context(), acme.ada, fmt.Sprintf("Acme %d", i)); err != nil {
					t.Errorf("rename %d: %v", i, err)
				}
			})
		}
		crowd.Wait()
		if n := count(t, db, "charter_resources", `id LIKE 'own-%'`); n != each || orders(t, db) != each {
			t.Errorf("%d resources and %d orders, want %d", n, orders(t, db), each)
		}
	})
}

// TestInTxGivesBack shows that the connection is as it was.
func TestInTxGivesBack(t *testing.T) {
	for _, enforced := range []int{0, 1} {
		dsn := fmt.Sprintf("%s%s&_pragma=foreign_keys(%d)", filepath.Join(t.TempDir(), "charter.db"), hasty, enforced)
		db := sqliteOpen(t, dsn, 1)
		s := migrated(t, db, sqlstore.SQLite())
		must(t, db, `CREATE TABLE orders (note VARCHAR(100) PRIMARY KEY)`)
		err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, _ store.Store) error {
			if n := number(t, tx, `PRAGMA foreign_keys`); n != 1 {
				t.Errorf("inside, foreign keys are %d", n)
			}
			return order(ctx, tx, "one")
		})
		if err != nil {
			t.Error(err)
		}
		if n := number(t, db, `PRAGMA foreign_keys`); n != enforced {
			t.Errorf("foreign keys were %d and are %d", enforced, n)
		}
	}
}

// TestInTxTakesTheLock shows that on SQLite, where who reads first and writes later
// loses, nobody does: not even against another process.
func TestInTxTakesTheLock(t *testing.T) {
	dsn := onSQLite().fresh(t)
	var stores []*sqlstore.Store
	for range 2 {
		stores = append(stores, opened(t, dsn.open(t, 4), dsn.engine.dialect))
	}
	must(t, dsn.open(t, 1), `CREATE TABLE orders (note VARCHAR(100) PRIMARY KEY)`)
	var runs atomic.Int32
	var crowd sync.WaitGroup
	const each = 20
	for i := range each {
		crowd.Go(func() {
			err := stores[i%2].InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, _ store.Store) error {
				runs.Add(1)
				number(t, tx, `SELECT count(*) FROM orders`)
				return order(ctx, tx, fmt.Sprint(i))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	if n := runs.Load(); n != each {
		t.Errorf("%d runs of %d transactions", n, each)
	}
}

// TestInTxLosesInTheHostsStatement shows that a transaction is run again that has
// lost in a statement of the host's: two that lock the same rows in another order.
func TestInTxLosesInTheHostsStatement(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		db := e.fresh(t).open(t, 4)
		s := opened(t, db, e.dialect)
		must(t, db, `CREATE TABLE orders (note VARCHAR(100) PRIMARY KEY, n INTEGER)`)
		must(t, db, `INSERT INTO orders (note, n) VALUES ('a', 0), ('b', 0)`)
		var met, crowd sync.WaitGroup
		met.Add(2)
		var runs atomic.Int32
		for _, rows := range [][]string{{"a", "b"}, {"b", "a"}} {
			meet := sync.OnceFunc(func() {
				met.Done()
				met.Wait()
			})
			crowd.Go(func() {
				err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, _ store.Store) error {
					runs.Add(1)
					for _, row := range rows {
						if _, err := tx.ExecContext(ctx, `UPDATE orders SET n = n + 1 WHERE note = '`+row+`'`); err != nil {
							return err
						}
						meet()
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		crowd.Wait()
		if n := number(t, db, `SELECT sum(n) FROM orders`); n != 4 || runs.Load() != 3 {
			t.Errorf("after %d runs the rows were changed %d times, want 3 and 4", runs.Load(), n)
		}
	})
}
