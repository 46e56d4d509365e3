package main

import (
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// facts is what is stored about the story at one moment.
type facts struct {
	users     map[orgs.UserID]orgs.User
	admin     charter.Actor          // who may see the rows; without Org before there is one
	rows      map[string]orgs.Member // of the people in the organization, by address
	resources bool                   // some are registered
	revoked   bool                   // an invitation was
}

func (f facts) knowsAda() bool    { return f.users[ada.id].ID != "" }
func (f facts) founded() bool     { return f.admin.Org != "" }
func (f facts) switched() bool    { return f.founded() && f.users[ada.id].Active == f.admin.Org }
func (f facts) registered() bool  { return f.resources }
func (f facts) danRevoked() bool  { return f.revoked }
func (f facts) adaLeft() bool     { return f.founded() && f.row(ada).ID == "" }
func (f facts) cleoRemoved() bool { return f.users[cleo.id].ID != "" && f.row(cleo).ID == "" }

// row returns the row of p in the organization, the zero one when there is none.
func (f facts) row(p person) orgs.Member { return f.rows[p.Email] }

// as returns p acting in the organization.
func (f facts) as(p person) charter.Actor {
	return charter.Actor{User: p.id, Org: f.admin.Org}
}

// gather looks at what is stored.
func gather(ctx context.Context, svc *charter.Service) (f facts, err error) {
	if f.users, err = users(ctx, svc); err != nil {
		return facts{}, err
	}
	if f.admin, err = admin(ctx, svc); err != nil || !f.founded() {
		return f, err
	}
	var errs [3]error
	f.rows, errs[0] = rows(ctx, svc, f.admin)
	f.resources, errs[1] = anyResource(ctx, svc, f.admin)
	f.revoked, errs[2] = anyRevocation(ctx, svc, f.admin)
	return f, errors.Join(errs[:]...)
}

// users returns the people that signed in or accepted an invitation.
func users(ctx context.Context, svc *charter.Service) (map[orgs.UserID]orgs.User, error) {
	found := map[orgs.UserID]orgs.User{}
	for _, p := range []person{ada, bob, cleo} {
		user, err := svc.User(ctx, p.id)
		switch {
		case err == nil:
			found[p.id] = user
		case !errors.Is(err, charter.ErrNotFound):
			return nil, err
		}
	}
	return found, nil
}

// admin returns the Admin of the organization, in it: Ada until she leaves, and
// Bob from then on. It is the zero Actor before there is an organization.
func admin(ctx context.Context, svc *charter.Service) (charter.Actor, error) {
	for _, p := range []person{ada, bob} {
		for membership, err := range svc.Orgs.All(ctx, p.id, charter.OrgQuery{Search: orgName}) {
			return charter.Actor{User: p.id, Org: membership.Org}, err
		}
	}
	return charter.Actor{}, nil
}

func rows(ctx context.Context, svc *charter.Service, as charter.Actor) (map[string]orgs.Member, error) {
	found := map[string]orgs.Member{}
	for _, p := range []person{ada, bob, cleo, dan} {
		for member, err := range svc.Members.All(ctx, as, charter.MemberQuery{Search: p.Email}) {
			if err != nil {
				return nil, err
			}
			found[member.Email] = member
		}
	}
	return found, nil
}

func anyResource(ctx context.Context, svc *charter.Service, as charter.Actor) (bool, error) {
	for _, err := range svc.AllResourcesFor(ctx, as, "devices.view", charter.PageQuery{Limit: 1}) {
		return err == nil, err
	}
	return false, nil
}

// anyRevocation reads the history from its beginning, up to the first one. Nothing
// else remembers what is gone.
func anyRevocation(ctx context.Context, svc *charter.Service, as charter.Actor) (bool, error) {
	for event, err := range svc.History.All(ctx, as, charter.HistoryQuery{}) {
		if err != nil || event.Action == store.InvitationRevoked {
			return err == nil, err
		}
	}
	return false, nil
}
