package sqltest

import (
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter/roles"
)

// growth is, for each n of a series, more of everything in organization 1: active
// Editors, who have grants of its first device and of all devices; resources of
// kinds before, between and after the others, of which its row 1 gets the first;
// events. User 1 comes into more organizations. Of this, only what comes first in a
// list passes the filters of reads, so that who walks to what else does pass walks
// past all of it.
var growth = []string{
	`charter_users (id, email, first_name, last_name, folded_address, active, memberships, created_at, revision)
		SELECT concat('grown-', 1000000 + n), 'g', 'g', 'g', concat('grown-', 1000000 + n), 'org-001', 1, 0, 1`,
	`charter_members (org, id, role, status, user_id, email, first_name, last_name, invited_by, invited_at, joined_at,
		message, issue, first_key, last_key, email_key, invited_key, role_key)
		SELECT 'org-001', concat('grown-', 1000000 + n), 'editor', 'active', concat('grown-', 1000000 + n), 'g', 'g', 'g', '', 0, n,
		'', 0, concat('grown ', 1000000 + n), concat('grown ', 1000000 + n), concat('grown-', 1000000 + n), concat('1', 1000000 + n), '` + roles.Editor.Key() + `'`,
	`charter_resources (org, kind, id)
		SELECT 'org-001', CASE n % 4 WHEN 0 THEN 'camera' WHEN 1 THEN 'dashboard' WHEN 2 THEN 'device' ELSE 'tap' END, concat('grown-', 1000000 + n)`,
	`charter_grants (org, member, kind, resource) SELECT 'org-001', concat('grown-', 1000000 + n), 'device', 'thing-1-000'`,
	`charter_wide_grants (org, member, kind) SELECT 'org-001', concat('grown-', 1000000 + n), 'device'`,
	`charter_events (org, number, at, actor, action, detail)
		SELECT 'org-001', -9223372036854775807 + 2000 + n, 0, '', '', '{}'`,
	`charter_tombstones (org, number, at, actor, action, detail) SELECT concat('grown-', 1000000 + n), 1, 0, '', '', '{}'`,
}

// growthSome is the same for one n in a hundred.
var growthSome = []string{
	`charter_grants (org, member, kind, resource) SELECT 'org-001', 'row-001', 'camera', concat('grown-', 1000000 + n)`,
	`charter_organizations (id, name, folded_name, company, address, vat_id, billing_email, reference, created_at, counts, events, revision)
		SELECT concat('grown-', 1000000 + n), 'Grown', 'grown organization', '', '', '', '', '', 0, '[]', 0, 1`,
	`charter_members (org, id, role, status, user_id, email, first_name, last_name, invited_by, invited_at, joined_at,
		message, issue, first_key, last_key, email_key, invited_key, role_key)
		SELECT concat('grown-', 1000000 + n), 'row', 'admin', 'active', 'user-001', 'g', 'g', 'g', '', 0, n,
		'', 0, 'g', 'g', 'g', '1', '` + roles.Admin.Key() + `'`,
}

// seriesSQL is a table of the numbers n from one to another.
var seriesSQL = map[string]string{
	"PostgreSQL": `generate_series(%d, %d) AS series (n)`,
	"MariaDB":    `(SELECT CAST(seq AS SIGNED) AS n FROM seq_%d_to_%d) AS series`,
}

// grow lets organization 1 have to members, of which it has from.
func (e *engine) grow(t testing.TB, db execer, from, to int) {
	t.Helper()
	series := fmt.Sprintf(seriesSQL[e.name], from, to-1)
	for _, each := range growth {
		must(t, db, `INSERT INTO `+each+` FROM `+series)
	}
	for _, each := range growthSome {
		must(t, db, `INSERT INTO `+each+` FROM `+series+` WHERE n % 100 = 0`)
	}
}

// unseen returns a database whose organization 1 has that many members while the
// statistics say that there is nothing at all: they were gathered before somebody has
// committed, as it may happen beside an import.
func (e *engine) unseen(t testing.TB, members int) database {
	t.Helper()
	d := e.blank(t)
	db := d.open(t, 2)
	s := migrated(t, db, e.dialect)
	for _, table := range e.tables(t) {
		must(t, db, fmt.Sprintf(stillSQL[e.name], table))
	}
	empty := e.name == "MariaDB" // which waits with this for who writes
	if empty {
		must(t, db, analyzeSQL[e.name])
	}
	tx := begin(t, db)
	populate(t, s.Bind(tx), 8, 60)
	e.grow(t, tx, 60, members)
	if !empty {
		must(t, db, analyzeSQL[e.name])
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return d
}

// dropSQL takes away the index of the list by address.
var dropSQL = map[string]string{
	"PostgreSQL": `DROP INDEX charter_members_by_email`,
	"MariaDB":    `DROP INDEX charter_members_by_email ON charter_members`,
}

// stillSQL keeps the server from gathering statistics about a table by itself, halfway
// in what a test does.
var stillSQL = map[string]string{
	"PostgreSQL": `ALTER TABLE %s SET (autovacuum_enabled = off)`,
	"MariaDB":    `ALTER TABLE %s STATS_AUTO_RECALC = 0`,
}

// analyzeSQL lets the server gather statistics, as it does by itself in time.
var analyzeSQL = map[string]string{
	"PostgreSQL": `ANALYZE`,
	"MariaDB": `ANALYZE TABLE charter_organizations, charter_users, charter_members, charter_roles, charter_role_permissions,
		charter_resources, charter_grants, charter_wide_grants, charter_events, charter_tombstones`,
}
