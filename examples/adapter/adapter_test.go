package boltstore_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter"
	boltstore "github.com/seed-5b9f5318/charter/examples/adapter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "charter.db")) })
}

// Everything is in the file as soon as an operation has returned: in a copy of
// it, as a process that is killed would leave it, and after Close.
func TestFileKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "charter.db")
	copied := path + ".copy"
	s := open(t, path)
	acme, bob := found(t, s)
	before := everything(t, s, acme)
	for i, fields := 0, reflect.ValueOf(before); i < fields.NumField(); i++ {
		if fields.Field(i).IsZero() {
			t.Errorf("nothing to keep: no %s", fields.Type().Field(i).Name)
		}
	}

	bytes, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(copied, bytes, 0o600))
	check(t, s.Close())

	for name, file := range map[string]string{"after Close": path, "as a kill leaves it": copied} {
		t.Run(name, func(t *testing.T) {
			s := open(t, file)
			if diff := cmp.Diff(before, everything(t, s, acme)); diff != "" {
				t.Errorf("the file came back different (-before +after):\n%s", diff)
			}
			as := charter.Actor{User: "u-1", Org: acme}
			check(t, service(t, s).Members.Remove(t.Context(), as, bob, "bob@acme.example"))
			if after := everything(t, s, acme); len(after.Members.Members) != len(before.Members.Members)-1 {
				t.Errorf("%d rows after the removal of one, of %d before", len(after.Members.Members), len(before.Members.Members))
			}
		})
	}
}

// open opens the file at path until the test ends.
func open(t testing.TB, path string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.NoSync())
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func service(t testing.TB, s store.Store) *charter.Service {
	t.Helper()
	keys, err := invites.NewKeys(make([]byte, invites.MinKey))
	check(t, err)
	svc, err := charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	check(t, err)
	return svc
}

// found founds an organization that has something of everything, and returns it
// with the row of an invited member.
func found(t testing.TB, s store.Store) (orgs.ID, orgs.MemberID) {
	t.Helper()
	ctx, svc := t.Context(), service(t, s)
	ada, err := svc.SignIn(ctx, "u-1", orgs.Profile{Email: "ada@acme.example", FirstName: "Ada"})
	check(t, err)
	gone, err := svc.Orgs.Create(ctx, ada.ID, "Gone")
	check(t, err)
	_, err = svc.Orgs.Delete(ctx, charter.Actor{User: ada.ID, Org: gone.ID})
	check(t, err)
	acme, err := svc.Orgs.Create(ctx, ada.ID, "Acme")
	check(t, err)
	as := charter.Actor{User: ada.ID, Org: acme.ID}
	check(t, svc.Orgs.SetBilling(ctx, as, orgs.Billing{Company: "Acme Ltd"}))
	check(t, svc.Resources.Register(ctx, as, device))
	watcher, err := svc.Roles.Create(ctx, as, "Watcher", roles.AccessUsers)
	check(t, err)
	issued, err := svc.Invites.Invite(ctx, as, invites.Request{
		Email: "bob@acme.example", Role: watcher.ID, Grants: []grants.Grant{grants.One(device.Kind, device.ID)},
	})
	check(t, err)
	return acme.ID, issued.Member.ID
}

var device = grants.Resource{Kind: "device", ID: "d-1"}

// dump is what all reads of a store find.
type dump struct {
	User        orgs.User
	Users       []orgs.User
	Known       bool
	Org         orgs.Organization
	Roles       []roles.Role
	Members     store.MemberPage
	Grants      []store.GrantPage
	Grantees    store.MemberPage
	Resources   store.ResourcePage
	Events      store.EventPage
	Memberships []store.Membership
	Invitations []store.Invitation
	Tombstones  []store.Event
}

// everything reads all that found made, in one View.
func everything(t testing.TB, s store.Store, org orgs.ID) (d dump) {
	t.Helper()
	asker := store.Asker{User: "u-1", Permission: roles.AccessUsers}
	read := func(ctx context.Context, r store.Reader) (err error) {
		keep := func(e error) {
			if err == nil {
				err = e
			}
		}
		var e error
		d.User, e = r.User(ctx, "u-1")
		keep(e)
		d.Users, e = r.Users(ctx, []orgs.UserID{"u-1", "u-2"})
		keep(e)
		d.Known, e = r.Known(ctx, "ada@acme.example")
		keep(e)
		d.Org, e = r.Organization(ctx, org)
		keep(e)
		d.Roles, e = r.Roles(ctx, org)
		keep(e)
		d.Members, e = r.Members(ctx, store.MemberQuery{Org: org, Asker: asker, Limit: 100})
		keep(e)
		for _, m := range d.Members.Members {
			page, e := r.Grants(ctx, store.GrantQuery{Org: org, Asker: asker, Member: m.ID, Limit: 100})
			keep(e)
			d.Grants = append(d.Grants, page)
		}
		d.Grantees, e = r.Grantees(ctx, store.GranteeQuery{
			Org: org, Asker: asker, Resource: device, Roles: []roles.ID{roles.Admin}, Reach: []roles.ID{roles.Admin}, Limit: 100,
		})
		keep(e)
		d.Resources, e = r.Resources(ctx, store.ResourceQuery{Org: org, Asker: asker})
		keep(e)
		d.Events, e = r.Events(ctx, store.EventQuery{Org: org, Asker: asker, Limit: 100})
		keep(e)
		d.Memberships, e = r.Memberships(ctx, store.MembershipQuery{User: "u-1", Limit: 100})
		keep(e)
		d.Invitations, e = r.Invitations(ctx, store.InvitationQuery{Address: "bob@acme.example", Limit: 100})
		keep(e)
		d.Tombstones, e = r.Tombstones(ctx, "", 100)
		keep(e)
		return err
	}
	check(t, s.View(t.Context(), read))
	return d
}
