package sqltest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// waitsFor makes sure that run waits for a lock that other has, and succeeds when other
// has rolled back.
func waitsFor(t *testing.T, d database, other *sql.Tx, run func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- run() }()
	o := oversee(t, d)
	o.until(t, o.waiting, 1)
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestOperationsWait has operations meet a record that another transaction has locked and
// keeps for a while: they wait for it, and do not use up their attempts.
func TestOperationsWait(t *testing.T) {
	for name, c := range map[string]struct {
		lock string
		run  func(context.Context, *tenant) error
	}{
		"Orgs.Switch": {
			`UPDATE charter_users SET revision = revision + 1 WHERE id = 'ada'`,
			func(ctx context.Context, n *tenant) error { return n.svc.Orgs.Switch(ctx, n.ada.User, n.ada.Org) },
		},
		"Members.ChangeRole": {
			`UPDATE charter_organizations SET revision = revision + 1 WHERE name = 'Acme'`,
			func(ctx context.Context, n *tenant) error {
				return n.svc.Members.ChangeRole(ctx, n.ada, n.bob.ID, roles.Editor)
			},
		},
		"Members.Import": {
			`UPDATE charter_organizations SET revision = revision + 1 WHERE name = 'Acme'`,
			func(ctx context.Context, n *tenant) error {
				rows := charter.Rows([]charter.ImportedMember{{User: "eve", Profile: servicetest.Profile("eve"), Role: roles.Viewer}})
				_, err := n.svc.Members.Import(ctx, charter.Host(n.ada.Org), rows, charter.Bulk{})
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachServer(t, func(t *testing.T, e *engine) {
				d := e.fresh(t)
				db := d.open(t, 8)
				n := newTenantOf(t, opened(t, db, e.dialect), "")
				if _, err := n.svc.Orgs.Create(t.Context(), n.ada.User, "Umbra"); err != nil {
					t.Fatal(err)
				}
				other := begin(t, db)
				exec(t, other, c.lock)
				waitsFor(t, d, other, func() error { return c.run(t.Context(), n) })
			})
		})
	}
}

// TestBindWaits has a host change what another host has changed and not committed: it
// waits, and wins when that one rolls back. To lose at once would have a host that runs
// its transaction again lose again, until the other one is done (C7).
func TestBindWaits(t *testing.T) {
	touch := func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: user(1)}) }
	for name, change := range map[string]struct {
		want store.Want
		fn   func(context.Context, store.Tx) error
	}{
		"one record":   {holdOrg, rename("new")},
		"some records": {store.Want{Users: users(3)}, touch},
	} {
		t.Run(name, func(t *testing.T) {
			eachServer(t, func(t *testing.T, e *engine) {
				d := e.fresh(t)
				db := d.open(t, 8)
				s := opened(t, db, e.dialect)
				populate(t, s, 2, 10)
				first, second := begin(t, db), begin(t, db)
				update(t, s.Bind(first), change.want, change.fn)
				waitsFor(t, d, first, func() error { return attempt(t.Context(), s.Bind(second), change.want, change.fn) })
				if err := second.Commit(); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// TestHoldsLockInOneOrder has an Update that has lost before meet a user whom another
// transaction has: it waits, whether it names the user or the user's row, and has locked
// the organization before (C9).
func TestHoldsLockInOneOrder(t *testing.T) {
	for name, want := range map[string]store.Want{
		"a user":   {Org: org(1), Users: []orgs.UserID{user(1)}, Contended: true},
		"a member": {Org: org(1), Member: row(1), Contended: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := onPostgreSQL().fresh(t)
			db := d.open(t, 8)
			s := opened(t, db, d.engine.dialect)
			populate(t, s, 2, 10)
			other := begin(t, db)
			exec(t, other, `UPDATE charter_users SET revision = revision + 1 WHERE id = 'user-001'`)
			done := make(chan error, 1)
			go func() { done <- attempt(t.Context(), s, want, func(context.Context, store.Tx) error { return nil }) }()
			o := oversee(t, d)
			o.until(t, o.waiting, 1)
			looking := begin(t, db)
			if _, err := looking.ExecContext(t.Context(), `SELECT 1 FROM charter_organizations WHERE id = 'org-001' FOR NO KEY UPDATE NOWAIT`); err == nil {
				t.Error("the organization is not locked")
			}
			for _, step := range []func() error{looking.Rollback, other.Rollback, func() error { return <-done }} {
				if err := step(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestInTxWaits has a host's transaction meet a record that another one has: it loses
// once, and waits when it runs again.
func TestInTxWaits(t *testing.T) {
	d := onPostgreSQL().fresh(t)
	db := d.open(t, 8)
	s := opened(t, db, d.engine.dialect)
	populate(t, s, 2, 10)
	other := begin(t, db)
	exec(t, other, `UPDATE charter_organizations SET revision = revision + 1 WHERE id = 'org-001'`)
	runs := 0
	waitsFor(t, d, other, func() error {
		return s.InTx(t.Context(), func(ctx context.Context, _ *sql.Tx, bound store.Store) error {
			runs++
			return attempt(ctx, bound, holdOrg, rename("new"))
		})
	})
	if runs != 2 {
		t.Errorf("ran %d times, want 2", runs)
	}
}
