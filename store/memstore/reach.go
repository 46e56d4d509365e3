package memstore

import (
	"context"
	"iter"
	"slices"
	"strings"

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
	held, _ := o.grants.Get(q.Member)
	list := held.All()
	if q.After != nil {
		list = held.After(*q.After)
	}
	for g := range list {
		if !among(q.Kinds, g.Kind) {
			continue
		}
		if page.Grants = append(page.Grants, g); len(page.Grants) == q.Limit {
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
	for r := range o.reached(q) {
		if page.Resources = append(page.Resources, r); len(page.Resources) == q.Limit {
			break
		}
	}
	return page, nil
}

// reach is what a user reaches: every resource, or what the grants cover.
type reach struct {
	every  bool
	grants cow.Sorted[grants.Grant]
}

// reach returns what q.User reaches, everything when there is no User.
func (o *tenant) reach(q store.ResourceQuery) reach {
	if q.User == "" {
		return reach{every: true}
	}
	r, ok := o.bound.Get(q.User)
	switch {
	case !ok || r.Status != orgs.Active:
		return reach{}
	case slices.Contains(q.Reach, r.Role):
		return reach{every: true}
	}
	held, _ := o.grants.Get(r.ID)
	return reach{grants: held}
}

// reached returns q's resources after q.After, kind by kind: it seeks the first
// of each and passes over the kinds that are not asked for.
func (o *tenant) reached(q store.ResourceQuery) iter.Seq[grants.Resource] {
	return func(yield func(grants.Resource) bool) {
		to := o.reach(q)
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
				for r := range o.reachedOf(after, to) {
					if !yield(r) {
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
	if to.every {
		for r := range o.resources.From(grants.Resource{Kind: kind}) {
			return r.Kind, true
		}
		return "", false
	}
	for g := range to.grants.From(grants.Grant{Kind: kind}) {
		return g.Kind, true
	}
	return "", false
}

// reachedOf returns the resources of after's kind and after it.
func (o *tenant) reachedOf(after grants.Resource, to reach) iter.Seq[grants.Resource] {
	_, all := to.grants.Get(grants.All(after.Kind))
	return func(yield func(grants.Resource) bool) {
		if to.every || all {
			for r := range o.resources.After(after) {
				if r.Kind != after.Kind || !yield(r) {
					return
				}
			}
			return
		}
		for g := range to.grants.After(grants.One(after.Kind, after.ID)) {
			if g.Kind != after.Kind || !yield(g.Target()) {
				return
			}
		}
	}
}

// Grantees returns a page of the active members that reach a resource, by ID.
func (r *reader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.MemberPage{}, err
	}
	page := store.MemberPage{Facts: s.asked(o, q.Asker)}
	if _, ok := o.resources.Get(q.Resource); ok {
		page.Members = o.grantees(q)
	}
	return page, nil
}

// grantees merges the first of each way to reach q.Resource: its holders, those
// of all of its kind, and the members of each role in q.Reach.
func (o *tenant) grantees(q store.GranteeQuery) []orgs.Member {
	ways := []iter.Seq[*row]{
		o.having(grants.One(q.Resource.Kind, q.Resource.ID), q.After),
		o.having(grants.All(q.Resource.Kind), q.After),
	}
	for _, role := range q.Reach {
		ways = append(ways, o.inRole(role, q.After))
	}
	var found []orgs.Member
	for _, way := range ways {
		n := 0
		for r := range way {
			if r.Status != orgs.Active || !slices.Contains(q.Roles, r.Role) {
				continue
			}
			found = append(found, r.Member)
			if n++; n == q.Limit {
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	found = slices.CompactFunc(found, func(a, b orgs.Member) bool { return a.ID == b.ID })
	return found[:min(len(found), q.Limit)]
}

// having returns the rows after after that have g, by ID.
func (o *tenant) having(g grants.Grant, after orgs.MemberID) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		for h := range o.holders.After(holder{g, after}) {
			if h.grant != g {
				return
			}
			if r, _ := o.rows.Get(h.member); !yield(r) {
				return
			}
		}
	}
}

// inRole returns the rows after after in role, by ID.
func (o *tenant) inRole(role roles.ID, after orgs.MemberID) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		from := &row{Member: orgs.Member{ID: after}}
		from.keys[orgs.ByRole] = role.Key()
		for r := range o.lists[orgs.ByRole].After(from) {
			if r.Role != role || !yield(r) {
				return
			}
		}
	}
}
