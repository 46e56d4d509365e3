package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// engine is a kind of database that the same tests run on.
type engine struct {
	name    string
	dialect sqlstore.Dialect
	driver  driver.Driver
	// server starts it; nil for what needs no server. One that is not installed ends
	// the test (see [servers.Need]).
	server func(testing.TB) servers.Engine
	// parameters are in every data source name.
	parameters []string
	// snapshots is what to add to a data source name so that what a transaction
	// reads is of one moment.
	snapshots string
	// blank makes a database with nothing in it.
	blank func(testing.TB) database
	// fresh makes a database with the schema and no records.
	fresh func(testing.TB) database
	// on returns a Store on a database that has the schema; nil for one handle.
	on func(testing.TB, database) store.Store
}

// database is where a driver finds one database.
type database struct {
	engine *engine
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
	if !strings.Contains(d.dsn, "?") {
		parameters = strings.Replace(parameters, "&", "?", 1)
	}
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

// engines are all that the tests run on.
func engines() []*engine { return append([]*engine{onSQLite()}, serverEngines()...) }

// serverEngines are those that are servers.
func serverEngines() []*engine { return []*engine{onPostgreSQL(), onMariaDB()} }

// contended are those on which callers contend: also one behind a pooler, and one of
// several nodes.
func contended() []*engine { return append(engines(), onPgBouncer("exec"), onGalera()) }

// engineNamed returns the engine of this name, nil when there is none.
func engineNamed(name string) *engine {
	for _, e := range engines() {
		if e.name == name {
			return e
		}
	}
	return nil
}

// eachEngine runs fn as a subtest on each engine.
func eachEngine(t *testing.T, fn func(*testing.T, *engine)) { t.Helper(); each(t, engines(), fn) }

// eachContended is eachEngine for those on which callers contend.
func eachContended(t *testing.T, fn func(*testing.T, *engine)) { t.Helper(); each(t, contended(), fn) }

// eachOrAll is eachEngine or, in full, eachContended, with the engines beside each
// other: while one of them works for its caller, another core has nothing to do.
func eachOrAll(t *testing.T, fn func(*testing.T, *engine)) {
	t.Helper()
	list := engines()
	if inFull() {
		list = contended()
	}
	atOnce(t, list, fn)
}

// eachServer is eachEngine for those that are servers.
func eachServer(t *testing.T, fn func(*testing.T, *engine)) { t.Helper(); each(t, serverEngines(), fn) }

// atOnce is each with the engines beside each other.
func atOnce(t *testing.T, list []*engine, fn func(*testing.T, *engine)) {
	t.Helper()
	each(t, list, func(t *testing.T, e *engine) {
		t.Parallel()
		fn(t, e)
	})
}

func each(t *testing.T, list []*engine, fn func(*testing.T, *engine)) {
	t.Helper()
	for _, e := range list {
		t.Run(e.name, func(t *testing.T) { fn(t, e) })
	}
}

// stores returns what opens a Store on a fresh database of e.
func (e *engine) stores() servicetest.Open {
	return func(t testing.TB) store.Store {
		d := e.fresh(t)
		if e.on != nil {
			return e.on(t, d)
		}
		return d.printed(t)
	}
}

var onSQLite = sync.OnceValue(func() *engine {
	e := &engine{name: "SQLite", dialect: sqlstore.SQLite(), driver: &sqlite.Driver{}}
	e.blank = func(t testing.TB) database {
		return database{e, filepath.Join(t.TempDir(), "charter.db")}
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
		// What no test pulls the plug on waits for no disk.
		return d.with("&_pragma=synchronous(0)")
	}
	return e
})

// plainConnector is a driver.Connector with nothing in between.
type plainConnector struct{ d database }

func (c plainConnector) Driver() driver.Driver { return c.d.engine.driver }

func (c plainConnector) Connect(ctx context.Context) (driver.Conn, error) {
	return c.d.connect(ctx)
}

// connect makes a connection as the driver does for sql.Open.
func (d database) connect(ctx context.Context) (driver.Conn, error) {
	with, ok := d.engine.driver.(driver.DriverContext)
	if !ok {
		return d.engine.driver.Open(d.dsn)
	}
	c, err := with.OpenConnector(d.dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(ctx)
}

// onServer completes e, which is on what start starts. Its databases are handed out
// again, since to make one takes longer than most tests.
func onServer[S servers.Engine](e *engine, start func(context.Context, servers.Options) (S, error)) *engine {
	e.server = func(t testing.TB) servers.Engine {
		t.Helper()
		return servers.Shared(t, start, servers.Options{Cheap: true})
	}
	e.blank = func(t testing.TB) database {
		t.Helper()
		s := e.server(t)
		return database{e, s.DSN(servers.Fresh(t, s), e.parameters...)}
	}
	e.fresh = e.pooled(e.server, "", "")
	return e
}

// pooled returns what makes a database on server, which is one of e's kind, with the
// schema and no records. Before the schema is made it runs the statement before,
// unless that is "", on a connection with parameters.
func (e *engine) pooled(server func(testing.TB) servers.Engine, before, parameters string) func(testing.TB) database {
	var once sync.Once
	var pool *servers.Pool
	return func(t testing.TB) database {
		t.Helper()
		s := server(t)
		once.Do(func() {
			pool = servers.NewPool(s, func(ctx context.Context, name string) error {
				db := sql.OpenDB(plainConnector{database{e, s.DSN(name, e.parameters...)}.with(parameters)})
				defer db.Close()
				if before != "" {
					if _, err := db.ExecContext(ctx, before); err != nil {
						return err
					}
				}
				return sqlstore.Migrate(ctx, db, e.dialect)
			})
		})
		return database{e, s.DSN(pool.Database(t), e.parameters...)}.with(parameters)
	}
}

var onPostgreSQL = sync.OnceValue(func() *engine {
	return onServer(&engine{
		name: "PostgreSQL", dialect: sqlstore.PostgreSQL(), driver: stdlib.GetDefaultDriver(),
		snapshots: "&default_transaction_isolation=repeatable%20read",
	}, servers.StartPostgres)
})

var onMariaDB = sync.OnceValue(func() *engine {
	return onServer(&engine{name: "MariaDB", dialect: sqlstore.MySQL(), driver: &mysql.MySQLDriver{}}, servers.StartMariaDB)
})
