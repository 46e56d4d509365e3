package sqlstore

import (
	"context"
	"database/sql"
	"sync"
)

// maxPrepared is how many statements a Store keeps prepared. It has some twenty,
// and more only by the number of roles in a filter.
const maxPrepared = 100

// prepared is a handle that prepares what it is asked once and keeps it: on
// SQLite that is most of what a check costs. The handle closes the statements.
type prepared struct {
	queryer    // runs what there is no room for
	db         *sql.DB
	mu         sync.RWMutex
	statements map[string]*sql.Stmt
}

func newPrepared(db *sql.DB, others queryer) *prepared {
	return &prepared{queryer: others, db: db, statements: map[string]*sql.Stmt{}}
}

func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	statement, err := p.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if statement == nil {
		return p.queryer.QueryContext(ctx, text, args...)
	}
	return statement.QueryContext(ctx, args...)
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
	made, err := p.db.PrepareContext(ctx, text)
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
