package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// visits counts what a session looks at, by table, index or kind of access. What a
// statement sorts, or reads to pass over it, it has visited before.
type visits map[string]int

func (v visits) total() (n int) {
	for _, visited := range v {
		n += visited
	}
	return n
}

// since returns what was visited since before was taken.
func (v visits) since(before visits) visits {
	more := maps.Clone(v)
	maps.DeleteFunc(more, func(name string, n int) bool { return n == before[name] })
	for name := range more {
		more[name] -= before[name]
	}
	return more
}

func (v visits) String() string {
	var text []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		text = append(text, fmt.Sprintf("%s %d", name, v[name]))
	}
	return strings.Join(text, ", ")
}

// visitsSQL returns the visits of a session. PostgreSQL counts the entries of
// indexes and rows of tables that a scan returns and, for those that it passes over
// within an index, the pages that it fetches. MariaDB counts what it asks InnoDB
// for, and the entries that InnoDB passes over for it.
var visitsSQL = map[string]string{
	"PostgreSQL": `SELECT relname, pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_blocks_fetched(oid)
		FROM pg_class WHERE relname LIKE 'charter%'`,
	"MariaDB": `SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read_%' OR Variable_name = 'Handler_icp_attempts'`,
}

func (e *engine) visited(t testing.TB, tx *sql.Tx) visits {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), visitsSQL[e.name])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := visits{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		seen[name] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return seen
}

// calls are calls of a Reader or of a Tx, by name.
type calls map[string]func(context.Context, store.Store) error

// paged returns the calls about organization n that cost a page, a row or a few.
func paged(n int) calls {
	want := everything(n)
	want.EveryResource = false
	locks := want
	locks.Contended = true
	list := calls{
		"Hold": holding(want, nothing), "Hold with locks": holding(locks, nothing), "Hold of lists": holding(lists(n), nothing),
	}
	for _, r := range reads(n) {
		if !r.whole {
			list[r.call] = r.in
		}
	}
	for _, w := range writes(n) {
		if !w.whole {
			list[w.call] = holding(want, w.run)
		}
	}
	return list
}

// whole returns the others, which may look at all that organization n has.
func whole(n int) calls {
	list := calls{"Hold of every resource": holding(everything(n), nothing)}
	for _, r := range reads(n) {
		if r.whole {
			list[r.call] = r.in
		}
	}
	for _, w := range writes(n) {
		if w.whole {
			list[w.call] = holding(everything(n), w.run)
		}
	}
	return list
}

func (r read) in(ctx context.Context, s store.Store) error { return r.run(ctx, s) }

func nothing(context.Context, store.Tx) error { return nil }

func holding(want store.Want, fn func(context.Context, store.Tx) error) func(context.Context, store.Store) error {
	return func(ctx context.Context, s store.Store) error { return attempt(ctx, s, want, fn) }
}

// costs runs each call in a transaction of its own, which is rolled back, and returns
// what it visits.
func (e *engine) costs(t testing.TB, db *sql.DB, list calls) map[string]visits {
	t.Helper()
	s, all := opened(t, db, e.dialect), map[string]visits{}
	for _, call := range slices.Sorted(maps.Keys(list)) {
		tx := begin(t, db)
		before := e.visited(t, tx)
		if err := list[call](t.Context(), s.Bind(tx)); err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		all[call] = e.visited(t, tx).since(before)
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// dearer returns which calls visit more than they did, by what no deeper index
// explains.
func dearer(now, before map[string]visits, spare int) (list []string) {
	for call, v := range now {
		if was := before[call]; v.total() > 2*was.total()+spare {
			list = append(list, fmt.Sprintf("%s: visits %d, and %d before: %v; %v", call, v.total(), was.total(), v, was))
		}
	}
	slices.Sort(list)
	return list
}

// TestVisits lets organization 1 grow from a thousand members to a hundred thousand,
// with as much of everything else, and counts what each call visits before and after:
// whatever statistics the server has, or if it plans a statement once for all
// parameters, it is no more. Calls that look at a whole organization are about one
// beside it.
func TestVisits(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		const growing, beside = 1, 2
		d := e.blank(t)
		db := d.open(t, 1)
		populate(t, migrated(t, db, e.dialect), 8, 60)
		for _, table := range e.tables(t) {
			must(t, db, fmt.Sprintf(stillSQL[e.name], table))
		}
		e.grow(t, db, 60, 1000)
		must(t, db, analyzeSQL[e.name])
		page, all := paged(growing), whole(beside)
		smallPage, smallAll := e.costs(t, db, page), e.costs(t, db, all)
		e.grow(t, db, 1000, 100_000)
		check := func(when string, d database, except ...string) {
			t.Helper()
			db := d.open(t, 1) // which has planned nothing yet
			// Of an organization that it knows to be small, the planner may walk all for each.
			now, few := e.costs(t, db, page), map[string]visits{}
			for _, call := range except {
				few[call] = now[call]
				delete(now, call)
			}
			problems := append(dearer(now, smallPage, 100), dearer(few, smallPage, 1_100)...)
			for _, problem := range append(problems, dearer(e.costs(t, db, all), smallAll, 20_000)...) {
				t.Errorf("%s: %s", when, problem)
			}
		}
		// Of one kind a member had a few grants, by these statistics, which PostgreSQL sorts:
		// row 1 has a thousand of them by now.
		check("with the statistics of the small organization", d, "Grants, filter 3, after false", "Grants, filter 3, after true")
		must(t, db, analyzeSQL[e.name])
		check("with statistics", d)
		if e.name == "PostgreSQL" {
			check("with plans for all parameters", d.with("&plan_cache_mode=force_generic_plan"))
		}

		must(t, db, dropSQL[e.name])
		const list = "Members, filter 0 by email, descending false, after false"
		if dropped := e.costs(t, db, calls{list: page[list]}); len(dearer(dropped, smallPage, 100)) == 0 {
			t.Errorf("nobody sees that an index is missing: %v", dropped)
		}
	})
}
