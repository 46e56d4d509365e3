package boltstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Hold implements [store.Tx]. Who writes is alone, so to hold is to note whose
// revision moves at the end (C7), and the order of locks does not matter (C9).
func (t *tx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	if err := t.ready(ctx); err != nil {
		return store.Held{}, err
	}
	if t.wrote {
		return store.Held{}, store.ErrLateHold
	}
	h := holding{tx: t, want: want}
	if err := h.find(); err != nil {
		t.failed = err // what is not held must not be decided about
		return store.Held{}, err
	}
	return h.held, nil
}

// holding is a Hold that is under way.
type holding struct {
	*tx
	want store.Want
	held store.Held
	in   tenant // of Want.Org
}

func (h *holding) find() error {
	h.held.Users = map[orgs.UserID]store.HeldUser{}
	h.held.Roles = map[roles.ID]roles.Role{}
	h.held.Places = map[grants.Resource]store.Place{}
	h.places()
	steps := []func() error{h.users}
	var ok bool
	if h.in, ok = h.tenant(h.want.Org); ok {
		steps = []func() error{h.organization, h.rows, h.users, h.roles, h.resources}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (h *holding) organization() (err error) {
	h.holdOrg(h.want.Org)
	h.held.Org, err = h.in.record()
	return err
}

func (h *holding) rows() (err error) {
	if h.held.Actor, _, err = h.in.rowOf(h.want.Actor); err != nil {
		return err
	}
	if h.held.Member, _, err = h.in.row(h.want.Member); err != nil {
		return err
	}
	if h.want.Address != "" {
		if h.held.Addressed, err = h.in.rowsAt(h.want.Address); err != nil {
			return err
		}
	}
	for _, g := range h.want.Grants {
		if h.in.granted(h.held.Actor.ID, g) {
			h.held.ActorHas = append(h.held.ActorHas, g)
		}
		if h.in.granted(h.held.Member.ID, g) {
			h.held.MemberHas = append(h.held.MemberHas, g)
		}
	}
	return nil
}

// users holds the users that are wanted and the one that row Member is bound to,
// unless that is left alone.
func (h *holding) users() error {
	ids := h.want.Users
	if user := h.held.Member.User; user != "" && !h.want.MemberAlone {
		ids = append([]orgs.UserID{user}, ids...)
	}
	for _, id := range ids {
		h.holdUser(id)
		u, found, err := h.user(id)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		latest, err := h.latest(id, h.want.Org)
		if err != nil {
			return err
		}
		h.held.Users[id] = store.HeldUser{User: u, Latest: latest}
	}
	return nil
}

func (h *holding) roles() (err error) {
	ids := append([]roles.ID{h.held.Actor.Role, h.held.Member.Role}, h.want.Roles...)
	for _, id := range ids {
		role, found, err := h.in.role(id)
		if err != nil {
			return err
		}
		if found {
			h.held.Roles[id] = role
		}
	}
	if h.want.RoleName != "" {
		h.held.RoleNamed, _, err = h.in.roleNamed(h.want.RoleName)
	}
	return err
}

func (h *holding) places() {
	for _, r := range h.want.Resources {
		switch org := h.root(rootResources).Get(resourceKey(r)); {
		case org == nil:
		case orgs.ID(org) == h.want.Org:
			h.held.Places[r] = store.Here
		default:
			h.held.Places[r] = store.Elsewhere
		}
	}
}

func (h *holding) resources() error {
	if h.want.EveryResource {
		for r := range h.in.registry(nil, nil) {
			h.held.EveryResource = append(h.held.EveryResource, r)
		}
	}
	return nil
}
