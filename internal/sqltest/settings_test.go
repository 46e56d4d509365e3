package sqltest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// TestSettings opens sessions that are set to something else than a server's own
// settings. New refuses those with which a promise would be broken or a statement
// fail, and says which setting it is; "" is what it takes.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		engine     *engine
		parameters string // of the data source name
		says       string
	}{
		// A transaction begins as the last one ends, and every check sees its snapshot.
		{onMariaDB(), "&completion_type='CHAIN'", "completion_type"},
		{onMariaDB(), "&completion_type='RELEASE'", "completion_type"},
		// What an operation reads of a role is cut, and it is given away for less.
		{onMariaDB(), "&sql_select_limit=1", "sql_select_limit"},
		{onMariaDB(), "&sql_select_limit=18446744073709551614", "sql_select_limit"},
		// A quote after 保 is escaped by a driver, and in these a character ends there.
		{onMariaDB(), "&charset=gbk&interpolateParams=true", "character_set_client"},
		{onMariaDB(), "&charset=gbk", "character_set_client"},
		{onMariaDB(), "&charset=sjis", "character_set_client"},
		{onMariaDB(), "&charset=big5", "character_set_client"},
		{onMariaDB(), "&charset=cp932", "character_set_client"},
		{onMariaDB(), "&charset=swe7", "character_set_client"},
		// The device 🙂 is the device ????.
		{onMariaDB(), "&charset=utf8", "character_set_client"},
		{onMariaDB(), "&charset=ascii", "character_set_client"},
		{onMariaDB(), "&charset=binary", "character_set_client"},
		{onMariaDB(), "&charset=latin1", ""},
		// The user ada日本 is the user ada??.
		{onMariaDB(), "&character_set_connection=latin1", "character_set_connection"},
		{onMariaDB(), "&character_set_client=latin1", "character_set_connection"},
		{onMariaDB(), "&collation_connection=latin1_bin", "character_set_connection"},
		{onMariaDB(), "&collation_connection=utf8mb4_bin", ""},
		{onMariaDB(), "&character_set_results=latin1", ""},
		// Two names of 804 bytes are told apart by the last one.
		{onMariaDB(), "&max_sort_length=805", "max_sort_length"},
		{onMariaDB(), "&max_sort_length=806", ""},
		{onMariaDB(), "&unique_checks=0", "unique_checks"},
		{onMariaDB(), "&sql_safe_updates=1", "sql_safe_updates"},
		{onMariaDB(), "&sql_mode='EMPTY_STRING_IS_NULL'", "EMPTY_STRING_IS_NULL"},
		{onMariaDB(), "&sql_mode='ANSI_QUOTES,EMPTY_STRING_IS_NULL,PIPES_AS_CONCAT'", "EMPTY_STRING_IS_NULL"},
		{onMariaDB(), "&sql_big_selects=0", "sql_big_selects"},
		{onMariaDB(), "&max_join_size=1000", "sql_big_selects"},
		{onMariaDB(), "&max_join_size=1,sql_big_selects=1", ""},
		// The user adaé is the user adaÃ©.
		{onPostgreSQL(), "&client_encoding=LATIN1", "client_encoding is LATIN1"},
		{onPostgreSQL(), "&client_encoding=SQL_ASCII", "client_encoding is SQL_ASCII"},
		{onPostgreSQL(), "&client_encoding=utf-8", ""},
	} {
		t.Run(c.engine.name+" "+strings.TrimPrefix(c.parameters, "&"), func(t *testing.T) {
			db := c.engine.fresh(t).with(c.parameters).open(t, 1)
			if c.says == "" {
				opened(t, db, c.engine.dialect)
				return
			}
			refused(t, db, c.engine, c.says)
		})
	}
}

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
