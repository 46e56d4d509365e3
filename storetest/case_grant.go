package storetest

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func grantCases() []Case {
	return []Case{
		numbered(18, "grants go with their row", caseGrantsGoWithRow),
		numbered(18, "grants go with their resource", caseGrantsGoWithResource),
		numbered(18, "Give and Take are about the grants named", caseGiveAndTake),
		numbered(18, "GiveEach gives every row each resource", caseGiveEach),
	}
}

// grantsAre checks the grants of rows of acme.
func (t *trial) grantsAre(what string, want map[orgs.MemberID][]grants.Grant) {
	for id, list := range want {
		if t.err == nil {
			t.same(what+": grants of "+string(id), t.grantsOf(acme, id), list)
		}
	}
}

// reachedBy checks which rows of acme reach r by a grant.
func (t *trial) reachedBy(what string, r grants.Resource, want ...orgs.MemberID) {
	if t.err != nil {
		return
	}
	page, err := t.s.Grantees(t.ctx, store.GranteeQuery{
		Org: acme, Resource: r, Roles: []roles.ID{roles.Admin, roles.Editor, roles.Viewer, auditor}, Limit: everything,
	})
	t.must("Grantees", err)
	t.same(what+": who reaches "+string(r.ID), idsOf(page.Members), want)
}

// caseGrantsGoWithRow removes rows and adds them again, by the same ID and for
// the same user under another one.
func caseGrantsGoWithRow(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme, Users: []orgs.UserID{bob}}
	t.do(in, give(acme, cleoRow, grants.One(device, "d1"), grants.All(device)))
	t.do(in, deleteMember(acme, bobRow), deleteMember(acme, danRow))
	t.grantsAre("rows removed", map[orgs.MemberID][]grants.Grant{
		bobRow: nil, danRow: nil, cleoRow: {grants.All(device), grants.One(device, "d1")},
	})
	t.reachedBy("rows removed", thing("d1"))
	t.same("grants of Bob elsewhere", t.grantsOf(umbra, bobToo), []grants.Grant{grants.One(device, "x1")})
	t.do(in, createMember(active(acme, bobRow, user(bob), auditor)), createMember(invited(acme, danRow, "dan@mail.example", roles.Editor)))
	t.grantsAre("rows that came back", map[orgs.MemberID][]grants.Grant{bobRow: nil, danRow: nil})
	t.same("Facts of a row that came back", t.factsOf(acme, bob).Coverage, grants.NotCovered)
	t.do(in, give(acme, bobRow, grants.One(device, "d1")), deleteMember(acme, bobRow),
		createMember(active(acme, newRow, user(bob), auditor)))
	t.grantsAre("a row replaced in one Update", map[orgs.MemberID][]grants.Grant{bobRow: nil, newRow: nil})
	t.same("Facts of the new row", t.factsOf(acme, bob).Coverage, grants.NotCovered)
	t.reachedBy("a row replaced in one Update", thing("d1"))
	t.reachedBy("a row replaced in one Update", board("b1"))
	return t.err
}

// caseGrantsGoWithResource unregisters resources and registers them again, also
// elsewhere. A grant of all of a kind stays.
func caseGrantsGoWithResource(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme}
	d1, d2, b1 := grants.One(device, "d1"), grants.One(device, "d2"), grants.One(dashboard, "b1")
	t.do(in, register(acme, board("d1")), give(acme, bobRow, d2, b1, grants.One(dashboard, "d1")),
		give(acme, danRow, d1), give(acme, adaRow, d1, grants.All(device)))
	t.do(in, unregister(acme, thing("d1"), board("b1")))
	after := map[orgs.MemberID][]grants.Grant{
		adaRow: {grants.All(device)}, bobRow: {grants.All(dashboard), grants.One(dashboard, "d1"), d2}, danRow: {d2}, cleoRow: nil,
	}
	t.grantsAre("unregistered", after)
	t.reachedBy("unregistered", thing("d1"))
	t.do(in, register(acme, thing("d1"), board("b1")))
	t.grantsAre("registered again", after)
	t.reachedBy("registered again", thing("d1"), adaRow)
	t.reachedBy("registered again", board("b1"), bobRow)
	t.do(in, give(acme, bobRow, d1), unregister(acme, thing("d1")))
	t.do(store.Want{Org: umbra}, register(umbra, thing("d1")))
	t.same("Facts of Bob where it is now", t.factsOf(umbra, bob).Coverage, grants.NotCovered)
	t.grantsAre("registered elsewhere", after)
	t.do(in, unregister(acme, thing("d2")), register(acme, thing("d2")))
	t.grantsAre("unregistered and registered in one Update", map[orgs.MemberID][]grants.Grant{
		bobRow: {grants.All(dashboard), grants.One(dashboard, "d1")}, danRow: nil,
	})
	return t.err
}

// caseGiveAndTake gives and takes among grants that are alike.
func caseGiveAndTake(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme}
	d1, d2, all, boards := grants.One(device, "d1"), grants.One(device, "d2"), grants.All(device), grants.All(dashboard)
	step := func(what string, o op, bobs, dans []grants.Grant) {
		t.do(in, o)
		t.grantsAre(what, map[orgs.MemberID][]grants.Grant{bobRow: bobs, danRow: dans, adaRow: nil})
	}
	step("Give one", give(acme, bobRow, d2), []grants.Grant{boards, d1, d2}, []grants.Grant{d2})
	step("Give all", give(acme, bobRow, all), []grants.Grant{boards, all, d1, d2}, []grants.Grant{d2})
	step("Take one", take(acme, bobRow, d2), []grants.Grant{boards, all, d1}, []grants.Grant{d2})
	step("Take all of a kind", take(acme, bobRow, all), []grants.Grant{boards, d1}, []grants.Grant{d2})
	step("Take the other kind", take(acme, bobRow, boards), []grants.Grant{d1}, []grants.Grant{d2})
	step("Give an invited row", give(acme, danRow, d1, boards), []grants.Grant{d1}, []grants.Grant{boards, d1, d2})
	step("Take from it", take(acme, danRow, d2, boards), []grants.Grant{d1}, []grants.Grant{d1})
	return t.err
}

// caseGiveEach gives each resource to rows that have none, some and all of a
// kind, twice.
func caseGiveEach(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)))
	t.do(store.Want{Org: newco}, giveEach(newco)) // no rows and no resources
	t.scene()
	d1, d2, b1 := grants.One(device, "d1"), grants.One(device, "d2"), grants.One(dashboard, "b1")
	each := []grants.Grant{b1, d1, d2}
	want := map[orgs.MemberID][]grants.Grant{
		adaRow: each, bobRow: {grants.All(dashboard), b1, d1, d2}, cleoRow: each, danRow: each,
	}
	for range 2 {
		t.do(store.Want{Org: acme}, giveEach(acme))
		t.grantsAre("GiveEach", want)
	}
	t.same("grants in another organization", t.grantsOf(umbra, bobToo), []grants.Grant{grants.One(device, "x1")})
	t.do(store.Want{Org: acme}, register(acme, thing("d9")), take(acme, danRow, d1, d2, b1))
	want[danRow] = nil
	t.grantsAre("a resource registered later", want)
	t.do(store.Want{Org: acme}, createMember(invited(acme, newRow, "new@mail.example", roles.Viewer)), giveEach(acme))
	for id, list := range want {
		want[id] = append(slices.Clip(list), grants.One(device, "d9"))
	}
	want[danRow] = []grants.Grant{b1, d1, d2, grants.One(device, "d9")}
	want[newRow] = want[danRow]
	t.grantsAre("GiveEach in an Update that adds a row", want)
	return t.err
}
