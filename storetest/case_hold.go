package storetest

import (
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func holdCases() []Case {
	return []Case{
		numbered(6, "Hold after a write is late", caseLateHold),
		numbered(7, "a commit moves each held revision by one", caseHeldRevisionsMove),
		numbered(7, "a commit moves no other revision", caseOtherRevisionsStay),
		numbered(7, "an Update without a write moves no revision", caseNoWriteNoRevision),
		numbered(7, "what is new begins at revision 1", caseNewRevisions),
		numbered(7, "the revision is the store's", caseRevisionIsTheStores),
		numbered(9, "Want.Member holds the user of the row", caseMemberHoldsUser),
		numbered(9, "Want.MemberAlone does not", caseMemberAlone),
	}
}

// revisions returns the revisions of the organizations and users of the scene
// that are there.
func (t *trial) revisions() map[string]uint64 {
	list := map[string]uint64{}
	if t.err != nil {
		return list
	}
	for _, id := range []orgs.ID{acme, umbra, newco} {
		o, err := t.s.Organization(t.ctx, id)
		if !errors.Is(err, store.ErrNotFound) {
			t.must("Organization", err)
			list[string(id)] = o.Revision
		}
	}
	for _, id := range []orgs.UserID{ada, bob, uma, eve, zoe, none} {
		u, err := t.s.User(t.ctx, id)
		if !errors.Is(err, store.ErrNotFound) {
			t.must("User", err)
			list[string(id)] = u.Revision
		}
	}
	return list
}

// moved checks that of all revisions exactly those of ids are one higher than
// before.
func (t *trial) moved(what string, before map[string]uint64, ids ...string) {
	for _, id := range ids {
		before[id]++
	}
	t.same(what+": revisions", t.revisions(), before)
}

// caseLateHold holds again after each kind of write.
func caseLateHold(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, w := range everyWrite() {
		late := func(ctx context.Context, tx store.Tx) error {
			held, err := tx.Hold(ctx, w.want)
			t.mustBe("Hold after "+w.kind, err, store.ErrLateHold)
			t.same("what it returns", held, store.Held{})
			return nil
		}
		t.fails(w.kind, all(holding(w.want, w.op), late), errBoom)
	}
	return t.err
}

// caseHeldRevisionsMove holds an organization and users, some of them twice, and
// writes something else.
func caseHeldRevisionsMove(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.revisions()
	t.commit(func(ctx context.Context, tx store.Tx) error {
		first, err := tx.Hold(ctx, store.Want{Org: acme, Users: []orgs.UserID{eve, ada, eve}})
		if err != nil {
			return err
		}
		t.same("the revision that Hold returns", first.Org.Revision, before[string(acme)])
		t.same("the revision of a user that Hold returns", first.Users[eve].Revision, before[string(eve)])
		return holding(store.Want{Org: acme, Users: []orgs.UserID{ada, uma}}, appendEvent(event(acme, 4)))(ctx, tx)
	})
	t.moved("Update that held acme, ada, eve and uma", before, string(acme), string(ada), string(eve), string(uma))
	before = t.revisions()
	t.do(store.Want{Users: []orgs.UserID{bob}}, putUser(user(bob)))
	t.moved("Update that held bob alone", before, string(bob))
	before = t.revisions()
	w := together()
	t.do(w.want, w.op)
	before[string(newco)] = 0
	before[string(zoe)] = 0
	t.moved("Update with many writes", before, string(acme), string(ada), string(bob), string(eve), string(zoe), string(newco))
	return t.err
}

// caseOtherRevisionsStay reads and changes what it does not hold: the row of the
// actor, and rows of a user in another organization.
func caseOtherRevisionsStay(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.revisions()
	t.do(store.Want{Org: acme, Actor: ada, Address: "cleo@mail.example"}, appendEvent(event(acme, 3)))
	t.moved("Update whose actor is not held", before, string(acme))
	before = t.revisions()
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, profile("robert")))
	t.moved("PutProfile", before, string(bob))
	before = t.revisions()
	t.do(store.Want{Users: []orgs.UserID{ada, none}}, putUser(user(ada)))
	t.moved("Update that held somebody who is not there", before, string(ada))
	return t.err
}

// caseNoWriteNoRevision holds everything and writes nothing, or fails.
func caseNoWriteNoRevision(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.revisions()
	want := store.Want{Org: acme, Users: []orgs.UserID{ada, eve, zoe}, Member: bobRow}
	t.do(want)
	t.moved("Update without a write", before)
	t.do(store.Want{Org: newco, Users: []orgs.UserID{zoe}})
	t.moved("Update without a write, about what is not there", before)
	t.commit(func(context.Context, store.Tx) error { return nil })
	t.moved("Update that did nothing", before)
	t.fails("Update that failed", holding(want, appendEvent(event(acme, 3))), errBoom)
	t.moved("Update that failed", before)
	return t.err
}

// caseNewRevisions creates with and without a hold of the ID, and goes on.
func caseNewRevisions(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme, Users: []orgs.UserID{ada}},
		createOrganization(organization(acme)), putUser(user(ada)), updateOrganization(organization(acme)))
	t.same("revisions of what is new and held", t.revisions(), map[string]uint64{"acme": 1, "u-ada": 1})
	t.commit(createOrganization(organization(umbra)))
	t.do(store.Want{Users: []orgs.UserID{eve, ada}}, putUser(user(eve)), createOrganization(organization(newco)),
		createMember(active(newco, newRow, user(eve), roles.Admin)))
	t.same("revisions of more", t.revisions(), map[string]uint64{"acme": 1, "umbra": 1, "newco": 1, "u-ada": 2, "u-eve": 1})
	t.do(store.Want{Org: umbra, Users: []orgs.UserID{eve}}, updateOrganization(organization(umbra)))
	t.same("revisions after the next Update", t.revisions(), map[string]uint64{"acme": 1, "umbra": 2, "newco": 1, "u-ada": 2, "u-eve": 2})
	return t.err
}

// caseRevisionIsTheStores writes records with a revision of the caller's.
func caseRevisionIsTheStores(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	o, u := organization(acme), user(ada)
	o.Revision, u.Revision = 99, 98
	want := store.Want{Org: acme, Users: []orgs.UserID{ada}}
	t.do(want, createOrganization(o), putUser(u))
	t.same("revisions of what is new", t.revisions(), map[string]uint64{"acme": 1, "u-ada": 1})
	t.do(want, updateOrganization(o), putUser(u))
	t.same("revisions of what was replaced", t.revisions(), map[string]uint64{"acme": 2, "u-ada": 2})
	held := t.hold(want)
	t.same("the revision of the organization held", held.Org.Revision, uint64(2))
	t.same("the revision of the user held", held.Users[ada].Revision, uint64(2))
	return t.err
}

// caseMemberHoldsUser names rows that are bound, that are invited, that are of
// another organization, and that are not there.
func caseMemberHoldsUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for row, holds := range map[orgs.MemberID][]string{
		bobRow: {string(bob)}, cleoRow: nil, umaRow: nil, newRow: nil,
	} {
		before := t.revisions()
		held := t.do(store.Want{Org: acme, Member: row}, updateOrganization(organization(acme)))
		t.moved("Update with Want.Member "+string(row), before, append(holds, string(acme))...)
		var users []string
		for id, u := range held.Users {
			users = append(users, string(id))
			t.same("revision of the user held", u.Revision, before[string(id)]-1)
		}
		t.same("the users held with Want.Member "+string(row), users, holds)
	}
	return t.err
}

// caseMemberAlone changes a bound row without holding its user, and with that
// user held all the same because Want.Users names it.
func caseMemberAlone(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, users := range [][]orgs.UserID{nil, {bob}} {
		before := t.revisions()
		moved := []string{string(acme)}
		for _, id := range users {
			moved = append(moved, string(id))
		}
		want := store.Want{Org: acme, Users: users, Member: bobRow, MemberAlone: true}
		held := t.do(want, updateOrganization(organization(acme)))
		t.moved("Update with Want.MemberAlone", before, moved...)
		t.same("the row held alone", held.Member.ID, bobRow)
		t.same("how many users are held with it", len(held.Users), len(users))
	}
	return t.err
}
