package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func usersCases() []Case {
	return []Case{
		numbered(15, "Users has whom User finds, each once and by ID", caseUsers),
		numbered(15, "Users follows every change", caseUsersFollow),
		numbered(15, "Users agrees with itself in a crowd", caseUsersSnapshot),
		numbered(21, "Users takes no ID for another", caseUsersBytes),
	}
}

// users checks what Users answers, on the Store and in a View.
func (t *trial) users(ask []orgs.UserID, want ...orgs.User) {
	if t.err != nil {
		return
	}
	what := fmt.Sprintf("Users(%q)", ask)
	check := func(ctx context.Context, r store.Reader) error {
		got, err := r.Users(ctx, ask)
		t.must(what, err)
		t.same(what, got, want)
		return nil
	}
	t.must(what, check(t.ctx, t.s))
	t.must("View", t.s.View(t.ctx, check))
}

// caseUsers asks for nobody, for who is not there, and for the same ones in several
// orders and more than once.
func caseUsers(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	a, b, e, u := t.userOf(ada), t.userOf(bob), t.userOf(eve), t.userOf(uma)
	t.users(nil)
	t.users([]orgs.UserID{none})
	t.users([]orgs.UserID{zoe, none, zoe})
	t.users([]orgs.UserID{uma}, u)
	t.users([]orgs.UserID{uma, zoe, ada}, a, u) // of no organization in common
	t.users([]orgs.UserID{uma, eve, bob, ada}, a, b, e, u)
	t.users([]orgs.UserID{bob, uma, bob, ada, none, ada, bob}, a, b, u)
	return t.err
}

// caseUsersFollow asks for the same ones after each change.
func caseUsersFollow(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	ask := []orgs.UserID{zoe, bob, eve}
	b, e := t.userOf(bob), t.userOf(eve)
	t.users(ask, b, e)
	b.Profile = profile("robert")
	b.Revision++
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, b.Profile))
	t.users(ask, b, e)
	e.Active, e.Memberships = acme, 3
	t.do(store.Want{Users: []orgs.UserID{eve, zoe}}, putUser(e), putUser(user(zoe)))
	e.Revision++
	z := user(zoe)
	z.Revision = 1
	t.users(ask, b, e, z)
	t.do(store.Want{Org: acme}, deleteOrganization(acme, tombstone(acme))) // a user's record stays
	t.users(ask, b, e, z)
	return t.err
}

// caseUsersSnapshot asks for two users whose records change together.
func caseUsersSnapshot(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.beside(func(own *trial) {
		two, err := s.Users(ctx, []orgs.UserID{uma, eve})
		own.must("Users", err)
		if err == nil && (len(two) != 2 || two[0].Memberships != two[1].Memberships) {
			own.failf("Users sees two states: %+v", two)
		}
	})
	return t.err
}

// caseUsersBytes has a user of each ID that something may take for another, and asks
// for every other one.
func caseUsersBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	var want store.Want
	var ops []op
	var ask []orgs.UserID
	var found []orgs.User
	for i, id := range alike() {
		u := user(orgs.UserID(id))
		u.Profile = orgs.Profile{Email: fmt.Sprintf("u%d@mail.example", i)}
		want.Users = append(want.Users, u.ID)
		ops = append(ops, putUser(u))
		if u.Revision = 1; i%2 == 0 {
			ask, found = append(ask, u.ID), append(found, u)
		}
	}
	t.do(want, ops...)
	slices.Reverse(ask)
	t.users(append(ask, "aa", "X", "\u00e0", "a%%"), found...)
	return t.err
}
