package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"sync/atomic"
)

// maxPrepared is how many statements a Store keeps prepared. It has some twenty,
// and more only by the number of roles in a filter.
const maxPrepared = 100

// prepared is a handle that prepares what it is asked once and keeps it: on
// SQLite that is most of what a check costs. The handle closes the statements.
type prepared struct {
	queryer // runs what there is no room for
	db      *sql.DB
	// statements are never changed but replaced, so that who looks for one waits for
	// nobody. They are gone through: to hash a text of a thousand bytes takes longer.
	statements atomic.Pointer[[]keptStatement]
	mu         sync.Mutex // of who replaces it
	// wanted are texts that ran in a transaction before they were prepared. To prepare
	// takes a connection, and the transaction may have had the last one. Nil for none.
	wanted map[string]bool
}

// keptStatement is a statement with its text.
type keptStatement struct {
	text      string
	statement *sql.Stmt
}

func newPrepared(db *sql.DB, others queryer) *prepared {
	p := &prepared{queryer: others, db: db}
	p.statements.Store(new([]keptStatement))
	return p
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
	statement, room := p.find(text)
	if statement != nil || !room {
		return statement, nil
	}
	// Not under the lock: this may wait for a connection.
	made, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if statement, _ := p.find(text); statement != nil {
		return statement, made.Close() // somebody else was faster
	}
	more := append(slices.Clip(*p.statements.Load()), keptStatement{text, made})
	p.statements.Store(&more)
	return made, nil
}

// find returns the statement with this text, nil when there is none, and whether there
// is room for another one.
func (p *prepared) find(text string) (statement *sql.Stmt, room bool) {
	all := *p.statements.Load()
	for i := range all {
		if all[i].text == text {
			return all[i].statement, true
		}
	}
	return nil, len(all) < maxPrepared
}

// known returns the statement with this text if it is prepared, and otherwise nil, and
// wants it prepared.
func (p *prepared) known(text string) *sql.Stmt {
	statement, room := p.find(text)
	if statement == nil && room {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.wanted == nil {
			p.wanted = map[string]bool{}
		}
		p.wanted[text] = true
	}
	return statement
}

// prepareWanted prepares what is wanted. What cannot be prepared says so where it runs.
func (p *prepared) prepareWanted(ctx context.Context) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil // from here on it is this goroutine's alone
	p.mu.Unlock()
	for text := range wanted {
		_, _ = p.statement(ctx, text)
	}
}

// preparedTx runs in a transaction of the handle what the handle keeps prepared.
type preparedTx struct {
	*sql.Tx
	kept *prepared
}

func (t preparedTx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if statement := t.kept.known(text); statement != nil {
		return t.StmtContext(ctx, statement).QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, text, args...)
}

func (t preparedTx) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if statement := t.kept.known(text); statement != nil {
		return t.StmtContext(ctx, statement).ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, text, args...)
}
