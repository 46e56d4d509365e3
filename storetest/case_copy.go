package storetest

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func copyCases() []Case {
	return []Case{
		numbered(22, "changing what was read changes nothing", caseChangedReads),
		numbered(22, "changing what was held changes nothing", caseChangedHeld),
		numbered(22, "changing what was written changes nothing", caseChangedWrites),
		numbered(22, "writes leave their arguments alone", caseWriteArguments),
		numbered(22, "reads leave their arguments alone", caseReadArguments),
	}
}

// spoil overwrites every element of a list and appends to it in place.
func spoil[T any](list []T, with T) {
	for i := range list {
		list[i] = with
	}
	_ = append(list, with)
}

// spoilEvent overwrites what e refers to.
func spoilEvent(e store.Event) {
	spoil(e.Detail.Grants, grants.One(device, "spoilt"))
	spoil(e.Detail.Resources, thing("spoilt"))
	spoil(e.Detail.Before.Permissions, "spoilt.spoilt")
	spoil(e.Detail.After.Permissions, "spoilt.spoilt")
}

// detailed returns event number of org with every list set.
func detailed(org orgs.ID, number uint64) store.Event {
	e := event(org, number)
	e.Detail = store.Detail{
		Grants: []grants.Grant{grants.One(device, "d1"), grants.All(device)}, Resources: []grants.Resource{thing("d1")},
		Before: store.State{Permissions: []roles.Permission{viewDevices}}, After: store.State{Permissions: []roles.Permission{editDevices, viewDevices}},
	}
	return e
}

// counts returns counts, in a slice of its own.
func counts() orgs.Counts {
	return orgs.Counts{{Role: roles.Admin, Active: 1}, {Role: auditor, Active: 1, Invited: 2}}
}

// copyScene sets the scene with every list that a record can have.
func (t *trial) copyScene() {
	t.scene()
	o := organization(acme)
	o.Counts = counts()
	last := detailed(newco, 1)
	t.do(store.Want{Org: acme}, updateOrganization(o), appendEvent(detailed(acme, 3)))
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)))
	t.do(store.Want{Org: newco}, deleteOrganization(newco, last))
}

// caseChangedReads overwrites everything that reads hand out, from the Store and
// in a View.
func caseChangedReads(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.copyScene()
	before := t.picture(sceneScope()).clone()
	read := func(ctx context.Context, r store.Reader) error {
		for _, l := range sceneScope().looks() {
			got, err := l.run(ctx, r)
			if err == nil {
				spoilRead(got)
			}
		}
		return nil
	}
	_ = read(ctx, s)
	t.same("what is stored after changes of what the Store returned", t.picture(sceneScope()), before)
	t.must("View", s.View(ctx, func(ctx context.Context, r store.Reader) error {
		_ = read(ctx, r)
		seen, err := sceneScope().look(ctx, r)
		t.must("reading", err)
		t.same("what the View sees after changes of what it returned", seen, before)
		return nil
	}))
	t.same("what is stored after changes of what a View returned", t.picture(sceneScope()), before)
	return t.err
}

// clone returns a copy that shares nothing with p.
func (p picture) clone() picture {
	c := make(picture, len(p))
	for call, got := range p {
		c[call] = cloneRead(got)
	}
	return c
}

// cloneRead returns a copy of what a look returned, as far as spoilRead changes
// that.
func cloneRead(got any) any {
	switch v := got.(type) {
	case orgs.Organization:
		return v.Clone()
	case roles.Role:
		return v.Clone()
	case []roles.Role:
		return cloneEach(v, roles.Role.Clone)
	case []store.Event:
		return cloneEach(v, store.Event.Clone)
	case store.EventPage:
		v.Events = cloneEach(v.Events, store.Event.Clone)
		return v
	case store.MemberPage:
		v.Members = slices.Clone(v.Members)
		return v
	case store.ResourcePage:
		v.Resources = slices.Clone(v.Resources)
		return v
	case store.GrantPage:
		v.Grants = slices.Clone(v.Grants)
		return v
	case []orgs.User:
		return slices.Clone(v)
	case []store.Membership:
		return slices.Clone(v)
	case []store.Invitation:
		return slices.Clone(v)
	case []grants.Facts:
		return slices.Clone(v)
	default:
		return got
	}
}

func cloneEach[T any](list []T, clone func(T) T) []T {
	list = slices.Clone(list)
	for i, v := range list {
		list[i] = clone(v)
	}
	return list
}

// spoilRead overwrites what a look returned.
func spoilRead(got any) {
	switch v := got.(type) {
	case orgs.Organization:
		spoil(v.Counts, orgs.Count{})
	case roles.Role:
		spoil(v.Permissions, "spoilt.spoilt")
	case []roles.Role:
		for _, r := range v {
			spoil(r.Permissions, "spoilt.spoilt")
		}
		spoil(v, roles.Role{})
	case []store.Event:
		for _, e := range v {
			spoilEvent(e)
		}
		spoil(v, store.Event{})
	case store.EventPage:
		spoilRead(v.Events)
	case store.MemberPage:
		spoil(v.Members, orgs.Member{})
	case store.ResourcePage:
		spoil(v.Resources, grants.Resource{})
	case store.GrantPage:
		spoil(v.Grants, grants.Grant{})
	case []orgs.User:
		spoil(v, orgs.User{})
	case []store.Membership:
		spoil(v, store.Membership{})
	case []store.Invitation:
		spoil(v, store.Invitation{})
	case []grants.Facts:
		spoil(v, grants.Facts{})
	}
}

// caseChangedHeld overwrites everything that Hold hands out, and then writes.
func caseChangedHeld(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.copyScene()
	want := store.Want{
		Org: acme, Users: []orgs.UserID{ada}, Actor: ada, Member: bobRow, Address: "cleo@mail.example", Roles: []roles.ID{auditor},
		RoleName: "auditor", Resources: []grants.Resource{thing("d1")}, Grants: []grants.Grant{grants.One(device, "d1")}, EveryResource: true,
	}
	before := t.picture(sceneScope())
	spoilHeld := func(held store.Held) {
		spoil(held.Org.Counts, orgs.Count{})
		for _, r := range held.Roles {
			spoil(r.Permissions, "spoilt.spoilt")
		}
		spoil(held.RoleNamed.Permissions, "spoilt.spoilt")
		spoil(held.Addressed, orgs.Member{})
		spoil(held.MemberHas, grants.Grant{})
		spoil(held.EveryResource, grants.Resource{})
		clear(held.Users)
		clear(held.Roles)
		clear(held.Places)
	}
	t.decide(want, func(held store.Held) op {
		spoilHeld(held)
		return func(ctx context.Context, tx store.Tx) error {
			again, err := tx.Hold(ctx, want)
			if err != nil {
				return err
			}
			t.same("the user of another Hold", again.Users[ada].ID, ada)
			t.same("the counts of another Hold", again.Org.Counts, counts())
			spoilHeld(again)
			return tx.Append(ctx, event(acme, 4))
		}
	})
	after := t.picture(sceneScope())
	delete(before, "Events(acme)")
	delete(after, "Events(acme)")
	t.same("what is stored after changes of what was held", after.unrevised(), before.unrevised())
	return t.err
}

// spoilable returns writes of every kind that takes a list, and what overwrites
// their arguments.
func spoilable() (writes op, spoils func()) {
	o, changed := organization(newco), organization(acme)
	o.Counts, changed.Counts = counts(), counts()
	r, replaced := custom(clerk, "Clerk", editDevices, viewDevices), custom(auditor, "Auditor", editDevices, viewDevices)
	e := detailed(acme, 4)
	resources, gone := []grants.Resource{thing("d8"), thing("d9")}, []grants.Resource{thing("d2")}
	given, taken := []grants.Grant{grants.All(dashboard), grants.One(device, "d1")}, []grants.Grant{grants.One(device, "d1")}
	return all(
			createOrganization(o), updateOrganization(changed), createRole(acme, r), updateRole(acme, replaced), appendEvent(e),
			register(acme, resources...), unregister(acme, gone...), give(acme, adaRow, given...), take(acme, bobRow, taken...),
		), func() {
			spoil(o.Counts, orgs.Count{})
			spoil(changed.Counts, orgs.Count{})
			spoil(r.Permissions, "spoilt.spoilt")
			spoil(replaced.Permissions, "spoilt.spoilt")
			spoilEvent(e)
			spoil(resources, thing("spoilt"))
			spoil(gone, thing("d1"))
			spoil(given, grants.One(device, "spoilt"))
			spoil(taken, grants.All(dashboard))
		}
}

// caseChangedWrites overwrites what writes were given, before the commit and
// after it.
func caseChangedWrites(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.copyScene()
	var spoils func()
	t.decide(store.Want{Org: acme}, func(store.Held) op {
		var writes op
		writes, spoils = spoilable()
		return all(writes, func(context.Context, store.Tx) error { spoils(); return nil })
	})
	if t.err != nil {
		return t.err
	}
	t.unspoilt("changes before the commit")
	spoils()
	t.unspoilt("changes after the commit")
	last := detailed(umbra, 9)
	t.do(store.Want{Org: umbra}, deleteOrganization(umbra, last))
	spoilEvent(last)
	list, err := s.Tombstones(ctx, newco, 9)
	t.must("Tombstones", err)
	t.same("a tombstone after changes of what it was made of", list, []store.Event{detailed(umbra, 9)})
	return t.err
}

// unspoilt checks that the writes of spoilable are stored as they were asked for.
func (t *trial) unspoilt(after string) {
	t.same("counts of a new organization after "+after, t.organizationOf(newco).Counts, counts())
	t.same("counts of an organization after "+after, t.organizationOf(acme).Counts, counts())
	list, err := t.s.Roles(t.ctx, acme)
	t.must("Roles", err)
	t.same("roles after "+after, list, []roles.Role{
		custom(auditor, "Auditor", editDevices, viewDevices), custom(clerk, "Clerk", editDevices, viewDevices), custom(spare, "Spare"),
	})
	page, err := t.s.Resources(t.ctx, store.ResourceQuery{Org: acme})
	t.must("Resources", err)
	t.same("resources after "+after, page.Resources, []grants.Resource{board("b1"), thing("d1"), thing("d8"), thing("d9")})
	t.grantsAre("after "+after, map[orgs.MemberID][]grants.Grant{
		adaRow: {grants.All(dashboard), grants.One(device, "d1")}, bobRow: {grants.All(dashboard)},
	})
	events, err := t.s.Events(t.ctx, store.EventQuery{Org: acme, After: 3, Limit: 9})
	t.must("Events", err)
	t.same("events after "+after, events.Events, []store.Event{detailed(acme, 4)})
}

// lender lends lists and tells whether they came back as they were.
type lender struct{ intact []func() bool }

// lent returns a list in no order with room behind it, which is not to be used.
func lent[T comparable](l *lender, list ...T) []T {
	room := append(slices.Clone(list), list[0])
	before := slices.Clone(room)
	l.intact = append(l.intact, func() bool { return slices.Equal(room, before) })
	return room[:len(list)]
}

// returned checks that everything lent is as it was.
func (t *trial) returned(what string, l *lender) {
	for _, intact := range l.intact {
		if !intact() {
			t.failf("%s changed a list that it was given, or the room behind it", what)
		}
	}
}

// caseWriteArguments gives lists to writes and to Hold.
func caseWriteArguments(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	l := &lender{}
	o := organization(acme)
	o.Counts = lent(l, counts()...)
	r := custom(clerk, "Clerk", lent(l, editDevices, viewDevices)...)
	e := event(acme, 3)
	e.Detail.Grants = lent(l, grants.One(device, "d2"), grants.One(device, "d1"))
	e.Detail.Resources = lent(l, thing("d2"), thing("d1"))
	e.Detail.After.Permissions = lent(l, viewDevices, editDevices)
	t.do(store.Want{
		Org: acme, Users: lent(l, eve, bob, ada, eve), Member: bobRow, Actor: ada,
		Roles: lent(l, roles.Viewer, spare, clerk, roles.Admin, auditor, spare), Resources: lent(l, thing("x1"), thing("d2"), board("b1"), thing("d2")),
		Grants: lent(l, grants.One(device, "d2"), grants.All(device), grants.One(device, "d1"), grants.All(dashboard)),
	},
		updateOrganization(o), createRole(acme, r), appendEvent(e),
		register(acme, lent(l, thing("d9"), board("b9"), thing("d8"))...),
		give(acme, bobRow, lent(l, grants.One(device, "d2"), grants.One(dashboard, "b1"), grants.All(device))...),
		take(acme, bobRow, lent(l, grants.One(device, "d2"), grants.All(device), grants.All(dashboard))...),
		unregister(acme, lent(l, thing("d9"), thing("d1"), board("b9"))...),
	)
	t.returned("Hold or a write", l)
	t.do(store.Want{Org: acme}, deleteOrganization(acme, e))
	t.returned("DeleteOrganization", l)
	return t.err
}

// caseReadArguments gives lists to reads.
func caseReadArguments(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	l := &lender{}
	_, err := s.FactsMany(ctx, acme, bob, lent(l, about(viewDevices, thing("d2")), about(editDevices, board("b1")), about(viewDevices, thing("d1"))))
	t.must("FactsMany", err)
	_, err = s.Users(ctx, lent(l, uma, ada, none, bob, ada))
	t.must("Users", err)
	_, err = s.Members(ctx, store.MemberQuery{
		Org: acme, Status: lent(l, orgs.Invited, orgs.Active), Roles: lent(l, roles.Viewer, auditor, roles.Admin), Limit: 9,
		After: &lent(l, store.Position{Key: "k", ID: bobRow})[0],
	})
	t.must("Members", err)
	_, err = s.Resources(ctx, store.ResourceQuery{
		Org: acme, User: bob, Kinds: lent(l, device, dashboard), Reach: lent(l, roles.Viewer, roles.Admin), After: &lent(l, thing("d1"))[0],
	})
	t.must("Resources", err)
	_, err = s.Grants(ctx, store.GrantQuery{
		Org: acme, Member: bobRow, Kinds: lent(l, device, dashboard), After: &lent(l, grants.One(device, "d0"))[0], Limit: 9,
	})
	t.must("Grants", err)
	reaching := store.GranteeQuery{
		Org: acme, Resource: thing("d1"), Roles: lent(l, roles.Viewer, auditor, roles.Admin), Reach: lent(l, roles.Viewer, roles.Admin), Limit: 9,
	}
	_, err = s.Grantees(ctx, reaching)
	t.must("Grantees", err)
	_, err = store.GranteeIDs(ctx, s, reaching)
	t.must("GranteeIDs", err)
	_, err = s.Memberships(ctx, store.MembershipQuery{User: bob, After: &lent(l, store.JoinedPosition{JoinedAt: at(99), Org: umbra})[0], Limit: 9})
	t.must("Memberships", err)
	t.returned("a read", l)
	return t.err
}
