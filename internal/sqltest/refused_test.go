package sqltest

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// refusal is a database, or a handle on one, that New must refuse, and its reason.
type refusal struct {
	name       string
	engine     *engine
	says       string
	parameters string // of the data source name
	before     string // a statement that runs before the schema is made, unless it is ""
	after      string // and one that runs after
	text       string // in statements, unless it is ""
	other      string // what runs instead of it, as on another server
}

func refusals() []refusal {
	const postgresVersion, mysqlVersion, sqliteVersion = `current_setting('server_version_num')`, `version()`, `sqlite_version()`
	return []refusal{
		{name: "read uncommitted", engine: onMariaDB(), says: "READ UNCOMMITTED", parameters: "&tx_isolation='READ-UNCOMMITTED'"},
		{name: "no autocommit", engine: onMariaDB(), says: "autocommit off", parameters: "&autocommit=0"},
		{name: "a table in MyISAM", engine: onMariaDB(), says: "1 of the tables are not in InnoDB",
			after: "ALTER TABLE charter_schema ENGINE = MyISAM"},
		{name: "an old MariaDB", engine: onMariaDB(), says: "MariaDB 10.6 is the oldest", text: mysqlVersion, other: "'10.5.29-MariaDB'"},
		{name: "an old MySQL", engine: onMariaDB(), says: "MySQL 8.0.19 is the oldest", text: mysqlVersion, other: "'8.0.18'"},
		{name: "an old PostgreSQL", engine: onPostgreSQL(), says: "the server is PostgreSQL 11, and 12 is the oldest",
			text: postgresVersion, other: "'110022'"},
		{name: "an old SQLite", engine: onSQLite(), says: "SQLite 3.37.2, and 3.38 is the oldest", text: sqliteVersion, other: "'3.37.2'"},
		{name: "UTF-16", engine: onSQLite(), says: "UTF-16le", before: "PRAGMA encoding = 'UTF-16le'"},
	}
}

// TestRefused shows that New refuses what would break a promise without an error, and
// says why.
func TestRefused(t *testing.T) {
	for _, c := range refusals() {
		t.Run(c.name, func(t *testing.T) {
			db, rec := c.engine.blank(t).with(c.parameters).recorded(t, 1)
			if c.before != "" {
				must(t, db, c.before)
			}
			if err := sqlstore.Migrate(t.Context(), db, c.engine.dialect); err != nil {
				t.Fatal(err)
			}
			if c.after != "" {
				must(t, db, c.after)
			}
			if c.text != "" {
				rec.pretend(func(text string) string { return strings.ReplaceAll(text, c.text, c.other) })
			}
			refused(t, db, c.engine, c.says)
		})
	}
}

// refused checks that New refuses db and says what it should.
func refused(t *testing.T, db *sql.DB, e *engine, says string) {
	t.Helper()
	if _, err := sqlstore.New(t.Context(), db, e.dialect); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("got error %v, want one that says %q", err, says)
	}
}

// TestEncodings refuses a PostgreSQL database that is not in UTF8.
func TestEncodings(t *testing.T) {
	e := onPostgreSQL()
	s := servers.Shared(t, servers.StartPostgres, servers.Options{Cheap: true})
	for _, encoding := range []string{"SQL_ASCII", "LATIN1"} {
		name := servers.Fresh(t, s)
		for _, text := range []string{
			"DROP DATABASE " + name,
			"CREATE DATABASE " + name + " OWNER charter TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING '" + encoding + "'",
		} {
			must(t, s.Admin(), text)
		}
		db := database{e, s.DSN(name)}.open(t, 2)
		if err := sqlstore.Migrate(t.Context(), db, e.dialect); err != nil {
			t.Fatal(err)
		}
		refused(t, db, e, "encoded in "+encoding)
	}
}
