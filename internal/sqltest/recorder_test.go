package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// recorder is a driver.Connector that notes every statement that runs on its
// connections, and may make one fail. Safe for concurrent use.
type recorder struct {
	below driver.Driver
	dsn   string

	mu         sync.Mutex
	statements []statement
	fault      func(text string) error
	late       func(text string) error
	other      [2]string // text, and what runs instead of it
}

// statement is one execution of a statement.
type statement struct {
	text string
	args []driver.NamedValue
}

// recorded opens the database file at path with a recorder in between.
func recorded(t testing.TB, path string, connections int) (*sql.DB, *recorder) {
	t.Helper()
	r := &recorder{below: &sqlite.Driver{}, dsn: path}
	db := sql.OpenDB(r)
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(connections)
	return db, r
}

// take returns what ran since it was called last.
func (r *recorder) take() []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	ran := r.statements
	r.statements = nil
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
	r.mu.Lock()
	defer r.mu.Unlock()
	r.other = [2]string{text, other}
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
	if text == r.other[0] {
		return r.other[1]
	}
	return text
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

func (r *recorder) Driver() driver.Driver { return r.below }

func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := r.below.Open(r.dsn)
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
	driver.Validator
}

type recordedConn struct {
	driverConn
	r *recorder
}

func (c *recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.r.note(text, args); err != nil {
		return nil, err
	}
	return c.driverConn.QueryContext(ctx, text, args)
}

func (c *recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.r.note(text, args); err != nil {
		return nil, err
	}
	result, err := c.driverConn.ExecContext(ctx, c.r.insteadOf(text), args)
	return result, errors.Join(err, c.r.after(text))
}

func (c *recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
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
