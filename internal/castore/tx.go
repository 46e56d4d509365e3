package castore

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// tx notes what was held and what is to be done.
type tx struct {
	store      *Store
	orgs       map[orgs.ID]uint64 // held: the revision seen, 0 for none
	users      map[orgs.UserID]uint64
	operations []operation
	failed     error // of the first write that was refused at once
	ended      atomic.Bool
}

// operation is a write that waits for the commit.
type operation func(*data) error

var _ store.Tx = (*tx)(nil)

func newTx(s *Store) *tx {
	return &tx{store: s, orgs: map[orgs.ID]uint64{}, users: map[orgs.UserID]uint64{}}
}

func (t *tx) later(ctx context.Context, o operation) error {
	if t.ended.Load() {
		return store.ErrTxDone
	}
	if err := ctx.Err(); err != nil {
		t.failed = err
		return err
	}
	t.operations = append(t.operations, o)
	return nil
}

// in keeps o back for the commit, where it is left out when there is no
// organization id (C26).
func (t *tx) in(ctx context.Context, id orgs.ID, o operation) error {
	return t.later(ctx, func(d *data) error {
		if _, ok := d.orgs[id]; !ok {
			return nil
		}
		return o(d)
	})
}

// conflict returns an [store.ErrConflict] when a record is taken (C20), unless
// the store is unchecked.
func (t *tx) conflict(taken bool) error {
	if taken && t.store.checked {
		return store.ErrConflict
	}
	return nil
}

func (t *tx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	o = o.Clone()
	o.Revision = 1
	return t.later(ctx, func(d *data) error {
		_, taken := d.orgs[o.ID]
		d.orgs[o.ID] = o
		return t.conflict(taken)
	})
}

func (t *tx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	o = o.Clone()
	return t.in(ctx, o.ID, func(d *data) error {
		o.Revision = d.orgs[o.ID].Revision
		d.orgs[o.ID] = o
		return nil
	})
}

func (t *tx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	last = last.Clone()
	return t.in(ctx, id, func(d *data) error {
		delete(d.orgs, id)
		d.members = slices.DeleteFunc(d.members, func(m orgs.Member) bool { return m.Org == id })
		d.roles = slices.DeleteFunc(d.roles, func(r customRole) bool { return r.org == id })
		maps.DeleteFunc(d.places, func(p place, _ bool) bool { return p.org == id })
		maps.DeleteFunc(d.grants, func(g given, _ bool) bool { return g.org == id })
		d.events = slices.DeleteFunc(d.events, func(e store.Event) bool { return e.Org == id })
		d.tombs[id] = last
		return nil
	})
}

func (t *tx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.later(ctx, func(d *data) error {
		delete(d.tombs, id)
		return nil
	})
}

func (t *tx) PutUser(ctx context.Context, u orgs.User) error {
	return t.later(ctx, func(d *data) error {
		u.Revision = max(1, d.users[u.ID].Revision)
		d.users[u.ID] = u
		return nil
	})
}

func (t *tx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return t.later(ctx, func(d *data) error {
		if u, ok := d.users[id]; ok {
			u.Profile = p
			d.users[id] = u
		}
		for i := range d.members {
			if d.members[i].User == id {
				d.members[i].Profile = p
			}
		}
		return nil
	})
}

func (t *tx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	r = r.Clone()
	return t.in(ctx, org, func(d *data) error {
		taken := slices.ContainsFunc(d.roles, func(other customRole) bool {
			return other.org == org && (other.ID == r.ID || roles.FoldName(other.Name) == roles.FoldName(r.Name))
		})
		d.roles = append(d.roles, customRole{org, r})
		return t.conflict(taken)
	})
}

func (t *tx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	r = r.Clone()
	return t.in(ctx, org, func(d *data) error {
		i := slices.IndexFunc(d.roles, func(old customRole) bool { return old.org == org && old.ID == r.ID })
		if i < 0 {
			return nil
		}
		d.roles[i].Role = r
		return t.conflict(slices.ContainsFunc(d.roles, func(other customRole) bool {
			return other.org == org && other.ID != r.ID && roles.FoldName(other.Name) == roles.FoldName(r.Name)
		}))
	})
}

func (t *tx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return t.in(ctx, org, func(d *data) error {
		d.roles = slices.DeleteFunc(d.roles, func(r customRole) bool { return r.org == org && r.ID == id })
		return nil
	})
}

func (t *tx) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	resources = slices.Clone(resources)
	return t.in(ctx, org, func(d *data) error {
		for _, r := range resources {
			if err := t.conflict(d.placeOf(org, r) != store.Nowhere); err != nil {
				return err
			}
			d.places[place{org, r}] = true
		}
		return nil
	})
}

func (t *tx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	resources = slices.Clone(resources)
	return t.in(ctx, org, func(d *data) error {
		for _, r := range where(resources, func(r grants.Resource) bool { return d.registered(org, r) }) {
			delete(d.places, place{org, r})
			maps.DeleteFunc(d.grants, func(g given, _ bool) bool { return g.org == org && g.grant.Target() == r })
		}
		return nil
	})
}

func (t *tx) Append(ctx context.Context, e store.Event) error {
	e = e.Clone()
	return t.in(ctx, e.Org, func(d *data) error {
		taken := slices.ContainsFunc(d.events, func(other store.Event) bool {
			return other.Org == e.Org && other.Number == e.Number
		})
		d.events = append(d.events, e)
		return t.conflict(taken)
	})
}
