package sqlstore

import (
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// manyFound gathers what HoldMany finds, to be dealt out.
type manyFound struct {
	tx        *tx
	id        orgs.ID
	org       orgs.Organization
	users     map[orgs.UserID]store.HeldUser
	actors    map[orgs.UserID]orgs.Member
	members   map[orgs.MemberID]orgs.Member
	addressed map[string][]orgs.Member // by folded address
	roles     rolesByID
	places    map[grants.Resource]store.Place
	actorHas  map[grants.Grant]bool
	memberHas map[orgs.MemberID]map[grants.Grant]bool
}

func newManyFound(t *tx, org orgs.ID) *manyFound {
	return &manyFound{
		tx: t, id: org, users: map[orgs.UserID]store.HeldUser{},
		actors: map[orgs.UserID]orgs.Member{}, members: map[orgs.MemberID]orgs.Member{}, addressed: map[string][]orgs.Member{},
		roles: rolesByID{}, places: map[grants.Resource]store.Place{},
		actorHas: map[grants.Grant]bool{}, memberHas: map[orgs.MemberID]map[grants.Grant]bool{},
	}
}

func (f *manyFound) add(r *record) (err error) {
	switch r.is {
	case isSession:
		f.tx.cascades = r.number[0] != 0
	case isOrganization:
		f.org, err = r.organization()
	case isUser:
		f.users[orgs.UserID(r.text[0].String)] = store.HeldUser{User: r.user(), Latest: orgs.ID(r.text[5].String)}
	case isActor:
		m := r.member(f.id)
		f.actors[m.User] = m
	case isMember:
		m := r.member(f.id)
		f.members[m.ID] = m
	case isAddressed:
		m := r.member(f.id)
		address := orgs.FoldAddress(m.Email)
		f.addressed[address] = append(f.addressed[address], m)
	case isRole:
		return f.roles.add(r)
	case isPlace:
		f.places[r.resource()] = store.Elsewhere
		if r.number[0] != 0 {
			f.places[r.resource()] = store.Here
		}
	case isActorHas:
		f.actorHas[r.grant()] = true
	case isMemberHas:
		id := orgs.MemberID(r.text[2].String)
		if f.memberHas[id] == nil {
			f.memberHas[id] = map[grants.Grant]bool{}
		}
		f.memberHas[id][r.grant()] = true
	}
	return err
}

// held deals out what want asks for.
func (f *manyFound) held(want store.Want) store.Held {
	held := store.Held{
		Org: f.org.Clone(), Users: map[orgs.UserID]store.HeldUser{}, Roles: map[roles.ID]roles.Role{}, Places: map[grants.Resource]store.Place{},
		Actor: f.actors[want.Actor], Member: f.members[want.Member], Addressed: append([]orgs.Member(nil), f.addressed[want.Address]...),
	}
	users := want.Users
	if !want.MemberAlone {
		users = append(slices.Clip(users), held.Member.User)
	}
	for _, id := range users {
		if u, ok := f.users[id]; ok {
			held.Users[id] = u
		}
	}
	for _, id := range append(slices.Clip(want.Roles), held.Actor.Role, held.Member.Role) {
		if role, ok := f.roles[id]; ok {
			role.Permissions = slices.Clone(role.Permissions)
			held.Roles[id] = role
		}
	}
	for _, res := range want.Resources {
		if place, ok := f.places[res]; ok {
			held.Places[res] = place
		}
	}
	for _, g := range want.Grants {
		if want.Actor != "" && f.actorHas[g] {
			held.ActorHas = append(held.ActorHas, g)
		}
		if f.memberHas[want.Member][g] {
			held.MemberHas = append(held.MemberHas, g)
		}
	}
	return held
}
