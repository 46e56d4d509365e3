package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func raceCases() []Case {
	return []Case{
		numbered(7, "an organization that moved is a conflict", caseOrganizationMoved),
		numbered(7, "a user that moved is a conflict", caseUserMoved),
		numbered(7, "a user that nobody writes is compared", caseUnwrittenUser),
		numbered(7, "an organization that nobody writes is compared", caseLastAdmin),
		numbered(7, "two users held are both compared", caseTwoUsers),
		numbered(7, "the user of Want.Member is compared", caseUserOfRowMoved),
		numbered(7, "a user that appeared is a conflict", caseUserAppeared),
		numbered(7, "an organization that appeared is a conflict", caseOrganizationAppeared),
		numbered(7, "an organization that went is a conflict", caseOrganizationWent),
		numbered(7, "what a second Hold adds is compared too", caseHeldLater),
		numbered(7, "what is held twice is compared with the first Hold", caseHeldTwice),
		numbered(7, "an organization that appeared is compared by who does not write it", caseUnwrittenOrganization),
	}
}

// decided commits what fn makes of what was held, which it may wait in the
// middle of, and tells what it was.
func (c contender) decided(want store.Want, fn func(store.Held) op) store.Held {
	return c.decide(want, func(held store.Held) op {
		c.meet()
		return fn(held)
	})
}

// caseOrganizationMoved adds one to a counter of an organization, twice at once.
func caseOrganizationMoved(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.organizationOf(acme)
	add := func(c contender) {
		c.decided(store.Want{Org: acme}, func(held store.Held) op {
			held.Org.Events++
			return updateOrganization(held.Org)
		})
	}
	t.contend(add, add)
	before.Events += 2
	before.Revision += 2
	t.same("the organization that counted two", t.organizationOf(acme), before)
	return t.err
}

// caseUserMoved adds one to a counter of a user, from two organizations at once.
func caseUserMoved(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.userOf(bob)
	add := func(org orgs.ID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: org, Users: []orgs.UserID{bob}}, func(held store.Held) op {
				u := held.Users[bob].User
				u.Memberships++
				return putUser(u)
			})
		}
	}
	t.contend(add(acme), add(umbra))
	before.Memberships += 2
	before.Revision += 2
	t.same("the user that counted two", t.userOf(bob), before)
	return t.err
}

// caseUnwrittenUser lets Bob leave each of his two organizations as long as
// he is in the other one. Nobody writes his record.
func caseUnwrittenUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	leave := func(org orgs.ID, row orgs.MemberID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: org, Users: []orgs.UserID{bob}}, func(held store.Held) op {
				if held.Users[bob].Latest == "" {
					return all()
				}
				return deleteMember(org, row)
			})
		}
	}
	t.contend(leave(acme, bobRow), leave(umbra, bobToo))
	left, err := s.Memberships(ctx, store.MembershipQuery{User: bob, Limit: 9})
	t.must("Memberships", err)
	t.same("how many memberships are left", len(left), 1)
	return t.err
}

// caseLastAdmin lets two Admins demote each other, as long as who does it is one.
// Nobody writes the record of the organization.
func caseLastAdmin(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme, Users: []orgs.UserID{zoe}}, createMember(active(acme, newRow, user(zoe), roles.Admin)))
	demote := func(actor orgs.UserID, other orgs.Member) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: acme, Actor: actor}, func(held store.Held) op {
				if held.Actor.Role != roles.Admin {
					return all()
				}
				return updateMember(other)
			})
		}
	}
	t.contend(
		demote(ada, active(acme, newRow, user(zoe), roles.Viewer)),
		demote(zoe, active(acme, adaRow, user(ada), roles.Viewer)),
	)
	page, err := s.Members(ctx, store.MemberQuery{Org: acme, Roles: []roles.ID{roles.Admin}, Limit: 9})
	t.must("Members", err)
	t.same("how many Admins are left", len(page.Members), 1)
	return t.err
}

// caseTwoUsers sets a mark on one of two users unless the other has it.
func caseTwoUsers(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	mark := func(one, other orgs.UserID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Users: []orgs.UserID{ada, eve}}, func(held store.Held) op {
				u := held.Users[one].User
				if held.Users[other].Active != "" {
					return all()
				}
				u.Active = acme
				return putUser(u)
			})
		}
	}
	t.contend(mark(ada, eve), mark(eve, ada))
	if one, other := t.userOf(ada).Active, t.userOf(eve).Active; (one == "") == (other == "") {
		t.failf("of two users one is marked at most, and one is: got %q and %q", one, other)
	}
	return t.err
}

// caseUserOfRowMoved removes Bob from his two organizations at once. Whoever
// takes his last membership gives him an organization of his own (O6).
func caseUserOfRowMoved(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	b := t.userOf(bob)
	b.Memberships, b.Active = 2, acme
	t.do(store.Want{Users: []orgs.UserID{bob}}, putUser(b))
	remove := func(org orgs.ID, row orgs.MemberID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: org, Member: row}, func(held store.Held) op {
				found := held.Users[bob]
				u := found.Departed(org, found.Latest)
				ops := []op{deleteMember(org, row)}
				if u.Homeless() {
					own := "own-after-" + org
					ops = append(ops, createOrganization(organization(own)), createMember(active(own, "own", u, roles.Admin)))
					u = u.Joined(own)
				}
				return all(append(ops, putUser(u))...)
			})
		}
	}
	t.contend(remove(acme, bobRow), remove(umbra, bobToo))
	list, err := s.Memberships(ctx, store.MembershipQuery{User: bob, Limit: 9})
	t.must("Memberships", err)
	t.same("how many organizations the user is in", len(list), 1)
	after := t.userOf(bob)
	t.same("how many the user's record counts", after.Memberships, 1)
	if t.err == nil && after.Active != list[0].Org {
		t.failf("the user is active in %q and a member of %q", after.Active, list[0].Org)
	}
	return t.err
}

// caseUserAppeared signs somebody in for the first time, twice at once. Each
// founds an organization if the user is not there yet (O9).
func caseUserAppeared(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	signIn := func(org orgs.ID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Users: []orgs.UserID{zoe}}, func(held store.Held) op {
				if _, known := held.Users[zoe]; known {
					return all()
				}
				u := user(zoe).Joined(org)
				return all(createOrganization(organization(org)), createMember(active(org, orgs.MemberID("row-"+org), u, roles.Admin)), putUser(u))
			})
		}
	}
	t.contend(signIn("first"), signIn("second"))
	list, err := s.Memberships(ctx, store.MembershipQuery{User: zoe, Limit: 9})
	t.must("Memberships", err)
	t.same("how many organizations the new user has", len(list), 1)
	if u := t.userOf(zoe); t.err == nil && (u.Active != list[0].Org || u.Revision != 1) {
		t.failf("the new user is %+v and a member of %q", u, list[0].Org)
	}
	return t.err
}

// caseOrganizationAppeared creates one organization twice at once, unless it is
// there.
func caseOrganizationAppeared(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	found := func(first orgs.UserID, row orgs.MemberID) func(contender) {
		return func(c contender) {
			c.decided(store.Want{Org: newco}, func(held store.Held) op {
				if held.Org.ID != "" {
					return all()
				}
				o := organization(newco)
				o.Name = string(first)
				return all(createOrganization(o), createMember(active(newco, row, user(first), roles.Admin)))
			})
		}
	}
	t.contend(found(ada, "first"), found(uma, "second"))
	page, err := s.Members(ctx, store.MemberQuery{Org: newco, Limit: 9})
	t.must("Members", err)
	t.same("how many founders there are", len(page.Members), 1)
	if o := t.organizationOf(newco); t.err == nil && (o.Name != string(page.Members[0].User) || o.Revision != 1) {
		t.failf("the organization is %+v and its founder %s", o, page.Members[0].User)
	}
	return t.err
}

// caseOrganizationWent deletes an organization that has no events, where the
// store lets that happen, while somebody adds the first event and a user.
func caseOrganizationWent(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)))
	remove := func(own *trial) {
		own.decide(store.Want{Org: newco}, func(held store.Held) op {
			if held.Org.Events > 0 {
				return all()
			}
			return deleteOrganization(newco, tombstone(newco))
		})
	}
	var other *background
	t.decide(store.Want{Org: newco, Users: []orgs.UserID{zoe}}, func(held store.Held) op {
		if other == nil {
			other = t.start(remove)
			other.linger()
		}
		if held.Org.ID == "" {
			return all()
		}
		held.Org.Events++
		return all(updateOrganization(held.Org), appendEvent(event(newco, 1)), putUser(user(zoe)))
	})
	if other != nil {
		t.await(other)
	}
	_, errOrg := s.Organization(ctx, newco)
	_, errUser := s.User(ctx, zoe)
	page, err := s.Events(ctx, store.EventQuery{Org: newco, Limit: 9})
	t.must("Events", err)
	if stays := errOrg == nil; stays != (errUser == nil) || stays != (len(page.Events) == 1) {
		t.failf("reading the organization gives %w, the user written with it %w, and its events are %v",
			orNil(errOrg), orNil(errUser), page.Events)
	}
	return t.err
}

// caseHeldLater holds the organization first and the user in a second Hold.
func caseHeldLater(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.userOf(bob)
	add := func(org orgs.ID) func(contender) {
		return func(c contender) {
			c.commit(func(ctx context.Context, tx store.Tx) error {
				if _, err := tx.Hold(ctx, store.Want{Org: org}); err != nil {
					return err
				}
				held, err := tx.Hold(ctx, store.Want{Org: org, Users: []orgs.UserID{bob}})
				if err != nil {
					return err
				}
				c.meet()
				u := held.Users[bob].User
				u.Memberships++
				return tx.PutUser(ctx, u)
			})
		}
	}
	t.contend(add(acme), add(umbra))
	t.same("what the user counted", t.userOf(bob).Memberships, before.Memberships+2)
	return t.err
}

// overtaken decides as decide does, and lets other, which decides too, commit in the
// middle of it, if the store does.
func (t *trial) overtaken(want store.Want, fn, other func(store.Held) op) {
	var beside *background
	t.decide(want, func(held store.Held) op {
		if beside == nil {
			beside = t.start(func(own *trial) { own.decide(want, other) })
			beside.linger()
		}
		return fn(held)
	})
	if beside != nil {
		t.await(beside)
	}
}

// caseHeldTwice adds one to a counter of what it holds once more before it writes, while
// somebody else adds one.
func caseHeldTwice(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	events, memberships := t.organizationOf(acme).Events, t.userOf(bob).Memberships
	count := func(held store.Held) op {
		u := held.Users[bob].User
		if held.Org.ID == "" {
			u.Memberships++
			return putUser(u)
		}
		held.Org.Events++
		return updateOrganization(held.Org)
	}
	for _, want := range []store.Want{{Org: acme}, {Users: []orgs.UserID{bob}}} {
		t.overtaken(want, func(first store.Held) op { return holding(want, count(first)) }, count)
	}
	t.same("what the organization counted", t.organizationOf(acme).Events, events+2)
	t.same("what the user counted", t.userOf(bob).Memberships, memberships+2)
	return t.err
}

// caseUnwrittenOrganization adds a user unless an organization is there, while somebody
// adds the organization unless the user is there.
func caseUnwrittenOrganization(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.overtaken(store.Want{Org: newco, Users: []orgs.UserID{zoe}}, func(held store.Held) op {
		if held.Org.ID != "" {
			return all()
		}
		return putUser(user(zoe))
	}, func(held store.Held) op {
		if _, known := held.Users[zoe]; known {
			return all()
		}
		return createOrganization(organization(newco))
	})
	_, errOrg := s.Organization(ctx, newco)
	_, errUser := s.User(ctx, zoe)
	if (errOrg == nil) == (errUser == nil) {
		t.failf("of an organization and a user one is added at most, and one is: reading them gives %w and %w", orNil(errOrg), orNil(errUser))
	}
	return t.err
}
