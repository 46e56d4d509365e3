package memstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		r := newRow(m)
		if o.taken(r) {
			return store.ErrConflict
		}
		t.next.putRow(t.edit, o, nil, r)
		return nil
	})
}

// taken reports whether another row is what only one may be: r's ID, bound to
// its user, or invited at its address (C20).
func (o *tenant) taken(r *row) bool {
	_, taken := o.rows.Get(r.ID)
	if _, ok := o.bound.Get(r.User); ok {
		taken = true
	}
	if r.Status == orgs.Invited {
		for other := range o.addressed(r.keys[orgs.ByEmail]) {
			taken = taken || other.Status == orgs.Invited
		}
	}
	return taken
}

func (t *tx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		if old, ok := o.rows.Get(m.ID); ok {
			changed := old.Member
			changed.Role, changed.Issue = m.Role, m.Issue
			t.next.putRow(t.edit, o, old, newRow(changed))
		}
		return nil
	})
}

func (t *tx) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		old, ok := o.rows.Get(m.ID)
		if !ok || old.Status != orgs.Invited {
			return nil
		}
		if _, taken := o.bound.Get(m.User); taken {
			return store.ErrConflict
		}
		joined := old.Member
		joined.User, joined.Profile, joined.Status, joined.JoinedAt = m.User, m.Profile, m.Status, m.JoinedAt
		t.next.putRow(t.edit, o, old, newRow(joined))
		return nil
	})
}

func (t *tx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		if r, ok := o.rows.Get(id); ok {
			t.next.dropRow(t.edit, o, r)
		}
		return nil
	})
}

func (t *tx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for _, r := range resources {
			if _, ok := o.resources.Get(r); !ok {
				continue
			}
			g := grants.One(r.Kind, r.ID)
			for _, id := range o.holdersOf(g) {
				o.take(t.edit, id, g)
			}
			o.resources.Delete(t.edit, r)
			t.next.places.Delete(t.edit, r)
		}
		return nil
	})
}

// holdersOf returns the rows that have g, in order of ID.
func (o *tenant) holdersOf(g grants.Grant) []orgs.MemberID {
	var ids []orgs.MemberID
	for h := range o.holders.From(holder{grant: g}) {
		if h.grant != g {
			break
		}
		ids = append(ids, h.member)
	}
	return ids
}

func (t *tx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		if _, ok := o.rows.Get(id); !ok {
			return nil
		}
		for _, g := range give {
			if _, ok := o.resources.Get(g.Target()); ok || g.All {
				o.give(t.edit, id, g)
			}
		}
		return nil
	})
}

func (t *tx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for _, g := range take {
			o.take(t.edit, id, g)
		}
		return nil
	})
}

func (t *tx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for id := range o.rows.All() {
			for r := range o.resources.All() {
				o.give(t.edit, id, grants.One(r.Kind, r.ID))
			}
		}
		return nil
	})
}
