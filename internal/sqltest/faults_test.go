package sqltest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-5b9f5318/charter/store"
)

var errDriver = errors.New("the driver says no, and quotes 'secret'")

// failing makes the statement that is just text fail with err.
func failing(text string, err error) func(string) error {
	return func(ran string) error {
		if ran == text {
			return err
		}
		return nil
	}
}

// TestCommitFails shows what a COMMIT that fails is called: an unknown outcome, unless
// it is certain that nothing was committed. On SQLite that is when the transaction is
// still there to be rolled back, on a server when that says so.
func TestCommitFails(t *testing.T) {
	for _, c := range []commitTest{
		{"and has done nothing", onSQLite(), failing("COMMIT", errDriver), errDriver, nil},
		{"and nobody answers", onSQLite(), notAnswered, errDriver, store.ErrUnknownOutcome},
		{"and nobody answers", onPostgreSQL(), failing("COMMIT", errDriver), errDriver, store.ErrUnknownOutcome},
		{"and nobody answers", onMariaDB(), failing("COMMIT", errDriver), errDriver, store.ErrUnknownOutcome},
		commitFails("40001", store.ErrConflict), commitFails("40003", store.ErrUnknownOutcome), commitFails("57P01", store.ErrUnknownOutcome),
		commitFailed(1213, store.ErrConflict), commitFailed(1180, store.ErrUnknownOutcome), commitFailed(1053, store.ErrUnknownOutcome),
	} {
		t.Run(c.engine.name+", "+c.name, func(t *testing.T) {
			db, rec := c.engine.fresh(t).recorded(t, 1)
			s := opened(t, db, c.engine.dialect)
			populate(t, s, 2, 10)
			rec.fail(c.fault)
			err := attempt(t.Context(), s, holdOrg, rename("new"))
			rec.fail(nil)
			for _, class := range []error{store.ErrUnknownOutcome, store.ErrConflict} {
				if !errors.Is(err, c.cause) || errors.Is(err, class) != errors.Is(c.class, class) {
					t.Errorf("got error %v, which is not as it should be %v", err, class)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes: %v", err)
			}
			if got := nameOf(t, s, org(1)); got != "Organization 1" {
				t.Errorf("the name is %q", got)
			}
			update(t, s, holdOrg, rename("later")) // the Store goes on
		})
	}
}

// commitTest is a case of TestCommitFails.
type commitTest struct {
	name   string
	engine *engine
	fault  func(text string) error
	cause  error // which the error has
	class  error // and the class that it is of, if any
}

// commitFails is what PostgreSQL answers.
func commitFails(state string, class error) commitTest {
	err := &pgconn.PgError{Code: state, Message: "secret"}
	return commitTest{"with " + state, onPostgreSQL(), failing("COMMIT", err), err, class}
}

// commitFailed is what MariaDB answers.
func commitFailed(number uint16, class error) commitTest {
	err := &mysql.MySQLError{Number: number, Message: "secret"}
	return commitTest{fmt.Sprintf("with %d", number), onMariaDB(), failing("COMMIT", err), err, class}
}

// TestCommitAnswersTooLate commits, and then says that it failed.
func TestCommitAnswersTooLate(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		db, rec := e.fresh(t).recorded(t, 2)
		s := opened(t, db, e.dialect)
		populate(t, s, 2, 10)
		rec.failAfter("COMMIT", errDriver)
		err := attempt(t.Context(), s, holdOrg, rename("new"))
		rec.failAfter("", nil)
		if !errors.Is(err, store.ErrUnknownOutcome) || errors.Is(err, store.ErrConflict) {
			t.Errorf("got error %v", err)
		}
		if got := nameOf(t, s, org(1)); got != "new" {
			t.Errorf("the name is %q", got)
		}
	})
}

// TestEveryStatementFails fails each statement of an Update in turn: it fails with
// that error, says nothing of what the driver said, and keeps nothing (SPEC 8).
func TestEveryStatementFails(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		d := e.fresh(t)
		db, rec := d.recorded(t, 1)
		s := opened(t, db, e.dialect)
		populate(t, s, 2, 10)
		plain := d.open(t, 1)
		before := state(t, e, plain)
		for _, w := range writes(1) {
			for n := 0; ; n++ {
				var failed string
				rec.fail(nth(n, &failed))
				err := attempt(t.Context(), s, everything(1), w.run)
				rec.fail(nil)
				if failed == "" {
					before = state(t, e, plain)
					break // there is no such statement any more
				}
				if !errors.Is(err, errDriver) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "charter_") {
					t.Errorf("%s, statement %d: got error %v", w.call, n, err)
				}
				if after := state(t, e, plain); after != before {
					t.Fatalf("%s, statement %d (%s): something was kept", w.call, n, failed)
				}
			}
		}
	})
}

// nth makes a statement fail after so many others, and says which that was. What ends
// a transaction that is lost is not counted.
func nth(n int, failed *string) func(string) error {
	return func(text string) error {
		if strings.HasPrefix(text, "ROLLBACK") || strings.HasPrefix(text, "PRAGMA foreign_keys = OFF") {
			return nil
		}
		if n--; n < 0 && *failed == "" {
			*failed = text
			return errDriver
		}
		return nil
	}
}

// state returns everything that is stored, as text.
func state(t testing.TB, e *engine, db *sql.DB) string {
	t.Helper()
	var text strings.Builder
	for _, table := range tablesOf(t, e, db) {
		_, rows := dump(t, db, table)
		fmt.Fprintln(&text, table, rows)
	}
	return text.String()
}

// dump returns the columns of a table and its rows.
func dump(t testing.TB, db *sql.DB, table string) (columns []string, all [][]any) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if columns, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, fields := make([]any, len(columns)), make([]any, len(columns))
		for i := range fields {
			fields[i] = &values[i]
		}
		if err := rows.Scan(fields...); err != nil {
			t.Fatal(err)
		}
		all = append(all, values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return columns, all
}

// tablesOf returns the tables of a database.
func tablesOf(t testing.TB, e *engine, db *sql.DB) []string {
	t.Helper()
	return names(t, db, map[*engine]string{
		onSQLite():     `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`,
		onPostgreSQL(): `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`,
		onMariaDB():    `SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name`,
	}[e])
}

// namesIn returns the names of all that a database has, such as indexes.
func namesIn(t testing.TB, e *engine, db *sql.DB) []string {
	t.Helper()
	return names(t, db, map[*engine]string{
		onSQLite():     `SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`,
		onPostgreSQL(): `SELECT relname FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) ORDER BY relname`,
		onMariaDB():    `SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name`,
	}[e])
}

// names returns what a query of one column finds.
func names(t testing.TB, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
