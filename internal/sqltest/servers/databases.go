package servers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
)

// Fresh makes an empty database on e, for t alone, and returns its name. It is dropped
// with t, whoever is still connected. It has the collation that the server has by
// default, which compares by no byte order.
func Fresh(t testing.TB, e Engine) string {
	t.Helper()
	name := random()
	if err := e.create(t.Context(), name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := e.drop(context.WithoutCancel(t.Context()), name); err != nil {
			t.Logf("drop database: %v", err) // the server may be down, or full; it goes with its folder
		}
	})
	return name
}

// random returns the name of a database that there is not.
func random() string { return "charter_" + strings.ToLower(rand.Text()) }

// Pool hands out databases that all have the same schema. One that is handed back is
// emptied for the next test, which is much cheaper than a new one. It is safe for
// concurrent use.
type Pool struct {
	engine  Engine
	prepare func(ctx context.Context, database string) error

	mu   sync.Mutex
	free []string
	kept map[string]bool // the tables, and which have rows when prepare is done
}

// NewPool returns a Pool on e. Prepare makes the schema in a database that is empty.
// Tables that have rows when it is done are never emptied.
func NewPool(e Engine, prepare func(ctx context.Context, database string) error) *Pool {
	return &Pool{engine: e, prepare: prepare}
}

// Database returns the name of a database for t alone, as prepare leaves it. It goes
// back with t, whoever is still connected, so t must not change the schema, nor the
// rows that prepare has written: for such a test there is Fresh. Sequences go on.
func (p *Pool) Database(t testing.TB) string {
	t.Helper()
	name, err := p.take(t.Context())
	if err != nil {
		t.Fatalf("prepare database: %v", err)
	}
	t.Cleanup(func() {
		if err := p.put(context.WithoutCancel(t.Context()), name); err != nil {
			t.Logf("empty database: %v", err) // nobody gets it again
		}
	})
	return name
}

func (p *Pool) take(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		name := p.free[last]
		p.free = p.free[:last]
		return name, nil
	}
	name := random()
	if err := p.engine.create(ctx, name); err != nil {
		return "", err
	}
	if err := p.prepare(ctx, name); err != nil {
		return "", err
	}
	if p.kept != nil {
		return name, nil
	}
	kept, err := p.engine.tables(ctx, name)
	p.kept = kept
	return name, err
}

// put takes a database back. One that has other tables than it had is dropped.
func (p *Pool) put(ctx context.Context, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	same, err := p.engine.reset(ctx, name, p.kept)
	switch {
	case err != nil:
		return err
	case !same:
		return p.engine.drop(ctx, name)
	}
	p.free = append(p.free, name)
	return nil
}

// owner is the user of the DSNs, who owns the databases of tests.
const owner = "charter"

// tablesOf returns the names that query has, and says which of the tables have rows.
func tablesOf(ctx context.Context, db *sql.DB, query string) (map[string]bool, error) {
	names, err := column(ctx, db, query)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	all := make(map[string]bool, len(names))
	parts := make([]string, len(names))
	for i, name := range names {
		all[name] = false
		parts[i] = "SELECT '" + strings.ReplaceAll(name, "'", "''") + "' WHERE EXISTS (SELECT 1 FROM " + name + ")"
	}
	used, err := column(ctx, db, strings.Join(parts, " UNION ALL "))
	for _, name := range used {
		all[name] = true
	}
	return all, err
}

// resetOn is reset for the tables that list returns. Unchecked ends the checks of
// references on a connection of db, which is closed after.
func resetOn(ctx context.Context, db *sql.DB, list, unchecked string, kept map[string]bool) (bool, error) {
	all, err := tablesOf(ctx, db, list)
	if err != nil || !maps.EqualFunc(all, kept, func(bool, bool) bool { return true }) {
		return false, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	statements := []string{unchecked}
	for table, used := range all {
		if used && !kept[table] {
			statements = append(statements, "DELETE FROM "+table)
		}
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return false, fmt.Errorf("%s: %w", s, err)
		}
	}
	return true, tx.Commit()
}

// column returns the strings that are query's only column.
func column(ctx context.Context, db *sql.DB, query string) (all []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// drain drops the idle connections of db, which a server that ended has cut.
func drain(db *sql.DB) {
	db.SetMaxIdleConns(-1)
	db.SetMaxIdleConns(1)
}
