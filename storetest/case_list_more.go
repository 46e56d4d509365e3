package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// grants returns the pager of q.
func (t *trial) grants(q store.GrantQuery) pager[grants.Grant, grants.Grant] {
	return pager[grants.Grant, grants.Grant]{
		page: func(after *grants.Grant, limit int) ([]grants.Grant, error) {
			q.After, q.Limit = after, limit
			page, err := t.s.Grants(t.ctx, q)
			return page.Grants, err
		},
		at: func(g grants.Grant) grants.Grant { return g },
	}
}

// caseGrants gives single grants and some of all of a kind, in no order, and
// takes some while pages are read.
func caseGrants(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)), register(newco, catalogue()...),
		createMember(invited(newco, newRow, "new@mail.example", roles.Viewer)))
	every := []grants.Grant{grants.All(device), grants.All("device-2"), grants.All("nothing")}
	for i, r := range catalogue() {
		if i%5 != 3 {
			every = append(every, grants.One(r.Kind, r.ID))
		}
	}
	t.do(store.Want{Org: newco}, give(newco, newRow, every...))
	slices.SortFunc(every, grants.Grant.Compare)
	q := store.GrantQuery{Org: newco, Member: newRow}
	walk(t, "grants", t.grants(q), every)
	for _, kinds := range [][]roles.Kind{{device}, {"device-2", dashboard}, {"nothing"}, {"dev"}} {
		some := slices.DeleteFunc(slices.Clone(every), func(g grants.Grant) bool { return !slices.Contains(kinds, g.Kind) })
		walk(t, fmt.Sprintf("grants of kinds %v", kinds), t.grants(store.GrantQuery{Org: newco, Member: newRow, Kinds: kinds}), some)
	}
	var stay []grants.Grant
	for i, g := range every {
		if i%4 != 1 {
			stay = append(stay, g)
		}
	}
	stroll(t, "grants", t.grants(q), stay, func(pages int) {
		if i := pages*2 - 1; i < len(every) && i%4 == 1 {
			t.do(store.Want{Org: newco}, take(newco, newRow, every[i]))
		}
		if pages < len(every) {
			more := thing(grants.ResourceID(fmt.Sprintf("%c-new-%d", 'a'+pages%3, pages)))
			t.do(store.Want{Org: newco}, register(newco, more), give(newco, newRow, grants.One(more.Kind, more.ID)))
		}
	})
	return t.err
}

// grantees returns the pager of q.
func (t *trial) grantees(q store.GranteeQuery) pager[orgs.Member, orgs.MemberID] {
	return pager[orgs.Member, orgs.MemberID]{
		page: func(after *orgs.MemberID, limit int) ([]orgs.Member, error) {
			q.Limit = limit
			if after != nil {
				q.After = *after
			}
			page, err := t.s.Grantees(t.ctx, q)
			q.After = ""
			return page.Members, err
		},
		at: func(m orgs.Member) orgs.MemberID { return m.ID },
	}
}

// granteeIDs is grantees of the IDs alone.
func (t *trial) granteeIDs(q store.GranteeQuery) pager[store.Grantee, orgs.MemberID] {
	return pager[store.Grantee, orgs.MemberID]{
		page: func(after *orgs.MemberID, limit int) ([]store.Grantee, error) {
			q.After, q.Limit = "", limit
			if after != nil {
				q.After = *after
			}
			page, err := store.GranteeIDs(t.ctx, t.s, q)
			return page.Grantees, err
		},
		at: func(g store.Grantee) orgs.MemberID { return g.Member },
	}
}

// caseGrantees walks through who reaches what, and again while rows go.
func caseGrantees(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	reaching := t.reachingScene()
	for what, q := range granteeQueries() {
		walk(t, what, t.grantees(q), reaching(q))
	}
	q := store.GranteeQuery{Org: newco, Resource: thing("d1"), Roles: granteeRoles(), Reach: granteeRoles()}
	reached := reaching(q)
	var stay []orgs.Member
	for i, m := range reached {
		if i%4 != 1 {
			stay = append(stay, m)
		}
	}
	stroll(t, "grantees", t.grantees(q), stay, func(pages int) {
		if i := pages*2 - 1; i < len(reached) && i%4 == 1 {
			t.do(store.Want{Org: newco}, deleteMember(newco, reached[i].ID))
		}
	})
	return t.err
}

// caseGranteeIDs is caseGrantees for the IDs alone.
func caseGranteeIDs(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	reaching := t.reachingScene()
	for what, q := range granteeQueries() {
		var want []store.Grantee
		for _, m := range reaching(q) {
			want = append(want, store.Grantee{Member: m.ID, User: m.User})
		}
		walk(t, "IDs of "+what, t.granteeIDs(q), want)
	}
	return t.err
}

// granteeRoles are the roles of reachingScene.
func granteeRoles() []roles.ID { return []roles.ID{roles.Admin, roles.Editor, auditor} }

// granteeQueries returns queries about reachingScene, by what each asks.
func granteeQueries() map[string]store.GranteeQuery {
	queries := map[string]store.GranteeQuery{}
	for _, some := range [][]roles.ID{nil, {auditor}, {roles.Editor, roles.Admin}, {auditor, roles.Admin, roles.Editor, auditor}} {
		for _, reach := range [][]roles.ID{nil, {roles.Admin}, {auditor, roles.Editor}} {
			for _, r := range []grants.Resource{thing("d1"), thing("d2"), board("d1"), thing("d9"), board("x")} {
				for _, may := range []roles.Permission{"", viewDevices, editDevices} {
					what := fmt.Sprintf("who reaches %v of roles %v and those that store %q with reach for %v", r, some, may, reach)
					queries[what] = store.GranteeQuery{Org: newco, Resource: r, Roles: some, Permission: may, Reach: reach}
				}
			}
		}
	}
	return queries
}

// reachingScene has rows of every role with every grant that reaches a resource or
// almost does, and returns who reaches what a query asks for.
func (t *trial) reachingScene() func(store.GranteeQuery) []orgs.Member {
	given := [][]grants.Grant{
		nil, {grants.One(device, "d1")}, {grants.All(device)}, {grants.One(device, "d1"), grants.All(device)},
		{grants.One(dashboard, "d1"), grants.One(device, "d2"), grants.All(dashboard)},
	}
	of := granteeRoles()
	var rows []orgs.Member
	has := map[orgs.MemberID][]grants.Grant{}
	for i := range 2 * len(given) * len(of) {
		id := orgs.MemberID(fmt.Sprintf("%c%02d", 'a'+i*7%26, i))
		m := active(newco, id, user(orgs.UserID("u-"+id)), of[i%len(of)])
		if i%7 == 6 {
			m = invited(newco, id, string(id)+"@mail.example", of[i%len(of)])
		}
		rows = append(rows, m)
		has[id] = given[i/len(of)%len(given)]
	}
	t.enrol(rows)
	t.do(store.Want{Org: newco}, register(newco, thing("d1"), thing("d2"), board("d1")), updateRole(newco, custom(auditor, "Auditor", viewDevices)))
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)), createRole(acme, custom(auditor, "Auditor", editDevices)))
	for id, list := range has {
		if len(list) > 0 {
			t.do(store.Want{Org: newco}, give(newco, id, list...))
		}
	}
	slices.SortFunc(rows, func(a, b orgs.Member) int { return compareIDs(a.ID, b.ID) })
	return func(q store.GranteeQuery) []orgs.Member {
		registered := q.Resource != thing("d9") && q.Resource != board("x")
		return slices.DeleteFunc(slices.Clone(rows), func(m orgs.Member) bool {
			covered := grants.NewHeld(has[m.ID]...).Covers(grants.One(q.Resource.Kind, q.Resource.ID))
			eligible := slices.Contains(q.Roles, m.Role) || m.Role == auditor && q.Permission == viewDevices
			return !registered || m.Status != orgs.Active || !eligible || !covered && !slices.Contains(q.Reach, m.Role)
		})
	}
}

// compareIDs orders by bytes.
func compareIDs[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// caseEventPages reads a history from both ends, while it grows.
func caseEventPages(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	var forth []store.Event
	for n := range uint64(12) {
		if n >= 2 {
			t.do(store.Want{Org: acme}, appendEvent(event(acme, n+1)))
		}
		forth = append(forth, event(acme, n+1))
	}
	history := func(q store.EventQuery) pager[store.Event, uint64] {
		return pager[store.Event, uint64]{
			page: func(after *uint64, limit int) ([]store.Event, error) {
				q.Limit, q.After = limit, 0
				if after != nil {
					q.After = *after
				}
				page, err := s.Events(ctx, q)
				return page.Events, err
			},
			at: func(e store.Event) uint64 { return e.Number },
		}
	}
	back := slices.Clone(forth)
	slices.Reverse(back)
	walk(t, "events", history(store.EventQuery{Org: acme}), forth)
	walk(t, "events, the newest first", history(store.EventQuery{Org: acme, Descending: true}), back)
	walk(t, "events of another organization", history(store.EventQuery{Org: umbra}), []store.Event{event(umbra, 1)})
	walk(t, "events of nobody", history(store.EventQuery{Org: newco, Descending: true}), nil)
	next := uint64(len(forth))
	stroll(t, "events, the newest first", history(store.EventQuery{Org: acme, Descending: true}), back, func(int) {
		next++
		t.do(store.Want{Org: acme}, appendEvent(event(acme, next)))
	})
	return t.err
}

// caseTombstones deletes organizations while pages are read.
func caseTombstones(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	bury := func(org orgs.ID) {
		t.do(store.Want{Org: org}, createOrganization(organization(org)))
		t.do(store.Want{Org: org}, deleteOrganization(org, tombstone(org)))
	}
	var want []store.Event
	for _, org := range []orgs.ID{"d", "A", "a", "\u00e1", "b", "c", "B", "aa", "0", "\U0001F600"} {
		bury(org)
		want = append(want, tombstone(org))
	}
	slices.SortFunc(want, func(a, b store.Event) int { return compareIDs(a.Org, b.Org) })
	p := pager[store.Event, orgs.ID]{
		page: func(after *orgs.ID, limit int) ([]store.Event, error) {
			if after == nil {
				after = new(orgs.ID)
			}
			return s.Tombstones(ctx, *after, limit)
		},
		at: func(e store.Event) orgs.ID { return e.Org },
	}
	walk(t, "tombstones", p, want)
	after := orgs.ID("ab") // where none is
	got, err := p.page(&after, 2)
	t.must("Tombstones", err)
	t.same("tombstones after ab", got, []store.Event{tombstone("b"), tombstone("c")})
	stroll(t, "tombstones", p, want, func(pages int) {
		if pages < len(want) {
			bury(orgs.ID(fmt.Sprintf("%c-new-%d", 'a'+pages%3, pages)))
		}
	})
	return t.err
}

// caseRoles creates roles in no order.
func caseRoles(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	for org, ids := range map[orgs.ID][]roles.ID{acme: {"b", "a", "B", "10", "9", "\u00e9", "aa"}, newco: nil} {
		var want []roles.Role
		for i, id := range ids {
			r := custom(id, fmt.Sprint("Role ", 9-i))
			t.do(store.Want{Org: org}, createRole(org, r))
			want = append(want, r)
		}
		slices.SortFunc(want, func(a, b roles.Role) int { return compareIDs(a.ID, b.ID) })
		got, err := s.Roles(ctx, org)
		t.must("Roles", err)
		t.same("roles of "+string(org), got, want)
	}
	return t.err
}
