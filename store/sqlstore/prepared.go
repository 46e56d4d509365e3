package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
)

// maxPrepared is how many statements a Store keeps prepared. It has some twenty,
// and more only by the number of roles in a filter.
const maxPrepared = 100

// prepared is a handle that prepares what it is asked once and keeps it: on
// SQLite that is most of what a check costs. The handle closes the statements.
type prepared struct {
	*sql.DB
	mu         sync.RWMutex
	statements map[string]*sql.Stmt
	missed     map[string]bool // texts that transactions would like to have prepared
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{DB: db, statements: map[string]*sql.Stmt{}, missed: map[string]bool{}}
}

func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	statement, err := p.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return p.DB.QueryContext(ctx, text, args...)
	}
	return statement.QueryContext(ctx, args...)
}

// miss notes a text that ran unprepared in a transaction.
func (p *prepared) miss(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.statements)+len(p.missed) < maxPrepared {
		p.missed[text] = true
	}
}

// prepareMissed prepares what was missed, which needs a connection and so must
// come before the next transaction. What cannot be prepared runs as it is, and says
// for itself what is wrong.
func (p *prepared) prepareMissed(ctx context.Context) {
	p.mu.Lock()
	texts := slices.Collect(maps.Keys(p.missed))
	clear(p.missed)
	p.mu.Unlock()
	for _, text := range texts {
		_, _ = p.statement(ctx, text)
	}
}

// known returns the statement with this text, nil when it is not prepared.
func (p *prepared) known(text string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.statements[text]
}

// preparedTx runs what is prepared as such. What is not it does not prepare: for
// that the handle needs a connection, and the transaction may have the last one.
type preparedTx struct {
	*sql.Tx
	handle *prepared
}

func (t *preparedTx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if statement := t.handle.known(text); statement != nil {
		return t.StmtContext(ctx, statement).QueryContext(ctx, args...)
	}
	t.handle.miss(text)
	return t.Tx.QueryContext(ctx, text, args...)
}

func (t *preparedTx) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if statement := t.handle.known(text); statement != nil {
		return t.StmtContext(ctx, statement).ExecContext(ctx, args...)
	}
	t.handle.miss(text)
	return t.Tx.ExecContext(ctx, text, args...)
}

// statement returns the statement with this text, nil when there is no room for
// another one.
func (p *prepared) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	statement, full := p.statements[text], len(p.statements) >= maxPrepared
	p.mu.RUnlock()
	if statement != nil || full {
		return statement, nil
	}
	// Not under the lock: this may wait for a connection.
	made, err := p.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if statement := p.statements[text]; statement != nil {
		return statement, made.Close() // somebody else was faster
	}
	p.statements[text] = made
	return made, nil
}
