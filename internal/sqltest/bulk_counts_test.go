package sqltest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// TestStatementsOfMany counts what a batch of a thousand rows runs: as many statements
// as the elements of its lists need, the same for the first batch and the next, and so
// whatever the organization has.
func TestStatementsOfMany(t *testing.T) {
	// BEGIN, a Hold, a few each of organizations, users, members and events, four of
	// grants, the comparison, COMMIT, and what gives a connection to SQLite back.
	const most = 18
	eachEngine(t, func(t *testing.T, e *engine) {
		db, rec := e.fresh(t).recorded(t, 1)
		th := &thousand{T: t, rec: rec, tenant: newTenant(t, opened(t, db, e.dialect))}
		for i := range 100 {
			th.devices = append(th.devices, grants.Resource{Kind: device, ID: importedDevice(i)})
		}
		th.must(th.svc.Resources.Register(t.Context(), th.ada, th.devices...))
		first, second := th.run("a"), th.run("b")
		if !slices.Equal(first, second) || slices.Max(first) > most {
			t.Errorf("a thousand rows to import, take from, give to and remove run %d statements, and %d the next time; want the same, and %d at most",
				first, second, most)
		}
	})
}

// thousand is a tenant to which a thousand members come.
type thousand struct {
	*testing.T
	rec *recorder
	*tenant
	devices []grants.Resource
}

func (th *thousand) must(err error) {
	th.Helper()
	if err != nil {
		th.Fatal(err)
	}
}

// run imports a thousand members with twenty grants each, takes their grants, gives
// them back and removes the members, who have no other organization. It returns how
// many statements each of that runs.
func (th *thousand) run(name string) (counts []int) {
	th.Helper()
	rows := make([]charter.ImportedMember, 1000)
	for i := range rows {
		id := orgs.UserID(fmt.Sprintf("many-%s-%04d", name, i))
		rows[i] = charter.ImportedMember{User: id, Role: roles.Viewer, Profile: orgs.Profile{Email: string(id) + "@mail.example"}}
		for d := range grantsEach {
			r := th.devices[(i+d)%len(th.devices)]
			rows[i].Grants = append(rows[i].Grants, grants.One(r.Kind, r.ID))
		}
	}
	count := func(done charter.Done, err error) {
		th.Helper()
		th.must(err)
		if done != (charter.Done{Rows: len(rows), Changed: len(rows)}) {
			th.Fatalf("did %v", done)
		}
		counts = append(counts, len(th.rec.take()))
	}
	th.rec.take()
	count(th.svc.Members.Import(th.Context(), charter.Host(th.ada.Org), charter.Rows(rows), charter.Bulk{}))
	given, removed := make([]charter.MemberGrants, len(rows)), make([]charter.Removal, len(rows))
	for i, row := range rows {
		m, err := th.svc.Members.Me(th.Context(), charter.Actor{User: row.User, Org: th.ada.Org})
		th.must(err)
		given[i] = charter.MemberGrants{Member: m.ID, Grants: row.Grants}
		removed[i] = charter.Removal{Member: m.ID, Confirmation: m.Email}
	}
	th.rec.take()
	count(th.svc.Grants.TakeMany(th.Context(), th.ada, charter.Rows(given), charter.Bulk{}))
	count(th.svc.Grants.GiveMany(th.Context(), th.ada, charter.Rows(given), charter.Bulk{}))
	count(th.svc.Members.RemoveMany(th.Context(), th.ada, charter.Rows(removed), charter.Bulk{}))
	return counts
}
