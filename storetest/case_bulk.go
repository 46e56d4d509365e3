package storetest

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// many is more than fits into one statement of any engine that counts its
// parameters: the highest limits are 32,766 and 65,535, and each of these has
// two.
const many = 40_000

func bulkCases() []Case {
	return []Case{
		inBulk(numbered(1, "40,000 resources and grants in one Update", caseBulkWrites)),
		inBulk(numbered(15, "40,000 questions at once", caseBulkQuestions)),
		inBulk(numbered(18, "GiveEach and deletion with 40,000 resources", caseBulkGiveEach)),
	}
}

// bulk returns many resources and a grant of each, sorted.
func bulk() ([]grants.Resource, []grants.Grant) {
	resources, list := make([]grants.Resource, many), make([]grants.Grant, many)
	for i := range many {
		resources[i] = thing(grants.ResourceID(fmt.Sprintf("bulk-%05d", i)))
		list[i] = grants.One(device, resources[i].ID)
	}
	return resources, list
}

// bulkScene has a new organization with a row that is bound to bob.
func (t *trial) bulkScene() {
	t.do(store.Want{Org: newco, Users: []orgs.UserID{bob}}, createOrganization(organization(newco)), putUser(user(bob)),
		createRole(newco, custom(auditor, "Auditor", viewDevices)), createMember(active(newco, newRow, user(bob), auditor)))
}

// caseBulkWrites registers, gives, holds, takes and unregisters many at a time.
func caseBulkWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.bulkScene()
	resources, list := bulk()
	t.do(store.Want{Org: newco}, register(newco, resources...), give(newco, newRow, list...))
	held := t.hold(store.Want{Org: newco, Member: newRow, Resources: resources, Grants: list, EveryResource: true})
	t.same("grants held", len(held.MemberHas), many)
	t.same("every resource held", len(held.EveryResource), many)
	for _, r := range resources {
		if held.Places[r] != store.Here {
			t.failf("Hold says that %v is at %d, want %d", r, held.Places[r], store.Here)
			break
		}
	}
	for _, q := range []store.ResourceQuery{{Org: newco}, {Org: newco, User: bob}, {Org: newco, User: bob, Reach: []roles.ID{auditor}}} {
		page, err := s.Resources(ctx, q)
		t.must("Resources", err)
		t.same(fmt.Sprintf("resources of %+v", q), page.Resources, resources)
	}
	page, err := s.Grants(ctx, store.GrantQuery{Org: newco, Member: newRow, Limit: many + 1})
	t.must("Grants", err)
	t.same("grants", page.Grants, list)
	t.do(store.Want{Org: newco}, take(newco, newRow, list[1:]...))
	t.same("grants that were not taken", t.grantsOf(newco, newRow), list[:1])
	t.do(store.Want{Org: newco}, unregister(newco, resources[:many-1]...))
	left, err := s.Resources(ctx, store.ResourceQuery{Org: newco})
	t.must("Resources", err)
	t.same("resources that were not unregistered", left.Resources, resources[many-1:])
	t.same("grants of a resource unregistered", t.grantsOf(newco, newRow), []grants.Grant{})
	return t.err
}

// caseBulkQuestions asks about many resources, every other one of which is
// granted, and about many users, and lists by many roles.
func caseBulkQuestions(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.bulkScene()
	resources, list := bulk()
	t.do(store.Want{Org: newco}, register(newco, resources[:9]...), give(newco, newRow, list[0], list[2], list[4]))
	questions := make([]grants.Question, many)
	want := make([]grants.Facts, many)
	revision := t.organizationOf(newco).Revision
	for i, r := range resources {
		questions[many-1-i] = about(viewDevices, r)
		f := grants.Facts{Revision: revision, Member: newRow, Status: orgs.Active, Role: auditor, Holds: true, Registered: i < 9}
		if i == 0 || i == 2 || i == 4 {
			f.Coverage = grants.CoveredByOne
		}
		want[many-1-i] = f
	}
	got, err := s.FactsMany(ctx, newco, bob, questions)
	t.must("FactsMany", err)
	t.same("FactsMany", got, want)
	people := make([]orgs.UserID, many)
	for i := range people {
		people[i] = orgs.UserID(fmt.Sprintf("user-%05d", i))
	}
	people[many-1] = bob
	found, err := s.Users(ctx, people)
	t.must("Users", err)
	t.same("users among many", found, []orgs.User{t.userOf(bob)})
	ids := make([]roles.ID, 2*many)
	for i := range ids {
		ids[i] = roles.ID(fmt.Sprintf("role-%05d", i))
	}
	ids[many] = auditor
	members, err := s.Members(ctx, store.MemberQuery{Org: newco, Roles: ids, Limit: 9})
	t.must("Members", err)
	t.same("members of many roles", idsOf(members.Members), []orgs.MemberID{newRow})
	reached := store.GranteeQuery{Org: newco, Resource: resources[1], Roles: ids, Reach: ids, Limit: 9}
	grantees, err := s.Grantees(ctx, reached)
	t.must("Grantees", err)
	t.same("grantees of many roles", idsOf(grantees.Members), []orgs.MemberID{newRow})
	for may, want := range map[roles.Permission][]orgs.MemberID{viewDevices: {newRow}, editDevices: {}} {
		reached.Roles, reached.Permission = nil, may
		grantees, err := s.Grantees(ctx, reached)
		t.must("Grantees", err)
		t.same("grantees of many roles that may store "+string(may), idsOf(grantees.Members), want)
	}
	t.same("roles held of many", len(t.hold(store.Want{Org: newco, Roles: ids}).Roles), 1)
	return t.err
}

// caseBulkGiveEach gives two rows each of many resources and deletes the
// organization.
func caseBulkGiveEach(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.bulkScene()
	resources, list := bulk()
	t.do(store.Want{Org: newco}, register(newco, resources...), createMember(invited(newco, cleoRow, "cleo@mail.example", roles.Viewer)),
		give(newco, newRow, list[7]))
	t.do(store.Want{Org: newco}, giveEach(newco))
	for _, row := range []orgs.MemberID{newRow, cleoRow} {
		page, err := s.Grants(ctx, store.GrantQuery{Org: newco, Member: row, Limit: many + 1})
		t.must("Grants", err)
		t.same("grants of "+string(row), page.Grants, list)
	}
	last := event(newco, 1)
	last.Detail.Resources = resources
	t.do(store.Want{Org: newco, EveryResource: true}, deleteOrganization(newco, last))
	stones, err := s.Tombstones(ctx, "", 9)
	t.must("Tombstones", err)
	t.same("the tombstone", stones, []store.Event{last})
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)), register(acme, resources...))
	return t.err
}
