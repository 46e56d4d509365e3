package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestInTxRefusedCommit is about what PostgreSQL says at the commit of a transaction
// that the host writes in too: its own error, after one run, and nothing is kept.
func TestInTxRefusedCommit(t *testing.T) {
	for name, c := range map[string]struct {
		before []string // what the host has in its database
		runs   string   // what it runs in the transaction
		passes bool     // over the error of that
	}{
		"a constraint that was deferred": {
			before: []string{
				`CREATE TABLE customers (id INT PRIMARY KEY)`,
				`CREATE TABLE sales (customer INT REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED)`,
			},
			runs: `INSERT INTO sales VALUES (42)`,
		},
		"a trigger that was deferred": {
			before: []string{
				`CREATE TABLE sales (customer INT)`,
				`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`,
				`CREATE CONSTRAINT TRIGGER no AFTER INSERT ON sales DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()`,
			},
			runs: `INSERT INTO sales VALUES (42)`,
		},
		"an error that was passed over": {runs: `SELECT nothing`, passes: true},
	} {
		t.Run(name, func(t *testing.T) {
			db := onPostgreSQL().fresh(t).open(t, 4)
			s := opened(t, db, onPostgreSQL().dialect)
			populate(t, s, 2, 5)
			for _, text := range c.before {
				must(t, db, text)
			}
			runs := 0
			err := s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
				runs++
				if err := attempt(ctx, bound, holdOrg, rename("new")); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, c.runs); (err != nil) != c.passes {
					return err
				}
				return nil
			})
			if err == nil || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknownOutcome) || runs != 1 {
				t.Errorf("after %d runs: got error %v", runs, err)
			}
			if name := nameOf(t, s, org(1)); name == "new" {
				t.Error("what was refused has taken place")
			}
		})
	}
}

// ownMariaDB returns a recorded handle of one connection on a server that no other test
// has, and an administrator's connection.
func ownMariaDB(t *testing.T) (*sqlstore.Store, *recorder, *sql.Conn) {
	t.Helper()
	e := onMariaDB()
	server := servers.Own(t, servers.StartMariaDB, servers.Options{Cheap: true})
	d := database{e, server.DSN(servers.Fresh(t, server))}
	populate(t, migrated(t, d.open(t, 2), e.dialect), 2, 5)
	db, rec := d.recorded(t, 1)
	admin, err := server.Admin().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	return opened(t, db, e.dialect), rec, admin
}

// atCommit runs fn just before the server is asked to commit.
func (r *recorder) atCommit(fn func()) {
	r.fail(func(text string) error {
		if text == "COMMIT" {
			fn()
		}
		return nil
	})
}

// TestCommitWhereNothingIsWritten: a server that takes no writes any more says so of a
// COMMIT, and has committed nothing.
func TestCommitWhereNothingIsWritten(t *testing.T) {
	s, rec, admin := ownMariaDB(t)
	rec.atCommit(func() {
		if _, err := admin.ExecContext(t.Context(), "SET GLOBAL read_only = ON"); err != nil {
			t.Error(err)
		}
	})
	err := attempt(t.Context(), s, holdOrg, rename("new"))
	rec.fail(nil)
	if name := nameOf(t, s, org(1)); err == nil || errors.Is(err, store.ErrUnknownOutcome) || name == "new" {
		t.Errorf("got error %v, the name is %q", err, name)
	}
}

// TestCommitThatHangs gives up on a COMMIT that waits for a backup to end, when the
// context is done: the driver cannot.
func TestCommitThatHangs(t *testing.T) {
	s, rec, admin := ownMariaDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rec.atCommit(func() {
		if _, err := admin.ExecContext(t.Context(), "FLUSH TABLES WITH READ LOCK"); err != nil {
			t.Error(err)
		}
		cancel()
	})
	done := make(chan error, 1)
	go func() { done <- attempt(ctx, s, holdOrg, rename("new")) }()
	var err error
	select {
	case err = <-done:
	case <-time.After(time.Minute): // and not for ever
		t.Error("Update has not returned")
	}
	if _, err := admin.ExecContext(t.Context(), "UNLOCK TABLES"); err != nil {
		t.Error(err)
	}
	rec.fail(nil)
	if !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("got error %v", err)
	}
	if name := nameOf(t, s, org(1)); name != "new" {
		t.Errorf("the name is %q: it was not a COMMIT that waited", name)
	}
}

// TestDeadline: who waits for another transaction, as who has lost before does on every
// server, does so until its deadline, and that is no cancellation.
func TestDeadline(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		db := e.fresh(t).open(t, 4)
		s := opened(t, db, e.dialect)
		populate(t, s, 2, 5)
		other := begin(t, db)
		defer other.Rollback()
		exec(t, other, `UPDATE charter_organizations SET revision = revision + 1 WHERE id = 'org-001'`)
		narrow := e.fresh(t).open(t, 1)
		full := opened(t, narrow, e.dialect)
		only, err := narrow.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer only.Close()
		inTx := func(s *sqlstore.Store) func(context.Context) error {
			return func(ctx context.Context) error {
				return s.InTx(ctx, func(ctx context.Context, _ *sql.Tx, bound store.Store) error {
					return attempt(ctx, bound, holdOrg, rename("late"))
				})
			}
		}
		again := holdOrg
		again.Contended = true
		for name, run := range map[string]func(context.Context) error{
			"Update":                      func(ctx context.Context) error { return attempt(ctx, s, again, rename("late")) },
			"InTx":                        inTx(s),
			"Update, no connection":       func(ctx context.Context) error { return attempt(ctx, full, holdOrg, rename("late")) },
			"InTx, no connection":         inTx(full),
			"Organization, no connection": func(ctx context.Context) error { _, err := full.Organization(ctx, org(1)); return err },
		} {
			untilDeadline(t, name, run)
		}
	})
}

func untilDeadline(t *testing.T, name string, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	select {
	case err := <-done:
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v", name, err)
		}
	case <-time.After(time.Minute): // and not for ever
		t.Fatalf("%s has not returned", name)
	}
}
