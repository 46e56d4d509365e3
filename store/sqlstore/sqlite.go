package sqlstore

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
	"github.com/seed-5b9f5318/charter/internal/schema"
)

// SQLite returns the dialect of SQLite 3.38 or later, whatever the driver.
func SQLite() Dialect { return Dialect{sqlite()} }

func sqlite() *dialect {
	d := &dialect{
		name:         "sqlite",
		tables:       schema.SQLite(),
		enforced:     `pragma_foreign_keys AS enforced`,
		list:         `(SELECT value FROM json_each(?))`,
		listed:       `(SELECT key AS n, value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c FROM json_each(?)) AS listed`,
		membersFound: `CROSS JOIN charter_members m WHERE m.org = ? AND m.id = found.id`,
		noName:       `''`,
		limit:        `LIMIT (? + 0)`, // a bare ? makes SQLite compile the statement for each value
		nameContains: `instr(o.folded_name, ?) > 0`,
		unlessThere:  `ON CONFLICT DO NOTHING`,
		// Otherwise it takes the unique one, and looks for the rest in the row.
		membersByUser: `INDEXED BY charter_members_facts`,
		merges:        true,
		comparesRows:  true,
		deletes:       deletesIn,
		wideReach:     wideByGrant,
		handle:        func(db *sql.DB) queryer { return newPrepared(db, db) },
		uncut:         sqliteUncut,
		savepoint:     savepointSQLite,
		atEnd:         eachByItself,
		judge:         judgeSQLite,
	}
	d.facts = factsTextsOf(d)
	d.open = func(ctx context.Context, db *sql.DB, _ queryer) (transactions, error) { return openSQLite(ctx, d, db) }
	return d
}

// minSQLite is the version that this is written for.
const minSQLite = 3_38_00

// sqliteUncut: SQLite answers an interrupted write by ending the whole
// transaction, also the host's.
func sqliteUncut(writing, _ bool) bool { return writing }

// The result codes of SQLite that mean something here. The low byte of a code is
// the primary one.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteForeignKey = 787
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

func judgeSQLite(err error) verdict {
	code, ok := sqliteCode(err)
	if !ok {
		return verdict{}
	}
	v := verdict{code: strconv.Itoa(code)}
	switch {
	case code&0xff == sqliteBusy, code&0xff == sqliteLocked:
		v.busy, v.lost = true, true
	case code == sqliteUnique, code == sqlitePrimaryKey, code == sqliteForeignKey:
		v.taken = true
	}
	return v
}

// sqliteCode returns the extended result code that err has, or the primary one
// when it has no other. No driver is imported for it: modernc.org/sqlite has a
// method Code, ncruces/go-sqlite3 the methods ExtendedCode and Code of types of
// its own, mattn/go-sqlite3 fields of these names.
func sqliteCode(err error) (code int, ok bool) { return drivercode.Of(err, "ExtendedCode", "Code") }
