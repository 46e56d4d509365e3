package storetest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func crowdCases() []Case {
	return []Case{
		numbered(7, "no update is lost in a crowd", caseCrowd),
		numbered(8, "what is held is of one state", caseHeldIsFresh),
		numbered(9, "holds in any order get through in a crowd", caseHoldOrder),
		numbered(20, "of two organizations one registers a resource", caseRegisterAtOnce),
		numbered(17, "PutProfile and UpdateMember at once", caseProfileAndRole),
		numbered(17, "PutProfile and JoinMember at once", caseProfileAndJoin),
	}
}

// caseCrowd lets many count at once, in an organization and at a user.
func caseCrowd(ctx context.Context, s store.Store) error {
	const crowd, each = 4, 8
	t := newTrial(ctx, s)
	t.scene()
	o, u := t.organizationOf(acme), t.userOf(eve)
	count := func(c contender) {
		for range each {
			c.decided(store.Want{Org: acme, Users: []orgs.UserID{eve}}, func(held store.Held) op {
				held.Org.Events++
				found := held.Users[eve].User
				found.Memberships++
				return all(updateOrganization(held.Org), putUser(found))
			})
		}
	}
	t.contend(count, count, count, count)
	o.Events += crowd * each
	o.Revision += crowd * each
	u.Memberships += crowd * each
	u.Revision += crowd * each
	t.same("the organization", t.organizationOf(acme), o)
	t.same("the user", t.userOf(eve), u)
	return t.err
}

// caseHoldOrder holds the same users in opposite orders, by name and by row.
// Whoever locks in the order given waits for ever.
func caseHoldOrder(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	wants := []store.Want{
		{Users: []orgs.UserID{ada, bob, eve}},
		{Users: []orgs.UserID{eve, bob, ada}},
		{Org: acme, Users: []orgs.UserID{eve}, Member: bobRow},
		{Org: umbra, Users: []orgs.UserID{ada}, Member: bobToo},
		{Org: acme, Users: []orgs.UserID{bob}, Member: adaRow},
	}
	fns := make([]func(contender), len(wants))
	for i, want := range wants {
		fns[i] = func(c contender) {
			c.meet()
			for n := range 6 {
				own := orgs.ID(fmt.Sprintf("own-%d-%d", i, n))
				c.do(want, createOrganization(organization(own)))
			}
		}
	}
	before := t.userOf(bob)
	t.contend(fns...)
	t.same("how often the revision of one held by all moved", t.userOf(bob).Revision, before.Revision+30)
	return t.err
}

// caseRegisterAtOnce registers one resource with two organizations at once,
// where it is nowhere.
func caseRegisterAtOnce(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	r := thing("d9")
	add := func(org orgs.ID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: org, Resources: []grants.Resource{r}}, func(held store.Held) op {
				if held.Places[r] != store.Nowhere {
					return all()
				}
				return register(org, r)
			})
		}
	}
	t.contend(add(acme), add(umbra))
	registered := 0
	for _, org := range []orgs.ID{acme, umbra} {
		if t.hold(store.Want{Org: org, Resources: []grants.Resource{r}}).Places[r] == store.Here {
			registered++
		}
	}
	t.same("how many organizations have the resource", registered, 1)
	return t.err
}

// caseHeldIsFresh counts in every kind of record at once. Whatever Hold returns
// must be of the same count, or the Update not commit.
func caseHeldIsFresh(ctx context.Context, s store.Store) error {
	const crowd, each = 3, 5
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme, Users: []orgs.UserID{eve}}, count(0))
	want := store.Want{
		Org: acme, Users: []orgs.UserID{eve}, Actor: ada, Member: bobRow, Address: "cleo@mail.example",
		Roles: []roles.ID{spare}, RoleName: "spare", EveryResource: true,
	}
	for n := range crowd*each + 2 {
		want.Resources = append(want.Resources, counted(n))
		want.Grants = append(want.Grants, grants.One(device, counted(n).ID))
	}
	add := func(c contender) {
		for range each {
			torn := ""
			c.decided(want, func(held store.Held) op {
				torn = diff(countsOf(held), sameCounts(int(held.Org.Events)))
				return count(int(held.Org.Events) + 1)
			})
			if torn != "" {
				c.failf("an Update committed that was told of two states (- count, + record):\n%s", torn)
			}
		}
	}
	t.contend(add, add, add)
	t.same("the last count", t.organizationOf(acme).Events, uint64(crowd*each))
	return t.err
}

// counted returns the resource that is registered at count n.
func counted(n int) grants.Resource { return thing(grants.ResourceID(fmt.Sprintf("count-%03d", n))) }

// count returns the op that writes count n into records of every kind.
func count(n int) op {
	o, u := organization(acme), user(eve)
	o.Events, u.Memberships = uint64(n), n
	issue := func(m orgs.Member) orgs.Member { m.Issue = n; return m }
	return all(
		updateOrganization(o), putUser(u),
		updateMember(issue(active(acme, adaRow, user(ada), roles.Admin))),
		updateMember(issue(active(acme, bobRow, user(bob), auditor))),
		updateMember(issue(invited(acme, cleoRow, "", roles.Viewer))),
		updateRole(acme, custom(spare, "Spare", roles.Permission(fmt.Sprint("count.n", n)))),
		register(acme, counted(n)), give(acme, bobRow, grants.One(device, counted(n).ID)),
	)
}

// countsOf returns the count that each record of held has.
func countsOf(held store.Held) map[string]int {
	counts := map[string]int{
		"user": held.Users[eve].Memberships, "actor": held.Actor.Issue, "member": held.Member.Issue,
		"places": len(held.Places) - 1, "grants": len(held.MemberHas) - 1,
		// d1, d2 and b1 of the scene are resources too.
		"every resource": len(held.EveryResource) - 4,
	}
	for _, m := range held.Addressed {
		counts["addressed"] = m.Issue
	}
	for name, r := range map[string]roles.Role{"role": held.Roles[spare], "role by name": held.RoleNamed} {
		counts[name] = -1
		for _, p := range r.Permissions {
			counts[name], _ = strconv.Atoi(strings.TrimPrefix(string(p), "count.n"))
		}
	}
	return counts
}

// sameCounts returns what countsOf returns when every record has count n.
func sameCounts(n int) map[string]int {
	counts := map[string]int{}
	for _, name := range []string{"user", "actor", "member", "places", "grants", "every resource", "addressed", "role", "role by name"} {
		counts[name] = n
	}
	return counts
}

// caseProfileAndRole changes the role of a row, in a transaction that does not
// hold the user, and meanwhile, where the store lets that happen, the user's
// profile. What the transaction knows of the profile is old then.
func caseProfileAndRole(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	renamed := user(bob)
	renamed.Profile = profile("Robert")
	var other *background
	t.commit(func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Hold(ctx, store.Want{Org: acme, Actor: bob}); err != nil {
			return err
		}
		if other == nil {
			other = t.start(func(own *trial) { own.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, renamed.Profile)) })
			other.linger()
		}
		return tx.UpdateMember(ctx, active(acme, bobRow, user(bob), roles.Viewer))
	})
	if other == nil {
		return t.err
	}
	t.await(other)
	t.rows(active(acme, bobRow, renamed, roles.Viewer), active(umbra, bobToo, renamed, roles.Editor))
	t.same("the user's own profile", t.userOf(bob).Profile, renamed.Profile)
	return t.err
}

// caseProfileAndJoin lets a user accept an invitation, and meanwhile, where the
// store lets that happen, changes the user's profile.
func caseProfileAndJoin(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	renamed := user(eve)
	renamed.Profile = profile("Eva")
	var other *background
	t.decide(store.Want{Org: acme, Users: []orgs.UserID{eve}, Member: cleoRow}, func(held store.Held) op {
		if other == nil {
			other = t.start(func(own *trial) { own.do(store.Want{Users: []orgs.UserID{eve}}, putProfile(eve, renamed.Profile)) })
			other.linger()
		}
		return joinMember(joined(held.Member, held.Users[eve].User))
	})
	if other != nil {
		t.await(other)
	}
	t.rows(joined(invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer), renamed))
	return t.err
}
