package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
	"testing"
)

// recorder is a driver.Connector that notes every statement that runs on its
// connections, and may make one fail. Safe for concurrent use.
type recorder struct {
	database

	mu         sync.Mutex
	statements []statement
	prepared   int // statements, since take was called last
	fault      func(text string) error
	late       func(text string) error
	change     func(text string) string // into what runs instead of it
}

// statement is one execution of a statement.
type statement struct {
	text string
	args []driver.NamedValue
}

// recorded opens the SQLite file at path with a recorder in between.
func recorded(t testing.TB, path string, connections int) (*sql.DB, *recorder) {
	t.Helper()
	return database{onSQLite(), path}.recorded(t, connections)
}

// recorded opens d with a recorder in between.
func (d database) recorded(t testing.TB, connections int) (*sql.DB, *recorder) {
	t.Helper()
	r := &recorder{database: d}
	return handle(t, r, connections), r
}

// take returns what ran since it was called last.
func (r *recorder) take() []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	ran := r.statements
	r.statements, r.prepared = nil, 0
	return ran
}

// texts returns what ran since it was called last, without parameters.
func (r *recorder) texts() []string {
	var texts []string
	for _, s := range r.take() {
		texts = append(texts, s.text)
	}
	return texts
}

// fail makes the statements fail for which fault returns an error, instead of
// running. Nil lets all run.
func (r *recorder) fail(fault func(text string) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = fault
}

// failAfter makes the statement that is just text run, and then fail.
func (r *recorder) failAfter(text string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late = func(ran string) error {
		if ran == text {
			return err
		}
		return nil
	}
}

// instead makes other run instead of the statement that is just text.
func (r *recorder) instead(text, other string) {
	r.pretend(func(ran string) string {
		if ran == text {
			return other
		}
		return ran
	})
}

// pretend makes what change returns run instead of a statement. Nil changes none.
func (r *recorder) pretend(change func(text string) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.change = change
}

// after returns what text, which has run, is to fail with.
func (r *recorder) after(text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.late == nil {
		return nil
	}
	return r.late(text)
}

func (r *recorder) insteadOf(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.change == nil {
		return text
	}
	return r.change(text)
}

func (r *recorder) note(text string, args []driver.NamedValue) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, statement{text, slices.Clone(args)})
	if r.fault != nil {
		return r.fault(text)
	}
	return nil
}

// skipped takes back the last note: the driver wants the statement prepared.
func (r *recorder) skipped() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = r.statements[:len(r.statements)-1]
}

// trips returns how many round trips what ran since take was called last has
// cost, where a statement that the driver prepares by itself is several.
func (r *recorder) trips() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.statements) + r.prepared
}

func (r *recorder) Driver() driver.Driver { return r.engine.driver }

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	below, ok := c.(driverConn)
	if !ok {
		return nil, errors.New("the driver's connections take no contexts")
	}
	return &recordedConn{below, r}, nil
}

// driverConn is what the recorder needs of a connection.
type driverConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.QueryerContext
	driver.ExecerContext
	driver.SessionResetter
}

type recordedConn struct {
	driverConn
	r *recorder
}

func (c *recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.r.note(text, args); err != nil {
		return nil, err
	}
	rows, err := c.driverConn.QueryContext(ctx, c.r.insteadOf(text), args)
	if errors.Is(err, driver.ErrSkip) {
		c.r.skipped()
	}
	return rows, err
}

// IsValid is for drivers that ask it; the others' connections are.
func (c *recordedConn) IsValid() bool {
	v, ok := c.driverConn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *recordedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.r.note("BEGIN", nil); err != nil {
		return nil, err
	}
	below, err := c.driverConn.BeginTx(ctx, options)
	return &recordedTx{below, c.r}, err
}

type recordedTx struct {
	driver.Tx
	r *recorder
}

func (t *recordedTx) Commit() error {
	if err := t.r.note("COMMIT", nil); err != nil {
		return errors.Join(err, t.Tx.Rollback()) // a server keeps no transaction after that
	}
	return errors.Join(t.Tx.Commit(), t.r.after("COMMIT"))
}

func (t *recordedTx) Rollback() error {
	if err := t.r.note("ROLLBACK", nil); err != nil {
		return err
	}
	return t.Tx.Rollback()
}

func (c *recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.r.note(text, args); err != nil {
		return nil, err
	}
	result, err := c.driverConn.ExecContext(ctx, c.r.insteadOf(text), args)
	if errors.Is(err, driver.ErrSkip) {
		c.r.skipped()
		return nil, err
	}
	return result, errors.Join(err, c.r.after(text))
}

func (c *recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.r.mu.Lock()
	c.r.prepared++
	c.r.mu.Unlock()
	s, err := c.driverConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	below, ok := s.(driverStmt)
	if !ok {
		return nil, errors.New("the driver's statements take no contexts")
	}
	return &recordedStmt{below, text, c.r}, nil
}

type driverStmt interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

type recordedStmt struct {
	driverStmt
	text string
	r    *recorder
}

func (s *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.r.note(s.text, args); err != nil {
		return nil, err
	}
	return s.driverStmt.QueryContext(ctx, args)
}

func (s *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.r.note(s.text, args); err != nil {
		return nil, err
	}
	return s.driverStmt.ExecContext(ctx, args)
}
