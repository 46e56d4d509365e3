package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// engine is a kind of database that the same tests run on.
type engine struct {
	name    string
	dialect sqlstore.Dialect
	// server is the environment variable that says where it is; empty for what
	// needs no server.
	server string
	// snapshots is what to add to a data source name so that what a transaction
	// reads is of one moment.
	snapshots string
	// blank makes a database with nothing in it.
	blank func(testing.TB) database
	// fresh makes a database with the schema and no records.
	fresh func(testing.TB) database
}

// database is where a driver finds one database.
type database struct {
	engine *engine
	driver driver.Driver
	dsn    string
}

// open opens d with at most so many connections; 0 means any number.
func (d database) open(t testing.TB, connections int) *sql.DB {
	t.Helper()
	return handle(t, plainConnector{d}, connections)
}

// store returns a Store on d, which has the schema.
func (d database) store(t testing.TB) *sqlstore.Store {
	t.Helper()
	return opened(t, d.open(t, 8), d.engine.dialect)
}

// with returns d with more parameters in its data source name.
func (d database) with(parameters string) database {
	d.dsn += parameters
	return d
}

func handle(t testing.TB, c driver.Connector, connections int) *sql.DB {
	t.Helper()
	db := sql.OpenDB(c)
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(connections)
	return db
}

// servers returns the engines that are servers, and are here or must be.
func servers(t testing.TB) (list []*engine) {
	t.Helper()
	for _, e := range []*engine{onPostgreSQL(), onMariaDB()} {
		if os.Getenv(e.server) == "" && os.Getenv("CHARTER_ENGINES") != "all" {
			t.Logf("without %s: %s is not set", e.name, e.server)
			continue
		}
		list = append(list, e)
	}
	return list
}

// at returns the data source name of the server.
func (e *engine) at(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(e.server)
	if dsn == "" {
		t.Fatalf("%s names no server", e.server)
	}
	return dsn
}

// eachEngine runs fn as a subtest on each engine.
func eachEngine(t *testing.T, fn func(*testing.T, *engine)) {
	for _, e := range append([]*engine{onSQLite()}, servers(t)...) {
		t.Run(e.name, func(t *testing.T) { fn(t, e) })
	}
}

// stores returns what opens a Store on a fresh database of e.
func (e *engine) stores() servicetest.Open {
	return func(t testing.TB) store.Store { return e.fresh(t).store(t) }
}

var onSQLite = sync.OnceValue(func() *engine {
	e := &engine{name: "SQLite", dialect: sqlstore.SQLite()}
	e.blank = func(t testing.TB) database {
		return database{e, &sqlite.Driver{}, filepath.Join(t.TempDir(), "charter.db")}
	}
	// To migrate for each case would take longer than the cases.
	var once sync.Once
	var template []byte
	e.fresh = func(t testing.TB) database {
		t.Helper()
		once.Do(func() {
			d := e.blank(t)
			db := d.open(t, 1)
			migrated(t, db, e.dialect)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			var err error
			if template, err = os.ReadFile(d.dsn); err != nil {
				t.Fatal(err)
			}
		})
		d := e.blank(t)
		if err := os.WriteFile(d.dsn, template, 0o600); err != nil {
			t.Fatal(err)
		}
		return d
	}
	return e
})

// plainConnector is a driver.Connector with nothing in between.
type plainConnector struct{ d database }

func (c plainConnector) Driver() driver.Driver { return c.d.driver }

func (c plainConnector) Connect(ctx context.Context) (driver.Conn, error) {
	return c.d.connect(ctx)
}

// connect makes a connection as the driver does for sql.Open.
func (d database) connect(ctx context.Context) (driver.Conn, error) {
	with, ok := d.driver.(driver.DriverContext)
	if !ok {
		return d.driver.Open(d.dsn)
	}
	c, err := with.OpenConnector(d.dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(ctx)
}
