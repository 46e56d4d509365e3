package castore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Hold notes the revisions of what want names and reads the rest from the same
// moment. Of what was held before, the first revision counts.
func (t *tx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	switch {
	case t.ended.Load():
		return store.Held{}, store.ErrTxDone
	case len(t.operations) > 0:
		return store.Held{}, store.ErrLateHold
	}
	if err := ctx.Err(); err != nil {
		return store.Held{}, err
	}
	now := t.store.latest.Load()
	held := now.held(want)
	if _, before := t.orgs[want.Org]; want.Org != "" && !before {
		t.orgs[want.Org] = held.Org.Revision
	}
	for _, id := range now.usersOf(want) {
		if _, before := t.users[id]; !before {
			t.users[id] = now.users[id].Revision
		}
	}
	if t.store.AfterHold != nil {
		t.store.AfterHold()
	}
	return held, nil
}

// usersOf returns the users that want holds (C9).
func (d *data) usersOf(want store.Want) []orgs.UserID {
	users := slices.Clone(want.Users)
	if m, _ := d.member(want.Org, want.Member); m.User != "" && !want.MemberAlone {
		users = append(users, m.User)
	}
	return users
}

func (d *data) held(want store.Want) store.Held {
	held := store.Held{
		Org:    d.orgs[want.Org].Clone(),
		Users:  map[orgs.UserID]store.HeldUser{},
		Roles:  map[roles.ID]roles.Role{},
		Places: map[grants.Resource]store.Place{},
	}
	for _, id := range d.usersOf(want) {
		if u, ok := d.users[id]; ok {
			held.Users[id] = store.HeldUser{User: u, Latest: d.latest(id, want.Org)}
		}
	}
	held.Actor, _ = d.memberOf(want.Org, want.Actor)
	held.Member, _ = d.member(want.Org, want.Member)
	held.Addressed = where(d.members, func(m orgs.Member) bool {
		return want.Address != "" && m.Org == want.Org && orgs.FoldAddress(m.Email) == want.Address
	})
	d.holdRoles(want, &held)
	for _, r := range want.Resources {
		if place := d.placeOf(want.Org, r); place != store.Nowhere {
			held.Places[r] = place
		}
	}
	for _, g := range want.Grants {
		if d.has(want.Org, held.Actor.ID, g) {
			held.ActorHas = append(held.ActorHas, g)
		}
		if d.has(want.Org, held.Member.ID, g) {
			held.MemberHas = append(held.MemberHas, g)
		}
	}
	for p := range d.places {
		if want.EveryResource && p.org == want.Org {
			held.EveryResource = append(held.EveryResource, p.resource)
		}
	}
	return held
}

func (d *data) holdRoles(want store.Want, held *store.Held) {
	for _, id := range append(slices.Clone(want.Roles), held.Actor.Role, held.Member.Role) {
		if r, ok := d.role(want.Org, id); ok {
			held.Roles[id] = r
		}
	}
	named, _ := only(d.roles, func(r customRole) bool {
		return want.RoleName != "" && r.org == want.Org && roles.FoldName(r.Name) == want.RoleName
	})
	held.RoleNamed = named.Role.Clone()
}

func (d *data) placeOf(org orgs.ID, r grants.Resource) store.Place {
	if d.registered(org, r) {
		return store.Here
	}
	for other := range d.orgs {
		if d.registered(other, r) {
			return store.Elsewhere
		}
	}
	return store.Nowhere
}

// latest returns the organization that user joined most recently, other than
// except.
func (d *data) latest(user orgs.UserID, except orgs.ID) orgs.ID {
	rows := where(d.activeOf(user), func(m orgs.Member) bool { return m.Org != except })
	if len(rows) == 0 {
		return ""
	}
	return slices.MinFunc(rows, func(a, b orgs.Member) int {
		return compareJoined(store.Membership{Org: a.Org, JoinedAt: a.JoinedAt}, store.Membership{Org: b.Org, JoinedAt: b.JoinedAt})
	}).Org
}
