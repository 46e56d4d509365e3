package castore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func (r reader) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	return read(ctx, r, func(d *data) (store.ResourcePage, bool) {
		var list []grants.Resource
		for p := range d.places {
			if p.org == q.Org && among(q.Kinds, p.resource.Kind) && (q.User == "" || d.userReaches(q, p.resource)) {
				list = append(list, p.resource)
			}
		}
		list = page(list, grants.Resource.Compare,
			func(r grants.Resource) bool { return q.After == nil || r.Compare(*q.After) > 0 }, q.Limit)
		return store.ResourcePage{Facts: d.asked(q.Org, q.Asker), Resources: list}, true
	})
}

func (d *data) userReaches(q store.ResourceQuery, r grants.Resource) bool {
	m, ok := d.memberOf(q.Org, q.User)
	return ok && m.Status == orgs.Active && d.reaches(m, r, q.Reach)
}

func (r reader) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	return read(ctx, r, func(d *data) (store.GrantPage, bool) {
		var list []grants.Grant
		for g := range d.grants {
			if g.org == q.Org && g.member == q.Member && among(q.Kinds, g.grant.Kind) {
				list = append(list, g.grant)
			}
		}
		list = page(list, grants.Grant.Compare,
			func(g grants.Grant) bool { return q.After == nil || g.Compare(*q.After) > 0 }, q.Limit)
		return store.GrantPage{Facts: d.asked(q.Org, q.Asker), Grants: list}, true
	})
}

func (r reader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	return read(ctx, r, func(d *data) (store.MemberPage, bool) {
		list := where(d.members, func(m orgs.Member) bool {
			return m.Org == q.Org && m.Status == orgs.Active && (slices.Contains(q.Roles, m.Role) || d.stores(m, q.Permission)) &&
				d.registered(q.Org, q.Resource) && d.reaches(m, q.Resource, q.Reach)
		})
		list = page(list, func(a, b orgs.Member) int { return cmp.Compare(a.ID, b.ID) },
			func(m orgs.Member) bool { return m.ID > q.After }, q.Limit)
		return store.MemberPage{Facts: d.asked(q.Org, q.Asker), Members: list}, true
	})
}

func (r reader) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	order := func(a, b store.Event) int {
		if q.Descending {
			return cmp.Compare(b.Number, a.Number)
		}
		return cmp.Compare(a.Number, b.Number)
	}
	return read(ctx, r, func(d *data) (store.EventPage, bool) {
		list := where(d.events, func(e store.Event) bool { return e.Org == q.Org })
		list = page(list, order, func(e store.Event) bool {
			return q.After == 0 || order(e, store.Event{Number: q.After}) > 0
		}, q.Limit)
		return store.EventPage{Facts: d.asked(q.Org, q.Asker), Events: copies(list)}, true
	})
}

func (r reader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	return read(ctx, r, func(d *data) ([]store.Event, bool) {
		var list []store.Event
		for _, e := range d.tombs {
			list = append(list, e)
		}
		return copies(page(list, func(a, b store.Event) int { return cmp.Compare(a.Org, b.Org) },
			func(e store.Event) bool { return e.Org > after }, limit)), true
	})
}

func copies(events []store.Event) []store.Event {
	list := make([]store.Event, len(events))
	for i, e := range events {
		list[i] = e.Clone()
	}
	return list
}
