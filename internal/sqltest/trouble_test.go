package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// troubled is an engine whose servers a test may stop or fill.
type troubled struct {
	*engine
	start func(testing.TB, servers.Options) stoppable
	size  int64 // of a disk with little room besides new data
	few   string
}

// stoppable is a server that can be stopped.
type stoppable interface {
	servers.Engine
	Stop() error
	Ballast(size int) (throwOff func() error, err error)
}

func eachTroubled(t *testing.T, fn func(*testing.T, troubled)) {
	t.Helper()
	for _, e := range []troubled{
		{onPostgreSQL(), func(t testing.TB, o servers.Options) stoppable { return servers.Own(t, servers.StartPostgres, o) },
			48 << 20, "max_connections = 10"},
		{onMariaDB(), func(t testing.TB, o servers.Options) stoppable { return servers.Own(t, servers.StartMariaDB, o) },
			80 << 20, "max_connections = 10"},
	} {
		t.Run(e.name, func(t *testing.T) { fn(t, e) })
	}
}

// TestServerStopped stops the server: every call says that it is not there, and goes
// well again when it is.
func TestServerStopped(t *testing.T) {
	eachTroubled(t, func(t *testing.T, e troubled) {
		server := e.start(t, servers.Options{Cheap: true})
		db := database{e.engine, server.DSN(servers.Fresh(t, server))}.open(t, 2)
		s := migrated(t, db, e.dialect)
		populate(t, s, 2, 5)
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		const text = "cannot be reached"
		if _, err := s.Organization(t.Context(), org(1)); err == nil { // it finds a connection that has ended
			t.Error("a read: got no error")
		}
		_, err := s.Organization(t.Context(), org(1))
		says(t, "a read", err, text)
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("a read: got error %v", err)
		}
		says(t, "Update", attempt(t.Context(), s, holdOrg, rename("lost")), text)
		says(t, "View", s.View(t.Context(), func(context.Context, store.Reader) error { return nil }), text)
		_, err = sqlstore.New(t.Context(), db, e.dialect)
		says(t, "New", err, text)
		says(t, "Migrate", sqlstore.Migrate(t.Context(), db, e.dialect), text)
		if err := server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		update(t, s, holdOrg, rename("later"))
	})
}

// TestServerTakesNoMore takes all connections that the server has, but the one that
// the Store has.
func TestServerTakesNoMore(t *testing.T) {
	eachTroubled(t, func(t *testing.T, e troubled) {
		server := e.start(t, servers.Options{Cheap: true, Config: []string{e.few}})
		d := database{e.engine, server.DSN(servers.Fresh(t, server))}
		s := migrated(t, d.open(t, 1), e.dialect)
		populate(t, s, 2, 5)
		others, late := d.open(t, 0), d.open(t, 1)
		var err error
		for err == nil {
			_, err = others.Conn(t.Context()) // is closed with the handle
		}
		const text = "takes no more connections"
		_, err = sqlstore.New(t.Context(), late, e.dialect)
		says(t, "New", err, text)
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("New: got error %v", err)
		}
		says(t, "Migrate", sqlstore.Migrate(t.Context(), late, e.dialect), text)
		update(t, s, holdOrg, rename("on the one there is"))
	})
}

// TestServersDiskFull fills the disk in the middle of Updates, bound and not. They
// fail, keep nothing, and the Store goes on when there is room.
func TestServersDiskFull(t *testing.T) {
	eachTroubled(t, func(t *testing.T, e troubled) {
		server := e.start(t, servers.Options{Cheap: true, Disk: e.size})
		db := database{e.engine, server.DSN(servers.Fresh(t, server))}.open(t, 2)
		s := migrated(t, db, e.dialect)
		populate(t, s, 2, 10)
		must(t, db, `CREATE TABLE orders (note VARCHAR(100))`)
		first, second := ballast(t, server), ballast(t, server)
		before := figures(t, db)

		says(t, "Update", attempt(t.Context(), s, holdOrg, overflow), "the disk is full")
		if after := figures(t, db); after != before {
			t.Errorf("something was kept: %s became %s", before, after)
		}
		first()
		tx := begin(t, db)
		exec(t, tx, `INSERT INTO orders (note) VALUES ('before')`)
		says(t, "bound", attempt(t.Context(), s.Bind(tx), holdOrg, overflow), "the disk is full")
		_, err := tx.ExecContext(t.Context(), `INSERT INTO orders (note) VALUES ('after')`)
		if commit := tx.Commit(); (err == nil) != (commit == nil) {
			t.Errorf("the host's statement: %v, its commit: %v", err, commit)
		}
		if n := orders(t, db); n != 0 && n != 2 {
			t.Errorf("of the host's orders %d are kept", n)
		}
		if after := figures(t, db); after != before {
			t.Errorf("bound: something was kept: %s became %s", before, after)
		}
		second()
		update(t, s, holdOrg, rename("later"))
	})
}

// ballast takes some megabytes of the disk, and returns what makes room.
func ballast(t testing.TB, server stoppable) (throwOff func()) {
	t.Helper()
	remove, err := server.Ballast(5 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := remove(); err != nil {
			t.Fatal(err)
		}
	}
}

// overflow deletes a row and registers resources until there is no room for more.
func overflow(ctx context.Context, tx store.Tx) error {
	err := tx.DeleteMember(ctx, org(1), row(1))
	many := make([]grants.Resource, 20_000)
	for n := 0; err == nil && n < 100; n++ {
		for i := range many {
			many[i] = grants.Resource{Kind: device, ID: grants.ResourceID(fmt.Sprintf("%0200d-%d-%d", 0, n, i))}
		}
		err = tx.Register(ctx, org(1), many)
	}
	return errors.Join(err, rename("lost")(ctx, tx))
}

// figures returns the name of the organization and how many rows there are.
func figures(t testing.TB, db *sql.DB) (text string) {
	t.Helper()
	for _, table := range []string{"charter_members", "charter_grants", "charter_resources", "charter_events"} {
		text += fmt.Sprintf("%s %d, ", table, count(t, db, table, "1 = 1"))
	}
	return text + fmt.Sprint(number(t, db, `SELECT revision FROM charter_organizations WHERE id = 'org-001'`))
}
