package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/seed-5b9f5318/charter/internal/schema"
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
//
// Cost: no statement.
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
//
// Cost: a few statements when nothing is to be done, otherwise those of the
// migrations; grows with the migrations that are missing.
func Migrate(ctx context.Context, db *sql.DB, dialect Dialect) error {
	d := dialect.d
	if d == nil {
		return errNoDialect
	}
	version, err := d.schema().Up(ctx, db)
	return d.atVersion(ctx, "migrate", version, err)
}

func (d *dialect) schema() schema.Schema {
	return schema.Schema{
		Database: d.tables, Files: Migrations(Dialect{d}), Version: schemaVersion,
		Table: "charter_schema", Applied: versions, Patiently: d.patiently,
	}
}

// checkSchema refuses a schema that this code does not work on.
func (d *dialect) checkSchema(ctx context.Context, db *sql.DB) error {
	version, err := d.schema().At(ctx, db)
	return d.atVersion(ctx, "read the version of the schema", version, err)
}

// atVersion refuses every version but schemaVersion.
func (d *dialect) atVersion(ctx context.Context, doing string, version int64, err error) error {
	if said := (*schema.Error)(nil); errors.As(err, &said) {
		return errorf("%s: %w", doing, said)
	}
	if err != nil {
		return d.fail(ctx, doing, err)
	}
	err = ErrSchemaOld
	switch {
	case version == schemaVersion:
		return nil
	case version == 0:
		return ErrSchemaMissing
	case version > schemaVersion:
		err = ErrSchemaNew
	}
	return fmt.Errorf("%w (it is at version %d, this code is for %d)", err, version, schemaVersion)
}
