package memstore

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// tx is the one Update that runs. It reads base and writes next, which shares
// with base whatever edit has not changed.
type tx struct {
	base   *state
	next   *state
	edit   cow.Edit
	orgs   []orgs.ID                // held, and there
	users  map[orgs.UserID]struct{} // held, and there; nil for none
	wrote  bool
	failed error // of the first write that failed
	ended  atomic.Bool
}

var _ store.Tx = (*tx)(nil)

func newTx(base *state, edit cow.Edit) *tx {
	next := *base
	return &tx{base: base, next: &next, edit: edit}
}

// commit returns the state after t: what it wrote, and one more for the
// revision of everything held that is still there (C7).
func (t *tx) commit() *state {
	if !t.wrote {
		return t.base
	}
	for _, id := range t.orgs {
		if o := t.org(id); o != nil {
			o.record.Revision++
		}
	}
	for id := range t.users {
		moved := *t.next.person(id)
		moved.revision++
		t.next.people.things.Set(t.edit, moved.number, &moved)
	}
	return t.next
}

// write runs change, unless t is over. A transaction of which one write failed
// is lost: Update returns that write's error whatever fn makes of it.
func (t *tx) write(ctx context.Context, change func() error) error {
	switch {
	case t.ended.Load():
		return store.ErrTxDone
	case t.failed != nil:
		return t.failed
	}
	if t.failed = ctx.Err(); t.failed == nil {
		t.wrote = true
		t.failed = change()
	}
	return t.failed
}

// writeIn runs change on organization id, if it is there (C26).
func (t *tx) writeIn(ctx context.Context, id orgs.ID, change func(*tenant) error) error {
	return t.write(ctx, func() error {
		o := t.org(id)
		if o == nil {
			return nil
		}
		return change(o)
	})
}

// org returns organization id as a copy that t may change, nil when there is
// none.
func (t *tx) org(id orgs.ID) *tenant {
	o := t.next.tenant(id)
	if o == nil || o.edit == t.edit {
		return o
	}
	c := *o
	c.edit = t.edit
	t.next.tenants.things.Set(t.edit, c.number, &c)
	return &c
}

func (t *tx) CreateOrganization(ctx context.Context, record orgs.Organization) error {
	return t.write(ctx, func() error {
		if t.next.tenant(record.ID) != nil {
			return store.ErrConflict
		}
		record.Revision = 1
		o := newTenant(t.edit, record)
		o.number = t.next.tenants.add(t.edit, o)
		t.next.orgs.Add(t.edit, t.next.hash(string(record.ID)), o.number)
		return nil
	})
}

func (t *tx) UpdateOrganization(ctx context.Context, record orgs.Organization) error {
	return t.writeIn(ctx, record.ID, func(o *tenant) error {
		record.Revision = o.record.Revision
		o.set(record)
		return nil
	})
}

func (t *tx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return t.writeIn(ctx, id, func(o *tenant) error {
		for n := range o.everyRow() {
			t.next.forget(t.edit, o, o.rows.at(n))
		}
		for n := range o.resources.All() {
			t.next.places.Delete(t.edit, t.next.hashOf(o.things.at(n).Resource), o.number)
		}
		t.next.orgs.Delete(t.edit, t.next.hash(string(id)), o.number)
		t.next.tenants.drop(t.edit, o.number)
		last = last.Clone()
		t.next.tombs.Set(t.edit, byOrg, &last)
		return nil
	})
}

func (t *tx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.write(ctx, func() error {
		t.next.tombs.Delete(t.edit, byOrg, &store.Event{Org: id})
		return nil
	})
}

func (t *tx) PutUser(ctx context.Context, u orgs.User) error {
	return t.write(ctx, func() error {
		u.Revision = 1
		if old := t.next.person(u.ID); old != nil {
			u.Revision = old.revision
		}
		t.next.putUser(t.edit, u)
		return nil
	})
}

func (t *tx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return t.write(ctx, func() error {
		if old := t.next.person(id); old != nil {
			u := old.user()
			u.Profile = p
			t.next.putUser(t.edit, u)
		}
		owner := t.next.anybody(id)
		if owner == nil {
			return nil
		}
		for _, m := range t.next.memberships(owner.number) {
			o := t.org(t.next.tenants.at(m.tenant).record.ID)
			old := o.rows.at(m.row)
			changed := *old
			changed.profile = profileOf(orgs.Member{Profile: p}, owner)
			t.next.putRow(t.edit, o, old, &changed)
		}
		return nil
	})
}

func (t *tx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		if _, taken := o.roles.Get(r.ID); taken {
			return store.ErrConflict
		}
		return t.putRole(o, r)
	})
}

func (t *tx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		if _, ok := o.roles.Get(r.ID); !ok {
			return nil
		}
		return t.putRole(o, r)
	})
}

// putRole adds r, or replaces it, unless another role has its name (C20).
func (t *tx) putRole(o *tenant, r roles.Role) error {
	fold := roles.FoldName(r.Name)
	if other, ok := o.named.Get(fold); ok && other.ID != r.ID {
		return store.ErrConflict
	}
	t.dropRole(o, r.ID)
	made := newRole(r)
	o.roles.Set(t.edit, r.ID, made)
	o.named.Set(t.edit, fold, made)
	return nil
}

func (t *tx) dropRole(o *tenant, id roles.ID) {
	if old, ok := o.roles.Get(id); ok {
		o.roles.Delete(t.edit, id)
		o.named.Delete(t.edit, roles.FoldName(old.Name))
	}
}

func (t *tx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		t.dropRole(o, id)
		return nil
	})
}

func (t *tx) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for _, r := range resources {
			if t.next.place(r) != nil {
				return store.ErrConflict
			}
			n := t.next.addThing(t.edit, o, r)
			t.next.places.Add(t.edit, t.next.hashOf(r), o.number)
			o.resources.Set(t.edit, o.byName(grants.Resource{}), n)
		}
		return nil
	})
}

func (t *tx) Append(ctx context.Context, e store.Event) error {
	return t.writeIn(ctx, e.Org, func(o *tenant) error {
		if _, taken := o.event(e.Number); taken {
			return store.ErrConflict
		}
		e = e.Clone()
		o.append(t.edit, &e)
		return nil
	})
}
