package storetest

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func readCases() []Case {
	return []Case{
		numbered(11, "a View does not see what commits meanwhile", caseViewIsOneMoment),
		numbered(11, "a View agrees with itself in a crowd", caseViewAgrees),
	}
}

// caseViewIsOneMoment reads one record, lets others write, and reads everything.
// A store may let the writers wait instead.
func caseViewIsOneMoment(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	w := together()
	var writer *background
	t.must("View", s.View(ctx, func(ctx context.Context, r store.Reader) error {
		if _, err := r.Organization(ctx, acme); err != nil {
			return err
		}
		writer = t.start(func(own *trial) { own.do(w.want, w.op) })
		writer.linger()
		got, err := sceneScope().look(ctx, r)
		t.must("reading", err)
		t.same("what the View sees", got, before)
		return nil
	}))
	if writer == nil {
		return t.err
	}
	t.await(writer)
	after := t.picture(sceneScope())
	t.shown(writes()[1], before, after)
	t.same("what a new View sees", t.viewed(sceneScope()), after)
	return t.err
}

// beside runs look again and again while a writer turns the scene to and fro:
// at even turns Bob is an auditor with grants of d1 and d2, at odd ones an Editor
// without any. Eve and Uma have as many memberships as there were turns. The
// Updates go on until the reader has looked often enough.
func (t *trial) beside(look func(own *trial)) {
	const looks = 100
	var ended atomic.Bool
	turn := func(n int) op {
		o := organization(acme)
		o.Events = uint64(n)
		e, u := user(eve), user(uma)
		e.Memberships, u.Memberships = n, n
		people := all(putUser(e), putUser(u))
		both := []grants.Grant{grants.One(device, "d1"), grants.One(device, "d2")}
		if n%2 == 0 {
			return all(updateOrganization(o), people, updateMember(active(acme, bobRow, user(bob), auditor)), give(acme, bobRow, both...))
		}
		return all(updateOrganization(o), people, updateMember(active(acme, bobRow, user(bob), roles.Editor)), take(acme, bobRow, both...))
	}
	want := store.Want{Org: acme, Users: []orgs.UserID{eve, uma}}
	t.do(want, take(acme, bobRow, grants.One(device, "d1")), turn(0))
	wrote := make(chan struct{})
	writer := t.start(func(own *trial) {
		for n := 1; own.err == nil && !ended.Load(); n++ {
			if own.do(want, turn(n)); n == 1 {
				close(wrote)
			}
		}
	})
	select { // a quick store would answer all looks before the writer had a turn
	case <-wrote:
	case <-writer.done:
	}
	for range looks {
		if t.err == nil {
			look(t)
		}
	}
	ended.Store(true)
	t.await(writer)
}

// caseViewAgrees reads the same in several ways.
func caseViewAgrees(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.beside(func(own *trial) {
		own.must("View", s.View(ctx, func(ctx context.Context, r store.Reader) error {
			o, err := r.Organization(ctx, acme)
			own.must("Organization", err)
			m, err := r.Member(ctx, acme, bobRow)
			own.must("Member", err)
			f, err := r.Facts(ctx, acme, bob, about(viewDevices, thing("d1")))
			own.must("Facts", err)
			page, err := r.Grants(ctx, store.GrantQuery{Org: acme, Member: bobRow, Kinds: []roles.Kind{device}, Limit: 9})
			own.must("Grants", err)
			even := o.Events%2 == 0
			if even != (m.Role == auditor) || even != (f.Coverage != grants.NotCovered) || even != (len(page.Grants) == 2) || f.Revision != o.Revision {
				own.failf("one View sees the organization at %+v, the row as %s, the facts %+v and the grants %v", o, m.Role, f, page.Grants)
			}
			return nil
		}))
	})
	return t.err
}

// caseFactsManySnapshot asks about two resources that are granted and taken
// together.
func caseFactsManySnapshot(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.beside(func(own *trial) {
		facts, err := s.FactsMany(ctx, acme, bob, []grants.Question{
			about(viewDevices, thing("d1")), about(editDevices, thing("d2")), about(viewDevices, thing("d2")),
		})
		own.must("FactsMany", err)
		if err != nil || len(facts) != 3 {
			own.failf("FactsMany answered %d questions of 3", len(facts))
			return
		}
		if facts[0] != facts[2] || facts[0].Coverage != facts[1].Coverage || facts[0].Revision != facts[1].Revision {
			own.failf("FactsMany sees two states: %+v", facts)
		}
	})
	return t.err
}

// casePageSnapshot asks for pages of rows that the Facts of the page are about.
func casePageSnapshot(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	asker := store.Asker{User: bob, Permission: viewDevices}
	t.beside(func(own *trial) {
		members, err := s.Members(ctx, store.MemberQuery{Org: acme, Asker: asker, Roles: []roles.ID{auditor, roles.Editor}, Status: []orgs.Status{orgs.Active}, Limit: 9})
		own.must("Members", err)
		held, err := s.Grants(ctx, store.GrantQuery{Org: acme, Asker: asker, Member: bobRow, Kinds: []roles.Kind{device}, Limit: 9})
		own.must("Grants", err)
		if len(members.Members) != 1 || members.Facts.Role != members.Members[0].Role {
			own.failf("Members sees two states: Facts %+v, row %+v", members.Facts, members.Members)
		}
		if (held.Facts.Role == auditor) != (len(held.Grants) == 2) {
			own.failf("Grants sees two states: Facts %+v, grants %v", held.Facts, held.Grants)
		}
	})
	return t.err
}
