package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
	"github.com/seed-5b9f5318/charter/internal/schema"
)

// SQLite returns the dialect of SQLite 3.38 or later, whatever the driver.
func SQLite() Dialect { return Dialect{sqlite()} }

func sqlite() *dialect {
	d := &dialect{
		name:          "sqlite",
		tables:        schema.SQLite(),
		enforced:      `(SELECT foreign_keys FROM pragma_foreign_keys)`,
		enforces:      true,
		list:          `(SELECT value FROM json_each(?))`,
		listed:        `(SELECT key AS n, value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c FROM json_each(?)) AS listed`,
		listedStrings: `(SELECT key AS n, value AS c FROM json_each(?)) AS listed`,
		gathered:      `group_concat(%s)`,
		rows:          rowsSQLite,
		comparesAll:   comparesUpserting,
		joinEach:      joinCross,
		noName:        `''`,
		limit:         `LIMIT (? + 0)`, // a bare ? makes SQLite compile the statement for each value
		nameContains:  `instr(o.folded_name, ?) > 0`,
		unlessThere:   `ON CONFLICT DO NOTHING`,
		// SQLite reads the JSON of an element for each value that is taken out of it, and
		// for each place in a statement where that is named, but for the limit.
		listedInGroups: `(SELECT groups.first + element.key AS n, groups.a AS a, groups.b AS b, element.value AS c
			FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value -> 2 AS ids, value ->> 3 AS first FROM json_each(?) LIMIT -1 OFFSET 0) AS groups
			CROSS JOIN json_each(groups.ids) AS element) AS listed`,
		// Otherwise it takes one for the other: it looks for what an index lacks in the row,
		// and sorts, for fear of several, what it could read in order.
		membersByUser:  `INDEXED BY charter_members_facts`,
		oneByUser:      `INDEXED BY charter_members_user`,
		oneWide:        `INDEXED BY sqlite_autoindex_charter_wide_grants_1`,
		merges:         true,
		conditionFirst: true,
		comparesRows:   true,
		deletes:        deletesIn,
		wideReach:      wideByGrant,
		uncut:          sqliteUncut,
		savepoint:      savepointSQLite,
		atEnd:          eachByItself,
		judge:          judgeSQLite,
	}
	d.facts = factsTextsOf(d)
	d.handle = func(db *sql.DB) queryer { return newPrepared(db, db) }
	d.open = func(ctx context.Context, db *sql.DB, reads queryer) (transactions, error) {
		kept, _ := reads.(*prepared)
		return openSQLite(ctx, d, db, kept)
	}
	return d
}

func rowsSQLite(numbers []bool) string {
	columns := make([]string, len(numbers))
	for i := range numbers {
		columns[i] = fmt.Sprintf(`value ->> %d AS c%d`, i, i)
	}
	return `(SELECT ` + strings.Join(columns, `, `) + ` FROM json_each(?)) AS listed`
}

// comparesUpserting finds the records, and puts them back as they become: an UPDATE
// from the rows would go through the whole table.
func comparesUpserting(table string, names []string, numbers []bool, _ bool) string {
	names = names[2:]
	set := make([]string, len(names))
	for i, name := range names {
		set[i] = name + ` = excluded.` + name
	}
	return `INSERT INTO ` + table + ` (` + strings.Join(names, `, `) + `, id, revision) SELECT ` +
		strings.Join(cells(2, len(names)), `, `) + `, t.id, t.revision + 1 FROM ` + rowsSQLite(numbers) + ` CROSS JOIN ` + table + ` t
		WHERE t.id = ` + cell(0) + ` AND t.revision = ` + cell(1) + `
		ON CONFLICT (id) DO UPDATE SET ` + strings.Join(set, `, `) + `, revision = excluded.revision`
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
