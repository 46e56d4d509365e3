package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// printed is a Store of which the rules can see at little cost that nothing has
// changed: every row of every table is read.
type printed struct {
	*sqlstore.Store
	engine *engine
	db     *sql.DB
	tables []string
	last   *lastPrint // on SQLite
}

// lastPrint is what the last look at a file saw.
type lastPrint struct {
	conn    *sql.Conn // which nobody else has
	version int       // of the file
	prints  map[string]string
}

var _ servicetest.Fingerprinter = printed{}

// printed returns a Store on d, which has the schema.
func (d database) printed(t testing.TB) printed {
	t.Helper()
	db := d.open(t, 8)
	return printed{opened(t, db, d.engine.dialect), d.engine, db, d.engine.tables(t), new(lastPrint)}
}

// tables returns the names of all tables that the first migration makes.
func (e *engine) tables(t testing.TB) (names []string) {
	t.Helper()
	text, err := fs.ReadFile(sqlstore.Migrations(e.dialect), "00001_charter.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?(\w+)`).FindAllStringSubmatch(string(text), -1) {
		names = append(names, found[1])
	}
	if len(names) < 11 {
		t.Fatalf("the tables are %v", names)
	}
	return names
}

func (p printed) Fingerprint(ctx context.Context) (map[string]string, error) {
	switch p.engine.name {
	case onPostgreSQL().name:
		return p.inOne(ctx, sumsPostgreSQL(p.tables))
	case onMariaDB().name:
		return p.inOne(ctx, `CHECKSUM TABLE `+strings.Join(p.tables, `, `)) // which counts nothing: a row more is another sum
	}
	return p.ofFile(ctx)
}

// ofFile reads nothing where no other connection has committed anything since.
func (p printed) ofFile(ctx context.Context) (map[string]string, error) {
	last := p.last
	if last.conn == nil {
		var err error
		if last.conn, err = p.db.Conn(ctx); err != nil {
			return nil, err
		}
	}
	var version int
	if err := last.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return nil, err
	}
	if last.prints != nil && version == last.version {
		return last.prints, nil
	}
	prints := make(map[string]string, len(p.tables))
	for _, table := range p.tables {
		rows, sum, err := p.sum(ctx, table)
		if err != nil {
			return nil, err
		}
		prints[table] = fmt.Sprintf("%d rows, %x", rows, sum)
	}
	last.version, last.prints = version, prints
	return prints, nil
}

// inOne asks a server for all tables together: a round trip for each took longer than
// most cases.
func (p printed) inOne(ctx context.Context, statement string) (map[string]string, error) {
	rows, err := p.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	prints := make(map[string]string, len(p.tables))
	for rows.Next() {
		var table, sum string
		if err := rows.Scan(&table, &sum); err != nil {
			return nil, err
		}
		prints[table] = sum
	}
	if err := rows.Err(); err != nil || len(prints) != len(p.tables) {
		return nil, errors.Join(err, fmt.Errorf("%d of %d tables have a sum", len(prints), len(p.tables)))
	}
	return prints, nil
}

func sumsPostgreSQL(tables []string) string {
	sums := make([]string, len(tables))
	for i, table := range tables {
		sums[i] = `SELECT '` + table + `', count(*) || ' rows, ' || COALESCE(sum(hashtextextended(CAST(t AS text), 0)), 0) FROM ` + table + ` t`
	}
	return strings.Join(sums, ` UNION ALL `)
}

var printSeed = maphash.MakeSeed()

// sum returns how many rows a table has and the sum of what they hash to, since they
// come in any order.
func (p printed) sum(ctx context.Context, table string) (n int, sum uint64, err error) {
	rows, err := p.db.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, 0, err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return 0, 0, err
		}
		sum += maphash.String(printSeed, fmt.Sprintf("%q", values))
	}
	return n, sum, rows.Err()
}

// TestFingerprint changes one thing after the other.
func TestFingerprint(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		p := e.fresh(t).printed(t)
		look := func() string {
			all, err := p.Fingerprint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(all)
		}
		populate(t, p.Store, 1, 5)
		seen := map[string]bool{look(): true}
		if !seen[look()] {
			t.Error("it changes by itself")
		}
		for _, change := range []string{
			`UPDATE charter_members SET message = 'm' WHERE id = '` + string(row(2)) + `'`,
			`UPDATE charter_members SET message = 'm' WHERE id = '` + string(row(3)) + `'`,
			`UPDATE charter_members SET invited_by = 'm', message = '' WHERE id = '` + string(row(3)) + `'`,
			`UPDATE charter_organizations SET revision = revision + 1`,
			`DELETE FROM charter_grants`,
			`DELETE FROM charter_organizations`,
		} {
			must(t, p.db, change)
			if now := look(); seen[now] {
				t.Errorf("%s: not seen", change)
			} else {
				seen[now] = true
			}
		}
	})
}
