package sqltest

import (
	"database/sql"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

// TestReopen closes the handle and opens another one, as the next process does.
func TestReopen(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) {
		storetest.Reopen(t, func(t testing.TB) func() store.Store {
			var db *sql.DB
			d := e.fresh(t)
			return func() store.Store {
				if db != nil {
					if err := db.Close(); err != nil {
						t.Fatal(err)
					}
				}
				db = d.open(t, 8)
				return opened(t, db, e.dialect)
			}
		}, storetest.Watchdog(5*time.Minute))
	})
}
