package servicetest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// paged walks through a list page by page, and again with its iterator, which
// must give the same.
func paged[T comparable](limit int, fetch func(charter.Cursor) (charter.Page[T], error), all iter.Seq2[T, error]) (any, error) {
	var items, again []T
	for cursor := charter.Cursor(""); ; {
		page, err := fetch(cursor)
		if err != nil {
			return nil, err
		}
		if most := cmp.Or(limit, charter.DefaultLimit); len(page.Items) > most {
			return nil, fmt.Errorf("a page of %d has %d items", most, len(page.Items))
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			break
		}
		if page.Next == cursor {
			return nil, fmt.Errorf("a page is its own next one")
		}
		cursor = page.Next
	}
	for item, err := range all {
		if err != nil {
			return nil, err
		}
		again = append(again, item)
	}
	if !slices.Equal(items, again) {
		return nil, fmt.Errorf("pages gave %v, the iterator %v", items, again)
	}
	return items, nil
}

// backwards walks through a list that goes both ways, from its last page to its
// first, and returns the rows in the list's order.
func backwards[T any](limit int, fetch func(c charter.Cursor, last bool) (charter.Page[T], error)) (any, error) {
	page, err := fetch("", true)
	items := page.Items
	for err == nil && page.Previous != "" {
		if most := cmp.Or(limit, charter.DefaultLimit); len(page.Items) != most {
			return nil, fmt.Errorf("a page of %d with one before it has %d items", most, len(page.Items))
		}
		page, err = fetch(page.Previous, false)
		items = slices.Concat(page.Items, items)
	}
	return items, err
}

// getMember is M1: one row, the actor's own without permission.
type getMember struct {
	as charter.Actor
	id orgs.MemberID
}

func makeGetMember(g *gen) step {
	as := g.actor()
	return getMember{as, g.member(as.Org)}
}

func (c getMember) ask(s *subject) (any, error) {
	own, err := s.Svc.Members.Me(s.Ctx, c.as)
	if err == nil && own.User != c.as.User {
		return nil, fmt.Errorf("own row is %v", own)
	}
	return s.Svc.Members.Get(s.Ctx, c.as, c.id)
}

func (c getMember) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("member"))
	if len(bad) > 0 {
		return nil, bad
	}
	own := m.rowOf(c.as.Org, c.as.User)
	if !m.may(c.as, roles.AccessUsers) && (own == nil || own.ID != c.id) {
		return nil, refusals{denied}
	}
	r := m.orgs[c.as.Org].row(c.id)
	if r == nil {
		return nil, refusals{notFound}
	}
	return r.Member, nil
}

// pageMembers is M2.
type pageMembers struct {
	as   charter.Actor
	q    charter.MemberQuery
	back bool
}

func makePageMembers(g *gen) step {
	as := g.boss()
	q := charter.MemberQuery{
		Search: pick(g, []string{"", "", "f", "LAST", "zoë", " ada", "kay@", "\u212Aay", "eve", "de v", "_"}),
		Sort:   pick(g, orgs.Sorts()), Descending: g.rarely(2), Limit: g.limit(),
	}
	if g.rarely(3) {
		q.Status = pick(g, [][]orgs.Status{{orgs.Active}, {orgs.Invited}, {orgs.Invited, orgs.Active, orgs.Active}, {"gone"}})
	}
	if g.rarely(3) {
		q.Roles = []roles.ID{g.role(as.Org), g.role(as.Org)}
	}
	return pageMembers{as, q, g.rarely(3)}
}

func (c pageMembers) ask(s *subject) (any, error) {
	q := c.q
	if c.back {
		return backwards(q.Limit, func(cursor charter.Cursor, last bool) (charter.Page[orgs.Member], error) {
			q.Cursor, q.Last = cursor, last
			return s.Svc.Members.Page(s.Ctx, c.as, q)
		})
	}
	return paged(q.Limit, func(cursor charter.Cursor) (charter.Page[orgs.Member], error) {
		q.Cursor = cursor
		return s.Svc.Members.Page(s.Ctx, c.as, q)
	}, s.Svc.Members.All(s.Ctx, c.as, c.q))
}

func (c pageMembers) want(m *model) (any, refusals) {
	bad, q := badActor(c.as), c.q
	for i, status := range q.Status {
		bad.when(status == "gone", invalid(fmt.Sprintf("status[%d]", i)))
	}
	for i, role := range q.Roles {
		bad.when(!validID(string(role)), invalid(fmt.Sprintf("roles[%d]", i)))
	}
	bad.when(q.Limit < 0 || q.Limit > 1000, invalid("limit"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.AccessUsers) {
		return nil, refusals{denied}
	}
	var list []orgs.Member
	for _, r := range m.orgs[c.as.Org].rows {
		if (len(q.Status) == 0 || slices.Contains(q.Status, r.Status)) &&
			(len(q.Roles) == 0 || slices.Contains(q.Roles, r.Role)) && found(r.Member, q.Search) {
			list = append(list, r.Member)
		}
	}
	slices.SortFunc(list, func(a, b orgs.Member) int {
		order := cmp.Or(inOrder(a, b, q.Sort), strings.Compare(string(a.ID), string(b.ID)))
		if q.Descending {
			return -order
		}
		return order
	})
	return list, nil
}

// names returns "first last" and "last first" as they are compared: without case.
func names(r orgs.Member) (firstLast, lastFirst string) {
	return strings.ToLower(strings.TrimSpace(r.FirstName + " " + r.LastName)),
		strings.ToLower(strings.TrimSpace(r.LastName + " " + r.FirstName))
}

// found is the search of M2: by the beginning of the name or of the address.
func found(r orgs.Member, search string) bool {
	firstLast, lastFirst := names(r)
	search = strings.TrimSpace(search)
	return strings.HasPrefix(firstLast, strings.ToLower(search)) ||
		strings.HasPrefix(lastFirst, strings.ToLower(search)) ||
		strings.HasPrefix(lower(r.Email), lower(search))
}

// inOrder compares as M2 sorts.
func inOrder(a, b orgs.Member, by orgs.Sort) int {
	aFirst, aLast := names(a)
	bFirst, bLast := names(b)
	switch by {
	case orgs.ByFirstName:
		return strings.Compare(aFirst, bFirst)
	case orgs.ByLastName:
		return strings.Compare(aLast, bLast)
	case orgs.ByEmail:
		return strings.Compare(lower(a.Email), lower(b.Email))
	case orgs.ByInvited:
		return a.InvitedAt.Compare(b.InvitedAt)
	default:
		order := []roles.ID{"admin", "editor", "viewer"}
		rank := func(id roles.ID) int { return (slices.Index(order, id) + len(order) + 1) % (len(order) + 1) }
		return cmp.Or(cmp.Compare(rank(a.Role), rank(b.Role)), strings.Compare(string(a.Role), string(b.Role)))
	}
}

// changeRole is M4 and M7.
type changeRole struct {
	as   charter.Actor
	id   orgs.MemberID
	role roles.ID
}

func makeChangeRole(g *gen) step {
	as := g.boss()
	id := g.member(as.Org)
	if own := g.model.rowOf(as.Org, as.User); own != nil && own.ID == id && !g.rarely(4) {
		id = g.member(as.Org)
	}
	return changeRole{as, id, g.role(as.Org)}
}

func (c changeRole) ask(s *subject) (any, error) {
	return nil, s.Svc.Members.ChangeRole(s.Ctx, c.as, c.id, c.role)
}

func (c changeRole) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("member"))
	bad.when(!validID(string(c.role)), invalid("role"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.ChangeRoles) {
		return nil, refusals{denied}
	}
	t, own := m.orgs[c.as.Org], m.rowOf(c.as.Org, c.as.User)
	r := t.row(c.id)
	if r == nil {
		return nil, refusals{notFound}
	}
	var no refusals
	no.when(r == own, ownRole)
	no.when(!t.hasRole(c.role), invalid("role"))
	no.when(r != own && (t.lacks(own.Role, r.Role) || t.lacks(own.Role, c.role)), escalation)
	no.when(r != own && t.lastAdmin(r) && c.role != "admin", lastAdmin)
	if len(no) > 0 {
		return nil, no
	}
	if r.Role != c.role {
		m.event(t, c.as.User, store.MemberRoleChanged, store.Detail{
			Member: r.ID, Before: store.State{Role: r.Role}, After: store.State{Role: c.role},
		})
		r.Role = c.role
	}
	return nil, nil
}

// remove is M5, M7 and O6.
type remove struct {
	as           charter.Actor
	id           orgs.MemberID
	confirmation string
}

func makeRemove(g *gen) step {
	as := g.boss()
	c := remove{as, g.member(as.Org), g.address()}
	if t := g.model.orgs[as.Org]; t != nil && !g.rarely(6) {
		if r := t.row(c.id); r != nil {
			c.confirmation = pick(g, []string{r.Email, strings.ToUpper(r.Email), " " + lower(r.Email)})
		}
	}
	return c
}

func (c remove) ask(s *subject) (any, error) {
	return nil, s.Svc.Members.Remove(s.Ctx, c.as, c.id, c.confirmation)
}

func (c remove) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("member"))
	bad.when(!validAddress(c.confirmation), invalid("confirmation"))
	if len(bad) > 0 {
		return nil, bad
	}
	own := m.rowOf(c.as.Org, c.as.User)
	if !m.may(c.as, "") || own.ID != c.id && !m.may(c.as, roles.RemoveUsers) {
		return nil, refusals{denied}
	}
	t := m.orgs[c.as.Org]
	r := t.row(c.id)
	if r == nil {
		return nil, refusals{notFound}
	}
	var no refusals
	no.when(lower(c.confirmation) != lower(r.Email), invalid("confirmation"))
	no.when(r != own && t.lacks(own.Role, r.Role), escalation)
	no.when(t.lastAdmin(r), lastAdmin)
	if len(no) > 0 {
		return nil, no
	}
	action := store.MemberRemoved
	switch {
	case r == own:
		action = store.MemberLeft
	case r.Status == orgs.Invited:
		action = store.InvitationRevoked
	}
	m.event(t, c.as.User, action, store.Detail{Member: r.ID, User: r.User, Before: store.State{Role: r.Role}})
	m.depart(t, r)
	return nil, nil
}
