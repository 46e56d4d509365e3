package storetest

import (
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func isolationCases() []Case {
	return []Case{
		numbered(19, "a lookup by a foreign ID finds nothing", caseForeignLookup),
		numbered(19, "a list has no foreign rows", caseForeignLists),
		numbered(19, "Hold finds nothing foreign", caseForeignHold),
		numbered(19, "a write by a foreign ID changes nothing", caseForeignWrites),
		numbered(19, "what two organizations have alike stays apart", caseNamesakes),
		numbered(26, "writing to what is not there changes nothing", caseAbsentWrites),
		numbered(26, "writing to an organization or user that is not there changes nothing", caseAbsentHolders),
		numbered(26, "what is written to an organization before it is created is not in it", caseEarlyWrites),
	}
}

// umbras is a role of umbra alone.
const umbras roles.ID = "r-umbra"

// foreign sets the scene and gives umbra a role of its own.
func (t *trial) foreign() {
	t.scene()
	t.do(store.Want{Org: umbra}, createRole(umbra, custom(umbras, "Umbra's", viewDevices)))
}

// caseForeignLookup asks each organization for what only the other one has.
func caseForeignLookup(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.foreign()
	for _, rows := range []struct {
		org orgs.ID
		ids []orgs.MemberID
	}{{acme, []orgs.MemberID{umaRow, bobToo, danToo}}, {umbra, []orgs.MemberID{adaRow, bobRow, cleoRow, danRow}}} {
		for _, id := range rows.ids {
			_, err := s.Member(ctx, rows.org, id)
			t.mustBe("Member of another organization", err, store.ErrNotFound)
			t.same("grants of a row of another organization", t.grantsOf(rows.org, id), []grants.Grant{})
		}
	}
	_, err := s.MemberOf(ctx, acme, uma)
	t.mustBe("MemberOf for a user of another organization", err, store.ErrNotFound)
	_, err = s.MemberOf(ctx, umbra, ada)
	t.mustBe("MemberOf for a user of another organization", err, store.ErrNotFound)
	_, err = s.Role(ctx, acme, umbras)
	t.mustBe("Role of another organization", err, store.ErrNotFound)
	_, err = s.Role(ctx, umbra, spare)
	t.mustBe("Role of another organization", err, store.ErrNotFound)
	t.facts(acme, uma, about(viewDevices, thing("x1")), grants.Facts{Revision: t.organizationOf(acme).Revision})
	many, err := s.FactsMany(ctx, acme, uma, []grants.Question{about(viewDevices, thing("x1"))})
	t.must("FactsMany", err)
	t.same("FactsMany for a user of another organization", neededOf([]grants.Question{{}}, many),
		[]grants.Facts{{Revision: t.organizationOf(acme).Revision}})
	return t.err
}

// caseForeignLists lists what each organization has.
func caseForeignLists(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.foreign()
	t.do(store.Want{Org: acme}, give(acme, adaRow, grants.All(device)))
	for org, want := range map[orgs.ID][]orgs.MemberID{
		acme: {adaRow, bobRow, cleoRow, danRow}, umbra: {bobToo, danToo, umaRow}, newco: nil, closed: nil,
	} {
		page, err := s.Members(ctx, store.MemberQuery{Org: org, Sort: orgs.ByRole, Limit: everything})
		t.must("Members", err)
		t.same("how many members "+string(org)+" has", len(page.Members), len(want))
		for _, m := range page.Members {
			t.same("the organization of a row of "+string(org), m.Org, org)
		}
	}
	reach := []roles.ID{roles.Admin, roles.Editor, roles.Viewer, auditor}
	for _, q := range []store.GranteeQuery{
		{Org: acme, Resource: thing("x1"), Roles: reach, Reach: reach, Limit: 9}, {Org: umbra, Resource: thing("d1"), Roles: reach, Reach: reach, Limit: 9},
	} {
		page, err := s.Grantees(ctx, q)
		t.must("Grantees", err)
		t.same("who reaches a resource of another organization", idsOf(page.Members), []orgs.MemberID{})
	}
	for org, want := range map[orgs.ID][]grants.Resource{acme: {board("b1"), thing("d1"), thing("d2")}, umbra: {thing("x1")}} {
		for _, q := range []store.ResourceQuery{{Org: org}, {Org: org, User: bob, Reach: reach}} {
			page, err := s.Resources(ctx, q)
			t.must("Resources", err)
			t.same("resources of "+string(org), page.Resources, want)
		}
	}
	page, err := s.Resources(ctx, store.ResourceQuery{Org: umbra, User: ada, Reach: reach})
	t.must("Resources", err)
	t.same("resources of umbra for a member of acme", page.Resources, []grants.Resource{})
	list, err := s.Roles(ctx, umbra)
	t.must("Roles", err)
	t.same("roles of umbra", list, []roles.Role{custom(auditor, "auditor", editDevices), custom(umbras, "Umbra's", viewDevices)})
	events, err := s.Events(ctx, store.EventQuery{Org: umbra, Limit: 9})
	t.must("Events", err)
	t.same("events of umbra", events.Events, []store.Event{event(umbra, 1)})
	return t.err
}

// caseForeignHold wants of each organization what only the other one has.
func caseForeignHold(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.foreign()
	before := t.userOf(uma)
	t.held("Hold in acme of what umbra has", store.Want{
		Org: acme, Actor: uma, Member: umaRow, Roles: []roles.ID{umbras}, RoleName: "umbra's",
		Grants: []grants.Grant{grants.One(device, "x1")},
	}, store.Held{Org: t.organizationOf(acme)})
	t.held("Hold in umbra of what acme has", store.Want{
		Org: umbra, Actor: ada, Member: bobRow, Address: "cleo@mail.example", Roles: []roles.ID{spare}, RoleName: "spare",
		Grants: []grants.Grant{grants.One(device, "d1"), grants.All(dashboard)},
	}, store.Held{Org: t.organizationOf(umbra)})
	t.held("Hold in umbra of what both have", store.Want{
		Org: umbra, Actor: bob, Address: "dan@mail.example", Roles: []roles.ID{auditor}, RoleName: "auditor", EveryResource: true,
		Grants: []grants.Grant{grants.One(device, "d1"), grants.One(device, "x1"), grants.All(dashboard)},
	}, store.Held{
		Org: t.organizationOf(umbra), Actor: active(umbra, bobToo, user(bob), roles.Editor),
		Addressed:     []orgs.Member{invited(umbra, danToo, "dan@mail.example", auditor)},
		Roles:         map[roles.ID]roles.Role{auditor: custom(auditor, "auditor", editDevices)},
		RoleNamed:     custom(auditor, "auditor", editDevices),
		ActorHas:      []grants.Grant{grants.One(device, "x1")},
		EveryResource: []grants.Resource{thing("x1")},
	})
	t.do(store.Want{Org: acme, Member: umaRow}, appendEvent(event(acme, 3)))
	t.same("the user of a row of another organization", t.userOf(uma), before)
	return t.err
}

// harmless checks that o, which is about what is not there, changes no record. It
// may be an error, but is no conflict.
func (t *trial) harmless(what string, want store.Want, o op) {
	before := t.picture(sceneScope())
	if t.err != nil {
		return
	}
	err := retry(t.ctx, t.s, holding(want, o))
	t.noConflict(what, err)
	for _, wrong := range []error{store.ErrTxDone, store.ErrNested, store.ErrLateHold, store.ErrUnknownOutcome} {
		if errors.Is(err, wrong) {
			t.failf("%s: %w", what, err)
		}
	}
	t.same(what+": what is stored", t.picture(sceneScope()).unrevised(), before.unrevised())
}

// caseForeignWrites writes in acme to what only umbra has.
func caseForeignWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.foreign()
	in := store.Want{Org: acme, Users: []orgs.UserID{eve, uma, bob}}
	row := active(acme, umaRow, user(uma), roles.Viewer)
	row.Issue = 9
	t.harmless("UpdateMember", in, updateMember(row))
	t.harmless("JoinMember", in, joinMember(joined(invited(acme, danToo, "", ""), user(eve))))
	t.harmless("DeleteMember", in, deleteMember(acme, umaRow))
	t.harmless("UpdateRole", in, updateRole(acme, custom(umbras, "Mine", editDevices)))
	t.harmless("DeleteRole", in, deleteRole(acme, umbras))
	t.harmless("Unregister", in, unregister(acme, thing("x1")))
	t.same("where what another organization has is", t.hold(store.Want{Org: acme, Resources: []grants.Resource{thing("x1")}}).Places[thing("x1")], store.Elsewhere)
	t.harmless("Give", in, give(acme, umaRow, grants.One(device, "d1"), grants.All(device)))
	t.harmless("Take", in, take(acme, bobToo, grants.One(device, "x1")))
	page, err := s.Roles(ctx, umbra)
	t.must("Roles", err)
	t.same("roles of umbra", page, []roles.Role{custom(auditor, "auditor", editDevices), custom(umbras, "Umbra's", viewDevices)})
	return t.err
}

// caseNamesakes changes in acme what umbra has by the same name, ID or user.
func caseNamesakes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	only := sceneScope()
	only.orgs, only.bare, only.users, only.addresses = []orgs.ID{umbra}, nil, []orgs.UserID{uma, zoe}, nil
	before, err := only.look(ctx, s)
	t.must("reading", err)
	in := store.Want{Org: acme}
	for what, o := range map[string]op{
		"UpdateRole":   updateRole(acme, custom(auditor, "Other", viewDevices)),
		"UpdateMember": updateMember(active(acme, bobRow, user(bob), roles.Viewer)),
		"GiveEach":     giveEach(acme),
		"Take":         take(acme, bobRow, grants.All(dashboard)),
		"Append":       appendEvent(event(acme, 3)),
	} {
		t.do(in, o)
		got, err := only.look(ctx, s)
		t.must("reading", err)
		t.same("umbra after "+what+" in acme", got, before)
	}
	t.do(in, deleteMember(acme, danRow), deleteMember(acme, bobRow), deleteRole(acme, auditor))
	got, err := only.look(ctx, s)
	t.must("reading", err)
	t.same("umbra after deletions in acme", got, before)
	return t.err
}

// caseAbsentWrites writes to rows of acme that are not there.
func caseAbsentWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme, Users: []orgs.UserID{eve}}
	t.harmless("UpdateMember", in, updateMember(active(acme, newRow, user(eve), roles.Viewer)))
	t.harmless("JoinMember", in, joinMember(active(acme, newRow, user(eve), roles.Viewer)))
	t.harmless("DeleteMember", in, deleteMember(acme, newRow))
	t.harmless("UpdateRole", in, updateRole(acme, custom(clerk, "Clerk", viewDevices)))
	t.harmless("DeleteRole", in, deleteRole(acme, clerk))
	t.harmless("Unregister", in, unregister(acme, thing("d9")))
	t.harmless("Give", in, give(acme, newRow, grants.One(device, "d1"), grants.All(dashboard)))
	t.harmless("Take", in, take(acme, bobRow, grants.One(device, "d2"), grants.All(device)))
	t.harmless("Take from nobody", in, take(acme, newRow, grants.One(device, "d2")))
	t.do(in, createMember(invited(acme, newRow, "new@mail.example", roles.Viewer)))
	t.same("grants of a row added later", t.grantsOf(acme, newRow), []grants.Grant{})
	return t.err
}

// caseAbsentHolders writes to an organization and a user that are not there.
func caseAbsentHolders(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, org := range []orgs.ID{newco, closed} {
		in := store.Want{Org: org}
		t.harmless("UpdateOrganization", in, updateOrganization(organization(org)))
		t.harmless("DeleteOrganization", in, deleteOrganization(org, event(org, 9)))
		t.harmless("GiveEach", in, giveEach(org))
	}
	for _, org := range []orgs.ID{acme, newco} { // neither is a tombstone
		t.harmless("DeleteTombstone", store.Want{}, deleteTombstone(org))
	}
	t.harmless("PutProfile", store.Want{Users: []orgs.UserID{zoe}}, putProfile(zoe, profile("zoe")))
	return t.err
}

// caseEarlyWrites writes in organizations that the same Update creates later.
func caseEarlyWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for org, early := range map[orgs.ID]op{
		"early-resource": register("early-resource", thing("d9")),
		"early-member":   createMember(invited("early-member", newRow, "new@mail.example", roles.Viewer)),
		"early-event":    appendEvent(event("early-event", 9)),
	} {
		err := retry(ctx, s, holding(store.Want{Org: org}, early, createOrganization(organization(org)), appendEvent(event(org, 1))))
		t.noConflict("an Update that begins too early", err)
		if err != nil {
			continue // nothing of it is there
		}
		resources, err := s.Resources(ctx, store.ResourceQuery{Org: org, Limit: everything})
		t.must("Resources", err)
		t.same("resources of an organization that was created later", resources.Resources, []grants.Resource{})
		members, err := s.Members(ctx, store.MemberQuery{Org: org, Limit: everything})
		t.must("Members", err)
		t.same("members of an organization that was created later", members.Members, []orgs.Member{})
		events, err := s.Events(ctx, store.EventQuery{Org: org, Limit: everything})
		t.must("Events", err)
		t.same("events of an organization that was created later", events.Events, []store.Event{event(org, 1)})
	}
	return t.err
}
