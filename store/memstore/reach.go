package memstore

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// Grants returns a page of a member's grants, by kind, all of the kind first,
// and ID.
func (r *reader) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.GrantPage{}, err
	}
	page := store.GrantPage{Facts: s.asked(o, q.Asker)}
	member := o.row(s.hash(string(q.Member)), q.Member)
	if member == nil {
		return page, nil
	}
	list := member.has.all()
	if q.After != nil {
		list = member.has.after(o.byName(named(*q.After)))
	}
	for n := range list {
		t := o.things.at(n)
		if !among(q.Kinds, t.Kind) {
			continue
		}
		if page.Grants = append(page.Grants, t.grant()); len(page.Grants) == q.Limit {
			break
		}
	}
	return page, nil
}

// Resources returns a page of an organization's resources, by kind and ID.
func (r *reader) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.ResourcePage{}, err
	}
	page := store.ResourcePage{Facts: s.asked(o, q.Asker)}
	to := s.reach(o, q)
	if !to.every && to.has.many == nil && o.wide == 0 {
		page.Resources = o.fewOf(to.has.few, q)
		return page, nil
	}
	for r := range s.reached(o, q, to) {
		if page.Resources = append(page.Resources, r); len(page.Resources) == q.Limit {
			break
		}
	}
	return page, nil
}

// fewOf returns q's page of few things, which are all that is reached.
func (o *tenant) fewOf(few []uint32, q store.ResourceQuery) []grants.Resource {
	most := len(few)
	if q.Limit > 0 {
		most = min(most, q.Limit)
	}
	page := make([]grants.Resource, 0, most)
	for _, n := range few {
		t := o.things.things.Ref(n)
		if q.After != nil && t.Compare(*q.After) <= 0 || !among(q.Kinds, t.Kind) {
			continue
		}
		if page = append(page, t.Resource); len(page) == q.Limit {
			break
		}
	}
	return page
}

// reach is what a user reaches: every resource, or what the grants cover.
type reach struct {
	every bool
	has   *links
}

// reach returns what q.User reaches, everything when there is no User.
func (s *state) reach(o *tenant, q store.ResourceQuery) reach {
	if q.User == "" {
		return reach{every: true, has: new(links)}
	}
	r := o.boundTo(s.hash(string(q.User)), q.User)
	switch {
	case r == nil || r.status != active:
		return reach{has: new(links)}
	case slices.Contains(q.Reach, r.role):
		return reach{every: true, has: new(links)}
	}
	return reach{has: &r.has}
}

// reached returns q's resources after q.After, kind by kind: it seeks the first
// of each and passes over the kinds that are not asked for.
func (s *state) reached(o *tenant, q store.ResourceQuery, to reach) iter.Seq[grants.Resource] {
	return func(yield func(grants.Resource) bool) {
		var after grants.Resource // the zero one is before every other
		if q.After != nil {
			after = *q.After
		}
		for {
			kind, ok := o.kindFrom(after.Kind, to)
			if !ok {
				return
			}
			if kind != after.Kind {
				after = grants.Resource{Kind: kind}
			}
			if among(q.Kinds, kind) {
				for n := range s.reachedOf(o, after, to) {
					t := o.things.at(n)
					if t.Kind != kind {
						break
					}
					if !yield(t.Resource) {
						return
					}
				}
			}
			after = grants.Resource{Kind: kind + "\x00"} // no kind is between
		}
	}
}

// kindFrom returns the first kind, from kind on, that to may reach.
func (o *tenant) kindFrom(kind roles.Kind, to reach) (roles.Kind, bool) {
	order := o.byName(grants.Resource{Kind: kind})
	list := to.has.from(order)
	if to.every {
		list = o.resources.From(order, 0)
	}
	for n := range list {
		return o.things.at(n).Kind, true
	}
	return "", false
}

// reachedOf returns the resources after after: those of its kind, and then maybe
// others.
func (s *state) reachedOf(o *tenant, after grants.Resource, to reach) iter.Seq[uint32] {
	order := o.byName(after)
	if to.every || s.linked(o, to.has, grants.All(after.Kind)) {
		return o.resources.After(order, 0)
	}
	return to.has.after(order)
}

// Grantees returns a page of the active members that reach a resource, by ID.
func (r *reader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	facts, rows, err := r.reaching(ctx, q)
	return store.MemberPage{Facts: facts, Members: membersOf(q.Org, rows)}, err
}

// GranteeIDs is Grantees without the records.
func (r *reader) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	facts, rows, err := r.reaching(ctx, q)
	if err != nil || len(rows) == 0 {
		return store.GranteePage{Facts: facts}, err
	}
	list := make([]store.Grantee, len(rows))
	for i, r := range rows {
		list[i] = store.Grantee{Member: r.id, User: r.user}
	}
	return store.GranteePage{Facts: facts, Grantees: list}, nil
}

// reaching returns the rows of q's page, with the facts about the Asker.
func (r *reader) reaching(ctx context.Context, q store.GranteeQuery) (grants.Facts, []*row, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return grants.Facts{}, nil, err
	}
	facts := s.asked(o, q.Asker)
	n := o.thing(s.hashOf(q.Resource), q.Resource)
	if n == 0 {
		return facts, nil, nil
	}
	return facts, s.reaching(o, &q, n), nil
}

// reaching merges the first of each way to reach thing n: who is linked to it, who
// is linked to all of its kind, and the members of each role in q.Reach.
func (s *state) reaching(o *tenant, q *store.GranteeQuery, n uint32) []*row {
	page := o.eligible(q, o.holdersOf(n))
	if o.wide > 0 {
		if all := s.granted(o, grants.All(q.Resource.Kind)); all != 0 {
			page = merged(compareRows, page, o.eligible(q, o.holdersOf(all)))
		}
	}
	for _, role := range q.Reach {
		if of, ok := o.ofRoles.Get(role); ok && o.holds(q, role) {
			list := of.listed[active][orgs.ByRole]
			page = merged(compareRows, page, o.first(q.Limit, list.Len(), o.activeAfter(list, role, q.After), nil))
		}
	}
	return page[:min(len(page), q.Limit)]
}

// holds reports whether a role is one that q asks for.
func (o *tenant) holds(q *store.GranteeQuery, role roles.ID) bool {
	return slices.Contains(q.Roles, role) || o.stores(role, q.Permission)
}

// eligible returns the first of holders that q asks for. Of few it goes through all,
// which takes nothing to begin with.
func (o *tenant) eligible(q *store.GranteeQuery, holders *links) []*row {
	if holders.many != nil {
		query := *q
		return o.first(q.Limit, holders.len(), holders.after(o.byID(q.After)), func(r *row) bool {
			return r.status == active && o.holds(&query, r.role)
		})
	}
	found := make([]*row, 0, min(q.Limit, len(holders.few)))
	for _, n := range holders.few {
		r := o.rows.at(n)
		if r.id <= q.After || r.status != active || !o.holds(q, r.role) {
			continue
		}
		if found = append(found, r); len(found) == q.Limit {
			break
		}
	}
	return found
}

// activeAfter returns the rows after a member in list, which is that of the active ones
// of a role, by ID.
func (o *tenant) activeAfter(list cow.Sorted[uint32], role roles.ID, after orgs.MemberID) iter.Seq[uint32] {
	if after == "" {
		return list.All()
	}
	return list.After(o.order(orgs.ByRole, place{role.Key(), after}), 0)
}
