package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// broken is a store with two organizations whose connections are about to break.
type broken struct {
	*sqlstore.Store
	overseer
	db   *sql.DB
	rec  *recorder
	rest database // without the parameters that break it
}

func newBroken(t testing.TB, e *engine, parameters string) broken {
	t.Helper()
	d := e.fresh(t)
	populate(t, d.store(t), 2, 10)
	db, rec := d.with(parameters).recorded(t, 4)
	return broken{opened(t, db, e.dialect), oversee(t, d), db, rec, d}
}

// intact checks that nothing was kept, and that the store goes on.
func (b broken) intact(t testing.TB) {
	t.Helper()
	s := b.rest.store(t)
	if got := nameOf(t, s, org(1)); got != "Organization 1" {
		t.Errorf("the name is %q", got)
	}
	if _, err := s.Member(t.Context(), org(1), row(1)); err != nil {
		t.Errorf("the member: %v", err)
	}
	b.goesOn(t)
}

// goesOn checks that the store goes on, on the connections that it has.
func (b broken) goesOn(t testing.TB) {
	t.Helper()
	for range 3 {
		update(t, b.Store, holdOrg, rename("later"))
	}
	if got := nameOf(t, b.Store, org(1)); got != "later" {
		t.Errorf("later, the name is %q", got)
	}
}

// TestConnectionEnds ends the session in the middle of an Update: an error that is no
// conflict, for to run again is for who knows what else was on that server.
func TestConnectionEnds(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		b := newBroken(t, e, "")
		err := attempt(t.Context(), b, holdOrg, func(ctx context.Context, tx store.Tx) error {
			err := tx.DeleteMember(ctx, org(1), row(1))
			b.endAll(t)
			return errors.Join(err, rename("lost")(ctx, tx))
		})
		says(t, "Update", err, "connection")
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got error %v", err)
		}
		b.intact(t)
	})
}

// TestConnectionEndsAtCommit ends the session when all is written and COMMIT is asked
// for: nobody answers, so nobody knows (C13).
func TestConnectionEndsAtCommit(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		b := newBroken(t, e, "")
		b.rec.fail(func(text string) error {
			if text == "COMMIT" {
				b.endAll(t)
			}
			return nil
		})
		err := attempt(t.Context(), b, holdOrg, rename("lost"))
		b.rec.fail(nil)
		if !errors.Is(err, store.ErrUnknownOutcome) || errors.Is(err, store.ErrConflict) {
			t.Errorf("got error %v (%v)", err, explained(err))
		}
		b.intact(t)
	})
}

// TestStatementCancelled stops a write that waits for a lock, in each way there is.
func TestStatementCancelled(t *testing.T) {
	for _, c := range []struct {
		name       string
		engine     *engine
		parameters string
		stop       func(*testing.T, overseer)
		conflict   bool
		says       string
	}{
		{name: "by a superuser", engine: onPostgreSQL(), says: "cancelled", stop: stopWaiting},
		{name: "by a superuser", engine: onMariaDB(), says: "cancelled", stop: stopWaiting},
		{name: "with its session", engine: onPostgreSQL(), says: "the server has ended the connection", stop: endWaiting},
		{name: "with its session", engine: onMariaDB(), says: "connection", stop: endWaiting},
		{name: "by a timeout of statements", engine: onPostgreSQL(), says: "cancelled", parameters: "&statement_timeout=300"},
		{name: "by a timeout of statements", engine: onMariaDB(), says: "cancelled", parameters: "&max_statement_time=0.3"},
		{name: "by a timeout of locks", engine: onPostgreSQL(), says: "55P03", parameters: "&lock_timeout=300", conflict: true},
		{name: "by a timeout of locks", engine: onMariaDB(), says: "1205", parameters: "&innodb_lock_wait_timeout=1", conflict: true},
	} {
		t.Run(c.engine.name+", "+c.name, func(t *testing.T) {
			b := newBroken(t, c.engine, c.parameters)
			release := b.lock(t)
			done := make(chan error)
			go func() { done <- attempt(t.Context(), b, holdOrg, writeTwice) }()
			if c.stop != nil {
				b.until(t, b.waiting, 1)
				c.stop(t, b.overseer)
			}
			err := <-done
			release()
			if c.conflict {
				conflicts(t, err, store.ErrConflict, c.says)
			} else {
				says(t, "Update", err, c.says)
			}
			b.intact(t)
		})
	}
}

func stopWaiting(t *testing.T, o overseer) { o.each(t, o.waiting, o.cancel) }
func endWaiting(t *testing.T, o overseer)  { o.each(t, o.waiting, o.end) }

// conflicts checks that err is a conflict of this class, and says what it should.
func conflicts(t testing.TB, err, class error, text string) {
	t.Helper()
	if !errors.Is(err, class) || errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("got error %v (%v)", err, explained(err))
		return
	}
	says(t, "the cause", errors.New(err.Error()), text)
}

// writeTwice writes what nobody minds, and then row 2, which may be locked.
func writeTwice(ctx context.Context, tx store.Tx) error {
	return errors.Join(tx.DeleteMember(ctx, org(1), row(1)), tx.UpdateMember(ctx, member(org(1), 2)), rename("lost")(ctx, tx))
}

// lock locks row 2 until what it returns is called.
func (b broken) lock(t testing.TB) (release func()) {
	t.Helper()
	tx := begin(t, b.rest.open(t, 1))
	exec(t, tx, `UPDATE charter_members SET issue = issue + 1 WHERE org = 'org-001' AND id = 'row-002'`)
	return func() { _ = tx.Rollback() }
}

// TestIdleTransaction stays in an Update for longer than the server allows.
func TestIdleTransaction(t *testing.T) {
	for e, c := range map[*engine]struct{ parameters, says string }{
		onPostgreSQL(): {"&idle_in_transaction_session_timeout=200", "idle for too long"},
		onMariaDB():    {"&idle_transaction_timeout=1", "connection"},
	} {
		t.Run(e.name, func(t *testing.T) {
			b := newBroken(t, e, c.parameters)
			err := attempt(t.Context(), b, holdOrg, func(ctx context.Context, tx store.Tx) error {
				err := tx.DeleteMember(ctx, org(1), row(1))
				b.until(t, b.sessions, 1) // which is the one that has populated
				return errors.Join(err, rename("lost")(ctx, tx))
			})
			says(t, "Update", err, c.says)
			b.intact(t)
		})
	}
}

// TestCancelledWaiting cancels an Update that waits for a lock: it ends while the lock
// is held.
func TestCancelledWaiting(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		b := newBroken(t, e, "")
		release := b.lock(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- attempt(ctx, b, holdOrg, writeTwice) }()
		b.until(t, b.waiting, 1)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("got error %v (%v)", err, explained(err))
		}
		release()
		b.intact(t)
	})
}

// TestBoundCancelledWaiting does the same in a transaction of the host's. That the
// statement waits to its end is what keeps the transaction: the host goes on.
func TestBoundCancelledWaiting(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		b := newBroken(t, e, "")
		must(t, b.db, `CREATE TABLE orders (note VARCHAR(100))`)
		release := b.lock(t)
		tx := begin(t, b.db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- attempt(ctx, b.Bind(tx), holdOrg, writeTwice) }()
		b.until(t, b.waiting, 1)
		cancel()
		release()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v (%v)", err, explained(err))
		}
		b.hostGoesOn(t, tx)
	})
}

// TestBoundLockTimeout does not get a lock in a transaction of the host's, who may go
// on with the rest of it.
func TestBoundLockTimeout(t *testing.T) {
	for e, parameters := range map[*engine]string{onPostgreSQL(): "&lock_timeout=300", onMariaDB(): "&innodb_lock_wait_timeout=1"} {
		t.Run(e.name, func(t *testing.T) {
			b := newBroken(t, e, parameters)
			must(t, b.db, `CREATE TABLE orders (note VARCHAR(100))`)
			release := b.lock(t)
			tx := begin(t, b.db)
			exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
			conflicts(t, attempt(t.Context(), b.Bind(tx), holdOrg, writeTwice), store.ErrHostConflict, "host's transaction")
			release()
			b.hostGoesOn(t, tx)
		})
	}
}

// hostGoesOn commits what the host has besides an Update that failed.
func (b broken) hostGoesOn(t testing.TB, tx *sql.Tx) {
	t.Helper()
	exec(t, tx, `INSERT INTO orders (note) VALUES ('after')`)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := orders(t, b.db); n != 2 {
		t.Errorf("of the host's two orders %d are left", n)
	}
	b.intact(t)
}

// TestHostsFailedTransaction binds to a transaction in which a statement of the host's
// has failed. PostgreSQL answers its COMMIT with a rollback, and the driver with an
// error.
func TestHostsFailedTransaction(t *testing.T) {
	b := newBroken(t, onPostgreSQL(), "")
	tx := begin(t, b.db)
	if _, err := tx.ExecContext(t.Context(), `SELECT nothing`); err == nil {
		t.Fatal("the statement has not failed")
	}
	says(t, "Update", attempt(t.Context(), b.Bind(tx), holdOrg, rename("lost")), "25P02")
	if err := tx.Commit(); err == nil {
		t.Error("the host's commit: got no error")
	}
	b.intact(t)
}

// TestCommitCancelled is cancelled while it commits, which goes on: the answer is
// waited for (C13).
func TestCommitCancelled(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		b := newBroken(t, e, "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		b.rec.fail(func(text string) error {
			if text == "COMMIT" {
				cancel()
			}
			return nil
		})
		err := attempt(ctx, b, holdOrg, rename("kept"))
		b.rec.fail(nil)
		if err != nil {
			t.Errorf("got error %v (%v)", err, explained(err))
		}
		if got := nameOf(t, b, org(1)); got != "kept" {
			t.Errorf("the name is %q", got)
		}
	})
}
