package sqltest

import (
	"bytes"
	"cmp"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// TestStatementsOfReads counts what a read runs: one statement, whatever it asks
// for, with the facts about who asks in it.
func TestStatementsOfReads(t *testing.T) {
	db, rec := recorded(t, filepath.Join(t.TempDir(), "charter.db"), 4)
	s := migrated(t, db, sqlstore.SQLite())
	populate(t, s, 2, 40)
	rec.take()
	for _, r := range reads(1) {
		if err := r.run(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", r.call, err)
		}
		if ran := rec.texts(); len(ran) != 1 {
			t.Errorf("%s runs %d statements:\n%s", r.call, len(ran), strings.Join(ran, "\n"))
		}
	}
}

// TestStatementsOfOperations counts what the Service runs on SQLite, the begin
// and the end included.
func TestStatementsOfOperations(t *testing.T) {
	for name, c := range map[string]struct {
		parameters string
		more       int // statements that give the connection of an Update back as it was
	}{
		"foreign keys are on":  {"?_pragma=foreign_keys(1)", 0},
		"foreign keys are off": {"", 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, rec := recorded(t, filepath.Join(t.TempDir(), "charter.db")+c.parameters, 1)
			acme := newTenant(t, migrated(t, db, sqlstore.SQLite()))
			for _, operation := range acme.operations() {
				rec.take()
				if err := operation.run(t.Context()); err != nil {
					t.Fatalf("%s: %v", operation.name, err)
				}
				if ran := rec.texts(); len(ran) != operation.statements+c.more*min(operation.statements-1, 1) {
					t.Errorf("%s runs %d statements, want %d, or one more where that gives the connection back:\n%s", operation.name, len(ran), operation.statements, strings.Join(ran, "\n"))
				}
			}
		})
	}
}

// TestTripsOfOperations counts the round trips of the same operations on servers,
// once their statements are known.
func TestTripsOfOperations(t *testing.T) {
	most := map[string]map[string]int{
		"PostgreSQL": {"an invitation": 5, "an invitation with grants": 6, "a change of role": 5, "a grant": 5, "a revoked invitation": 5, "a removal": 5},
		"MariaDB":    {"an invitation": 6, "an invitation with grants": 7, "a change of role": 6, "a grant": 6, "a revoked invitation": 6, "a removal": 6},
	}
	eachServer(t, func(t *testing.T, e *engine) {
		db, rec := e.fresh(t).recorded(t, 1)
		s := opened(t, db, e.dialect)
		for _, op := range newTenantOf(t, s, "warm").operations() { // prepares
			if err := op.run(t.Context()); err != nil {
				t.Fatalf("%s: %v", op.name, err)
			}
		}
		for _, op := range newTenantOf(t, s, "it").operations() {
			rec.take()
			if err := op.run(t.Context()); err != nil {
				t.Fatalf("%s: %v", op.name, err)
			}
			if want, trips := cmp.Or(most[e.name][op.name], 1), rec.trips(); trips != want {
				t.Errorf("%s: %s costs %d round trips, want %d:\n%s", e.name, op.name, trips, want, strings.Join(rec.texts(), "\n"))
			}
		}
	})
}

// tenant is an organization with Ada as Admin, Bob as Viewer and two devices.
type tenant struct {
	svc     *charter.Service
	ada     charter.Actor
	bob     orgs.Member
	devices []grants.Resource
}

func newTenant(t testing.TB, s *sqlstore.Store) *tenant {
	t.Helper()
	return newTenantOf(t, s, "")
}

// newTenantOf is newTenant with a name that tells several apart.
func newTenantOf(t testing.TB, s *sqlstore.Store, name string) *tenant {
	t.Helper()
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(err)
	svc, err := charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	check(err)
	ctx := t.Context()
	ada, bob := orgs.UserID("ada"+name), orgs.UserID("bob"+name)
	_, err = svc.SignIn(ctx, ada, orgs.Profile{Email: "ada@acme.example"})
	check(err)
	acme, err := svc.Orgs.Create(ctx, ada, "Acme")
	check(err)
	n := &tenant{svc: svc, ada: charter.Actor{User: ada, Org: acme.ID}}
	for _, id := range []grants.ResourceID{"d-1", "d-2"} {
		n.devices = append(n.devices, grants.Resource{Kind: "device", ID: id + grants.ResourceID(name)})
	}
	check(svc.Resources.Register(ctx, n.ada, n.devices...))
	issued, err := svc.Invites.Invite(ctx, n.ada, invites.Request{Email: "bob@acme.example", Role: roles.Viewer})
	check(err)
	n.bob, err = svc.Invites.Accept(ctx, issued.Link.URL(), charter.Invitee{
		User: bob, Profile: orgs.Profile{Email: "bob@acme.example"}, Verified: []string{"bob@acme.example"},
	})
	check(err)
	// Bob has another organization, so that losing this one makes no new one.
	_, err = svc.Orgs.Create(ctx, bob, "Bob's")
	check(err)
	return n
}

// operation is one call of the Service and how many statements it runs.
type operation struct {
	name       string
	statements int
	run        func(context.Context) error
}

// operations returns calls that go well in this order. What writes sees to foreign
// keys, begins, locks, holds, compares the organization, commits and gives the handle
// back: seven statements. On top of that come the record that it is about, the event
// and, where the member has joined, the user, who is held with the row (C9).
func (n *tenant) operations() []operation {
	one := grants.One("device", n.devices[0].ID)
	var cleo charter.Issued
	return []operation{
		{"a check", 1, func(ctx context.Context) error {
			_, err := n.svc.Can(ctx, n.ada, "devices.view", n.devices[0])
			return err
		}},
		{"a page", 1, func(ctx context.Context) error {
			_, err := n.svc.Members.Page(ctx, n.ada, charter.MemberQuery{})
			return err
		}},
		{"an invitation", 9, func(ctx context.Context) (err error) {
			cleo, err = n.svc.Invites.Invite(ctx, n.ada, invites.Request{Email: "cleo@acme.example", Role: roles.Viewer})
			return err
		}},
		{"an invitation with grants", 10, func(ctx context.Context) error {
			_, err := n.svc.Invites.Invite(ctx, n.ada, invites.Request{Email: "dan@acme.example", Role: roles.Viewer, Grants: []grants.Grant{one}})
			return err
		}},
		{"a change of role", 9, func(ctx context.Context) error {
			return n.svc.Members.ChangeRole(ctx, n.ada, n.bob.ID, roles.Editor)
		}},
		{"a grant", 9, func(ctx context.Context) error { return n.svc.Grants.Give(ctx, n.ada, n.bob.ID, one) }},
		{"a revoked invitation", 9, func(ctx context.Context) error {
			return n.svc.Members.Remove(ctx, n.ada, cleo.Member.ID, "cleo@acme.example")
		}},
		{"a removal", 10, func(ctx context.Context) error {
			return n.svc.Members.Remove(ctx, n.ada, n.bob.ID, "bob@acme.example")
		}},
	}
}
