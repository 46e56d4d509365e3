package memstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Hold reads what want asks for. Nobody else writes while the transaction runs,
// so all there is to hold is the name of what gets a new revision.
func (t *tx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	switch {
	case t.ended.Load():
		return store.Held{}, store.ErrTxDone
	case t.wrote:
		return store.Held{}, store.ErrLateHold
	}
	if err := ctx.Err(); err != nil {
		return store.Held{}, err
	}
	var held store.Held
	users := want.Users
	if o, ok := t.base.orgs.Get(want.Org); ok {
		t.orgs[want.Org] = struct{}{}
		o.hold(want, &held)
		if held.Member.User != "" && !want.MemberAlone {
			users = append(slices.Clip(users), held.Member.User)
		}
	}
	held.Users = t.holdUsers(users, want.Org)
	held.Places = t.base.placesOf(want)
	return held, nil
}

func (t *tx) holdUsers(ids []orgs.UserID, except orgs.ID) map[orgs.UserID]store.HeldUser {
	held := make(map[orgs.UserID]store.HeldUser, len(ids))
	for _, id := range ids {
		if u, ok := t.base.users.Get(id); ok {
			t.users[id] = struct{}{}
			held[id] = store.HeldUser{User: *u, Latest: t.base.latest(id, except)}
		}
	}
	return held
}

// latest returns the organization that user joined most recently and is an
// active member of, other than except.
func (s *state) latest(user orgs.UserID, except orgs.ID) orgs.ID {
	for _, r := range s.rowsOf(user, s.joined.From(newest(user))) {
		if r.Org != except && r.Status == orgs.Active {
			return r.Org
		}
	}
	return ""
}

func (s *state) placesOf(want store.Want) map[grants.Resource]store.Place {
	places := make(map[grants.Resource]store.Place, len(want.Resources))
	for _, r := range want.Resources {
		switch at, ok := s.places.Get(r); {
		case !ok:
		case at == want.Org:
			places[r] = store.Here
		default:
			places[r] = store.Elsewhere
		}
	}
	return places
}

// hold reads what want asks for inside o.
func (o *tenant) hold(want store.Want, held *store.Held) {
	held.Org = o.record.Clone()
	if r, ok := o.bound.Get(want.Actor); ok {
		held.Actor = r.Member
	}
	if r, ok := o.rows.Get(want.Member); ok {
		held.Member = r.Member
	}
	if want.Address != "" {
		for r := range o.addressed(want.Address) {
			held.Addressed = append(held.Addressed, r.Member)
		}
	}
	held.Roles = o.rolesOf(append(slices.Clip(want.Roles), held.Actor.Role, held.Member.Role))
	if custom, ok := o.named.Get(want.RoleName); ok {
		held.RoleNamed = custom.Role.Clone()
	}
	held.ActorHas = o.grantsOf(held.Actor.ID, want.Grants)
	held.MemberHas = o.grantsOf(held.Member.ID, want.Grants)
	if want.EveryResource {
		for r := range o.resources.All() {
			held.EveryResource = append(held.EveryResource, r)
		}
	}
}

func (o *tenant) rolesOf(ids []roles.ID) map[roles.ID]roles.Role {
	found := make(map[roles.ID]roles.Role, len(ids))
	for _, id := range ids {
		if custom, ok := o.roles.Get(id); ok {
			found[id] = custom.Role.Clone()
		}
	}
	return found
}

// grantsOf returns those of asked that row id has.
func (o *tenant) grantsOf(id orgs.MemberID, asked []grants.Grant) []grants.Grant {
	var has []grants.Grant
	for _, g := range asked {
		if o.has(id, g) {
			has = append(has, g)
		}
	}
	return has
}
