package storetest

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func manyCases() []Case {
	return []Case{
		numbered(27, "HoldMany answers as many Holds would", caseHoldManyAnswers),
		numbered(27, "HoldMany holds as many Holds would", caseHoldManyHolds),
		numbered(1, "many writes of a kind come to the same in their order", caseManyWrites),
	}
}

// manyWants returns Wants in acme as operations on many have them.
func manyWants() map[string][]store.Want {
	newcomer := func(id orgs.UserID, address string, role roles.ID, places ...grants.Resource) store.Want {
		return store.Want{
			Org: acme, Users: []orgs.UserID{id}, Actor: id, Address: address, Roles: []roles.ID{role}, Resources: places,
		}
	}
	wide, one := grants.All(dashboard), grants.One(device, "d1")
	return map[string][]store.Want{
		"newcomers": {
			newcomer(zoe, "cleo@mail.example", auditor, thing("d1"), thing("x1"), thing("d9")),
			newcomer(bob, "dan@mail.example", spare, thing("d1"), board("b1")),
			newcomer(eve, "u-ada@mail.example", clerk), newcomer(uma, "nobody@mail.example", roles.Viewer, thing("d2")),
		},
		"grants": {
			{Org: acme, Actor: ada, Member: bobRow, MemberAlone: true, Grants: []grants.Grant{wide, one, grants.One(device, "d2")}},
			{Org: acme, Actor: ada, Member: danRow, MemberAlone: true, Grants: []grants.Grant{grants.One(device, "d2")}},
			{Org: acme, Actor: ada, Member: umaRow, MemberAlone: true, Grants: []grants.Grant{wide}, Resources: []grants.Resource{thing("d1")}},
			{Org: acme, Actor: ada, Member: cleoRow, MemberAlone: true},
		},
		"grants, and another actor": {
			{Org: acme, Actor: bob, Grants: []grants.Grant{wide, one}}, {Org: acme, Actor: ada},
		},
		"removals": {
			{Org: acme, Actor: bob, Member: bobRow}, {Org: acme, Actor: bob, Member: danRow},
			{Org: acme, Actor: bob, Member: newRow}, {Org: acme, Actor: bob, Member: adaRow},
		},
		"of all sorts": {
			{Org: acme, Actor: ada, Grants: []grants.Grant{one}}, {Org: acme, Actor: bob, Grants: []grants.Grant{one}},
			{Org: acme, RoleName: "spare"}, {Org: acme, EveryResource: true}, {Org: acme, Users: []orgs.UserID{bob}},
		},
		"of what is not there": {newcomerElsewhere(zoe), newcomerElsewhere(bob)},
		"one":                  {newcomer(zoe, "cleo@mail.example", auditor)},
	}
}

// newcomerElsewhere returns a Want in an organization that is not there.
func newcomerElsewhere(id orgs.UserID) store.Want {
	return store.Want{Org: newco, Users: []orgs.UserID{id}, Actor: id, Resources: []grants.Resource{thing("d1")}}
}

// caseHoldManyAnswers compares what HoldMany answers with what Hold does.
func caseHoldManyAnswers(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme}, give(acme, adaRow, grants.One(device, "d1")))
	for name, wants := range manyWants() {
		for _, contended := range []bool{false, true} {
			var many []store.Held
			t.commit(func(ctx context.Context, tx store.Tx) (err error) {
				wants := append([]store.Want(nil), wants...)
				for i := range wants {
					wants[i].Contended = contended
				}
				many, err = store.HoldMany(ctx, tx, wants)
				return err
			})
			if t.err != nil {
				return t.err
			}
			for i, want := range wants {
				t.same(fmt.Sprintf("HoldMany of %s, number %d", name, i), sorted(many[i]), sorted(t.hold(want)))
			}
		}
	}
	return t.err
}

// caseHoldManyHolds writes after HoldMany, and holds after a write.
func caseHoldManyHolds(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	holdMany := func(name string) op {
		return func(ctx context.Context, tx store.Tx) error {
			_, err := store.HoldMany(ctx, tx, manyWants()[name])
			return err
		}
	}
	for name, users := range map[string][]orgs.UserID{"newcomers": {bob, eve, uma}, "grants": nil, "removals": {ada, bob}} {
		before := t.revisions()
		moved := []string{string(acme)}
		for _, id := range users {
			moved = append(moved, string(id))
		}
		t.commit(all(holdMany(name), updateRole(acme, custom(spare, "Spare "+name))))
		t.moved("Update that held "+name, before, moved...)
	}
	late := func(ctx context.Context, tx store.Tx) error {
		t.mustBe("HoldMany after a write", holdMany("newcomers")(ctx, tx), store.ErrLateHold)
		return nil
	}
	t.fails("HoldMany after a write", all(holding(store.Want{Org: acme}, appendEvent(event(acme, 3))), late), errBoom)
	return t.err
}

// caseManyWrites does in one Update what comes to something else in another order:
// a store may gather writes, and send them together.
func caseManyWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	again, early := active(acme, newRow, user(bob), roles.Viewer), invited(acme, "m-early", "early@mail.example", roles.Viewer)
	one, two := grants.One(dashboard, "b1"), grants.One(device, "d2")
	t.do(store.Want{Org: acme, Users: []orgs.UserID{bob, eve}},
		deleteMember(acme, bobRow), createMember(again), give(acme, newRow, one, two), // in another row
		give(acme, early.ID, one), createMember(early), give(acme, early.ID, two), // the first one to nobody
		take(acme, danRow, two), give(acme, danRow, two, one), take(acme, danRow, one),
		createMember(active(acme, "m-eve", user(eve), roles.Editor)), give(acme, "m-eve", one), deleteMember(acme, "m-eve"),
		register(acme, thing("d3")), give(acme, newRow, grants.One(device, "d3")), unregister(acme, thing("d1")),
		appendEvent(event(acme, 3)), appendEvent(event(acme, 4)),
	)
	t.rows(active(acme, adaRow, user(ada), roles.Admin), again, early, invited(acme, danRow, "Dan@mail.example", roles.Editor))
	t.grantsAre("after many writes", map[orgs.MemberID][]grants.Grant{
		newRow: {one, two, grants.One(device, "d3")}, early.ID: {two}, danRow: {two}, bobRow: nil, "m-eve": nil,
	})
	sc := sceneScope()
	t.conflicts("a second row of a user whose first one goes later", sc, store.Want{Org: acme, Users: []orgs.UserID{bob}},
		createMember(active(acme, "m-bob2", user(bob), roles.Viewer)), deleteMember(acme, newRow))
	return t.err
}
