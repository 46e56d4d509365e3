package servers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

// tables is a schema of some size.
const tables = 12

// prepare makes it, with a row that stays.
func prepare(driver string, s Engine) func(context.Context, string) error {
	return func(ctx context.Context, name string) error {
		db, err := sql.Open(driver, s.DSN(name))
		if err != nil {
			return err
		}
		defer db.Close()
		statements := []string{"CREATE TABLE version (n INT)", "INSERT INTO version VALUES (7)", "CREATE TABLE t0 (n INT PRIMARY KEY)"}
		for i := 1; i < tables; i++ {
			statements = append(statements, fmt.Sprintf("CREATE TABLE t%d (n INT PRIMARY KEY, up INT REFERENCES t%d (n))", i, i-1))
		}
		for _, s := range statements {
			if _, err := db.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestPool has a database back as prepare left it, with a transaction still open in
// it, and another one where a test has changed the schema.
func TestPool(t *testing.T) {
	for _, name := range []string{"PostgreSQL", "MariaDB"} {
		t.Run(name, func(t *testing.T) {
			k := kinds[name]
			s := k.shared(t, Options{Cheap: true})
			p := NewPool(s, prepare(k.driver, s))
			seen := map[string]bool{}
			for _, after := range []string{"", "", "DROP TABLE t11", "", ""} {
				t.Run("", func(t *testing.T) {
					name := p.Database(t)
					seen[name] = true
					db := connect(t, k.driver, s.DSN(name))
					for i := range tables {
						if n := number(t, db, fmt.Sprintf("SELECT COUNT(*) FROM t%d", i)); n != 0 {
							t.Errorf("%d rows in t%d", n, i)
						}
						do(t, db, fmt.Sprintf("INSERT INTO t%d (n) VALUES (1)", i))
					}
					if n := number(t, db, "SELECT n FROM version"); n != 7 {
						t.Errorf("version %d", n)
					}
					if after != "" {
						do(t, db, after)
						return
					}
					tx, err := connect(t, k.driver, s.DSN(name)).BeginTx(t.Context(), nil)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { tx.Rollback() })
					if _, err := tx.ExecContext(t.Context(), "UPDATE t0 SET n = 2"); err != nil {
						t.Fatal(err)
					}
				})
			}
			if len(seen) != 2 {
				t.Errorf("%d databases, not 2", len(seen))
			}
		})
	}
}

// BenchmarkDatabase says what a database costs, from its making to its end: one that
// is empty, one with a schema, and one of a Pool whose tables have had a row each.
func BenchmarkDatabase(b *testing.B) {
	for name, k := range kinds {
		b.Run(name, func(b *testing.B) {
			s := k.shared(b, Options{Cheap: true})
			p := NewPool(s, prepare(k.driver, s))
			create := func(ctx context.Context, name string) error { return s.create(ctx, name) }
			b.Run("empty", func(b *testing.B) { cycle(b, s, create) })
			b.Run("schema", func(b *testing.B) {
				cycle(b, s, func(ctx context.Context, name string) error {
					return errors.Join(create(ctx, name), p.prepare(ctx, name))
				})
			})
			b.Run("pool", func(b *testing.B) {
				for b.Loop() {
					name, err := p.take(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					db := connect(b, k.driver, s.DSN(name, modes[k.driver]))
					for i := range tables {
						do(b, db, fmt.Sprintf("INSERT INTO t%d (n) VALUES (1)", i))
					}
					if err := errors.Join(db.Close(), p.put(b.Context(), name)); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// cycle makes databases and drops them.
func cycle(b *testing.B, s Engine, create func(context.Context, string) error) {
	for b.Loop() {
		name := random()
		if err := errors.Join(create(b.Context(), name), s.drop(b.Context(), name)); err != nil {
			b.Fatal(err)
		}
	}
}
