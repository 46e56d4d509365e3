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
// people, twelve devices, four dashboards and two pending invitations. All of it or
// nothing, so that whatever interrupts it, the next start does it.
func (a *app) prepare(ctx context.Context) error {
	return a.inTx(ctx, func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		var there, all int
		row := tx.QueryRowContext(ctx, a.db.Rebind(`SELECT COUNT(CASE id WHEN ? THEN 1 END), COUNT(*) FROM accounts`), ada.ID)
		if err := row.Scan(&there, &all); err != nil || there > 0 {
			return err
		}
		if all > 0 {
			return errors.New("other people use this database: start with -empty")
		}
		p := preparation{a, tx, svc, charter.Actor{User: ada.ID}}
		return p.run(ctx)
	})
}

// preparation is the transaction of prepare, and Ada in the organization.
type preparation struct {
	*app
	tx  *sql.Tx
	svc *charter.Service
	as  charter.Actor
}

func (p preparation) run(ctx context.Context) error {
	for _, each := range []account{ada, bob, cleo, dan, mallory} {
		if err := p.insertAccountIn(ctx, p.tx, each); err != nil {
			return err
		}
	}
	for _, each := range []account{ada, dan, mallory} {
		if _, err := p.svc.SignIn(ctx, each.ID, each.Profile()); err != nil {
			return err
		}
	}
	org, err := p.svc.Orgs.Create(ctx, ada.ID, "Windpark North")
	if err != nil {
		return err
	}
	if err := p.svc.Orgs.Switch(ctx, ada.ID, org.ID); err != nil {
		return err
	}
	p.as.Org = org.ID
	turbines, err := p.things(ctx)
	if err != nil {
		return err
	}
	return p.people(ctx, turbines)
}

// things adds them, and returns the devices.
func (p preparation) things(ctx context.Context) (turbines []thing, err error) {
	add := func(s category, name string) (thing, error) {
		made, err := newThing(s, name)
		if err != nil {
			return thing{}, err
		}
		return made, p.createIn(ctx, p.tx, p.svc, p.as, s, made)
	}
	for n := range 12 {
		made, err := add(device, fmt.Sprintf("Turbine %d", n+1))
		if err != nil {
			return nil, err
		}
		turbines = append(turbines, made)
	}
	for _, name := range []string{"Park output", "Maintenance", "Grid feed-in", "Weather"} {
		if _, err := add(dashboard, name); err != nil {
			return nil, err
		}
	}
	return turbines, nil
}

// people invites them, and has those join who are to be there.
func (p preparation) people(ctx context.Context, turbines []thing) error {
	one := func(n int) grants.Grant { return grants.One(device.Kind, turbines[n-1].ID) }
	dashboards := grants.All(dashboard.Kind)
	for _, each := range []struct {
		joins   *account
		request invites.Request
	}{
		{&bob, invites.Request{Email: bob.Email, Role: roles.Editor, Grants: []grants.Grant{one(1), one(2), one(3), dashboards}}},
		{&cleo, invites.Request{Email: cleo.Email, Role: roles.Viewer, Grants: []grants.Grant{one(1)}}},
		{nil, invites.Request{Email: dan.Email, Role: roles.Editor, Message: "Welcome to the park, Dan."}},
		{nil, invites.Request{Email: eve, Role: roles.Viewer, Grants: []grants.Grant{dashboards}}},
	} {
		issued, err := p.svc.Invites.Invite(ctx, p.as, each.request)
		if err != nil {
			return err
		}
		if each.joins == nil {
			continue
		}
		who := charter.Invitee{User: each.joins.ID, Profile: each.joins.Profile(), Verified: []string{each.joins.Email}}
		if _, err := p.svc.Invites.Accept(ctx, issued.Link.Token(), who); err != nil {
			return err
		}
	}
	return nil
}
