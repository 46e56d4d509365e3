package sqltest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The import that is timed: each member has so many grants of so many devices.
const (
	grantsEach      = 20
	devicesImported = 1000
	rawBatch        = 1000 // members in a transaction, as the Service's
	rawRows         = 200  // rows in a statement, the quickest of 50 to 1,000 on each engine
)

// BenchmarkImport imports members with 20 grants each, and inserts the same rows by
// hand: prepared statements of many rows each, in transactions of as many members, on
// a connection that enforces foreign keys as well. Rounds alternate, and x/raw is the
// ratio of their medians.
func BenchmarkImport(b *testing.B) {
	for _, e := range engines() {
		for _, members := range []int{2_000, 20_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", e.name, members), func(b *testing.B) { benchmarkImport(b, e, members) })
		}
	}
}

func benchmarkImport(b *testing.B, e *engine, members int) {
	rows := importedRows(members)
	var imported, raw []time.Duration
	for range b.N {
		b.StopTimer()
		by := newImport(b, e)
		b.StartTimer()
		imported = append(imported, by.took(func() { by.service(rows) }))
		b.StopTimer()
		byHand := newImport(b, e)
		tables := byHand.tables(rows)
		raw = append(raw, byHand.took(func() { byHand.insert(tables) }))
		if got, want := by.counts(), byHand.counts(); !slices.Equal(got, want) {
			b.Fatalf("rows of users, members, grants and events: %v, by hand %v", got, want)
		}
		b.StartTimer()
	}
	slices.Sort(imported)
	slices.Sort(raw)
	middle := len(raw) / 2
	b.ReportMetric(raw[middle].Seconds(), "s/raw")
	b.ReportMetric(imported[middle].Seconds(), "s/import")
	b.ReportMetric(imported[middle].Seconds()/raw[middle].Seconds(), "x/raw")
}

func importedRows(members int) []charter.ImportedMember {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]charter.ImportedMember, members)
	for i := range rows {
		rows[i] = charter.ImportedMember{
			User: orgs.UserID(fmt.Sprintf("user-%06d", i)), Role: roles.Viewer,
			Profile: orgs.Profile{
				Email: fmt.Sprintf("user%d@mail.example", i), FirstName: fmt.Sprint("First", i), LastName: fmt.Sprint("Last", i),
			},
		}
		for _, d := range random.Perm(devicesImported)[:grantsEach] {
			rows[i].Grants = append(rows[i].Grants, grants.One(device, importedDevice(d)))
		}
	}
	return rows
}

func importedDevice(n int) grants.ResourceID {
	return grants.ResourceID(fmt.Sprintf("device-%06d", n))
}

// importing is a fresh database with an organization and its devices.
type importing struct {
	testing.TB
	e   *engine
	db  *sql.DB
	svc *charter.Service
	org orgs.ID
}

func newImport(b *testing.B, e *engine) *importing {
	d := e.fresh(b)
	if e.name == "SQLite" {
		d = d.with("&_pragma=foreign_keys(1)&_pragma=synchronous(1)&_pragma=cache_size(-65536)")
	}
	db := d.open(b, 1)
	n := newTenant(b, opened(b, db, e.dialect))
	devices := make([]grants.Resource, devicesImported)
	for i := range devices {
		devices[i] = grants.Resource{Kind: device, ID: importedDevice(i)}
	}
	if err := n.svc.Resources.Register(b.Context(), n.ada, devices...); err != nil {
		b.Fatal(err)
	}
	return &importing{TB: b, e: e, db: db, svc: n.svc, org: n.ada.Org}
}

func (i *importing) took(run func()) time.Duration {
	runtime.GC()
	began := time.Now()
	run()
	return time.Since(began)
}

func (i *importing) service(rows []charter.ImportedMember) {
	done, err := i.svc.Members.Import(i.Context(), charter.Host(i.org), charter.Rows(rows), charter.Bulk{})
	if err != nil || done.Changed != len(rows) {
		i.Fatal(done, err)
	}
}

// tables are the rows of one transaction, by table.
type tables struct{ users, members, grants, events [][]any }

// tables returns what an import of rows writes.
func (i *importing) tables(rows []charter.ImportedMember) []tables {
	var all []tables
	random := rand.New(rand.NewPCG(3, 4))
	now := time.Now().UnixMicro()
	for n, row := range rows {
		if n%rawBatch == 0 {
			all = append(all, tables{})
		}
		t := &all[len(all)-1]
		id := orgs.MemberID(fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", random.Uint32(), random.Uint32()>>16,
			random.Uint32()>>20, random.Uint32()>>20, random.Uint64()>>16))
		m := orgs.Member{Profile: row.Profile, Role: row.Role}
		t.users = append(t.users, []any{string(row.User), row.Profile.Email, row.Profile.FirstName, row.Profile.LastName,
			m.Key(orgs.ByEmail), string(i.org), 1, now, 1})
		t.members = append(t.members, []any{string(i.org), string(id), string(row.Role), "active", string(row.User), nil,
			m.Email, m.FirstName, m.LastName, "", time.Time{}.UnixMicro(), now, "", 0,
			m.Key(orgs.ByFirstName), m.Key(orgs.ByLastName), m.Key(orgs.ByEmail), m.Key(orgs.ByInvited), m.Key(orgs.ByRole)})
		for _, g := range row.Grants {
			t.grants = append(t.grants, []any{string(i.org), string(id), string(g.Kind), string(g.Resource)})
		}
		detail, err := json.Marshal(store.Detail{Member: id, User: row.User, After: store.State{Role: row.Role}, Grants: row.Grants})
		if err != nil {
			i.Fatal(err)
		}
		t.events = append(t.events, []any{string(i.org), int64(uint64(1000+n) ^ 1<<63), now, "", string(store.MemberImported), string(detail)})
	}
	return all
}

func (i *importing) insert(all []tables) {
	for _, t := range all {
		tx, err := i.db.BeginTx(i.Context(), nil)
		if err != nil {
			i.Fatal(err)
		}
		i.insertRows(tx, "charter_users", t.users)
		i.insertRows(tx, "charter_members", t.members)
		i.insertRows(tx, "charter_grants", t.grants)
		i.insertRows(tx, "charter_events", t.events)
		if err := tx.Commit(); err != nil {
			i.Fatal(err)
		}
	}
}

func (i *importing) insertRows(tx *sql.Tx, table string, rows [][]any) {
	columns := len(rows[0])
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	text := "INSERT INTO " + table + " VALUES " + strings.Repeat(row+", ", rawRows-1) + row
	for n := 1; i.e.name == "PostgreSQL" && n <= columns*rawRows; n++ {
		text = strings.Replace(text, "?", "$"+strconv.Itoa(n), 1)
	}
	statement, err := tx.PrepareContext(i.Context(), text) //nolint:sqlclosecheck // it is closed below
	if err != nil {
		i.Fatal(err)
	}
	defer statement.Close()
	for some := range slices.Chunk(rows, rawRows) {
		if _, err := statement.ExecContext(i.Context(), slices.Concat(some...)...); err != nil {
			i.Fatal(err)
		}
	}
}

// counts returns how many rows there are of what is imported.
func (i *importing) counts() []int {
	var counts []int
	for _, query := range []string{
		`SELECT count(*) FROM charter_users`, `SELECT count(*) FROM charter_members`,
		`SELECT count(*) FROM charter_grants`, `SELECT count(*) FROM charter_events`,
	} {
		var n int
		if err := i.db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
			i.Fatal(err)
		}
		counts = append(counts, n)
	}
	return counts
}
