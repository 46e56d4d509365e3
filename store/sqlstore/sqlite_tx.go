package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/seed-5b9f5318/charter/store"
)

// sqliteDatabase begins transactions on a SQLite database.
type sqliteDatabase struct {
	d  *dialect
	db *sql.DB
	// turn holds a token while a transaction of this Store writes. SQLite has one
	// writer at a time, and who waits for it there polls.
	turn chan struct{}
	kept *prepared
	// enforced says that connections enforce foreign keys as the host sets them.
	enforced bool
}

// openSQLite checks and sets what belongs to the file, and sees how the host
// sets its connections.
func openSQLite(ctx context.Context, d *dialect, db *sql.DB, kept *prepared) (*sqliteDatabase, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, d.fail(ctx, "connect", err)
	}
	defer conn.Close()
	var version, encoding, mode string
	var enforced bool
	for _, step := range []struct {
		text   string
		answer any
	}{
		{`SELECT sqlite_version()`, &version},
		{`PRAGMA encoding`, &encoding},
		{`PRAGMA foreign_keys`, &enforced},
		{`PRAGMA journal_mode = WAL`, &mode}, // a database in memory stays what it is
	} {
		err := d.patiently(ctx, func() error { return conn.QueryRowContext(ctx, step.text).Scan(step.answer) })
		if err != nil {
			return nil, d.fail(ctx, "set up", err)
		}
	}
	if versionNumber(version) < minSQLite {
		return nil, errorf("this is SQLite %s, and 3.38 is the oldest that will do", version)
	}
	if encoding != "UTF-8" {
		return nil, errorf("the database is in %s, where text is not in the order of its bytes in UTF-8", encoding)
	}
	return &sqliteDatabase{d: d, db: db, kept: kept, enforced: enforced, turn: make(chan struct{}, 1)}, nil
}

func (s *sqliteDatabase) within(tx *sql.Tx) queryer { return tx }

func (s *sqliteDatabase) begin(ctx context.Context, writing bool) (transaction, error) {
	if writing {
		return s.beginWriting(ctx)
	}
	t, err := s.connect(ctx, false)
	if err != nil {
		return nil, err
	}
	// By hand: a driver's parameter may make a writer of what BeginTx begins.
	err = s.d.patiently(ctx, func() error {
		_, err := t.ExecContext(ctx, `BEGIN`)
		return err
	})
	if err != nil {
		t.rollback(ctx)
		return nil, s.d.fail(ctx, "begin", err)
	}
	return t, nil
}

// connect returns a transaction that has not begun, on a connection of its own,
// and when it is its turn to write.
func (s *sqliteDatabase) connect(ctx context.Context, writing bool) (*sqliteTx, error) {
	t := &sqliteTx{d: s.d, release: func() {}}
	if writing {
		select {
		case s.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, s.d.fail(ctx, "wait for other updates", ctx.Err())
		}
		t.release = func() { <-s.turn }
	}
	var err error
	if t.Conn, err = s.db.Conn(ctx); err != nil {
		t.release()
		return nil, s.d.fail(ctx, "connect", err)
	}
	t.queryer = t.Conn
	return t, nil
}

func (s *sqliteDatabase) beginHost(ctx context.Context) (hostTransaction, error) {
	t, err := s.beginWriting(ctx)
	if err != nil {
		return nil, err
	}
	t.hosts = true
	return t, nil
}

// beginWriting begins with a handle on the transaction, which statements that are kept
// prepared need, and a host. How that begins is up to the driver, so a statement that
// writes nothing takes the lock.
func (s *sqliteDatabase) beginWriting(ctx context.Context) (*sqliteTx, error) {
	s.kept.prepareWanted(ctx)
	t, err := s.connect(ctx, true)
	if err != nil {
		return nil, err
	}
	err = s.d.patiently(ctx, func() (err error) {
		if err := t.enforce(ctx, s.enforced); err != nil {
			return err
		}
		// Who ends this context ends the transaction, also midway in a COMMIT.
		if t.tx, err = t.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
			return err
		}
		t.queryer = preparedTx{t.tx, s.kept}
		_, err = t.ExecContext(ctx, `DELETE FROM charter_tombstones WHERE 0`)
		if err != nil {
			_ = t.tx.Rollback() // and perhaps again
		}
		return err
	})
	if err != nil {
		t.rollback(ctx)
		return nil, s.d.fail(ctx, "begin", err)
	}
	return t, nil
}

// sqliteTx is a transaction on a connection of its own.
type sqliteTx struct {
	*sql.Conn
	queryer  // runs the statements: the connection, or the handle
	d        *dialect
	restores bool // the connection to what it was: enforcing no foreign keys
	release  func()
	tx       *sql.Tx // its handle; nil when it reads
	hosts    bool    // the handle is a host's to use
}

func (t *sqliteTx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return t.queryer.QueryContext(ctx, text, args...)
}

func (t *sqliteTx) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return t.queryer.ExecContext(ctx, text, args...)
}

// enforce has the connection enforce foreign keys, before the transaction: within one
// the pragma does nothing. Where connections do so already, it only looks: to set it
// has SQLite compile every statement of the connection anew.
func (t *sqliteTx) enforce(ctx context.Context, already bool) error {
	if already {
		err := t.Conn.QueryRowContext(ctx, `PRAGMA foreign_keys`).Scan(&already)
		if err != nil || already {
			return err
		}
	}
	_, err := t.Conn.ExecContext(ctx, `PRAGMA foreign_keys = ON`)
	t.restores = err == nil
	return err
}

func (t *sqliteTx) handle() *sql.Tx { return t.tx }

// commit is not cancelled: who interrupts a COMMIT does not know what became of
// it (C13).
func (t *sqliteTx) commit(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	err := t.doCommit(ctx)
	if err == nil {
		t.end(ctx, true)
		return nil
	}
	// If the transaction is still there to be rolled back, nothing was committed.
	if t.undo(ctx) {
		return t.d.fail(ctx, doingCommit, err)
	}
	return &failure{doing: doingCommit, code: t.d.judge(err).code, class: store.ErrUnknownOutcome, cause: err}
}

// doCommit goes past the handle, with which drivers roll back where it fails, so that
// nobody could tell. A host may have ended its handle; then the commit has to fail.
func (t *sqliteTx) doCommit(ctx context.Context) error {
	if t.hosts {
		return t.tx.Commit()
	}
	_, err := t.Conn.ExecContext(ctx, `COMMIT`)
	if err == nil {
		_ = t.tx.Rollback() // which finds nothing to roll back, and lets the connection go
	}
	return err
}

func (t *sqliteTx) rollback(ctx context.Context) { t.undo(ctx) }

// undo rolls back, ends t and reports whether there was something to roll back.
// SQLite ends a transaction by itself after some errors; then there was not.
func (t *sqliteTx) undo(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWait)
	defer cancel()
	err := t.doRollback(ctx)
	if err == nil {
		t.end(ctx, true)
		return true
	}
	// Where a transaction can begin, none is left behind.
	_, err = t.Conn.ExecContext(ctx, `BEGIN; ROLLBACK`)
	t.end(ctx, err == nil)
	return false
}

// doRollback goes past a handle that says it is over: after a COMMIT that failed,
// the transaction may be there still.
func (t *sqliteTx) doRollback(ctx context.Context) error {
	if t.tx != nil && t.tx.Rollback() == nil {
		return nil
	}
	_, err := t.Conn.ExecContext(ctx, `ROLLBACK`)
	return err
}

// end gives the connection back as it was. One that is not clean, or cannot be
// made so, is closed: the next one to use it would be inside t.
func (t *sqliteTx) end(ctx context.Context, clean bool) {
	defer t.release()
	if clean && t.restores {
		_, err := t.Conn.ExecContext(ctx, `PRAGMA foreign_keys = OFF`)
		clean = err == nil
	}
	if !clean {
		_ = t.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = t.Close() // after Raw has closed it, there is nothing left to close
}

const (
	// rollbackWait bounds a rollback, which no context cancels.
	rollbackWait = 5 * time.Second
	// lockWait is how long to wait for another process before its lock is called a
	// conflict.
	lockWait = 5 * time.Second
	// lockPoll is the longest time between two looks at the lock.
	lockPoll = 20 * time.Millisecond
)

// patiently calls try, again while another process is in the way. It ends when
// that takes too long, or ctx is done, with the last error of try.
func (d *dialect) patiently(ctx context.Context, try func() error) error {
	deadline := time.Now().Add(lockWait)
	for pause := time.Millisecond; ; pause = min(2*pause, lockPoll) {
		err := try()
		if err == nil || !d.judge(err).busy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// savepointSQLite tries to begin a transaction, which fails in one and changes nothing
// there: outside of one a savepoint would begin its own.
func savepointSQLite(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `BEGIN`); err == nil {
		return errEnded
	}
	return savepoint(ctx, tx)
}
