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
	if o := t.base.tenant(want.Org); o != nil {
		t.hold(want.Org)
		t.base.hold(o, want, &held)
		if held.Member.User != "" && !want.MemberAlone {
			users = append(slices.Clip(users), held.Member.User)
		}
	}
	held.Users = t.holdUsers(users, want.Org)
	held.Places = t.base.placesOf(want)
	return held, nil
}

func (t *tx) hold(org orgs.ID) {
	if !slices.Contains(t.orgs, org) {
		t.orgs = append(t.orgs, org)
	}
}

func (t *tx) holdUsers(ids []orgs.UserID, except orgs.ID) map[orgs.UserID]store.HeldUser {
	if len(ids) == 0 {
		return nil
	}
	held := make(map[orgs.UserID]store.HeldUser, len(ids))
	for _, id := range ids {
		if p := t.base.person(id); p != nil {
			if t.users == nil {
				t.users = make(map[orgs.UserID]struct{}, len(ids))
			}
			t.users[id] = struct{}{}
			held[id] = store.HeldUser{User: p.user(), Latest: t.base.latest(p, except)}
		}
	}
	return held
}

// latest returns the organization that p joined most recently and is an active
// member of, other than except.
func (s *state) latest(p *person, except orgs.ID) orgs.ID {
	for o, r := range s.rowsOf(p.number, s.joined.From(s.byJoined(""), newest(p.number))) {
		if o.record.ID != except && r.status == active {
			return o.record.ID
		}
	}
	return ""
}

func (s *state) placesOf(want store.Want) map[grants.Resource]store.Place {
	if len(want.Resources) == 0 {
		return nil
	}
	places := make(map[grants.Resource]store.Place, len(want.Resources))
	for _, r := range want.Resources {
		switch o := s.place(r); {
		case o == nil:
		case o.record.ID == want.Org:
			places[r] = store.Here
		default:
			places[r] = store.Elsewhere
		}
	}
	return places
}

// hold reads what want asks for inside o.
func (s *state) hold(o *tenant, want store.Want, held *store.Held) {
	held.Org = o.record.Clone()
	if r := o.boundTo(s.hash(string(want.Actor)), want.Actor); r != nil {
		held.Actor = r.member(want.Org)
		held.ActorHas = s.grantsOf(o, r, want.Grants)
	}
	if r := o.row(s.hash(string(want.Member)), want.Member); r != nil {
		held.Member = r.member(want.Org)
		held.MemberHas = s.grantsOf(o, r, want.Grants)
	}
	if want.Address != "" {
		for r := range o.addressed(want.Address, orgs.Active, orgs.Invited) {
			held.Addressed = append(held.Addressed, r.member(want.Org))
		}
	}
	held.Roles = o.rolesOf(append(slices.Clip(want.Roles), held.Actor.Role, held.Member.Role))
	if custom, ok := o.named.Get(want.RoleName); ok {
		held.RoleNamed = custom.Role.Clone()
	}
	if want.EveryResource {
		for n := range o.resources.All() {
			held.EveryResource = append(held.EveryResource, o.things.at(n).Resource)
		}
	}
}

func (o *tenant) rolesOf(ids []roles.ID) map[roles.ID]roles.Role {
	var found map[roles.ID]roles.Role
	for _, id := range ids {
		if custom, ok := o.roles.Get(id); ok {
			if found == nil {
				found = make(map[roles.ID]roles.Role, len(ids))
			}
			found[id] = custom.Role.Clone()
		}
	}
	return found
}

// grantsOf returns those of asked that r has.
func (s *state) grantsOf(o *tenant, r *row, asked []grants.Grant) []grants.Grant {
	var has []grants.Grant
	for _, g := range asked {
		if s.linked(o, &r.has, g) {
			has = append(has, g)
		}
	}
	return has
}
