package sqltest

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// sqliteFile opens a fresh database file, without any parameter.
func sqliteFile(t testing.TB, connections int) *sql.DB {
	t.Helper()
	return sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db"), connections)
}

// sqliteOpen opens what dsn names.
func sqliteOpen(t testing.TB, dsn string, connections int) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(connections)
	return db
}

// migrated returns a Store on db, with the schema.
func migrated(t testing.TB, db *sql.DB, dialect sqlstore.Dialect) *sqlstore.Store {
	t.Helper()
	if err := sqlstore.Migrate(t.Context(), db, dialect); err != nil {
		t.Fatal(err)
	}
	return opened(t, db, dialect)
}

// opened returns a Store on db, which has the schema.
func opened(t testing.TB, db *sql.DB, dialect sqlstore.Dialect) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.New(t.Context(), db, dialect)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// number returns what a statement of one number says.
func number(t testing.TB, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, text string) (n int) {
	t.Helper()
	if err := q.QueryRowContext(t.Context(), text).Scan(&n); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}
