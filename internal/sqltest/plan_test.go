package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestSQLitePlans looks at the plan of every statement that the adapter runs,
// before and after SQLite has gathered statistics. Every list, count and check is
// a seek; nothing but a search sorts more than it returns.
func TestSQLitePlans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "charter.db")
	plain := sqliteOpen(t, path, 1)
	populate(t, migrated(t, plain, sqlstore.SQLite()), 8, 60)
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			must(t, plain, `ANALYZE`)
		}
		t.Run(fmt.Sprintf("reads, analyzed %v", analyzed), func(t *testing.T) {
			db, rec := recorded(t, path, 4)
			s := opened(t, db, sqlstore.SQLite())
			for _, r := range reads(1) {
				rec.take()
				if err := r.run(t.Context(), s); err != nil {
					t.Fatalf("%s: %v", r.call, err)
				}
				r.check(t, plain, rec.take())
			}
		})
		for _, cascades := range []bool{true, false} {
			t.Run(fmt.Sprintf("writes, analyzed %v, cascades %v", analyzed, cascades), func(t *testing.T) {
				db, rec := recorded(t, fmt.Sprintf("%s?_pragma=foreign_keys(%v)", path, cascades), 1)
				s := opened(t, db, sqlstore.SQLite())
				for _, w := range writes(1) {
					rec.take()
					w.runAndUndo(t, s, db)
					read{call: w.call}.check(t, plain, rec.take())
				}
			})
		}
	}
}

// TestEveryMethodIsCalled makes sure that the lists of calls leave none out.
func TestEveryMethodIsCalled(t *testing.T) {
	var called []string
	for _, r := range reads(1) {
		called = append(called, r.call)
	}
	for _, w := range writes(1) {
		called = append(called, w.call)
	}
	for _, face := range []reflect.Type{reflect.TypeFor[store.Reader](), reflect.TypeFor[store.Tx]()} {
		for i := range face.NumMethod() {
			name := face.Method(i).Name
			begins := regexp.MustCompile(`^` + name + `\b`)
			if name != "Hold" && !slices.ContainsFunc(called, begins.MatchString) {
				t.Errorf("no call of %s", name)
			}
		}
	}
}

// runAndUndo runs w after a Hold of everything, in a transaction that is rolled
// back.
func (w write) runAndUndo(t testing.TB, s *sqlstore.Store, db *sql.DB) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := attempt(t.Context(), s.Bind(tx), everything(1), w.run); err != nil {
		t.Fatalf("%s: %v", w.call, err)
	}
}

// check looks at the plans of what ran for r.
func (r read) check(t *testing.T, db *sql.DB, ran []statement) {
	t.Helper()
	ranges := false
	for _, s := range ran {
		if verb, _, _ := strings.Cut(s.text, " "); !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE"}, verb) {
			continue
		}
		plan := explain(t, db, s)
		if problem := plan.problem(r.sorts); problem != "" {
			t.Errorf("%s: %s\n%s\n%s", r.call, problem, s.text, plan)
		}
		ranges = ranges || strings.ContainsAny(plan.String(), "<>")
	}
	if r.ranges && !ranges {
		t.Errorf("%s does not seek to where it goes on\n%s", r.call, explain(t, db, ran[len(ran)-1]))
	}
}

// plan is what SQLite says about how it will run a statement.
type plan []step

type step struct {
	id, parent int
	detail     string
}

func explain(t testing.TB, db *sql.DB, s statement) (p plan) {
	t.Helper()
	args := make([]any, len(s.args))
	for i, a := range s.args {
		args[i] = a.Value
	}
	rows, err := db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+s.text, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.text)
	}
	defer rows.Close()
	for rows.Next() {
		var s step
		var unused int
		if err := rows.Scan(&s.id, &s.parent, &unused, &s.detail); err != nil {
			t.Fatal(err)
		}
		p = append(p, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p plan) String() string {
	var text strings.Builder
	depth := map[int]int{}
	for _, s := range p {
		depth[s.id] = depth[s.parent] + 1
		fmt.Fprintf(&text, "%s%s\n", strings.Repeat("  ", depth[s.id]), s.detail)
	}
	return text.String()
}

var scanned = regexp.MustCompile(`^SCAN (\S+)`)

// problem says what is wrong with p, if anything is.
func (p plan) problem(maySort bool) string {
	for _, s := range p {
		name := scanned.FindStringSubmatch(s.detail)
		switch {
		case strings.Contains(s.detail, "AUTOMATIC"):
			return "an index is missing: " + s.detail
		case strings.HasPrefix(s.detail, "USE TEMP B-TREE FOR ORDER BY") && !maySort:
			return "sorts what it could read in order"
		case name == nil, strings.Contains(s.detail, "CONSTANT ROW"):
		case strings.Contains(s.detail, "VIRTUAL TABLE"): // the caller's own list, or a pragma
		case !p.makes(name[1]):
			return "reads all of a table: " + s.detail
		}
	}
	return ""
}

// makes reports whether the table called name is a result of p itself.
func (p plan) makes(name string) bool {
	return slices.ContainsFunc(p, func(s step) bool {
		return s.detail == "CO-ROUTINE "+name || s.detail == "MATERIALIZE "+name
	})
}

// TestPlanProblems shows that bad plans are seen.
func TestPlanProblems(t *testing.T) {
	db := sqliteFile(t, 1)
	migrated(t, db, sqlstore.SQLite())
	for text, want := range map[string]string{
		`SELECT id FROM charter_members WHERE message = ''`:                                                        "reads all",
		`SELECT m.id FROM charter_members m WHERE m.id = ''`:                                                       "reads all",
		`SELECT id FROM charter_members WHERE org = '' ORDER BY message`:                                           "sorts",
		`SELECT id FROM charter_members WHERE org = '' ORDER BY first_key`:                                         "sorts",
		`SELECT 1 FROM (SELECT m.id FROM charter_members m LIMIT 5) AS page, charter_users u WHERE u.id = page.id`: "reads all",
	} {
		if got := explain(t, db, statement{text: text}).problem(false); !strings.Contains(got, want) {
			t.Errorf("%s: got problem %q, want one with %q", text, got, want)
		}
	}
	// Whether SQLite makes an index of its own depends on its version.
	own := plan{{detail: "SEARCH m USING AUTOMATIC COVERING INDEX (message=?)"}}
	if got := own.problem(false); !strings.Contains(got, "index is missing") {
		t.Errorf("an index of SQLite's own: got problem %q", got)
	}
}

// execer is a handle or a transaction.
type execer interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

func must(t testing.TB, db execer, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
