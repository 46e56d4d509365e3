package boltstore

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// facts finds the row and its role once, then what each question adds (C14).
func (t tenant) facts(user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	m, _, err := t.rowOf(user)
	if err != nil {
		return nil, err
	}
	role, _, err := t.role(m.Role)
	if err != nil {
		return nil, err
	}
	all := make([]grants.Facts, len(questions))
	for i, q := range questions {
		all[i] = grants.Facts{
			Revision: t.revision(), Member: m.ID, Status: m.Status, Role: m.Role,
			Holds:      slices.Contains(role.Permissions, q.Permission),
			Registered: t.registered(q.Resource), Coverage: t.coverage(m.ID, q.Resource),
		}
	}
	return all, nil
}

// resources returns a page of the resources that q asks for.
func (t tenant) resources(ctx context.Context, q store.ResourceQuery) ([]grants.Resource, error) {
	found, err := t.resourcesFor(q)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = math.MaxInt
	}
	var page []grants.Resource
	for r := range found {
		if len(page) >= limit {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, nil
}

// resourcesFor iterates over all that q asks for and that come after q.After.
func (t tenant) resourcesFor(q store.ResourceQuery) (iter.Seq[grants.Resource], error) {
	var after *grants.Grant
	if q.After != nil {
		after = &grants.Grant{Kind: q.After.Kind, Resource: q.After.ID}
	}
	if q.User == "" {
		return t.registry(q.Kinds, after), nil
	}
	m, _, err := t.rowOf(q.User)
	if err != nil {
		return nil, err
	}
	if m.Status != orgs.Active {
		return func(func(grants.Resource) bool) {}, nil
	}
	return t.reached(m, q, after), nil
}

// registry iterates over the resources of kinds, or over all.
func (t tenant) registry(kinds []roles.Kind, after *grants.Grant) iter.Seq[grants.Resource] {
	return func(yield func(grants.Resource) bool) {
		for _, s := range kindSpans(nil, kinds, after) {
			for key := range s.keys(t.sub(subResources)) {
				if !yield(resourceOf(key)) {
					return
				}
			}
		}
	}
}

// reached iterates over what row m reaches: kind by kind, either everything that
// is registered or what single grants name.
func (t tenant) reached(m orgs.Member, q store.ResourceQuery, after *grants.Grant) iter.Seq[grants.Resource] {
	kinds := q.Kinds
	if len(kinds) == 0 {
		kinds = t.kinds()
	}
	return func(yield func(grants.Resource) bool) {
		for _, kind := range sorted(kinds) {
			found := t.singles(m.ID, kind, after)
			if slices.Contains(q.Reach, m.Role) || t.granted(m.ID, grants.All(kind)) {
				found = t.registry([]roles.Kind{kind}, after)
			}
			for r := range found {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// singles iterates over the resources of kind that row id has grants of.
func (t tenant) singles(id orgs.MemberID, kind roles.Kind, after *grants.Grant) iter.Seq[grants.Resource] {
	return func(yield func(grants.Resource) bool) {
		for _, s := range kindSpans(head(string(id)), []roles.Kind{kind}, after) {
			for key := range s.keys(t.sub(subGrants)) {
				if g := grantOf(key); !g.All && !yield(g.Target()) {
					return
				}
			}
		}
	}
}

// kinds returns the kinds that have resources, at one seek each.
func (t tenant) kinds() []roles.Kind {
	var all []roles.Kind
	group := func(key []byte) []byte { return head(string(resourceOf(key).Kind)) }
	for key := range heads(t.sub(subResources), group) {
		all = append(all, resourceOf(key).Kind)
	}
	return all
}

// grants returns a page of the grants of row q.Member.
func (t tenant) grants(ctx context.Context, q store.GrantQuery) ([]grants.Grant, error) {
	var page []grants.Grant
	for _, s := range kindSpans(head(string(q.Member)), q.Kinds, q.After) {
		for key := range s.keys(t.sub(subGrants)) {
			if len(page) >= q.Limit {
				return page, nil
			}
			page = append(page, grantOf(key))
		}
	}
	return page, ctx.Err()
}

// grantees returns a page of the active rows that reach q.Resource.
func (t tenant) grantees(ctx context.Context, q store.GranteeQuery) ([]orgs.Member, error) {
	if !t.registered(q.Resource) {
		return nil, nil
	}
	var page []orgs.Member
	for rest := range merged(t.candidates(q)) {
		if len(page) >= q.Limit {
			break
		}
		m, _, err := t.row(orgs.MemberID(rest))
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		eligible, err := t.eligible(q, m.Role)
		if err != nil {
			return nil, err
		}
		if m.Status == orgs.Active && eligible {
			page = append(page, m)
		}
	}
	return page, nil
}

// eligible reports whether id is a role that q asks for.
func (t tenant) eligible(q store.GranteeQuery, id roles.ID) (bool, error) {
	if slices.Contains(q.Roles, id) {
		return true, nil
	}
	role, _, err := t.role(id)
	return slices.Contains(role.Permissions, q.Permission), err
}

// candidates returns walks by ID through the rows that reach q.Resource: one for
// each role in Reach, one for the grants of it, one for those of all of its kind.
func (t tenant) candidates(q store.GranteeQuery) []*walk {
	var walks []*walk
	for _, role := range q.Reach {
		key := orgs.Member{Role: role}.Key(orgs.ByRole)
		s := span{prefix: append(class{orgs.Active, role}.head(), place(key, "")...)}
		walks = append(walks, start(t.order(orgs.ByRole), s.past(string(q.After))))
	}
	for _, id := range []grants.ResourceID{q.Resource.ID, ""} {
		s := span{prefix: head(string(q.Resource.Kind), string(id))}
		walks = append(walks, start(t.sub(subGrantees), s.past(string(q.After))))
	}
	return walks
}

// kindSpans returns the ranges, below prefix, of kinds, or one of all when there
// are none, without what comes before after or is it.
func kindSpans(prefix []byte, kinds []roles.Kind, after *grants.Grant) []span {
	if len(kinds) == 0 {
		s := span{prefix: prefix}
		if after != nil {
			s = s.past(string(join(string(after.Kind), string(after.Resource))))
		}
		return []span{s}
	}
	var spans []span
	for _, kind := range sorted(kinds) {
		s := span{prefix: append(slices.Clip(prefix), head(string(kind))...)}
		if after != nil {
			switch strings.Compare(string(kind), string(after.Kind)) {
			case -1:
				continue
			case 0:
				s = s.past(string(after.Resource))
			}
		}
		spans = append(spans, s)
	}
	return spans
}

// sorted returns kinds sorted, each once, and leaves the argument alone (C22).
func sorted(kinds []roles.Kind) []roles.Kind {
	return slices.Compact(slices.Sorted(slices.Values(kinds)))
}
