package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// What [New] answers with when the schema is not the one that this version of
// the package works on.
var (
	// ErrSchemaMissing: the database has none. Run [Migrate], or apply the files
	// of [Migrations].
	ErrSchemaMissing = errors.New("sqlstore: the schema is missing: run Migrate, or apply Migrations")
	// ErrSchemaOld: files of [Migrations] have not been applied. Run [Migrate],
	// or apply them.
	ErrSchemaOld = errors.New("sqlstore: the schema is older than this version of charter: run Migrate, or apply Migrations")
	// ErrSchemaNew: a later version of charter has migrated the database. Run
	// that version; there is no way back.
	ErrSchemaNew = errors.New("sqlstore: the schema is newer than this version of charter: run the version that migrated it")
)

// schemaVersion is the version of the schema that this code works on: the number
// of the last file in migrations.
const schemaVersion = 1

// versions is the table in which goose keeps what it has applied. New does not
// look at it: charter_schema says the version, whatever tool applied the files.
const versions = "charter_migrations"

//go:embed migrations
var migrations embed.FS

// Migrations returns the files that make the schema, for hosts that migrate with
// a tool of their own: plain SQL, one file for each version, named
// 00001_charter.sql and so on, at the root. Apply each once, in order, each in a
// transaction. The comment "-- +goose Up" at their top is for goose. It returns
// an empty file system for the zero Dialect.
func Migrations(dialect Dialect) fs.FS {
	if dialect.d == nil {
		return embed.FS{}
	}
	files, err := fs.Sub(migrations, "migrations/"+dialect.d.name)
	if err != nil {
		return embed.FS{} // no dialect has a name that is no path
	}
	return files
}

// Migrate brings the schema of db up to date: the files of [Migrations], each in
// a transaction, from the first that is missing. It does nothing when there is
// nothing to do. Several processes may migrate one database at the same time.
// What it has applied it keeps in the table charter_migrations.
//
// Errors: [ErrSchemaNew], and whatever the database says.
func Migrate(ctx context.Context, db *sql.DB, dialect Dialect) error {
	d := dialect.d
	if d == nil {
		return errNoDialect
	}
	provider, err := goose.NewProvider(d.goose, db, Migrations(dialect),
		append(d.migrate, goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return errorf("read the migrations: %w", err)
	}
	for {
		before, err := d.progress(ctx, db)
		switch {
		case err != nil:
			return err
		case before.version == schemaVersion:
			return nil
		case before.version > schemaVersion:
			return atVersion(ErrSchemaNew, before.version)
		case before.version < 0:
			return atVersion(ErrSchemaOld, before.version) // by no file of ours
		}
		// Not Up: before it takes the lock it looks at its own table, which another
		// process may have made and not filled yet.
		next := before.version + 1
		err = d.patiently(ctx, func() error {
			_, err := provider.ApplyVersion(ctx, next, true)
			return err
		})
		if err == nil {
			continue
		}
		// Whoever migrates at the same time gets there first in places, where goose
		// then fails. As long as somebody gets on, all is well.
		after, errAfter := d.progress(ctx, db)
		switch {
		case errAfter == nil && after != before:
		case errAfter == nil && after.applied > after.version:
			return errorf("migrate: version %d is in %s, and not in charter_schema", after.applied, versions)
		default:
			return d.fail(ctx, "migrate", err)
		}
	}
}

// progress is how far the migrations have come.
type progress struct {
	version int64 // 0 before the first file
	applied int64 // the same, as goose sees it: -1 before it has its table
}

func (d *dialect) progress(ctx context.Context, db *sql.DB) (p progress, err error) {
	if p.applied, err = d.highest(ctx, db, versions, "version_id", -1); err == nil {
		p.version, err = d.version(ctx, db)
	}
	return p, err
}

// version returns the version of the schema, 0 when there is none.
func (d *dialect) version(ctx context.Context, db *sql.DB) (int64, error) {
	return d.highest(ctx, db, "charter_schema", "version", 0)
}

// highest returns the highest number in a column, 0 when there is none, and missing
// when there is no such table.
func (d *dialect) highest(ctx context.Context, db *sql.DB, table, column string, missing int64) (highest int64, err error) {
	there, err := d.hasTable(ctx, db, table)
	if err != nil || !there {
		return missing, err
	}
	err = d.patiently(ctx, func() error {
		return db.QueryRowContext(ctx, `SELECT COALESCE(max(`+column+`), 0) FROM `+table).Scan(&highest)
	})
	return highest, d.fail(ctx, "read the version of the schema", err)
}

func (d *dialect) hasTable(ctx context.Context, db *sql.DB, table string) (there bool, err error) {
	err = d.patiently(ctx, func() error {
		return db.QueryRowContext(ctx, d.hasTableSQL, table).Scan(&there)
	})
	return there, d.fail(ctx, "look for the schema", err)
}

// checkSchema refuses a schema that this code does not work on.
func (d *dialect) checkSchema(ctx context.Context, db *sql.DB) error {
	version, err := d.version(ctx, db)
	switch {
	case err != nil:
		return err
	case version == 0:
		return ErrSchemaMissing
	case version < schemaVersion:
		return atVersion(ErrSchemaOld, version)
	case version > schemaVersion:
		return atVersion(ErrSchemaNew, version)
	}
	return nil
}

func atVersion(err error, version int64) error {
	return fmt.Errorf("%w (it is at version %d, this code is for %d)", err, version, schemaVersion)
}
