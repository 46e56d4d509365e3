package memstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		if t.taken(o, m) {
			return store.ErrConflict
		}
		t.next.addRow(t.edit, o, newRow(m, t.owner(m.User)))
		return nil
	})
}

// owner returns who user is, nil for the empty one.
func (t *tx) owner(user orgs.UserID) *person {
	if user == "" {
		return nil
	}
	return t.next.somebody(t.edit, user)
}

// taken reports whether another row is what only one may be: m's ID, bound to
// its user, or invited at its address (C20).
func (t *tx) taken(o *tenant, m orgs.Member) bool {
	if t.row(o, m.ID) != nil || m.User != "" && t.boundTo(o, m.User) != nil {
		return true
	}
	if m.Status == orgs.Invited {
		for range o.addressed(orgs.FoldAddress(m.Email), orgs.Invited) {
			return true
		}
	}
	return false
}

func (t *tx) row(o *tenant, id orgs.MemberID) *row { return o.row(t.next.hash(string(id)), id) }

func (t *tx) boundTo(o *tenant, user orgs.UserID) *row {
	return o.boundTo(t.next.hash(string(user)), user)
}

func (t *tx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		old := t.row(o, m.ID)
		if old == nil {
			return nil
		}
		changed := *old
		changed.role = m.Role
		if changed.issue() != m.Issue {
			from := old.member(m.Org)
			from.Issue = m.Issue
			changed.origin = originOf(from)
		}
		t.next.putRow(t.edit, o, old, &changed)
		return nil
	})
}

func (t *tx) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(o *tenant) error {
		old := t.row(o, m.ID)
		if old == nil || old.status != invited {
			return nil
		}
		if t.boundTo(o, m.User) != nil {
			return store.ErrConflict
		}
		joined := *old
		owner := t.owner(m.User)
		joined.user, joined.status, joined.joined = m.User, statusOf(m.Status), microsOf(m.JoinedAt)
		joined.profile, joined.person = profileOf(m, owner), owner.number
		t.next.putRow(t.edit, o, old, &joined)
		return nil
	})
}

func (t *tx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		if r := t.row(o, id); r != nil {
			t.next.dropRow(t.edit, o, r)
		}
		return nil
	})
}

func (t *tx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for _, r := range resources {
			hash := t.next.hashOf(r)
			n := o.thing(hash, r)
			if n == 0 {
				continue
			}
			for _, row := range slices.Collect(o.holdersOf(n).all()) {
				o.take(t.edit, o.rows.at(row), n)
			}
			o.resources.Delete(t.edit, o.byName(grants.Resource{}), n)
			o.names.Delete(t.edit, hash, n)
			o.things.drop(t.edit, n)
			o.holders.Set(t.edit, n, nil)
			t.next.places.Delete(t.edit, hash, o.number)
		}
		return nil
	})
}

func (t *tx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		r := t.row(o, id)
		if r == nil {
			return nil
		}
		things := make([]uint32, 0, len(give))
		for _, g := range give {
			n := t.next.granted(o, g)
			if n == 0 && g.All {
				n = t.next.addThing(t.edit, o, named(g))
			}
			if n != 0 && !r.has.has(n) {
				things = append(things, n)
			}
		}
		order := o.byName(grants.Resource{})
		if !slices.IsSortedFunc(things, order) {
			slices.SortFunc(things, order)
		}
		o.give(t.edit, r, slices.Compact(things))
		return nil
	})
}

func (t *tx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		r := t.row(o, id)
		if r == nil {
			return nil
		}
		for _, g := range take {
			if n := t.next.granted(o, g); n != 0 {
				r = o.take(t.edit, r, n)
			}
		}
		return nil
	})
}

func (t *tx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.writeIn(ctx, org, func(o *tenant) error {
		for number := range o.everyRow() {
			r := o.rows.at(number)
			var things []uint32
			for n := range o.resources.All() {
				if !r.has.has(n) {
					things = append(things, n)
				}
			}
			o.give(t.edit, r, things)
		}
		return nil
	})
}
