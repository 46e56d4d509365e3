package sqltest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// copies returns what opens a Store on a fresh copy of a database file that has
// the schema: to migrate for each case would take longer than the cases.
func copies(t *testing.T) servicetest.Open {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.db")
	db := sqliteOpen(t, path, 1)
	migrated(t, db, sqlstore.SQLite())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(t testing.TB) store.Store {
		path := filepath.Join(t.TempDir(), "charter.db")
		if err := os.WriteFile(path, template, 0o600); err != nil {
			t.Fatal(err)
		}
		return opened(t, sqliteOpen(t, path, 8), sqlstore.SQLite())
	}
}

func TestRulesOnSQLite(t *testing.T) { servicetest.RunRules(t, copies(t)) }

func TestCorpusOnSQLite(t *testing.T) { servicetest.RunCorpus(t, copies(t)) }
