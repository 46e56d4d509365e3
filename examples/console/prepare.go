package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
)

// The people to sign in as. Dan has an account and an invitation, Eve an
// invitation alone, Mallory nothing to do with the organization.
var (
	ada     = account{"user-ada", "ada@windpark.example", "Ada", "Vale"}
	bob     = account{"user-bob", "bob@windpark.example", "Bob", "Reed"}
	cleo    = account{"user-cleo", "cleo@rotorcare.example", "Cleo", "Moor"}
	dan     = account{"user-dan", "dan@windpark.example", "Dan", "Hale"}
	mallory = account{"user-mallory", "mallory@elsewhere.example", "Mallory", "Quick"}
)

const eve = "eve@rotorcare.example"

// prepare founds the organization to look at, unless it was done before: three
// people, twelve devices, four dashboards and two pending invitations.
func (a *app) prepare(ctx context.Context) error {
	if _, err := a.account(ctx, ada.ID); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, each := range []account{ada, bob, cleo, dan, mallory} {
		if _, err := a.insertAccount(ctx, each); err != nil {
			return err
		}
	}
	for _, each := range []account{ada, dan, mallory} {
		if _, err := a.svc.SignIn(ctx, each.ID, each.Profile()); err != nil {
			return err
		}
	}
	org, err := a.svc.Orgs.Create(ctx, ada.ID, "Windpark North")
	if err != nil {
		return err
	}
	if err := a.svc.Orgs.Switch(ctx, ada.ID, org.ID); err != nil {
		return err
	}
	as := charter.Actor{User: ada.ID, Org: org.ID}
	turbines, err := a.prepareThings(ctx, as)
	if err != nil {
		return err
	}
	return a.preparePeople(ctx, as, turbines)
}

func (a *app) prepareThings(ctx context.Context, as charter.Actor) ([]thing, error) {
	var turbines []thing
	for n := range 12 {
		made, err := a.create(ctx, as, device, fmt.Sprintf("Turbine %d", n+1))
		if err != nil {
			return nil, err
		}
		turbines = append(turbines, made)
	}
	for _, name := range []string{"Park output", "Maintenance", "Grid feed-in", "Weather"} {
		if _, err := a.create(ctx, as, dashboard, name); err != nil {
			return nil, err
		}
	}
	return turbines, nil
}

func (a *app) preparePeople(ctx context.Context, as charter.Actor, turbines []thing) error {
	one := func(n int) grants.Grant { return grants.One(device.kind, turbines[n-1].ID) }
	dashboards := grants.All(dashboard.kind)
	for _, each := range []struct {
		joins   *account
		request invites.Request
	}{
		{&bob, invites.Request{Email: bob.Email, Role: roles.Editor, Grants: []grants.Grant{one(1), one(2), one(3), dashboards}}},
		{&cleo, invites.Request{Email: cleo.Email, Role: roles.Viewer, Grants: []grants.Grant{one(1)}}},
		{nil, invites.Request{Email: dan.Email, Role: roles.Editor, Message: "Welcome to the park, Dan."}},
		{nil, invites.Request{Email: eve, Role: roles.Viewer, Grants: []grants.Grant{dashboards}}},
	} {
		issued, err := a.svc.Invites.Invite(ctx, as, each.request)
		if err != nil {
			return err
		}
		if each.joins == nil {
			continue
		}
		who := charter.Invitee{User: each.joins.ID, Profile: each.joins.Profile(), Verified: []string{each.joins.Email}}
		if _, err := a.svc.Invites.Accept(ctx, issued.Link.Token(), who); err != nil {
			return err
		}
	}
	return nil
}
