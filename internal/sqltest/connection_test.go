package sqltest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestWAL shows that New switches a file to WAL mode.
func TestWAL(t *testing.T) {
	db := sqliteFile(t, 1)
	migrated(t, db, sqlstore.SQLite())
	var mode string
	err := db.QueryRowContext(t.Context(), `PRAGMA journal_mode`).Scan(&mode)
	if err != nil || mode != "wal" {
		t.Errorf("the journal mode is %q, error %v", mode, err)
	}
}

// TestSettingsOfConnections shows that an Update enforces foreign keys, whatever
// the parameters, and gives the connection back as it was, however it ends.
func TestSettingsOfConnections(t *testing.T) {
	ends := map[string]func(context.Context, store.Tx, context.CancelFunc) error{
		"a commit":      func(ctx context.Context, tx store.Tx, _ context.CancelFunc) error { return rename("new")(ctx, tx) },
		"nothing to do": func(context.Context, store.Tx, context.CancelFunc) error { return nil },
		"an error":      func(context.Context, store.Tx, context.CancelFunc) error { return errRefused },
		"a panic":       func(context.Context, store.Tx, context.CancelFunc) error { panic(errRefused) },
		"a failed write": func(ctx context.Context, tx store.Tx, _ context.CancelFunc) error {
			return tx.CreateMember(ctx, member(org(0), 0))
		},
		"a context that is done": func(ctx context.Context, tx store.Tx, cancel context.CancelFunc) error {
			err := rename("lost")(ctx, tx)
			cancel()
			return err
		},
	}
	for _, enforced := range []int{0, 1} {
		path := filepath.Join(t.TempDir(), "charter.db")
		db, rec := recorded(t, fmt.Sprintf("%s?_pragma=foreign_keys(%d)", path, enforced), 1)
		s := migrated(t, db, sqlstore.SQLite())
		populate(t, s, 2, 10)
		for name, end := range ends {
			ctx, cancel := context.WithCancel(t.Context())
			rec.take()
			_ = caught(func() error {
				return attempt(ctx, s, holdOrg, func(ctx context.Context, tx store.Tx) error { return end(ctx, tx, cancel) })
			})
			cancel()
			// To set what is set already would have SQLite compile every statement anew.
			if ran := rec.texts(); ran[0] != []string{"PRAGMA foreign_keys = ON", "PRAGMA foreign_keys"}[enforced] {
				t.Errorf("%s: the Update began with %s", name, ran[0])
			}
			if got := number(t, db, `PRAGMA foreign_keys`); got != enforced {
				t.Errorf("%s: foreign_keys was %d and is %d", name, enforced, got)
			}
			must(t, db, `BEGIN; ROLLBACK`) // no transaction is left
		}
	}
}

// notAnswered is a connection that is lost when COMMIT is asked for.
func notAnswered(text string) error {
	if text == "COMMIT" || text == "ROLLBACK" || text == "BEGIN; ROLLBACK" {
		return errDriver
	}
	return nil
}

// TestRollbackFails shows that a connection on which nothing can be undone is not
// used again, and nothing of the Update is kept.
func TestRollbackFails(t *testing.T) {
	db, rec := recorded(t, filepath.Join(t.TempDir(), "charter.db"), 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 10)
	must(t, db, `CREATE TEMP TABLE mark (x)`) // of this connection
	rec.fail(notAnswered)
	err := attempt(t.Context(), s, holdOrg, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.DeleteMember(ctx, org(1), row(1)), errRefused)
	})
	rec.fail(nil)
	if !errors.Is(err, errRefused) {
		t.Errorf("got error %v", err)
	}
	if n := number(t, db, `SELECT count(*) FROM sqlite_temp_master WHERE name = 'mark'`); n != 0 {
		t.Error("the connection is used again")
	}
	if _, err := s.Member(t.Context(), org(1), row(1)); err != nil {
		t.Errorf("the member: %v", err)
	}
	update(t, s, holdOrg, rename("later"))
}

// TestRollbackAfterSQLiteDid keeps a connection that SQLite has already rolled
// back, on which a database in memory depends.
func TestRollbackAfterSQLiteDid(t *testing.T) {
	db, rec := recorded(t, ":memory:", 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 10)
	rec.instead("ROLLBACK", "COMMIT; ROLLBACK") // so that ROLLBACK finds nothing
	err := attempt(t.Context(), s, holdOrg, func(context.Context, store.Tx) error { return errRefused })
	rec.pretend(nil)
	if !errors.Is(err, errRefused) {
		t.Errorf("got error %v", err)
	}
	update(t, s, holdOrg, rename("still here"))
}

// TestAnotherProcess shows what happens when somebody else writes: a short while
// is waited for, a long one is a conflict, and a context that is done ends the
// wait. Readers do not care.
func TestAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "charter.db")
	s := migrated(t, sqliteOpen(t, path, 4), sqlstore.SQLite())
	populate(t, s, 2, 10)
	other := sqliteOpen(t, path, 1)
	must(t, other, `BEGIN IMMEDIATE`)
	if got := nameOf(t, s, org(1)); got != "Organization 1" {
		t.Errorf("the name is %q", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := attempt(ctx, s, holdOrg, rename("lost")); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrConflict) {
		t.Errorf("with a deadline: got error %v", err)
	}
	if err := attempt(t.Context(), s, holdOrg, rename("lost")); !errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrHostConflict) {
		t.Errorf("after a long while: got error %v", err)
	}
	waits := make(chan error)
	go func() { waits <- attempt(t.Context(), s, holdOrg, rename("patient")) }()
	time.Sleep(50 * time.Millisecond) // lets it wait; it must end well even if it does not
	must(t, other, `COMMIT`)
	if err := <-waits; err != nil {
		t.Errorf("after a short while: got error %v", err)
	}
}

// TestReadersWait locks readers out for a moment, as a process does that recovers
// the file after a crash.
func TestReadersWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "charter.db")
	db := sqliteOpen(t, path, 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 10)
	db.SetMaxIdleConns(0) // so that nobody has the file open
	other := sqliteOpen(t, path, 1)
	must(t, other, `PRAGMA locking_mode = EXCLUSIVE`)
	must(t, other, `BEGIN IMMEDIATE; COMMIT`)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Organization(ctx, org(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("with a deadline: got error %v: readers are not locked out", err)
	}
	done := make(chan error)
	go func() { _, err := s.Organization(t.Context(), org(1)); done <- err }()
	time.Sleep(20 * time.Millisecond) // lets it wait; it must end well even if it does not
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("after a short while: got error %v", err)
	}
}

// TestQueue lets many Updates of one Store run at once. Each waits its turn, and
// none is lost or refused.
func TestQueue(t *testing.T) {
	s := migrated(t, sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+hasty, 4), sqlstore.SQLite())
	populate(t, s, 2, 10)
	before, err := s.Organization(t.Context(), org(1))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			err := s.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
				held, err := tx.Hold(ctx, holdOrg)
				if err != nil {
					return err
				}
				held.Org.Events++
				return tx.UpdateOrganization(ctx, held.Org)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	after, err := s.Organization(t.Context(), org(1))
	if err != nil {
		t.Fatal(err)
	}
	if after.Events != before.Events+50 || after.Revision != before.Revision+50 {
		t.Errorf("%d events became %d, revision %d became %d", before.Events, after.Events, before.Revision, after.Revision)
	}
}

// TestDiskFull fills the disk in the middle of Updates, bound and not. They fail,
// keep nothing, and the Store goes on when there is room.
func TestDiskFull(t *testing.T) {
	db := sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+hasty, 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 10)
	must(t, db, `CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)`)
	must(t, db, `PRAGMA foreign_keys = ON`)
	many := make([]grants.Resource, 20_000)
	for i := range many {
		many[i] = grants.Resource{Kind: device, ID: grants.ResourceID(fmt.Sprint("many-", i))}
	}
	fill := func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.DeleteMember(ctx, org(1), row(1)), tx.Register(ctx, org(1), many))
	}
	before := state(t, onSQLite(), db)
	limit := fmt.Sprintf(`PRAGMA max_page_count = %d`, number(t, db, `PRAGMA page_count`)+20)
	must(t, db, limit)

	err := attempt(t.Context(), s, holdOrg, fill)
	if err == nil || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknownOutcome) || !strings.Contains(err.Error(), "13") {
		t.Errorf("got error %v", err)
	}
	tx := begin(t, db)
	exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
	if err := attempt(t.Context(), s.Bind(tx), holdOrg, fill); err == nil || errors.Is(err, store.ErrConflict) {
		t.Errorf("bound: got error %v", err)
	}
	// SQLite may have ended the transaction or not. Either way all or nothing of
	// what the host does is kept.
	_, err = tx.ExecContext(t.Context(), `INSERT INTO orders (note) VALUES ('after')`)
	if commit := tx.Commit(); (err == nil) != (commit == nil) {
		t.Errorf("the host's statement: %v, its commit: %v", err, commit)
	}
	if n := orders(t, db); n != 0 && n != 2 {
		t.Errorf("of the host's orders %d are kept", n)
	}
	must(t, db, `DELETE FROM orders`)
	if after := state(t, onSQLite(), db); after != before {
		t.Error("something of it was kept")
	}
	must(t, db, `PRAGMA max_page_count = 1000000`)
	update(t, s, holdOrg, fill)
	if page, err := s.Resources(t.Context(), store.ResourceQuery{Org: org(1)}); err != nil || len(page.Resources) != len(many)+10 {
		t.Errorf("there are %d resources, error %v", len(page.Resources), err)
	}
	var report string
	if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&report); err != nil || report != "ok" {
		t.Errorf("the database is %q, error %v", report, err)
	}
}
