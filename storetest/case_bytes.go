package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func bytesCases() []Case {
	return []Case{
		numbered(21, "IDs of users and rows are bytes", caseRowBytes),
		numbered(21, "IDs of organizations are bytes", caseOrganizationBytes),
		numbered(21, "IDs of roles and resources are bytes", caseResourceBytes),
		numbered(21, "searches take no character for another", caseSearchBytes),
		numbered(21, "a prefix ends where it ends", casePrefixBytes),
	}
}

// alike returns IDs that a collation, a pattern, a trimmed column or a short one
// takes for each other, in the order of their bytes.
func alike() []string {
	long := strings.Repeat("x", 254)
	list := []string{
		"A", "a", "a ", " a", "a  ", "\u00e1", "a\u0301", "\u00c1", "B", "b", "ss", "\u00df", "SS", "I", "i", "\u0131", "\u0130",
		"%", "_", "a%", "a_", "\\", "a\\", "'", "\"", "a'--", "a,b", "[a]", "0", "00", "1", "1.0", "01", "1e0", "null", "NULL",
		"\U0001F600", "\U0001F601", "\uFFFD", "\uFFFF", "\U00010000", "\U0010FFFF", "\uFEFFa", "a\n", "a\t", "a\x01",
		long + "x", long + "y", "k", "K", "\u212A", "x", "x\u200b",
	}
	slices.Sort(list)
	return list
}

// caseRowBytes gives each of many users a row of its own, all in one list.
func caseRowBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	want := store.Want{Org: acme}
	var ops []op
	var rows []orgs.Member
	for i, id := range alike() {
		u := user(orgs.UserID(id))
		u.Profile = orgs.Profile{Email: fmt.Sprintf("u%d@mail.example", i), FirstName: "the same"}
		m := active(acme, orgs.MemberID(id), u, roles.Viewer)
		want.Users = append(want.Users, u.ID)
		ops = append(ops, putUser(u), createMember(m))
		rows = append(rows, m)
	}
	t.do(want, ops...)
	t.rows(rows...)
	for i, m := range rows {
		if t.err != nil {
			break
		}
		t.same("User", t.userOf(m.User).Email, rows[i].Email)
		got, err := s.MemberOf(ctx, acme, m.User)
		t.must("MemberOf", err)
		t.same("MemberOf", got, m)
	}
	page, err := s.Members(ctx, store.MemberQuery{Org: acme, Limit: everything})
	t.must("Members", err)
	t.same("rows of one name, by ID", page.Members, rows)
	for _, id := range []orgs.UserID{"c", "aa", " ", "X", "x ", "\u00e0", "a%%"} {
		_, err := s.MemberOf(ctx, acme, id)
		t.mustBe(fmt.Sprintf("MemberOf(%q)", id), err, store.ErrNotFound)
		_, err = s.User(ctx, id)
		t.mustBe(fmt.Sprintf("User(%q)", id), err, store.ErrNotFound)
	}
	return t.err
}

// caseOrganizationBytes makes an organization of each ID, and deletes them.
func caseOrganizationBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	b := user(bob)
	var memberships []store.Membership
	var tombstones []store.Event
	for i, text := range alike() {
		id := orgs.ID(text)
		o := organization(id)
		o.Name = "The same"
		m := active(id, orgs.MemberID(fmt.Sprintf("m-%03d", i)), b, roles.Viewer)
		t.do(store.Want{Org: id, Users: []orgs.UserID{bob}}, createOrganization(o), putUser(b), createMember(m))
		memberships = append(memberships, store.Membership{Org: id, Name: o.Name, Member: m.ID, Role: m.Role, JoinedAt: m.JoinedAt})
		tombstones = append(tombstones, tombstone(id))
	}
	got, err := s.Memberships(ctx, store.MembershipQuery{User: bob, Limit: everything})
	t.must("Memberships", err)
	t.same("organizations joined at one time, by ID", got, memberships)
	for _, e := range tombstones {
		want := organization(e.Org)
		want.Name, want.Revision = "The same", 1
		t.same("Organization", t.organizationOf(e.Org), want)
		t.do(store.Want{Org: e.Org}, deleteOrganization(e.Org, e))
	}
	left, err := s.Tombstones(ctx, "", everything)
	t.must("Tombstones", err)
	t.same("tombstones, by ID", left, tombstones)
	return t.err
}

// caseResourceBytes makes a role, a device and a grant of each ID.
func caseResourceBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: newco}, createOrganization(organization(newco)), createMember(invited(newco, newRow, "new@mail.example", roles.Viewer)))
	var ops []op
	var all []roles.Role
	var devices []grants.Resource
	var given []grants.Grant
	for i, id := range alike() {
		r := custom(roles.ID(id), fmt.Sprintf("Role %d", i), viewDevices)
		ops = append(ops, createRole(newco, r))
		all = append(all, r)
		devices = append(devices, thing(grants.ResourceID(id)))
		given = append(given, grants.One(device, grants.ResourceID(id)))
	}
	shuffled := slices.Clone(devices)
	slices.Reverse(shuffled)
	t.do(store.Want{Org: newco}, append(ops, register(newco, shuffled...), give(newco, newRow, given...))...)
	list, err := s.Roles(ctx, newco)
	t.must("Roles", err)
	t.same("roles, by ID", list, all)
	page, err := s.Resources(ctx, store.ResourceQuery{Org: newco})
	t.must("Resources", err)
	t.same("resources, by ID", page.Resources, devices)
	t.same("grants, by ID", t.grantsOf(newco, newRow), given)
	for i, r := range all {
		got, err := s.Role(ctx, newco, r.ID)
		t.must("Role", err)
		t.same("Role", got, r)
		if t.err != nil {
			break
		}
		t.do(store.Want{Org: newco}, unregister(newco, devices[i]))
	}
	page, err = s.Resources(ctx, store.ResourceQuery{Org: newco})
	t.must("Resources", err)
	t.same("resources, each unregistered", page.Resources, []grants.Resource{})
	return t.err
}

// caseSearchBytes searches members and organizations for characters that are
// special somewhere, or alike.
func caseSearchBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	names := []string{"100% sure", "100 times", "a_b", "axb", "a\\b", "a*b", "a?b", "[ab]", "\u00e9cole", "ecole", "e\u0301cole", "na'ive", "\u212Aelvin", "kelvin"}
	b := user(bob)
	want := store.Want{Users: []orgs.UserID{bob}}
	ops := []op{putUser(b)}
	for i, name := range names {
		u := user(orgs.UserID(fmt.Sprintf("u%02d", i)))
		u.Profile = orgs.Profile{Email: fmt.Sprintf("x%02d@mail.example", i), FirstName: name, LastName: "\u00d6z"}
		org := organization(orgs.ID(fmt.Sprintf("o%02d", i)))
		org.Name = "x " + name
		want.Users = append(want.Users, u.ID)
		ops = append(ops, putUser(u), createMember(active(acme, orgs.MemberID(fmt.Sprintf("m%02d", i)), u, roles.Viewer)),
			createOrganization(org), createMember(active(org.ID, orgs.MemberID("b-"+org.ID), b, roles.Viewer)))
	}
	t.do(want, ops...)
	for _, text := range append(names, "100%", "10_", "a_", "a\\", "a*", "a?", "[", "%", "_", "\u00e9", "e", "E\u0301", "\u00d6Z", "oz", "K", "\u212A", "na'", "-- ", "x0_", "x0%") {
		var members []orgs.MemberID
		var organizations []orgs.ID
		for i, name := range names {
			m := orgs.Member{Profile: orgs.Profile{FirstName: name, LastName: "\u00d6z", Email: fmt.Sprintf("x%02d@mail.example", i)}}
			if orgs.NewSearch(text).Match(m) {
				members = append(members, orgs.MemberID(fmt.Sprintf("m%02d", i)))
			}
			if strings.Contains(orgs.FoldName("x "+name), orgs.FoldName(text)) {
				organizations = append(organizations, orgs.ID(fmt.Sprintf("o%02d", i)))
			}
		}
		page, err := s.Members(ctx, store.MemberQuery{Org: acme, Search: orgs.NewSearch(text), Sort: orgs.ByEmail, Limit: everything})
		t.must("Members", err)
		t.same(fmt.Sprintf("rows found by %q", text), idsOf(page.Members), members)
		list, err := s.Memberships(ctx, store.MembershipQuery{User: bob, Search: orgs.FoldName(text), Limit: everything})
		t.must("Memberships", err)
		var got []orgs.ID
		for _, m := range list {
			got = append(got, m.Org)
		}
		t.same(fmt.Sprintf("organizations found by %q", text), got, organizations)
	}
	return t.err
}

// casePrefixBytes searches where an upper bound of the prefix is easy to get
// wrong: at the last characters of UTF-8.
func casePrefixBytes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	names := []string{
		"m", "m\U0010FFFF", "m\U0010FFFFa", "m\U0010FFFF\U0010FFFF", "mz", "m\u007f", "m\uFFFF", "m\uD7FF", "m\uE000", "n", "\U0010FFFF", "\U0010FFFF\U0010FFFE", "l\U0010FFFF",
	}
	want := store.Want{Org: acme}
	var ops []op
	for i, name := range names {
		u := user(orgs.UserID(fmt.Sprintf("u%02d", i)))
		u.Profile = orgs.Profile{Email: fmt.Sprintf("x%02d@mail.example", i), FirstName: name, LastName: name}
		want.Users = append(want.Users, u.ID)
		ops = append(ops, putUser(u), createMember(active(acme, orgs.MemberID(fmt.Sprintf("m%02d", i)), u, roles.Viewer)))
	}
	t.do(want, ops...)
	for _, text := range names {
		var expected []orgs.MemberID
		for i, name := range names {
			if strings.HasPrefix(name, text) {
				expected = append(expected, orgs.MemberID(fmt.Sprintf("m%02d", i)))
			}
		}
		page, err := s.Members(ctx, store.MemberQuery{Org: acme, Search: orgs.NewSearch(text), Sort: orgs.ByEmail, Limit: everything})
		t.must("Members", err)
		t.same(fmt.Sprintf("rows found by %+q", text), idsOf(page.Members), expected)
	}
	return t.err
}
