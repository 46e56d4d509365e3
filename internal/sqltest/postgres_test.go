package sqltest

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

var onPostgreSQL = sync.OnceValue(func() *engine {
	e := &engine{
		name: "PostgreSQL", dialect: sqlstore.PostgreSQL(), server: "CHARTER_POSTGRES",
		snapshots: "&default_transaction_isolation=repeatable%20read",
	}
	p := &pool{
		engine: e,
		create: func(t testing.TB, name string) database {
			dsn := e.at(t)
			d := database{e, stdlib.GetDefaultDriver(), dsn}
			must(t, d.open(t, 1), `CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'UTF8'`)
			d.dsn = strings.Replace(dsn, "/postgres?", "/"+name+"?", 1)
			return d
		},
	}
	// DELETE would look for what hangs on each row.
	p.empties = []string{`TRUNCATE ` + strings.Join(recordTables(), `, `)}
	e.blank, e.fresh = p.blank, p.fresh
	return e
})

// pool keeps databases of a server that have the schema. What a test has used is
// emptied and used again: to create one takes longer than most tests.
type pool struct {
	engine *engine
	create func(t testing.TB, name string) database
	// empties are the statements that empty a database.
	empties []string

	mu   sync.Mutex
	made int
	idle []database
}

func (p *pool) blank(t testing.TB) database {
	t.Helper()
	p.mu.Lock()
	p.made++
	name := fmt.Sprintf("charter_%d_%d", os.Getpid(), p.made)
	p.mu.Unlock()
	return p.create(t, name)
}

func (p *pool) fresh(t testing.TB) database {
	t.Helper()
	d, ok := p.take()
	if !ok {
		d = p.blank(t)
		if err := sqlstore.Migrate(t.Context(), d.open(t, 1), p.engine.dialect); err != nil {
			t.Fatal(explained(err))
		}
	}
	t.Cleanup(func() { p.giveBack(t, d) })
	return d
}

func (p *pool) take() (d database, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		d, p.idle = p.idle[n-1], p.idle[:n-1]
		return d, true
	}
	return d, false
}

// giveBack empties d, after the test has closed its handles.
func (p *pool) giveBack(t testing.TB, d database) {
	db := sql.OpenDB(plainConnector{d})
	defer db.Close()
	for _, text := range p.empties {
		if _, err := db.Exec(text); err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, d)
}

// recordTables returns the tables that have records, those first that hang on
// others.
func recordTables() []string {
	return []string{
		"charter_events", "charter_grants", "charter_wide_grants", "charter_resources", "charter_role_permissions",
		"charter_roles", "charter_members", "charter_users", "charter_organizations", "charter_tombstones",
	}
}
