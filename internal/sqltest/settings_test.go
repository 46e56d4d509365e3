package sqltest

import (
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// manyFilters makes s read with more statements than it keeps prepared: a filter of so
// many roles, in some order, is one by itself.
func manyFilters(t *testing.T, s store.Reader, of orgs.ID) {
	t.Helper()
	for n := range 150 {
		q := store.MemberQuery{Org: of, Limit: 1, Sort: orgs.Sort(n / 30), Status: []orgs.Status{orgs.Active}}
		for i := range n%30 + 1 {
			q.Roles = append(q.Roles, roles.ID(fmt.Sprint("role-", i)))
		}
		if _, err := s.Members(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMoreThanIsKept reads with more statements than are kept prepared. The others run
// in one round trip and give no parameter to the driver, which would write it into the
// text as it sees fit: here in sessions that somebody has changed after New looked.
func TestMoreThanIsKept(t *testing.T) {
	for _, charset := range []string{"utf8mb4", "gbk", "sjis", "big5", "cp932"} {
		t.Run(charset, func(t *testing.T) {
			db, rec := onMariaDB().fresh(t).with("&interpolateParams=true").recorded(t, 1)
			s := opened(t, db, onMariaDB().dialect)
			n := newTenant(t, s)
			must(t, db, "SET NAMES "+charset)
			manyFilters(t, s, n.ada.Org)
			for name, user := range map[string]orgs.UserID{
				"nobody":                        "ada日本",
				"a user ID that is a condition": orgs.UserID(fmt.Sprintf("保' OR m.user_id=0x%x CROSS JOIN (SELECT 0 n,1 a,2 b,3 c) AS listed WHERE o.id=0x%x -- ", n.ada.User, n.ada.Org)),
			} {
				rec.take()
				ok, err := n.svc.Holds(t.Context(), charter.Actor{Org: n.ada.Org, User: user}, roles.ChangeRoles)
				if ok || err != nil {
					t.Errorf("%s: has the rights of the Admin: %v, %v (%v)", name, ok, err, explained(err))
				}
				if trips := rec.trips(); trips != 1 {
					t.Errorf("%s: %d round trips", name, trips)
				}
			}
			if ok, err := n.svc.Holds(t.Context(), n.ada, roles.ChangeRoles); !ok || err != nil {
				t.Errorf("the Admin: %v, %v (%v)", ok, err, explained(err))
			}
			for _, ran := range rec.take() {
				if len(ran.args) > 0 {
					t.Errorf("the driver is given %d parameters with %s", len(ran.args), ran.text)
				}
			}
		})
	}
}
