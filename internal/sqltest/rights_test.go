package sqltest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// says checks that err says what it should, and is no conflict and no unknown outcome.
func says(t testing.TB, what string, err error, text string) {
	t.Helper()
	switch {
	case err == nil || !strings.Contains(err.Error(), text):
		t.Errorf("%s: got error %v, want one that says %q (%v)", what, err, text, explained(err))
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnknownOutcome):
		t.Errorf("%s: got error %v, which is of a class", what, err)
	}
}

// TestRights gives the Store a user who lacks rights, all of them or those to write.
func TestRights(t *testing.T) {
	reads := map[*engine]string{
		onPostgreSQL(): "GRANT SELECT ON ALL TABLES IN SCHEMA public TO %[1]s",
		onMariaDB():    "GRANT SELECT ON %[2]s.* TO %[1]s",
	}
	const lacks = "the database user lacks a right"
	eachServer(t, func(t *testing.T, e *engine) {
		blank := e.blank(t)
		guest := oversee(t, blank).as(t, blank, reads[e])
		says(t, "Migrate", sqlstore.Migrate(t.Context(), guest.open(t, 1), e.dialect), lacks)

		d := e.blank(t)
		s := migrated(t, d.open(t, 1), e.dialect)
		populate(t, s, 2, 5)
		read := oversee(t, d).as(t, d, reads[e]).store(t)
		if got := nameOf(t, read, org(1)); got != "Organization 1" {
			t.Errorf("the name is %q", got)
		}
		for _, contended := range []bool{false, true, true} {
			want := store.Want{Org: org(1), Contended: contended}
			says(t, "Update", attempt(t.Context(), read, want, rename("lost")), lacks)
			if err := attempt(t.Context(), read, holdOrg, func(context.Context, store.Tx) error { return nil }); err != nil {
				t.Errorf("what writes nothing, after that: %v", err)
			}
		}
		none := e.blank(t)
		migrated(t, none.open(t, 1), e.dialect)
		_, err := sqlstore.New(t.Context(), oversee(t, none).as(t, none).open(t, 1), e.dialect)
		says(t, "New", err, lacks)
	})
}

// TestAddresses gives the Store handles that lead nowhere.
func TestAddresses(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		d := e.fresh(t)
		nowhere, nobody := d, d
		nowhere.dsn = strings.Replace(d.dsn, nameIn(d.dsn), "charter_nowhere", 1)
		nobody.dsn = strings.Replace(d.dsn, "charter@", "nobody@", 1)
		for name, c := range map[string]struct {
			database
			text string
		}{
			"no such database": {nowhere, "no such database"},
			"no such user":     {nobody, "does not let this user in"},
		} {
			db := c.open(t, 1)
			_, err := sqlstore.New(t.Context(), db, e.dialect)
			says(t, name+", New", err, c.text)
			says(t, name+", Migrate", sqlstore.Migrate(t.Context(), db, e.dialect), c.text)
		}
	})
	t.Run("a search_path without the schema", func(t *testing.T) {
		d := onPostgreSQL().fresh(t).with("&search_path=nowhere")
		if _, err := sqlstore.New(t.Context(), d.open(t, 1), d.engine.dialect); !errors.Is(err, sqlstore.ErrSchemaMissing) {
			t.Errorf("New: got error %v", err)
		}
		says(t, "Migrate", sqlstore.Migrate(t.Context(), d.open(t, 1), d.engine.dialect), "not where the search_path says")
		d = onPostgreSQL().blank(t).with("&search_path=nowhere")
		says(t, "Migrate", sqlstore.Migrate(t.Context(), d.open(t, 1), d.engine.dialect), "no schema of the search_path exists")
	})
	t.Run("no database in the name", func(t *testing.T) {
		d := onMariaDB().fresh(t)
		d.dsn = strings.TrimSuffix(d.dsn, nameIn(d.dsn))
		says(t, "Migrate", sqlstore.Migrate(t.Context(), d.open(t, 1), d.engine.dialect), "names no database")
	})
}

// TestStandby opens the standby of a pair, which answers what only reads.
func TestStandby(t *testing.T) {
	e := onPostgreSQL()
	pair := servers.Own(t, servers.StartPair, servers.Options{Cheap: true})
	name := servers.Fresh(t, pair)
	main := database{e, pair.Primary.DSN(name)}
	populate(t, migrated(t, main.open(t, 2), e.dialect), 2, 5)
	db := database{e, pair.Standby.DSN(name)}.open(t, 2)
	until(t, func() bool { // what was committed is on its disk, and soon to be seen
		s, err := sqlstore.New(t.Context(), db, e.dialect)
		if err != nil {
			return false
		}
		_, err = s.Organization(t.Context(), org(1))
		return err == nil
	})
	s := opened(t, db, e.dialect)
	for _, r := range reads(1) {
		if err := r.run(t.Context(), s); err != nil {
			t.Errorf("%s: %v", r.call, err)
		}
	}
	if err := s.View(t.Context(), func(ctx context.Context, r store.Reader) error { return reads(1)[0].run(ctx, r) }); err != nil {
		t.Errorf("View: %v", err)
	}
	for _, contended := range []bool{false, true} {
		says(t, "Update", attempt(t.Context(), s, store.Want{Org: org(1), Contended: contended}, rename("lost")), "takes no writes")
	}
	blank := database{e, pair.Standby.DSN("postgres")}.open(t, 1)
	says(t, "Migrate", sqlstore.Migrate(t.Context(), blank, e.dialect), "takes no writes")
}

// TestReadOnly opens servers and sessions that are set to be read.
func TestReadOnly(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		d := onPostgreSQL().fresh(t)
		populate(t, d.store(t), 2, 5)
		s := d.with("&default_transaction_read_only=on").store(t)
		says(t, "Update", attempt(t.Context(), s, holdOrg, rename("lost")), "takes no writes")
	})
	t.Run("MariaDB", func(t *testing.T) {
		e := onMariaDB()
		server := servers.Own(t, servers.StartMariaDB, servers.Options{Cheap: true})
		db := database{e, server.DSN(servers.Fresh(t, server))}.open(t, 2)
		s := migrated(t, db, e.dialect)
		populate(t, s, 2, 5)
		must(t, server.Admin(), "SET GLOBAL read_only = ON")
		says(t, "Update", attempt(t.Context(), s, holdOrg, rename("lost")), "takes no writes")
		if got := nameOf(t, opened(t, db, e.dialect), org(1)); got != "Organization 1" {
			t.Errorf("the name is %q", got)
		}
	})
}
