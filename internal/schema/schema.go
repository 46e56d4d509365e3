// Package schema brings the tables of a database from one version to the next. It is
// package sqlstore's, and a package of its own so that tests can give it files of
// versions that do not exist yet.
package schema

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Schema is the versions of the tables of one kind of database.
type Schema struct {
	Database
	// Files make them: plain SQL, one file for each version, as goose reads it. Each
	// keeps its number in Table.
	Files fs.FS
	// Version is the number of the last file.
	Version int64
	// Table has the version in a column of that name. Whoever applies the files, with
	// goose or without, can be asked for it.
	Table string
	// Applied is the table in which goose keeps what it has applied.
	Applied string
	// Patiently runs fn again while somebody else is in its way.
	Patiently func(ctx context.Context, fn func() error) error
}

// Database is a kind of database.
type Database struct {
	dialect goose.Dialect
	options []goose.ProviderOption
	// hasTable answers whether there is a table of the name in its parameter, and
	// null where there is no database for it to be in.
	hasTable string
}

// SQLite keeps its tables in a file.
func SQLite() Database {
	return Database{
		dialect:  goose.DialectSQLite3,
		hasTable: `SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?`,
	}
}

// PostgreSQL makes all tables of a file in one transaction.
func PostgreSQL() Database {
	return Database{
		dialect:  goose.DialectPostgres,
		hasTable: `SELECT to_regclass(CAST($1 AS text)) IS NOT NULL`,
	}
}

// MySQL is MariaDB too. Each statement of a file is by itself there.
func MySQL() Database {
	return Database{
		dialect: goose.DialectMySQL,
		options: []goose.ProviderOption{goose.WithSessionLocker(mysqlLock{})},
		hasTable: `SELECT if(database() IS NULL, NULL, count(*) > 0) FROM information_schema.tables
			WHERE table_schema = database() AND table_name = ?`,
	}
}

// At returns the version that db is at, 0 when it has no tables.
func (s Schema) At(ctx context.Context, db *sql.DB) (int64, error) {
	return s.highest(ctx, db, s.Table, "version", 0)
}

// Up applies the files that db lacks, in order, and returns the version that it is at
// then: a later one than s knows is left alone, and so is one that no file makes.
// Several processes may do it at the same time.
func (s Schema) Up(ctx context.Context, db *sql.DB) (int64, error) {
	provider, err := goose.NewProvider(s.dialect, db, s.Files,
		append(s.options, goose.WithTableName(s.Applied), goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return 0, errorf("read the migrations: %v", err)
	}
	for {
		before, err := s.progress(ctx, db)
		if err != nil || before.version >= s.Version || before.version < 0 {
			return before.version, err
		}
		// Not Up: before it takes the lock it looks at its own table, which another
		// process may have made and not filled yet.
		next := before.version + 1
		err = s.Patiently(ctx, func() error {
			_, err := provider.ApplyVersion(ctx, next, true)
			return err
		})
		if err == nil {
			continue
		}
		// Whoever migrates at the same time gets there first in places, where goose
		// then fails. As long as somebody gets on, all is well.
		after, errAfter := s.progress(ctx, db)
		switch {
		case errAfter == nil && after != before:
		case errAfter == nil && after.applied > after.version:
			return after.version, errorf("version %d is in %s, and not in %s", after.applied, s.Applied, s.Table)
		default:
			return after.version, err
		}
	}
}

// Error says in words what no database reported.
type Error struct{ text string }

// Error returns the words.
func (e *Error) Error() string { return e.text }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// progress is how far the files have been applied.
type progress struct {
	version int64 // 0 before the first
	applied int64 // the same, as goose sees it: -1 before it has its table
}

func (s Schema) progress(ctx context.Context, db *sql.DB) (p progress, err error) {
	if p.applied, err = s.highest(ctx, db, s.Applied, "version_id", -1); err == nil {
		p.version, err = s.At(ctx, db)
	}
	return p, err
}

// highest returns the highest number in a column, 0 when there is none, and missing
// when there is no such table.
func (s Schema) highest(ctx context.Context, db *sql.DB, table, column string, missing int64) (highest int64, err error) {
	var there sql.NullBool
	err = s.Patiently(ctx, func() error { return db.QueryRowContext(ctx, s.hasTable, table).Scan(&there) })
	switch {
	case err != nil:
		return missing, err
	case !there.Valid:
		return missing, errorf("the data source name names no database")
	case !there.Bool:
		return missing, nil
	}
	err = s.Patiently(ctx, func() error {
		return db.QueryRowContext(ctx, `SELECT COALESCE(max(`+column+`), 0) FROM `+table).Scan(&highest)
	})
	return highest, err
}
