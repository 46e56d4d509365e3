package boltstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// members returns a page of the member list.
func (t tenant) members(ctx context.Context, q store.MemberQuery) ([]orgs.Member, error) {
	if !slices.Contains(orgs.Sorts(), q.Sort) {
		return nil, fmt.Errorf("boltstore: no order %d", q.Sort)
	}
	if q.Search.Name == "" || q.Search.Email == "" {
		return t.listed(ctx, q) // an empty prefix matches everybody
	}
	return t.searched(ctx, q)
}

// allowed returns the classes that have rows and pass the filters of q.
func (t tenant) allowed(q store.MemberQuery) []class {
	return slices.DeleteFunc(t.classes(), func(c class) bool {
		return len(q.Status) > 0 && !slices.Contains(q.Status, c.status) ||
			len(q.Roles) > 0 && !slices.Contains(q.Roles, c.role)
	})
}

// listed walks the order of q through all classes at once.
func (t tenant) listed(ctx context.Context, q store.MemberQuery) ([]orgs.Member, error) {
	var walks []*walk
	for _, c := range t.allowed(q) {
		s := span{prefix: c.head(), down: q.Descending}
		if q.After != nil {
			s = s.past(place(q.After.Key, q.After.ID))
		}
		walks = append(walks, start(t.order(q.Sort), s))
	}
	var page []orgs.Member
	for rest := range merged(walks) {
		if len(page) >= q.Limit {
			break
		}
		m, _, err := t.row(placed(rest))
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		page = append(page, m)
	}
	return page, nil
}

// searched finds what the prefixes match, then puts it in the order of q: it
// costs what its matches cost.
func (t tenant) searched(ctx context.Context, q store.MemberQuery) ([]orgs.Member, error) {
	matches, err := t.matches(ctx, q)
	if err != nil {
		return nil, err
	}
	compare := func(a, b store.Position) int {
		order := cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(string(a.ID), string(b.ID)))
		if q.Descending {
			return -order
		}
		return order
	}
	var order []store.Position
	for id, m := range matches {
		at := store.Position{Key: m.Key(q.Sort), ID: id}
		if q.After == nil || compare(at, *q.After) > 0 {
			order = append(order, at)
		}
	}
	slices.SortFunc(order, compare)
	var page []orgs.Member
	for _, at := range order[:min(len(order), q.Limit)] {
		page = append(page, matches[at.ID])
	}
	return page, nil
}

// matches returns the rows that q searches for, whatever its page.
func (t tenant) matches(ctx context.Context, q store.MemberQuery) (map[orgs.MemberID]orgs.Member, error) {
	found := map[orgs.MemberID]orgs.Member{}
	prefixes := map[orgs.Sort]string{
		orgs.ByFirstName: q.Search.Name, orgs.ByLastName: q.Search.Name, orgs.ByEmail: q.Search.Email,
	}
	for _, c := range t.allowed(q) {
		for sort, prefix := range prefixes {
			s := span{prefix: append(c.head(), escaped(prefix)...)}
			for key := range s.keys(t.order(sort)) {
				m, _, err := t.row(placed(key))
				if err = cmp.Or(err, ctx.Err()); err != nil {
					return nil, err
				}
				found[m.ID] = m
			}
		}
	}
	return found, nil
}

// memberships returns a page of the organizations of q.User.
func (d data) memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	s := span{prefix: head(string(q.User))}
	if q.After != nil {
		s = s.past(joinedRest(q.After.JoinedAt, q.After.Org))
	}
	var page []store.Membership
	for key, row := range s.keys(d.root(rootJoined)) {
		if len(page) >= q.Limit {
			break
		}
		m, o, err := d.membership(joinedOrg(key[len(s.prefix):]), orgs.MemberID(row))
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		if m.Status == orgs.Active && strings.Contains(orgs.FoldName(o.Name), q.Search) {
			page = append(page, store.Membership{Org: o.ID, Name: o.Name, Member: m.ID, Role: m.Role, JoinedAt: m.JoinedAt})
		}
	}
	return page, nil
}

// invitations returns a page of the invited rows at q.Address.
func (d data) invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	s := span{prefix: head(q.Address)}
	if q.After != "" {
		s = s.past(string(q.After))
	}
	var page []store.Invitation
	for key, row := range s.keys(d.root(rootInvited)) {
		if len(page) >= q.Limit {
			break
		}
		in, err := d.invitation(orgs.ID(part(key)), orgs.MemberID(row))
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		page = append(page, in)
	}
	return page, nil
}

// invitation returns row id of org with what comes with it.
func (d data) invitation(org orgs.ID, id orgs.MemberID) (store.Invitation, error) {
	m, o, err := d.membership(org, id)
	if err != nil {
		return store.Invitation{}, err
	}
	t, _ := d.tenant(org)
	role, _, err := t.role(m.Role)
	if err != nil {
		return store.Invitation{}, err
	}
	inviter, _, err := d.user(m.InvitedBy)
	return store.Invitation{Member: m, Organization: o.Name, Role: role.Name, Inviter: inviter.Profile}, err
}

// membership returns row id of org and org's record.
func (d data) membership(org orgs.ID, id orgs.MemberID) (orgs.Member, orgs.Organization, error) {
	t, ok := d.tenant(org)
	if !ok {
		return orgs.Member{}, orgs.Organization{}, fmt.Errorf("boltstore: a membership without its organization")
	}
	m, _, err := t.row(id)
	if err != nil {
		return orgs.Member{}, orgs.Organization{}, err
	}
	o, err := t.record()
	return m, o, err
}

// latest returns the organization that user joined last, other than the one
// named; empty when there is none.
func (d data) latest(user orgs.UserID, other orgs.ID) (orgs.ID, error) {
	s := span{prefix: head(string(user))}
	for key, row := range s.keys(d.root(rootJoined)) {
		org := joinedOrg(key[len(s.prefix):])
		if org == other {
			continue
		}
		m, _, err := d.membership(org, orgs.MemberID(row))
		if err != nil {
			return "", err
		}
		if m.Status == orgs.Active {
			return org, nil
		}
	}
	return "", nil
}
