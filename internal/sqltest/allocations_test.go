package sqltest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// byHand is a check as one would write it by hand, with the same keys.
const byHand = `SELECT EXISTS (SELECT 1 FROM charter_members m WHERE m.org = ? AND m.user_id = ? AND m.status = 'active'
	AND EXISTS (SELECT 1 FROM charter_role_permissions p WHERE p.org = m.org AND p.role = m.role AND p.permission = ?)
	AND EXISTS (SELECT 1 FROM charter_grants g WHERE g.org = m.org AND g.member = m.id AND g.kind = ? AND g.resource = ?))`

// TestAllocationsOfFacts compares what a check allocates with what the driver and
// database/sql allocate for a prepared query written by hand.
func TestAllocationsOfFacts(t *testing.T) {
	db := sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db"), 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 40)
	statement, err := db.PrepareContext(t.Context(), byHand)
	if err != nil {
		t.Fatal(err)
	}
	defer statement.Close()
	about := grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: thing(1, 0)}}
	ctx := context.WithoutCancel(t.Context()) // who waits for its end allocates, now or later
	organization, id, resource := string(org(1)), string(user(1)), string(about.Resource.ID)
	ours := testing.AllocsPerRun(200, func() {
		if f, err := s.Facts(ctx, org(1), user(1), about); err != nil || f.Member == "" {
			t.Fatal(f, err)
		}
	})
	hand := testing.AllocsPerRun(200, func() {
		if err := statement.QueryRowContext(ctx, organization, id, string(about.Permission), string(about.Resource.Kind), resource).Scan(new(bool)); err != nil {
			t.Fatal(err)
		}
	})
	if ours > hand+4 {
		t.Errorf("a check allocates %v times, a query by hand %v", ours, hand)
	}
}

// TestStatementsOfManyFacts counts what questions about a hundred resources run.
func TestStatementsOfManyFacts(t *testing.T) {
	db, rec := recorded(t, filepath.Join(t.TempDir(), "charter.db"), 1)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 40)
	questions := make([]grants.Question, 100)
	for i := range questions {
		questions[i] = grants.Question{Permission: "devices.view", Resource: grants.Resource{
			Kind: []roles.Kind{device, dashboard}[i%2], ID: grants.ResourceID(fmt.Sprintf("thing-1-%03d", i)),
		}}
	}
	rec.take()
	if _, err := s.FactsMany(t.Context(), org(1), user(1), questions); err != nil {
		t.Fatal(err)
	}
	if ran := rec.texts(); len(ran) != 1 {
		t.Errorf("runs %d statements: %v", len(ran), ran)
	}
}
