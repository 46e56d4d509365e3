package sqltest

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/seed-5b9f5318/charter/internal/schema"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestSchemaVersions shows which schemas New refuses, and what Migrate makes of
// them.
func TestSchemaVersions(t *testing.T) {
	for name, c := range map[string]struct {
		change  string // of a schema that is up to date
		refused error  // by New
		migrate string // what Migrate says
	}{
		"current": {`SELECT 1`, nil, ""},
		"missing": {`DROP TABLE charter_schema`, sqlstore.ErrSchemaMissing, "version 1 is in charter_migrations"},
		"empty":   {`DELETE FROM charter_schema`, sqlstore.ErrSchemaMissing, "version 1 is in charter_migrations"},
		"older":   {`UPDATE charter_schema SET version = -1`, sqlstore.ErrSchemaOld, "at version -1"},
		"newer":   {`UPDATE charter_schema SET version = 99`, sqlstore.ErrSchemaNew, sqlstore.ErrSchemaNew.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e *engine) {
				db := e.blank(t).open(t, 1)
				migrated(t, db, e.dialect)
				must(t, db, c.change)
				if _, err := sqlstore.New(t.Context(), db, e.dialect); !errors.Is(err, c.refused) {
					t.Errorf("New: got error %v, want %v", err, c.refused)
				}
				err := sqlstore.Migrate(t.Context(), db, e.dialect)
				if err == nil && c.migrate != "" || err != nil && (c.migrate == "" || !strings.Contains(err.Error(), c.migrate)) {
					t.Errorf("Migrate: got error %v, want %q", err, c.migrate)
				}
			})
		})
	}
}

// TestSchemaOfNothing opens a database that nobody has migrated, and leaves no
// trace in it.
func TestSchemaOfNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		db := e.blank(t).open(t, 1)
		if _, err := sqlstore.New(t.Context(), db, e.dialect); !errors.Is(err, sqlstore.ErrSchemaMissing) {
			t.Errorf("New: got error %v", err)
		}
		if names := namesIn(t, e, db); len(names) != 0 {
			t.Errorf("New made %v", names)
		}
	})
}

// TestMigrateNames shows that everything in the database has the prefix, and that
// the host's own goose does not meet ours.
func TestMigrateNames(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		db := e.blank(t).open(t, 1)
		must(t, db, `CREATE TABLE goose_db_version (id INTEGER, version_id INTEGER, is_applied INTEGER, tstamp VARCHAR(9))`)
		must(t, db, `INSERT INTO goose_db_version VALUES (1, 77, 1, '')`)
		migrated(t, db, e.dialect)
		before := namesIn(t, e, db)
		for _, name := range before {
			if name != "goose_db_version" && !strings.HasPrefix(name, "charter_") {
				t.Errorf("the schema has %s", name)
			}
		}
		if err := sqlstore.Migrate(t.Context(), db, e.dialect); err != nil {
			t.Errorf("again: %v", err)
		}
		if after := namesIn(t, e, db); !slices.Equal(before, after) {
			t.Errorf("again: %v became %v", before, after)
		}
	})
}

// TestMigrationsByHand applies the files as a host with a tool of its own does:
// plain SQL, each in a transaction.
func TestMigrationsByHand(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		d := e.blank(t)
		db := d.open(t, 2)
		if e == onMariaDB() {
			db = d.with("&multiStatements=true").open(t, 2)
		}
		files := sqlstore.Migrations(e.dialect)
		names, err := fs.Glob(files, "*")
		if err != nil || len(names) == 0 {
			t.Fatalf("files %v, error %v", names, err)
		}
		slices.Sort(names)
		for i, name := range names {
			if !regexp.MustCompile(`^0*[1-9][0-9]*_[a-z_]+\.sql$`).MatchString(name) {
				t.Errorf("file %d is called %s", i, name)
			}
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			tx := begin(t, db)
			exec(t, tx, string(text))
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		populate(t, opened(t, db, e.dialect), 1, 5)
		if err := sqlstore.Migrate(t.Context(), db, e.dialect); err != nil {
			t.Errorf("Migrate, where there is nothing to do: %v", err)
		}
	})
}

// TestMigrateAtOnce migrates one database through many handles, as processes do
// that start at the same time.
func TestMigrateAtOnce(t *testing.T) { eachEngine(t, migrateAtOnce) }

func migrateAtOnce(t *testing.T, e *engine) {
	for range 5 {
		d := e.blank(t)
		var all sync.WaitGroup
		begin := make(chan struct{})
		stores := make([]store.Store, 6)
		for i := range stores {
			db := d.open(t, 1+i%2)
			all.Go(func() {
				<-begin
				if err := sqlstore.Migrate(t.Context(), db, e.dialect); err != nil {
					t.Errorf("Migrate: %v", explained(err))
					return
				}
				s, err := sqlstore.New(t.Context(), db, e.dialect)
				if err != nil {
					t.Errorf("New: %v", explained(err))
					return
				}
				stores[i] = s
			})
		}
		close(begin)
		all.Wait()
		if t.Failed() {
			return
		}
		populate(t, stores[0], 1, 5)
		if _, err := stores[1].Organization(t.Context(), org(0)); err != nil {
			t.Errorf("what one wrote the other finds: %v", err)
		}
		if n := number(t, d.open(t, 1), `SELECT count(*) FROM charter_migrations WHERE version_id > 0`); n != 1 {
			t.Errorf("the one file was applied %d times", n)
		}
	}
}

// explained returns err with the texts that its own leaves out.
func explained(err error) error {
	var inner interface{ Unwrap() []error }
	if errors.As(err, &inner) {
		return errors.Join(inner.Unwrap()...)
	}
	return err
}

// TestMigrateFails shows that a failure is neither hidden nor repeated for ever,
// and that nothing of it is in the way of the next attempt: here each table of ours
// is the host's, with columns of its own.
func TestMigrateFails(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		for _, name := range e.tables(t) {
			t.Run(name, func(t *testing.T) {
				db := e.blank(t).open(t, 1)
				must(t, db, `CREATE TABLE `+name+` (it_is INTEGER)`)
				err := sqlstore.Migrate(t.Context(), db, e.dialect)
				if err == nil || strings.Contains(err.Error(), name) {
					t.Errorf("got error %v", err)
				}
				if _, err := sqlstore.New(t.Context(), db, e.dialect); err == nil {
					t.Error("New takes what Migrate has not finished")
				}
				must(t, db, `DROP TABLE `+name)
				populate(t, migrated(t, db, e.dialect), 1, 5)
			})
		}
	})
}

// TestMigrateForward brings a database with records to a version that is still to
// come, in several processes at the same time.
func TestMigrateForward(t *testing.T) {
	for e, database := range map[*engine]schema.Database{
		onSQLite(): schema.SQLite(), onPostgreSQL(): schema.PostgreSQL(), onMariaDB(): schema.MySQL(),
	} {
		t.Run(e.name, func(t *testing.T) {
			d := e.blank(t)
			s := migrated(t, d.open(t, 2), e.dialect)
			populate(t, s, 1, 5)
			was := everyMember(t, s)

			text, err := fs.ReadFile(sqlstore.Migrations(e.dialect), "00001_charter.sql")
			if err != nil {
				t.Fatal(err)
			}
			next := schema.Schema{
				Database: database, Version: 2, Table: "charter_schema", Applied: "charter_migrations",
				Files: fstest.MapFS{"00001_charter.sql": {Data: text}, "00002_next.sql": {Data: []byte(`-- +goose Up
					ALTER TABLE charter_users ADD COLUMN nickname VARCHAR(9);
					UPDATE charter_users SET nickname = 'none';
					UPDATE charter_schema SET version = 2;`)}},
				Patiently: func(_ context.Context, fn func() error) (err error) {
					for range 10_000 { // of which SQLite needs some
						if err = fn(); err == nil {
							break
						}
						runtime.Gosched()
					}
					return err
				},
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					if version, err := next.Up(t.Context(), d.open(t, 2)); err != nil || version != 2 {
						t.Errorf("version %d, error %v", version, err)
					}
				})
			}
			all.Wait()
			if now := everyMember(t, s); !slices.Equal(now, was) {
				t.Errorf("the members were %v, and are %v", was, now)
			}
			if n := number(t, d.open(t, 1), `SELECT count(*) FROM charter_users WHERE nickname = 'none'`); n != 5 {
				t.Errorf("%d users are new", n)
			}
			if _, err := sqlstore.New(t.Context(), d.open(t, 1), e.dialect); !errors.Is(err, sqlstore.ErrSchemaNew) {
				t.Errorf("New: got error %v", err)
			}
		})
	}
}

// everyMember returns all rows of the first organization.
func everyMember(t testing.TB, s store.Store) []orgs.Member {
	t.Helper()
	page, err := s.Members(t.Context(), store.MemberQuery{Org: org(0), Limit: 100})
	if err != nil || len(page.Members) == 0 {
		t.Fatalf("members %v, error %v", page.Members, err)
	}
	return page.Members
}

// TestMigrateInterrupted goes on where a process died that had made the table of
// the tool and nothing else: no transaction holds the two together on MariaDB.
func TestMigrateInterrupted(t *testing.T) {
	e := onMariaDB()
	db := e.blank(t).open(t, 1)
	must(t, db, `CREATE TABLE charter_migrations (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
		version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP NULL DEFAULT now())`)
	populate(t, migrated(t, db, e.dialect), 1, 5)
}

// TestNoDialect refuses the zero Dialect.
func TestNoDialect(t *testing.T) {
	db := sqliteFile(t, 1)
	if _, err := sqlstore.New(t.Context(), db, sqlstore.Dialect{}); err == nil {
		t.Error("New took it")
	}
	if err := sqlstore.Migrate(t.Context(), db, sqlstore.Dialect{}); err == nil {
		t.Error("Migrate took it")
	}
	if names, err := fs.Glob(sqlstore.Migrations(sqlstore.Dialect{}), "*"); err != nil || len(names) != 0 {
		t.Errorf("Migrations: %v, %v", names, err)
	}
}
