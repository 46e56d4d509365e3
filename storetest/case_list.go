package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func listCases() []Case {
	return []Case{
		numbered(24, "memberships, the last joined first", caseMemberships),
		numbered(24, "memberships are searched by the folded name", caseMembershipSearch),
		numbered(24, "resources by kind and ID", caseResources),
		numbered(24, "resources that a user reaches", caseResourcesOfUser),
		numbered(24, "grants, all of a kind first", caseGrants),
		numbered(24, "grantees by ID", caseGrantees),
		numbered(28, "GranteeIDs are those of Grantees", caseGranteeIDs),
		numbered(24, "events by number, both ways", caseEventPages),
		numbered(24, "tombstones by organization", caseTombstones),
		numbered(24, "roles by ID", caseRoles),
	}
}

// memberships returns the pager of q.
func (t *trial) memberships(q store.MembershipQuery) pager[store.Membership, store.JoinedPosition] {
	return pager[store.Membership, store.JoinedPosition]{
		page: func(after *store.JoinedPosition, limit int) ([]store.Membership, error) {
			q.After, q.Limit = after, limit
			return t.s.Memberships(t.ctx, q)
		},
		at: func(m store.Membership) store.JoinedPosition {
			return store.JoinedPosition{JoinedAt: m.JoinedAt, Org: m.Org}
		},
	}
}

// join makes bob a member of a new organization.
func (t *trial) join(org orgs.ID, name string, when time.Time) store.Membership {
	o := organization(org)
	o.Name = name
	m := active(org, orgs.MemberID("m-"+org), user(bob), roles.Viewer)
	m.JoinedAt = when
	t.do(store.Want{Org: org, Users: []orgs.UserID{bob}}, createOrganization(o), putUser(user(bob)), createMember(m))
	return store.Membership{Org: org, Name: name, Member: m.ID, Role: m.Role, JoinedAt: when}
}

// caseMemberships joins several organizations at one time, and leaves some while
// pages are read.
func caseMemberships(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme}, deleteMember(acme, bobRow))
	t.do(store.Want{Org: umbra}, deleteMember(umbra, bobToo))
	var want []store.Membership
	for i, org := range []orgs.ID{"b", "B", "a", "A", "aa", "\u00e1", "c", "d", "e", "0", "f", "g"} {
		when := at(10 + i%4).Add(time.Duration(i%2) * time.Microsecond)
		want = append(want, t.join(org, "Org "+string(org), when))
	}
	slices.SortFunc(want, func(a, b store.Membership) int {
		if c := b.JoinedAt.Compare(a.JoinedAt); c != 0 {
			return c
		}
		return strings.Compare(string(a.Org), string(b.Org))
	})
	p := t.memberships(store.MembershipQuery{User: bob})
	walk(t, "memberships", p, want)
	walk(t, "memberships of somebody without any", t.memberships(store.MembershipQuery{User: eve}), nil)
	walk(t, "memberships of nobody", t.memberships(store.MembershipQuery{User: none}), nil)
	var stay []store.Membership
	for i, m := range want {
		if i%4 != 1 {
			stay = append(stay, m)
		}
	}
	stroll(t, "memberships", p, stay, func(pages int) {
		if i := pages*2 - 1; i < len(want) && i%4 == 1 {
			t.do(store.Want{Org: want[i].Org}, deleteMember(want[i].Org, want[i].Member))
		}
		if pages < len(want) {
			t.join(orgs.ID(fmt.Sprintf("new-%02d", pages)), "New", at(10+pages%4))
		}
	})
	return t.err
}

// caseMembershipSearch renames an organization and searches for both names.
func caseMembershipSearch(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Users: []orgs.UserID{bob}}, putUser(user(bob)))
	last := t.join("c", "\u00c9cole Sup\u00e9rieure", at(13))
	middle := t.join("b", "the ACME works", at(12))
	first := t.join("a", "Acme", at(11))
	search := func(text string, want ...store.Membership) {
		walk(t, "memberships searched for "+text, t.memberships(store.MembershipQuery{User: bob, Search: orgs.FoldName(text)}), want)
	}
	search("acme", middle, first)
	search("CME W", middle)
	search("e", last, middle, first)
	search("SUP\u00c9", last)
	search("supe")
	search("\u00e9cole", last)
	search("acme works etc.")
	o := t.organizationOf("a")
	o.Name, first.Name = "Umbra", "Umbra"
	t.do(store.Want{Org: "a"}, updateOrganization(o))
	search("acme", middle)
	search("umbra", first)
	return t.err
}

// resources returns the pager of q.
func (t *trial) resources(q store.ResourceQuery) pager[grants.Resource, grants.Resource] {
	return pager[grants.Resource, grants.Resource]{
		page: func(after *grants.Resource, limit int) ([]grants.Resource, error) {
			q.After, q.Limit = after, limit
			page, err := t.s.Resources(t.ctx, q)
			return page.Resources, err
		},
		at: func(r grants.Resource) grants.Resource { return r },
	}
}

// catalogue returns resources of three kinds, one a prefix of another, sorted.
func catalogue() []grants.Resource {
	var list []grants.Resource
	for _, kind := range []roles.Kind{device, dashboard, "device-2"} {
		for _, id := range []grants.ResourceID{"a", "A", "a ", "b", "\u00e9", "\U0001F600", "10", "9", "%"} {
			list = append(list, grants.Resource{Kind: kind, ID: id})
		}
	}
	slices.SortFunc(list, grants.Resource.Compare)
	return list
}

// ofKinds returns those of list that are of kinds.
func ofKinds(list []grants.Resource, kinds ...roles.Kind) []grants.Resource {
	return slices.DeleteFunc(slices.Clone(list), func(r grants.Resource) bool { return !slices.Contains(kinds, r.Kind) })
}

func caseResources(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	every := catalogue()
	shuffled := slices.Concat(every[11:], every[:11])
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)), register(newco, shuffled...))
	walk(t, "resources", t.resources(store.ResourceQuery{Org: newco}), every)
	whole, err := s.Resources(ctx, store.ResourceQuery{Org: newco})
	t.must("Resources", err)
	t.same("resources without a limit", whole.Resources, every)
	for _, kinds := range [][]roles.Kind{{device}, {"device-2", dashboard}, {dashboard, device, dashboard}, {"dev"}} {
		q := store.ResourceQuery{Org: newco, Kinds: kinds}
		walk(t, fmt.Sprintf("resources of kinds %v", kinds), t.resources(q), ofKinds(every, kinds...))
	}
	var stay []grants.Resource
	for i, r := range every {
		if i%4 != 1 {
			stay = append(stay, r)
		}
	}
	stroll(t, "resources", t.resources(store.ResourceQuery{Org: newco}), stay, func(pages int) {
		if i := pages*2 - 1; i < len(every) && i%4 == 1 {
			t.do(store.Want{Org: newco}, unregister(newco, every[i]))
		}
		if pages < len(every) {
			t.do(store.Want{Org: newco}, register(newco, thing(grants.ResourceID(fmt.Sprintf("%c-new-%d", 'a'+pages%3, pages)))))
		}
	})
	return t.err
}

// caseResourcesOfUser asks for what reaches a user by single grants, by one of
// all of a kind, by its role, and not at all.
func caseResourcesOfUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	every := catalogue()
	few := []grants.Grant{grants.One(device, "a"), grants.One(device, "\u00e9"), grants.One("device-2", "A"), grants.All(dashboard), grants.One(dashboard, "b")}
	t.do(store.Want{Org: newco, Users: []orgs.UserID{ada, bob, eve}}, createOrganization(organization(newco)), register(newco, every...),
		createMember(active(newco, "m-1", user(ada), roles.Admin)),
		createMember(active(newco, "m-2", user(bob), auditor)),
		createMember(active(newco, "m-3", user(eve), roles.Viewer)),
		createMember(invited(newco, "m-4", "u-uma@mail.example", roles.Viewer)),
		give(newco, "m-2", few...), give(newco, "m-4", grants.All(device)),
	)
	bobs := slices.DeleteFunc(slices.Clone(every), func(r grants.Resource) bool {
		return r.Kind != dashboard && !slices.Contains(few, grants.One(r.Kind, r.ID))
	})
	for _, ask := range []struct {
		user  orgs.UserID
		reach []roles.ID
		want  []grants.Resource
	}{
		{bob, nil, bobs}, {bob, []roles.ID{roles.Admin}, bobs}, {bob, []roles.ID{roles.Viewer, auditor}, every},
		{ada, nil, nil}, {ada, []roles.ID{roles.Viewer}, nil}, {ada, []roles.ID{roles.Admin}, every},
		{eve, []roles.ID{roles.Viewer}, every}, {eve, []roles.ID{roles.Admin}, nil},
		{uma, []roles.ID{roles.Viewer}, nil}, {none, []roles.ID{roles.Viewer}, nil},
	} {
		q := store.ResourceQuery{Org: newco, User: ask.user, Reach: ask.reach}
		walk(t, fmt.Sprintf("resources of %s with reach for %v", ask.user, ask.reach), t.resources(q), ask.want)
		q.Kinds = []roles.Kind{"device-2", device}
		walk(t, fmt.Sprintf("devices of %s with reach for %v", ask.user, ask.reach), t.resources(q), ofKinds(ask.want, q.Kinds...))
	}
	t.do(store.Want{Org: newco}, unregister(newco, thing("a"), board("b")))
	bobs = slices.DeleteFunc(bobs, func(r grants.Resource) bool { return r == thing("a") || r == board("b") })
	walk(t, "resources of Bob, fewer", t.resources(store.ResourceQuery{Org: newco, User: bob}), bobs)
	return t.err
}
