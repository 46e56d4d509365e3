package sqltest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

const (
	device    roles.Kind = "device"
	dashboard roles.Kind = "dashboard"
	auditor   roles.ID   = "r-auditor"
)

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// org, user, row and thing name what populate makes.
func org(n int) orgs.ID       { return orgs.ID(fmt.Sprintf("org-%03d", n)) }
func user(n int) orgs.UserID  { return orgs.UserID(fmt.Sprintf("user-%03d", n)) }
func row(n int) orgs.MemberID { return orgs.MemberID(fmt.Sprintf("row-%03d", n)) }
func thing(o, n int) grants.ResourceID {
	return grants.ResourceID(fmt.Sprintf("thing-%d-%03d", o, n))
}

func profile(n int) orgs.Profile {
	return orgs.Profile{
		Email: fmt.Sprintf("User%d@mail.example", n), FirstName: fmt.Sprintf("First%d", n%7), LastName: fmt.Sprintf("Last%d", n%11),
	}
}

// member returns row n of o: of every five one is invited, the others are users.
func member(o orgs.ID, n int) orgs.Member {
	kinds := []roles.ID{roles.Admin, roles.Editor, roles.Viewer, auditor}
	m := orgs.Member{
		ID: row(n), Org: o, Role: kinds[n%len(kinds)], Status: orgs.Active,
		User: user(n), Profile: profile(n), JoinedAt: noon.Add(time.Duration(n%3) * time.Second),
	}
	if n%5 == 4 {
		m.Status, m.User, m.FirstName, m.LastName, m.JoinedAt = orgs.Invited, "", "", "", time.Time{}
		m.InvitedBy, m.InvitedAt = user(0), noon
	}
	return m
}

// populate makes a few organizations of the same users, each with members rows
// and as many resources, and grants of both sorts.
func populate(t testing.TB, s store.Store, organizations, members int) {
	t.Helper()
	for o := range organizations {
		update(t, s, store.Want{Org: org(o), Users: users(members)}, func(ctx context.Context, tx store.Tx) error {
			return fill(ctx, tx, o, members)
		})
	}
}

func users(n int) []orgs.UserID {
	list := make([]orgs.UserID, n)
	for i := range list {
		list[i] = user(i)
	}
	return list
}

func fill(ctx context.Context, tx store.Tx, o, members int) error {
	if err := tx.CreateOrganization(ctx, orgs.Organization{ID: org(o), Name: fmt.Sprintf("Organization %d", o), CreatedAt: noon}); err != nil {
		return err
	}
	if err := tx.CreateRole(ctx, org(o), roles.Role{ID: auditor, Name: "Auditor", Permissions: []roles.Permission{"devices.view"}}); err != nil {
		return err
	}
	resources := make([]grants.Resource, members)
	for n := range resources {
		resources[n] = grants.Resource{Kind: []roles.Kind{device, dashboard}[n%2], ID: thing(o, n)}
	}
	if err := tx.Register(ctx, org(o), resources); err != nil {
		return err
	}
	for n := range members {
		if err := fillRow(ctx, tx, member(org(o), n), resources[n]); err != nil {
			return err
		}
		if err := tx.PutUser(ctx, orgs.User{ID: user(n), Profile: profile(n), CreatedAt: noon}); err != nil {
			return err
		}
	}
	return nil
}

func fillRow(ctx context.Context, tx store.Tx, m orgs.Member, r grants.Resource) error {
	if err := tx.CreateMember(ctx, m); err != nil {
		return err
	}
	if err := tx.Give(ctx, m.Org, m.ID, []grants.Grant{grants.One(r.Kind, r.ID), grants.All(dashboard)}); err != nil {
		return err
	}
	var number uint64
	if _, err := fmt.Sscanf(string(m.ID), "row-%d", &number); err != nil {
		return err
	}
	return tx.Append(ctx, store.Event{Org: m.Org, Number: number + 1, At: noon, Action: store.MemberInvited})
}

// update runs fn in an Update that holds want and must succeed.
func update(t testing.TB, s store.Store, want store.Want, fn func(context.Context, store.Tx) error) {
	t.Helper()
	if err := attempt(t.Context(), s, want, fn); err != nil {
		t.Fatal(err)
	}
}

// attempt runs fn in an Update that holds want.
func attempt(ctx context.Context, s store.Store, want store.Want, fn func(context.Context, store.Tx) error) error {
	return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Hold(ctx, want); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}
