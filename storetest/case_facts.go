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

func factsCases() []Case {
	return []Case{
		numbered(14, "Revision is the organization's", caseRevision),
		numbered(14, "Facts tell what decides", caseFacts),
		numbered(14, "Facts follow every change", caseFactsFollow),
		numbered(15, "FactsMany answers each question in its place", caseFactsMany),
		numbered(15, "FactsMany agrees with itself in a crowd", caseFactsManySnapshot),
		numbered(16, "the Facts of a page are the Asker's", casePageFacts),
		numbered(16, "the Facts of an empty page are the Asker's", caseEmptyPageFacts),
		numbered(16, "the Facts and rows of a page agree in a crowd", casePageSnapshot),
	}
}

// caseRevision asks for revisions after each of a few changes, also of what is not
// there, has never been, and is no more.
func caseRevision(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	want := map[orgs.ID]uint64{
		acme: t.organizationOf(acme).Revision, umbra: t.organizationOf(umbra).Revision, newco: 0, closed: 0,
	}
	t.revisionsAre("at first", want)
	steps := []struct {
		what string
		org  orgs.ID
		op   op
		then uint64
	}{
		{"a grant", acme, give(acme, bobRow, grants.All(device)), want[acme] + 1},
		{"a role", umbra, createRole(umbra, custom(clerk, "Clerk")), want[umbra] + 1},
		{"an event", acme, appendEvent(event(acme, 3)), want[acme] + 2},
		{"the creation", newco, createOrganization(organization(newco)), 1},
		{"the deletion", acme, deleteOrganization(acme, tombstone(acme)), 0},
	}
	for _, step := range steps {
		t.do(store.Want{Org: step.org}, step.op)
		want[step.org] = step.then
		t.revisionsAre("after "+step.what, want)
	}
	return t.err
}

// revisionsAre checks what Revision says on the Store and in a View.
func (t *trial) revisionsAre(when string, want map[orgs.ID]uint64) {
	check := func(ctx context.Context, r store.Reader) error {
		got := map[orgs.ID]uint64{}
		for org := range want {
			revision, err := r.Revision(ctx, org)
			if err != nil {
				return err
			}
			got[org] = revision
		}
		t.same("the revisions "+when, got, want)
		return nil
	}
	if t.err == nil {
		t.must("Revision", check(t.ctx, t.s))
	}
	if t.err == nil {
		t.must("Revision in a View", t.s.View(t.ctx, check))
	}
}

// facts checks what Facts says, as far as q needs it.
func (t *trial) facts(org orgs.ID, id orgs.UserID, q grants.Question, want grants.Facts) {
	if t.err != nil {
		return
	}
	got, err := t.s.Facts(t.ctx, org, id, q)
	what := fmt.Sprintf("Facts(%s, %s, %+v)", org, id, q)
	t.must(what, err)
	t.same(what, needed(q, got), needed(q, want))
}

// about asks for permission and r.
func about(permission roles.Permission, r grants.Resource) grants.Question {
	return grants.Question{Permission: permission, Resource: r}
}

// caseFacts asks about built-in and custom roles, one of them with a namesake in
// another organization, and about resources that are covered in each way, of
// another organization, of another kind, and not registered.
func caseFacts(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme}, register(acme, board("b2")), give(acme, bobRow, grants.One(dashboard, "b2")),
		give(acme, cleoRow, grants.All(device)))
	z := user(zoe)
	t.do(store.Want{Org: umbra, Users: []orgs.UserID{zoe}}, putUser(z), joinMember(joined(invited(umbra, danToo, "", ""), z)))
	in := grants.Facts{Revision: t.organizationOf(acme).Revision, Status: orgs.Active}
	a, b := in, in
	a.Member, a.Role = adaRow, roles.Admin
	b.Member, b.Role, b.Holds = bobRow, auditor, true
	lacks := b
	lacks.Holds = false
	reach := func(f grants.Facts, registered bool, covered grants.Coverage) grants.Facts {
		f.Registered, f.Coverage = registered, covered
		return f
	}
	t.facts(acme, ada, grants.Question{Permission: viewDevices}, a)
	t.facts(acme, ada, about(viewDevices, thing("d1")), reach(a, true, grants.NotCovered))
	t.facts(acme, bob, grants.Question{Permission: viewDevices}, b)
	t.facts(acme, bob, grants.Question{Permission: editDevices}, lacks)
	t.facts(acme, bob, grants.Question{Permission: "devices.vie"}, lacks)
	t.facts(acme, bob, grants.Question{Permission: "devices.view-all"}, lacks)
	t.facts(acme, bob, about(viewDevices, thing("d1")), reach(b, true, grants.CoveredByOne))
	t.facts(acme, bob, about(viewDevices, thing("d2")), reach(b, true, grants.NotCovered))
	t.facts(acme, bob, about(viewDevices, thing("d9")), reach(b, false, grants.NotCovered))
	t.facts(acme, bob, about(viewDevices, thing("x1")), reach(b, false, grants.NotCovered))
	t.facts(acme, bob, about(editDevices, board("b1")), reach(lacks, true, grants.CoveredByAll))
	t.facts(acme, bob, about(viewDevices, board("b2")), reach(b, true, grants.CoveredByOne))
	t.facts(acme, bob, about(viewDevices, board("d1")), reach(b, false, grants.CoveredByAll))
	t.facts(acme, eve, about(viewDevices, thing("d1")), in)
	t.facts(acme, uma, about(viewDevices, thing("d1")), in)
	t.facts(newco, ada, about(viewDevices, thing("d1")), grants.Facts{})
	t.facts(closed, ada, about(viewDevices, thing("d1")), grants.Facts{})
	in.Revision = t.organizationOf(umbra).Revision
	b, zs := in, in
	b.Member, b.Role = bobToo, roles.Editor
	zs.Member, zs.Role = danToo, auditor
	t.facts(umbra, bob, about(viewDevices, thing("x1")), reach(b, true, grants.CoveredByOne))
	t.facts(umbra, bob, about(viewDevices, thing("d1")), reach(b, false, grants.NotCovered))
	t.facts(umbra, zoe, about(viewDevices, thing("x1")), reach(zs, true, grants.NotCovered))
	zs.Holds = true
	t.facts(umbra, zoe, about(editDevices, thing("x1")), reach(zs, true, grants.NotCovered))
	return t.err
}

// caseFactsFollow asks the same after each change.
func caseFactsFollow(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	b := t.factsOf(acme, bob)
	t.same("Facts at first", b, grants.Facts{
		Revision: 1, Member: bobRow, Status: orgs.Active, Role: auditor, Holds: true, Registered: true, Coverage: grants.CoveredByOne,
	})
	steps := []struct {
		what string
		op   op
		then func(*grants.Facts)
	}{
		{"Give all", give(acme, bobRow, grants.All(device)), func(*grants.Facts) {}}, // one wins
		{"Take the one", take(acme, bobRow, grants.One(device, "d1")), func(f *grants.Facts) { f.Coverage = grants.CoveredByAll }},
		{"Take all", take(acme, bobRow, grants.All(device)), func(f *grants.Facts) { f.Coverage = grants.NotCovered }},
		{"GiveEach", giveEach(acme), func(f *grants.Facts) { f.Coverage = grants.CoveredByOne }},
		{"UpdateRole", updateRole(acme, custom(auditor, "Auditor", editDevices)), func(f *grants.Facts) { f.Holds = false }},
		{"UpdateRole again", updateRole(acme, custom(auditor, "Auditor", editDevices, viewDevices)), func(f *grants.Facts) { f.Holds = true }},
		{"UpdateMember", updateMember(active(acme, bobRow, user(bob), spare)), func(f *grants.Facts) { f.Role, f.Holds = spare, false }},
		{"Unregister", unregister(acme, thing("d1")), func(f *grants.Facts) { f.Registered, f.Coverage = false, grants.NotCovered }},
		{"Register", register(acme, thing("d1")), func(f *grants.Facts) { f.Registered = true }},
		{"DeleteMember", deleteMember(acme, bobRow), func(f *grants.Facts) { *f = grants.Facts{Revision: f.Revision} }},
		{"DeleteOrganization", deleteOrganization(acme, tombstone(acme)), func(f *grants.Facts) { *f = grants.Facts{} }},
	}
	for _, step := range steps {
		t.do(store.Want{Org: acme}, step.op)
		b.Revision++
		step.then(&b)
		t.same("Facts after "+step.what, t.factsOf(acme, bob), b)
	}
	return t.err
}

// factsOf asks about viewing d1.
func (t *trial) factsOf(org orgs.ID, id orgs.UserID) grants.Facts {
	q := about(viewDevices, thing("d1"))
	f, err := t.s.Facts(t.ctx, org, id, q)
	t.must("Facts", err)
	return needed(q, f)
}

// caseFactsMany asks for lists of questions, with repetitions and in no order, for
// some in which one part of the questions alone differs, and about IDs that are hard to
// write into a list.
func caseFactsMany(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	var odd []grants.Question
	ops := []op{register(acme, board("b2")), give(acme, bobRow, grants.One(dashboard, "b2"))}
	for _, text := range texts() {
		r := thing(grants.ResourceID(text))
		odd = append(odd, about(viewDevices, r))
		ops = append(ops, register(acme, r), give(acme, bobRow, grants.One(r.Kind, r.ID)))
	}
	t.do(store.Want{Org: acme}, ops...)
	questions := []grants.Question{
		about(viewDevices, thing("x1")), about(editDevices, thing("d1")), about(viewDevices, thing("d1")),
		{Permission: editDevices}, about(viewDevices, board("b1")), about(viewDevices, thing("d1")),
		about(viewDevices, thing("d2")), {Permission: viewDevices}, about(viewDevices, board("d1")), about(viewDevices, thing("x1")),
	}
	lists := [][]grants.Question{
		questions[:0], questions[:1], questions[:2], questions,
		{about(viewDevices, thing("d1")), about(viewDevices, thing("d2")), about(viewDevices, thing("x1"))},
		{about(viewDevices, board("b1")), about(viewDevices, thing("b1")), about(viewDevices, board("b1"))},
		{about(editDevices, thing("d1")), about(viewDevices, thing("d1")), about(editDevices, thing("d1"))},
		{about(viewDevices, board("b1")), about(viewDevices, board("d1")), about(viewDevices, board("b2"))},
		odd,
	}
	for n, list := range lists {
		for _, org := range []orgs.ID{acme, umbra, newco} {
			for _, id := range []orgs.UserID{ada, bob, eve, none} {
				asked := slices.Clone(list)
				got, err := s.FactsMany(ctx, org, id, asked)
				t.must("FactsMany", err)
				var want []grants.Facts
				for _, q := range list {
					f, err := s.Facts(ctx, org, id, q)
					t.must("Facts", err)
					want = append(want, needed(q, f))
				}
				t.same(fmt.Sprintf("FactsMany(%s, %s), list %d", org, id, n), neededOf(asked, got), want)
			}
		}
	}
	return t.err
}

// pages returns the queries of acme that carry Facts, by a page of each that has
// rows and, when empty is set, by one that has none.
func pages(org orgs.ID, asker store.Asker, empty bool) []look {
	q := store.MemberQuery{Org: org, Asker: asker, Limit: 1}
	r := store.ResourceQuery{Org: org, Asker: asker, Limit: 1}
	g := store.GrantQuery{Org: org, Asker: asker, Member: bobRow, Limit: 1}
	of := store.GranteeQuery{Org: org, Asker: asker, Resource: thing("d1"), Roles: []roles.ID{auditor}, Limit: 1}
	e := store.EventQuery{Org: org, Asker: asker, Limit: 1}
	if empty {
		q.Status, q.Roles = []orgs.Status{orgs.Invited}, []roles.ID{roles.Admin}
		r.Kinds, g.Kinds = []roles.Kind{"nothing"}, []roles.Kind{"nothing"}
		of.Roles, e.After = nil, 1000
	}
	return []look{
		seen("Members", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := s.Members(ctx, q)
			return page.Facts, rows(err, empty, len(page.Members))
		}),
		seen("Resources", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := s.Resources(ctx, r)
			return page.Facts, rows(err, empty, len(page.Resources))
		}),
		seen("Resources of a user", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			r := r
			r.User = bob
			page, err := s.Resources(ctx, r)
			return page.Facts, rows(err, empty, len(page.Resources))
		}),
		seen("Grants", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := s.Grants(ctx, g)
			return page.Facts, rows(err, empty, len(page.Grants))
		}),
		seen("Grantees", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := s.Grantees(ctx, of)
			return page.Facts, rows(err, empty, len(page.Members))
		}),
		seen("GranteeIDs", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := store.GranteeIDs(ctx, s, of)
			return page.Facts, rows(err, empty, len(page.Grantees))
		}),
		seen("Events", func(ctx context.Context, s store.Reader) (grants.Facts, error) {
			page, err := s.Events(ctx, e)
			return page.Facts, rows(err, empty, len(page.Events))
		}),
	}
}

// rows checks that a page of one row has one, and an empty page none.
func rows(err error, empty bool, n int) error {
	if err == nil && (n == 1) == empty {
		return fmt.Errorf("got a page of %d rows", n)
	}
	return err
}

func casePageFacts(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.askers(acme, false)
	return t.err
}

func caseEmptyPageFacts(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.askers(acme, true)
	t.askers(newco, true)
	return t.err
}

// askers compares the Facts of each page with what Facts answers.
func (t *trial) askers(org orgs.ID, empty bool) {
	for _, asker := range []store.Asker{
		{User: ada, Permission: viewDevices}, {User: bob, Permission: viewDevices}, {User: bob, Permission: editDevices},
		{User: eve, Permission: viewDevices}, {User: uma, Permission: editDevices}, {Permission: viewDevices}, {},
	} {
		if t.err != nil {
			return
		}
		q := grants.Question{Permission: asker.Permission}
		var want grants.Facts
		if asker.User != "" {
			var err error
			want, err = t.s.Facts(t.ctx, org, asker.User, q)
			t.must("Facts", err)
		}
		for _, page := range pages(org, asker, empty) {
			got, err := page.run(t.ctx, t.s)
			t.must(page.call, err)
			if err == nil {
				t.same(fmt.Sprintf("%s(%s), Facts about %+v", page.call, org, asker), needed(q, got.(grants.Facts)), needed(q, want))
			}
		}
	}
}
