package sqltest

import (
	"context"
	"testing"

	"github.com/seed-5b9f5318/charter/roles"
)

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
				done := make(chan error, 1)
				go func() { done <- c.run(t.Context(), n) }()
				o := oversee(t, d)
				o.until(t, o.waiting, 1)
				for _, step := range []func() error{other.Rollback, func() error { return <-done }} {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
