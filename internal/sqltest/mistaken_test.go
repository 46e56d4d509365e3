package sqltest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestHostsReference: a table of the host's refers to a row of ours, which therefore
// cannot go. That is no conflict, and not tried again.
func TestHostsReference(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		db, rec := e.fresh(t).recorded(t, 4)
		n := newTenant(t, opened(t, db, e.dialect))
		id := map[*engine]string{onPostgreSQL(): `TEXT COLLATE "C"`, onMariaDB(): `VARBINARY(255)`}[e]
		must(t, db, `CREATE TABLE bookmarks (org `+id+` NOT NULL, member `+id+` NOT NULL,
			FOREIGN KEY (org, member) REFERENCES charter_members (org, id))`)
		must(t, db, `INSERT INTO bookmarks VALUES ('`+string(n.ada.Org)+`', '`+string(n.bob.ID)+`')`)
		rec.take()
		err := n.svc.Members.Remove(t.Context(), n.ada, n.bob.ID, "bob@acme.example")
		attempts := 0
		for _, text := range rec.texts() {
			if text == "BEGIN" {
				attempts++
			}
		}
		if err == nil || errors.Is(err, store.ErrConflict) || attempts != 1 {
			t.Errorf("%d attempts: got error %v", attempts, err)
		}
	})
}

// TestOtherDatabase says so when the dialect is not that of the database.
func TestOtherDatabase(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		db := e.blank(t).open(t, 1)
		for _, other := range engines() {
			if other == e {
				continue
			}
			for what, err := range map[string]error{
				"Migrate": sqlstore.Migrate(t.Context(), db, other.dialect),
				"New":     errOf(sqlstore.New(t.Context(), db, other.dialect)),
			} {
				if err == nil || !strings.Contains(err.Error(), "the database is another one than the dialect is for") {
					t.Errorf("%s for %s: got error %v", what, other.name, err)
				}
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

// TestNoDatabase says so when the data source name has none.
func TestNoDatabase(t *testing.T) {
	e := onMariaDB()
	config, err := mysql.ParseDSN(e.blank(t).dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.DBName = ""
	db := database{e, config.FormatDSN()}.open(t, 1)
	for what, err := range map[string]error{
		"Migrate": sqlstore.Migrate(t.Context(), db, e.dialect),
		"New":     errOf(sqlstore.New(t.Context(), db, e.dialect)),
	} {
		if err == nil || !strings.Contains(err.Error(), "names no database") {
			t.Errorf("%s: got error %v", what, err)
		}
	}
}
