package sqltest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/store"
)

// TestFactsAtALargeRevision: a revision shares a column with flags. It has as much room
// as no organization ever needs, and where that ends there is no answer.
func TestFactsAtALargeRevision(t *testing.T) {
	questions := []grants.Question{
		{Permission: "devices.edit"},
		{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: thing(1, 0)}},
		{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: "nowhere"}},
	}
	eachEngine(t, func(t *testing.T, e *engine) {
		d := e.fresh(t)
		db := d.open(t, 4)
		s := opened(t, db, e.dialect)
		populate(t, s, 2, 10)
		set := func(revision uint64) {
			t.Helper()
			text := fmt.Sprintf(`UPDATE charter_organizations SET revision = %d WHERE id = '%s'`, revision, org(1))
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		facts := func(q grants.Question) (grants.Facts, error) { return s.Facts(t.Context(), org(1), user(1), q) }
		var before []grants.Facts
		for _, q := range questions {
			f, err := facts(q)
			if err != nil || f.Member == "" {
				t.Fatal(f, err)
			}
			before = append(before, f)
		}
		const most = 1<<55 - 1
		set(most)
		for i, want := range before {
			want.Revision = most
			if got, err := facts(questions[i]); err != nil || got != want {
				t.Errorf("%v: got %+v, %v, want %+v", questions[i], got, err, want)
			}
		}
		set(most + 1)
		for _, q := range questions {
			got, err := facts(q)
			if err == nil || errors.Is(err, store.ErrNotFound) || got != (grants.Facts{}) {
				t.Errorf("%v, one revision later: got %+v, %v, want an error", q, got, err)
			}
		}
	})
}
