package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strconv"

	"github.com/pressly/goose/v3"
)

// SQLite returns the dialect of SQLite 3.38 or later, whatever the driver.
func SQLite() Dialect { return Dialect{sqlite()} }

func sqlite() *dialect {
	d := &dialect{
		name:         "sqlite",
		goose:        goose.DialectSQLite3,
		hasTableSQL:  `SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?`,
		enforced:     `pragma_foreign_keys AS enforced`,
		list:         `(SELECT value FROM json_each(?))`,
		listed:       `(SELECT key AS n, value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c FROM json_each(?)) AS listed`,
		limit:        `LIMIT (? + 0)`, // a bare ? makes SQLite compile the statement for each value
		nameContains: `instr(o.folded_name, ?) > 0`,
		unlessThere:  `ON CONFLICT DO NOTHING`,
		handle:       func(db *sql.DB) queryer { return &prepared{DB: db, statements: map[string]*sql.Stmt{}} },
		judge:        judgeSQLite,
	}
	d.open = func(ctx context.Context, db *sql.DB) (transactions, error) { return openSQLite(ctx, d, db) }
	return d
}

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
		v.busy, v.conflict = true, true
	case code == sqliteUnique, code == sqlitePrimaryKey, code == sqliteForeignKey:
		v.conflict = true
	}
	return v
}

// sqliteCode returns the extended result code that err has, or the primary one
// when it has no other. No driver is imported for it: modernc.org/sqlite has a
// method Code, ncruces/go-sqlite3 the methods ExtendedCode and Code of types of
// its own, mattn/go-sqlite3 fields of these names.
func sqliteCode(err error) (code int, ok bool) {
	if err == nil {
		return 0, false
	}
	for _, name := range []string{"ExtendedCode", "Code"} {
		if code, ok := integer(called(reflect.ValueOf(err), name)); ok && code != 0 {
			return code, true
		}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range many.Unwrap() {
			if code, ok := sqliteCode(err); ok {
				return code, true
			}
		}
		return 0, false
	}
	return sqliteCode(errors.Unwrap(err))
}

// called returns what the method called name of v returns, or v's field of that
// name, or nothing.
func called(v reflect.Value, name string) reflect.Value {
	if m := v.MethodByName(name); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		return m.Call(nil)[0]
	}
	if v = reflect.Indirect(v); v.Kind() == reflect.Struct {
		return v.FieldByName(name)
	}
	return reflect.Value{}
}

func integer(v reflect.Value) (int, bool) {
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return int(v.Int()), true
	case v.CanUint():
		return int(v.Uint()), true
	default:
		return 0, false
	}
}
