package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/systems"
	"github.com/seed-5b9f5318/charter/bench/workload"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// engine is a kind of database.
type engine struct {
	name    string
	dialect sqlstore.Dialect
	driver  string
	// key is the type of columns with IDs, and clustered ends the CREATE TABLE of one
	// whose rows are where their key is.
	key, clustered string
	numbered       bool     // the parameters are $1, $2 and so on
	settings       []string // in the data source name
	size           string   // the statement that says how many bytes a database has
	// create makes a database and returns how to open it.
	create func(ctx context.Context) (dsn string, err error)
	close  func() error
	made   int
}

// connections is how many a handle keeps.
const connections = 8

func onSQLite() *engine {
	// As a service would have it: what is read often stays in memory, and a transaction
	// that writes says so when it begins.
	const parameters = "?_pragma=cache_size(-262144)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
		"&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_txlock=immediate"
	e := &engine{name: "SQLite", dialect: sqlstore.SQLite(), driver: "sqlite", key: "TEXT", clustered: " WITHOUT ROWID",
		size: `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`}
	folder := ""
	e.create = func(context.Context) (string, error) {
		var err error
		if folder == "" {
			folder, err = os.MkdirTemp("", "charter-bench-")
		}
		return "file:" + filepath.Join(folder, strconv.Itoa(e.made)+".db") + parameters, err
	}
	e.close = func() error { return os.RemoveAll(folder) }
	return e
}

func onPostgreSQL(ctx context.Context) (*engine, error) {
	s, err := servers.StartPostgres(ctx, servers.Options{})
	if err != nil {
		return nil, err
	}
	e := &engine{name: "PostgreSQL", dialect: sqlstore.PostgreSQL(), driver: "pgx", key: `TEXT COLLATE "C"`, numbered: true,
		// As docs/databases.md has it.
		settings: []string{"plan_cache_mode=force_generic_plan", "jit=off", "max_parallel_workers_per_gather=0"},
		size: `SELECT CAST(sum(pg_total_relation_size(oid)) AS bigint) FROM pg_class
			WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`}
	return e.on(s, s.Admin(), `CREATE DATABASE %s OWNER charter`), nil
}

func onMariaDB(ctx context.Context) (*engine, error) {
	s, err := servers.StartMariaDB(ctx, servers.Options{})
	if err != nil {
		return nil, err
	}
	e := &engine{name: "MariaDB", dialect: sqlstore.MySQL(), driver: "mysql", key: `VARBINARY(255)`,
		size: `SELECT CAST(sum(data_length + index_length) AS UNSIGNED) FROM information_schema.tables WHERE table_schema = database()`}
	return e.on(s, s.Admin(), `CREATE DATABASE %s`), nil
}

// on completes e, which is on the server s.
func (e *engine) on(s servers.Engine, admin *sql.DB, create string) *engine {
	e.create = func(ctx context.Context) (string, error) {
		name := fmt.Sprintf("charter_bench_%d", e.made)
		_, err := admin.ExecContext(ctx, fmt.Sprintf(create, name))
		return s.DSN(name, e.settings...), err
	}
	e.close = s.Close
	return e
}

// open makes a database and opens it.
func (e *engine) open(ctx context.Context) (database, error) {
	e.made++
	dsn, err := e.create(ctx)
	if err != nil {
		return database{}, err
	}
	db, err := sql.Open(e.driver, dsn)
	if err != nil {
		return database{}, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return database{ctx, db, e.size}, nil
}

// text returns a statement, in which each parameter is a ?, as e takes it.
func (e *engine) text(text string) string {
	if !e.numbered {
		return text
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}

// prepare prepares statements, each to where it is to be kept.
func (e *engine) prepare(ctx context.Context, db *sql.DB, list map[**sql.Stmt]string) error {
	for at, text := range list {
		var err error
		if *at, err = db.PrepareContext(ctx, e.text(text)); err != nil { //nolint:sqlclosecheck // closed with db
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// whole is what charter can do.
type whole interface {
	measure.Checker
	measure.Resolver
	measure.Batcher
	measure.Lister
	measure.Shared
	measure.RoleSetter
	measure.MemberLister
	measure.Filterer
	measure.Mover
}

// stored is charter with its tables in a database.
type stored struct {
	whole
	database
}

// database is one that was made for a system, and is closed with it.
type database struct {
	ctx  context.Context //nolint:containedctx // one for the whole measurement
	db   *sql.DB
	size string // the statement that says how many bytes it has
}

func (d database) Close() error { return d.db.Close() }

func (d database) Bytes() (n uint64, err error) {
	err = d.db.QueryRowContext(d.ctx, d.size).Scan(&n)
	return n, err
}

// migrated makes a database with charter's tables.
func (e *engine) migrated(ctx context.Context) (database, *sqlstore.Store, error) {
	db, err := e.open(ctx)
	if err != nil {
		return db, nil, err
	}
	if err = sqlstore.Migrate(ctx, db.db, e.dialect); err != nil {
		return db, nil, errors.Join(err, db.Close())
	}
	st, err := sqlstore.New(ctx, db.db, e.dialect)
	if err != nil {
		err = errors.Join(err, db.Close())
	}
	return db, st, err
}

// onStore loads d into a new database with charter's tables.
func (e *engine) onStore(ctx context.Context, d *workload.Data) (stored, error) {
	db, st, err := e.migrated(ctx)
	if err != nil {
		return stored{}, err
	}
	system, err := systems.OnStore(st, d) //nolint:contextcheck // it has one for the whole measurement
	if err != nil {
		return stored{}, errors.Join(err, db.Close())
	}
	return stored{system.(whole), db}, nil //nolint:forcetypeassert // it can do all of that
}

// known is charter with a cache in front of its tables.
type known struct {
	systems.Knowing
	database
}

// onCache is onStore with a cache that asks, before each answer, for the revision.
func (e *engine) onCache(ctx context.Context, d *workload.Data) (known, error) {
	db, st, err := e.migrated(ctx)
	if err != nil {
		return known{}, err
	}
	cache, err := cached.New(st, cached.Options{})
	if err != nil {
		return known{}, errors.Join(err, db.Close())
	}
	knowing, err := systems.OnCache(cache.Latest(), d) //nolint:contextcheck // it has one for the whole measurement
	if err != nil {
		return known{}, errors.Join(err, db.Close())
	}
	return known{knowing, db}, nil
}

// kinds are what a check and a list cost by hand, on the fewest tables that will do;
// what a change costs by hand, on charter's tables; and charter, without a cache and
// with one.
func (e *engine) kinds(ctx context.Context) []measure.Kind {
	sizes := []string{workload.Sizes()[0].Name}
	return []measure.Kind{
		{Name: "by hand, on tables of its own", Sizes: sizes, Load: func(d *workload.Data) (measure.System, error) {
			return newByHand(ctx, e, d)
		}},
		{Name: "by hand, on charter's tables", Sizes: sizes, Load: func(d *workload.Data) (measure.System, error) {
			return newChanges(ctx, e, d)
		}},
		{Name: "charter on sqlstore", Sizes: sizes, Load: func(d *workload.Data) (measure.System, error) {
			return e.onStore(ctx, d)
		}},
		{Name: "charter, cached, latest", Sizes: sizes, Asked: 1 << 12, Load: func(d *workload.Data) (measure.System, error) {
			return e.onCache(ctx, d)
		}},
	}
}

// growing is charter as it is timed with more and more members.
func (e *engine) growing(ctx context.Context) measure.Kind {
	return measure.Kind{Name: "charter on " + e.name, Load: func(d *workload.Data) (measure.System, error) {
		return e.onStore(ctx, d)
	}}
}
