package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// These tests are about transactions of the host's that the database has ended and
// their handles believe in: there, every statement would be committed by itself.

// endings are what a host may do that ends its transaction behind its handle's back.
func endings(e *engine) map[string]func(testing.TB, *sql.DB, *sql.Tx) {
	by := func(text string) func(testing.TB, *sql.DB, *sql.Tx) {
		return func(t testing.TB, _ *sql.DB, tx *sql.Tx) { t.Helper(); exec(t, tx, text) }
	}
	list := map[string]func(testing.TB, *sql.DB, *sql.Tx){"rolled back": by(`ROLLBACK`), "committed": by(`COMMIT`)}
	if e == onMariaDB() {
		list["committed by a table"] = by(`CREATE TABLE report (n INT)`)
		list["lost in a deadlock"] = deadlock
	}
	return list
}

// counters makes what deadlock needs.
func counters(t testing.TB, db *sql.DB) {
	t.Helper()
	must(t, db, `CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL)`)
	must(t, db, `INSERT INTO counters VALUES (1, 0), (2, 0)`)
	must(t, db, `CREATE TABLE heavy (id INT PRIMARY KEY, n INT NOT NULL)`)
	must(t, db, `INSERT INTO heavy SELECT seq, 0 FROM seq_1_to_300`)
}

// deadlock lets tx lose a deadlock in a statement whose error the host passes over.
func deadlock(t testing.TB, db *sql.DB, tx *sql.Tx) {
	t.Helper()
	other := begin(t, db)
	exec(t, other, `UPDATE heavy SET n = n + 1`) // so that tx is the one to lose
	exec(t, other, `UPDATE counters SET n = n + 1 WHERE id = 2`)
	exec(t, tx, `UPDATE counters SET n = n + 1 WHERE id = 1`)
	done := make(chan error, 1)
	go func() {
		_, err := other.ExecContext(t.Context(), `UPDATE counters SET n = n + 1 WHERE id = 1`)
		done <- err
	}()
	_, err := tx.ExecContext(t.Context(), `UPDATE counters SET n = n + 1 WHERE id = 2`)
	if err == nil || !strings.Contains(err.Error(), "1213") {
		t.Fatalf("no deadlock: %v", err)
	}
	if err := errors.Join(<-done, other.Rollback()); err != nil {
		t.Fatal(err)
	}
}

// eachEnding runs fn on every engine with every ending, on a database with some records.
func eachEnding(t *testing.T, fn func(*testing.T, *engine, *sql.DB, *sqlstore.Store, func(testing.TB, *sql.DB, *sql.Tx))) {
	t.Helper()
	eachEngine(t, func(t *testing.T, e *engine) {
		for name, end := range endings(e) {
			t.Run(name, func(t *testing.T) {
				db := e.fresh(t).open(t, 8)
				s := opened(t, db, e.dialect)
				populate(t, s, 2, 12)
				if e == onMariaDB() {
					counters(t, db)
				}
				fn(t, e, db, s, end)
			})
		}
	})
}

// TestBindAfterTheEnd writes nothing, and ends the handle too.
func TestBindAfterTheEnd(t *testing.T) {
	eachEnding(t, func(t *testing.T, e *engine, db *sql.DB, s *sqlstore.Store, end func(testing.TB, *sql.DB, *sql.Tx)) {
		tx := begin(t, db)
		end(t, db, tx)
		before := state(t, e, db)
		called := false
		err := attempt(t.Context(), s.Bind(tx), holdOrg, func(ctx context.Context, tx store.Tx) error {
			called = true
			return tx.DeleteMember(ctx, org(1), row(1))
		})
		if !errors.Is(err, sql.ErrTxDone) || called {
			t.Errorf("Update: called %v, error %v", called, err)
		}
		if _, err := tx.ExecContext(t.Context(), `DELETE FROM charter_events`); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("the host goes on: got error %v", err)
		}
		_ = tx.Rollback()
		if state(t, e, db) != before {
			t.Error("something was written")
		}
	})
}

// TestInTxAfterTheEnd never says that all went well, whether the end comes before what
// charter writes or after.
func TestInTxAfterTheEnd(t *testing.T) {
	for when, before := range map[string]bool{"before": true, "after": false} {
		t.Run(when, func(t *testing.T) {
			eachEnding(t, func(t *testing.T, _ *engine, db *sql.DB, s *sqlstore.Store, end func(testing.TB, *sql.DB, *sql.Tx)) {
				runs := 0
				err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
					if runs++; before {
						end(t, db, tx)
					}
					if err := attempt(ctx, bound, holdOrg, rename("new")); err != nil {
						return err
					}
					if !before {
						end(t, db, tx)
					}
					return nil
				})
				if err == nil || errors.Is(err, store.ErrConflict) || runs != 1 {
					t.Errorf("%d runs, error %v", runs, err)
				}
				if !before && !errors.Is(err, store.ErrUnknownOutcome) {
					t.Errorf("got error %v", err)
				}
				if name := nameOf(t, s, org(1)); before && name == "new" {
					t.Error("what was refused has taken place")
				}
			})
		})
	}
}

// TestLastAdminInEndedTx: two Admins leave, one of them in a transaction of the host's
// that has lost a deadlock (O4, O6).
func TestLastAdminInEndedTx(t *testing.T) {
	e := onMariaDB()
	db, rec := e.fresh(t).recorded(t, 8)
	s := opened(t, db, e.dialect)
	n := newTenant(t, s)
	ctx := t.Context()
	if err := n.svc.Members.ChangeRole(ctx, n.ada, n.bob.ID, roles.Admin); err != nil {
		t.Fatal(err)
	}
	bob := n.ada
	bob.User = n.bob.User
	counters(t, db)
	tx := begin(t, db)
	deadlock(t, db, tx)
	left := false
	rec.fail(func(text string) error {
		if strings.HasPrefix(text, "DELETE FROM charter_members") && !left {
			left = true
			rec.mu.Unlock()
			defer rec.mu.Lock()
			if _, err := n.svc.Orgs.Leave(ctx, bob); err != nil { // another request, on another connection
				t.Errorf("bob: %v", err)
			}
		}
		return nil
	})
	_, err := n.svc.With(s.Bind(tx)).Orgs.Leave(ctx, n.ada)
	rec.fail(nil)
	_ = tx.Rollback()
	admins := count(t, db, "charter_members", "org = '"+string(n.ada.Org)+"' AND role = 'admin' AND status = 'active'")
	if err == nil || admins == 0 {
		t.Errorf("%d Admins are left, Leave returned %v", admins, err)
	}
}

// TestBoundReadThatLoses ends the host's transaction as an Update that loses does.
func TestBoundReadThatLoses(t *testing.T) {
	e := onMariaDB()
	db := e.fresh(t).open(t, 8)
	s := opened(t, db, e.dialect)
	populate(t, s, 2, 12)
	must(t, db, `CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL)`)
	must(t, db, `INSERT INTO counters SELECT seq, 0 FROM seq_1_to_300`)
	must(t, db, `CREATE TABLE orders (note VARCHAR(100))`)
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable}) // where reads lock
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
	other := begin(t, db)
	exec(t, other, `UPDATE counters SET n = n + 1 WHERE id > 1`) // so that tx is the one to lose
	exec(t, other, `UPDATE charter_organizations SET name = 'x' WHERE id = 'org-001'`)
	exec(t, tx, `UPDATE counters SET n = n + 1 WHERE id = 1`)
	done := make(chan error, 1)
	go func() {
		_, err := other.ExecContext(t.Context(), `UPDATE counters SET n = n + 1 WHERE id = 1`)
		done <- err
	}()
	_, err = s.Bind(tx).Organization(t.Context(), org(1))
	if err := errors.Join(<-done, other.Rollback()); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, store.ErrHostConflict) {
		t.Fatalf("the read: got error %v", err)
	}
	if _, err := tx.ExecContext(t.Context(), `INSERT INTO orders (note) VALUES ('after')`); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("the host goes on: got error %v", err)
	}
	_ = tx.Rollback()
	if n := orders(t, db); n != 0 {
		t.Errorf("%d orders of a transaction that was rolled back", n)
	}
}

// TestInTxPassesOverEnd: what fn passes over was the loss of all, and is run again.
func TestInTxPassesOverEnd(t *testing.T) {
	e := onMariaDB()
	db := e.fresh(t).open(t, 8)
	s := opened(t, db, e.dialect)
	populate(t, s, 2, 12)
	counters(t, db)
	runs := 0
	err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
		if runs++; runs > 1 {
			return nil
		}
		if err := attempt(ctx, bound, holdOrg, func(context.Context, store.Tx) error {
			deadlock(t, db, tx)
			return errRefused
		}); !errors.Is(err, errRefused) {
			t.Errorf("Update: got error %v", err)
		}
		return nil
	})
	if !errors.Is(err, errRefused) || errors.Is(err, store.ErrUnknownOutcome) || strings.Contains(err.Error(), "\n") {
		t.Errorf("after %d runs: got error %v", runs, err)
	}
}
