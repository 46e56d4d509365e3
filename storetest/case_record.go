package storetest

import (
	"context"
	"reflect"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func recordCases() []Case {
	return []Case{
		numbered(17, "PutProfile changes every row of the user", casePutProfile),
		numbered(17, "PutProfile moves the rows in every list", caseProfileMovesRows),
		numbered(17, "PutUser leaves the rows alone", casePutUser),
		numbered(17, "UpdateMember sets role and issue alone", caseUpdateMember),
		numbered(17, "JoinMember binds the row and keeps the rest of it", caseJoinMember),
		numbered(21, "Known looks for the folded address of users", caseKnown),
		numbered(23, "records that are replaced come back as they are", caseReplaced),
		numbered(25, "a deleted organization leaves its tombstone", caseDeletedOrganization),
		numbered(25, "what a deleted organization had is free", caseDeletedIsFree),
		numbered(25, "DeleteTombstone removes one tombstone", caseDeleteTombstone),
	}
}

// casePutProfile changes the profile of a user with rows in two organizations,
// and then the role of one row by somebody who has not seen it.
func casePutProfile(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	others := []orgs.Member{
		active(acme, adaRow, user(ada), roles.Admin), invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer),
		active(umbra, umaRow, user(uma), roles.Admin), invited(umbra, danToo, "dan@mail.example", auditor),
	}
	renamed := t.userOf(bob)
	renamed.Profile = orgs.Profile{Email: "Robert@Other.example", FirstName: "Robert"}
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, renamed.Profile))
	renamed.Revision++
	t.same("the user", t.userOf(bob), renamed)
	t.rows(active(acme, bobRow, renamed, auditor), active(umbra, bobToo, renamed, roles.Editor))
	t.rows(others...)
	t.do(store.Want{Org: acme}, updateMember(active(acme, bobRow, user(bob), roles.Viewer)))
	t.rows(active(acme, bobRow, renamed, roles.Viewer), active(umbra, bobToo, renamed, roles.Editor))
	m, err := s.MemberOf(ctx, umbra, bob)
	t.must("MemberOf", err)
	t.same("MemberOf", m, active(umbra, bobToo, renamed, roles.Editor))
	return t.err
}

// caseProfileMovesRows looks where a renamed user is in lists that are sorted
// and searched by the profile.
func caseProfileMovesRows(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	last := profile("Zacharias")
	last.LastName, last.Email = "Zorro", "zz@mail.example"
	t.do(store.Want{Users: []orgs.UserID{ada}}, putProfile(ada, last))
	for _, sort := range []orgs.Sort{orgs.ByFirstName, orgs.ByLastName, orgs.ByEmail} {
		page, err := s.Members(ctx, store.MemberQuery{Org: acme, Sort: sort, Descending: true, Limit: 1})
		t.must("Members", err)
		if len(page.Members) != 1 || page.Members[0].ID != adaRow {
			t.failf("sorted by %s, the last row is %+v, want %s", sort, page.Members, adaRow)
		}
	}
	for _, text := range []string{"zach", "ZORRO", "zz@"} {
		t.found(acme, text, adaRow)
	}
	for _, text := range []string{"u-ada", "of the scene u-ada", "u-ada@mail"} {
		t.found(acme, text)
	}
	held := t.hold(store.Want{Org: acme, Address: "zz@mail.example"})
	if len(held.Addressed) != 1 {
		t.failf("Hold finds %d rows by the new address, want 1", len(held.Addressed))
	}
	held = t.hold(store.Want{Org: acme, Address: orgs.FoldAddress(profile(string(ada)).Email)})
	t.same("rows by the old address", held.Addressed, []orgs.Member{})
	return t.err
}

// found checks which rows of org a search for text finds, by first name.
func (t *trial) found(org orgs.ID, text string, want ...orgs.MemberID) {
	if t.err != nil {
		return
	}
	page, err := t.s.Members(t.ctx, store.MemberQuery{Org: org, Search: orgs.NewSearch(text), Limit: everything})
	t.must("Members", err)
	t.same("rows found by "+text, idsOf(page.Members), want)
}

// idsOf returns the IDs of rows, in their order.
func idsOf(list []orgs.Member) []orgs.MemberID {
	ids := make([]orgs.MemberID, len(list))
	for i, m := range list {
		ids[i] = m.ID
	}
	return ids
}

func casePutUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	changed := t.userOf(bob)
	changed.Profile, changed.Active, changed.Memberships, changed.CreatedAt = profile("robert"), umbra, 2, at(30)
	t.do(store.Want{Users: []orgs.UserID{bob}}, putUser(changed))
	changed.Revision++
	t.same("the user", t.userOf(bob), changed)
	t.rows(active(acme, bobRow, user(bob), auditor), active(umbra, bobToo, user(bob), roles.Editor))
	return t.err
}

// caseUpdateMember gives UpdateMember a row that differs in everything.
func caseUpdateMember(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, row := range []orgs.Member{
		active(acme, bobRow, user(bob), auditor), invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer),
	} {
		t.rows(row)
		row.Role, row.Issue = spare, 7
		status := map[orgs.Status]orgs.Status{orgs.Active: orgs.Invited, orgs.Invited: orgs.Active}[row.Status]
		other := orgs.Member{
			ID: row.ID, Org: acme, Role: spare, Issue: 7, Status: status, User: eve, Profile: profile("other"),
			InvitedBy: eve, InvitedAt: at(40), JoinedAt: at(41), Message: "other",
		}
		t.do(store.Want{Org: acme}, updateMember(other))
		t.rows(row)
	}
	t.same("grants of the row", t.grantsOf(acme, bobRow), []grants.Grant{grants.All(dashboard), grants.One(device, "d1")})
	return t.err
}

// grantsOf returns the grants of a row.
func (t *trial) grantsOf(org orgs.ID, id orgs.MemberID) []grants.Grant {
	page, err := t.s.Grants(t.ctx, store.GrantQuery{Org: org, Member: id, Limit: everything})
	t.must("Grants", err)
	return page.Grants
}

// caseJoinMember gives JoinMember a row that differs in everything.
func caseJoinMember(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	row, e := invited(acme, danRow, "Dan@mail.example", roles.Editor), user(eve)
	other := orgs.Member{
		ID: danRow, Org: acme, Role: roles.Admin, Status: orgs.Active, User: eve, Profile: e.Profile,
		InvitedBy: eve, InvitedAt: at(40), JoinedAt: at(9), Message: "other", Issue: 7,
	}
	t.do(store.Want{Org: acme, Users: []orgs.UserID{eve}}, joinMember(other))
	t.rows(joined(row, e))
	m, err := s.MemberOf(ctx, acme, eve)
	t.must("MemberOf", err)
	t.same("MemberOf", m, joined(row, e))
	t.same("grants of the row", t.grantsOf(acme, danRow), []grants.Grant{grants.One(device, "d2")})
	list, err := s.Memberships(ctx, store.MembershipQuery{User: eve, Limit: 9})
	t.must("Memberships", err)
	t.same("Memberships", list, []store.Membership{{Org: acme, Name: "The acme", Member: danRow, Role: roles.Editor, JoinedAt: at(9)}})
	return t.err
}

// caseKnown asks for addresses of users, of invitations, of profiles that were
// changed, and for some that are only alike.
func caseKnown(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	known := func(address string, want bool) {
		got, err := s.Known(ctx, address)
		t.must("Known", err)
		t.same("Known("+address+")", got, want)
	}
	known("u-ada@mail.example", true)
	known("u_ada@mail.example", false)
	known("u-ad%", false)
	known("u-ada", false)
	known("u-ada@mail.example.test", false)
	known("cleo@mail.example", false) // invited, not a user
	known("u-zoe@mail.example", false)
	z := user(zoe)
	z.Email = "\u212Aim@mail.example"
	t.do(store.Want{Users: []orgs.UserID{zoe}}, putUser(z))
	known("kim@mail.example", false)
	known("\u212Aim@mail.example", true)
	t.do(store.Want{Users: []orgs.UserID{ada}}, putProfile(ada, profile("adele")))
	known("u-ada@mail.example", false)
	known("adele@mail.example", true)
	e := user(eve)
	e.Profile = profile("adele")
	t.do(store.Want{Users: []orgs.UserID{eve}}, putUser(e))
	t.do(store.Want{Users: []orgs.UserID{ada}}, putUser(user(ada)))
	known("u-ada@mail.example", true)
	known("adele@mail.example", true) // eve's now
	return t.err
}

// caseReplaced replaces an organization and a role by others that differ in
// everything, and by ones that are almost empty.
func caseReplaced(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	full := orgs.Organization{
		ID: acme, Name: "Acme & Sons", CreatedAt: at(50), Events: 12,
		Billing: orgs.Billing{Company: "Acme", Address: "Main Street 1\nTown", VATID: "X1", Email: "pay@acme.example", Reference: "R"},
		Counts:  orgs.Counts{{Role: roles.Admin, Active: 2}, {Role: auditor, Active: 1, Invited: 3}},
	}
	bare := orgs.Organization{ID: acme, Name: "A"}
	for _, o := range []orgs.Organization{full, bare, full} {
		o.Revision = t.organizationOf(acme).Revision + 1
		t.do(store.Want{Org: acme}, updateOrganization(o))
		t.same("the organization", t.organizationOf(acme), o)
		t.same("the organization held", t.hold(store.Want{Org: acme}).Org, o)
	}
	for _, r := range []roles.Role{
		custom(auditor, "Revisor", editDevices, viewDevices), {ID: auditor, Name: "r"}, custom(auditor, "Auditor", viewDevices),
	} {
		t.do(store.Want{Org: acme}, updateRole(acme, r))
		got, err := s.Role(ctx, acme, auditor)
		t.must("Role", err)
		t.same("the role", got, r)
		list, err := s.Roles(ctx, acme)
		t.must("Roles", err)
		t.same("the roles", list, []roles.Role{r, custom(spare, "Spare")})
		held := t.hold(store.Want{Org: acme, RoleName: roles.FoldName(r.Name)})
		t.same("the role by its name", held.RoleNamed, r)
	}
	t.same("the role by its old name", t.hold(store.Want{Org: acme, RoleName: "revisor"}).RoleNamed, roles.Role{})
	return t.err
}

// caseDeletedOrganization compares what is left with what the other organization
// had before.
func caseDeletedOrganization(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	only := sceneScope()
	only.orgs, only.bare = []orgs.ID{umbra}, nil
	umbraBefore, err := only.look(ctx, s)
	t.must("reading", err)
	users := map[orgs.UserID]orgs.User{ada: t.userOf(ada), bob: t.userOf(bob)}
	t.do(store.Want{Org: acme}, deleteOrganization(acme, tombstone(acme)))
	gone := sceneScope()
	gone.orgs, gone.bare = []orgs.ID{acme}, nil
	for call, seen := range t.picture(gone) {
		switch v := seen.(type) {
		case orgs.Organization, orgs.Member, roles.Role:
			t.failf("%s finds %v after the organization is deleted", call, v)
		case store.MemberPage, store.ResourcePage, store.GrantPage, store.EventPage, grants.Facts:
			t.same(call+" after the organization is deleted", v, reflect.Zero(reflect.TypeOf(v)).Interface())
		case []grants.Facts:
			t.same(call+" after the organization is deleted", v, make([]grants.Facts, len(v)))
		case []roles.Role:
			t.same(call+" after the organization is deleted", v, []roles.Role{})
		}
	}
	t.same("users, of which nobody was held", map[orgs.UserID]orgs.User{ada: t.userOf(ada), bob: t.userOf(bob)}, users)
	umbraBefore["Tombstones"] = []store.Event{tombstone(acme), tombstone(closed)}
	umbraBefore["Memberships(u-ada)"] = []store.Membership{}
	umbraBefore["Memberships(u-bob)"] = []store.Membership{{Org: umbra, Name: "The umbra", Member: bobToo, Role: roles.Editor, JoinedAt: at(3)}}
	_, left := dans()
	umbraBefore["Invitations(cleo@mail.example)"], umbraBefore["Invitations(dan@mail.example)"] = []store.Invitation{}, []store.Invitation{left}
	t.same("what is left", t.picture(only), umbraBefore)
	return t.err
}

// caseDeletedIsFree uses elsewhere what a deleted organization had.
func caseDeletedIsFree(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme}, deleteOrganization(acme, tombstone(acme)))
	t.do(store.Want{Org: umbra, Users: []orgs.UserID{ada}},
		register(umbra, thing("d1"), thing("d2"), board("b1")),
		createMember(active(umbra, newRow, user(ada), roles.Viewer)),
		createMember(invited(umbra, "n-cleo", "cleo@mail.example", roles.Viewer)),
		createRole(umbra, custom(spare, "Spare")),
		give(umbra, newRow, grants.One(device, "d1")),
		appendEvent(event(umbra, 2)),
	)
	t.same("grants of the other rows", t.grantsOf(umbra, bobToo), []grants.Grant{grants.One(device, "x1")})
	page, err := s.Grantees(ctx, store.GranteeQuery{Org: umbra, Resource: thing("d1"), Roles: []roles.ID{auditor, roles.Editor, roles.Viewer}, Limit: 9})
	t.must("Grantees", err)
	t.same("who reaches what acme had", idsOf(page.Members), []orgs.MemberID{newRow})
	t.do(store.Want{Users: []orgs.UserID{bob}}, putProfile(bob, profile("robert")))
	return t.err
}

// caseDeleteTombstone removes tombstones one by one, and in the Update that makes
// one.
func caseDeleteTombstone(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	left := func(want ...store.Event) {
		got, err := s.Tombstones(ctx, "", everything)
		t.must("Tombstones", err)
		t.same("tombstones", got, want)
	}
	t.do(store.Want{Org: acme}, deleteOrganization(acme, tombstone(acme)))
	left(tombstone(acme), tombstone(closed))
	t.fails("Update", deleteTombstone(closed), errBoom)
	left(tombstone(acme), tombstone(closed))
	t.commit(deleteTombstone(closed)) // nothing is held
	left(tombstone(acme))
	t.do(store.Want{Org: umbra}, deleteOrganization(umbra, tombstone(umbra)), deleteTombstone(acme))
	left(tombstone(umbra))
	t.commit(all(deleteTombstone(umbra), deleteTombstone(umbra)))
	left()
	return t.err
}
