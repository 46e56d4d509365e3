package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The scene that most cases begin with: acme and umbra, with Bob in both and a
// role of the same ID in both; eve, who is in neither; and what is left of an
// organization that was deleted.
const (
	acme   orgs.ID = "acme"
	umbra  orgs.ID = "umbra"
	closed orgs.ID = "closed"
	newco  orgs.ID = "newco" // not there

	ada  orgs.UserID = "u-ada"  // Admin of acme
	bob  orgs.UserID = "u-bob"  // auditor of acme, Editor of umbra
	uma  orgs.UserID = "u-uma"  // Admin of umbra
	eve  orgs.UserID = "u-eve"  // in no organization
	zoe  orgs.UserID = "u-zoe"  // not there
	none orgs.UserID = "u-none" // never there

	adaRow  orgs.MemberID = "m-ada"
	bobRow  orgs.MemberID = "m-bob"
	cleoRow orgs.MemberID = "m-cleo" // invited
	danRow  orgs.MemberID = "m-dan"  // invited
	umaRow  orgs.MemberID = "n-uma"  // in umbra
	bobToo  orgs.MemberID = "n-bob"  // in umbra
	danToo  orgs.MemberID = "n-dan"  // invited to umbra, by the same address
	newRow  orgs.MemberID = "m-new"  // not there

	auditor roles.ID = "r-auditor" // in acme and in umbra, not the same
	spare   roles.ID = "r-spare"   // in acme, of nobody
	clerk   roles.ID = "r-clerk"   // not there

	device    roles.Kind = "device"
	dashboard roles.Kind = "dashboard"

	viewDevices roles.Permission = "devices.view"
	editDevices roles.Permission = "devices.edit"
)

// thing returns the device of this ID.
func thing(id grants.ResourceID) grants.Resource { return grants.Resource{Kind: device, ID: id} }

// board returns the dashboard of this ID.
func board(id grants.ResourceID) grants.Resource { return grants.Resource{Kind: dashboard, ID: id} }

// at returns a time n seconds into the scene.
func at(n int) time.Time {
	return time.Date(2026, time.March, 1, 12, 0, n, 123_456_000, time.UTC)
}

// profile returns the profile of somebody called name.
func profile(name string) orgs.Profile {
	return orgs.Profile{Email: name + "@Mail.example", FirstName: name, LastName: "of the scene"}
}

// user returns the record of somebody without memberships.
func user(id orgs.UserID) orgs.User {
	return orgs.User{ID: id, Profile: profile(string(id)), CreatedAt: at(1)}
}

// organization returns the record of an organization without members.
func organization(id orgs.ID) orgs.Organization {
	return orgs.Organization{ID: id, Name: "The " + string(id), CreatedAt: at(2)}
}

// active returns the row of u in org.
func active(org orgs.ID, id orgs.MemberID, u orgs.User, role roles.ID) orgs.Member {
	return orgs.Member{
		ID: id, Org: org, Role: role, Status: orgs.Active,
		User: u.ID, Profile: u.Profile, JoinedAt: at(3),
	}
}

// invited returns the row of an invitation, by ada.
func invited(org orgs.ID, id orgs.MemberID, address string, role roles.ID) orgs.Member {
	return orgs.Member{
		ID: id, Org: org, Role: role, Status: orgs.Invited,
		Profile: orgs.Profile{Email: address}, InvitedBy: ada, InvitedAt: at(4), Message: "Welcome,\n" + address,
	}
}

// joined returns m as it is when u has accepted it.
func joined(m orgs.Member, u orgs.User) orgs.Member {
	m.User, m.Profile, m.Status, m.JoinedAt = u.ID, u.Profile, orgs.Active, at(9)
	return m
}

// custom returns a custom role. Its permissions are sorted.
func custom(id roles.ID, name string, permissions ...roles.Permission) roles.Role {
	return roles.Role{ID: id, Name: name, Permissions: permissions, CreatedAt: at(5)}
}

// event returns event number of org.
func event(org orgs.ID, number uint64) store.Event {
	return store.Event{
		Org: org, Number: number, At: at(6), Actor: ada, Action: store.GrantsGiven,
		Detail: store.Detail{Member: adaRow, Grants: []grants.Grant{grants.One(device, grants.ResourceID(fmt.Sprint("d", number)))}},
	}
}

// tombstone returns what is left of org.
func tombstone(org orgs.ID) store.Event {
	return store.Event{
		Org: org, Number: 7, At: at(8), Actor: uma, Action: store.OrganizationDeleted,
		Detail: store.Detail{Resources: []grants.Resource{thing("gone"), board("gone")}},
	}
}

// scene returns a trial on s with the scene set.
func (t *trial) scene() {
	a, b, u := user(ada), user(bob), user(uma)
	t.do(store.Want{Org: acme, Users: []orgs.UserID{ada, bob, eve}},
		createOrganization(organization(acme)),
		putUser(a), putUser(b), putUser(user(eve)),
		createRole(acme, custom(auditor, "Auditor", viewDevices)),
		createRole(acme, custom(spare, "Spare")),
		createMember(active(acme, adaRow, a, roles.Admin)),
		createMember(active(acme, bobRow, b, auditor)),
		createMember(invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer)),
		createMember(invited(acme, danRow, "Dan@mail.example", roles.Editor)),
		register(acme, thing("d1"), thing("d2"), board("b1")),
		give(acme, bobRow, grants.All(dashboard), grants.One(device, "d1")),
		give(acme, danRow, grants.One(device, "d2")),
		appendEvent(event(acme, 1)), appendEvent(event(acme, 2)),
	)
	t.do(store.Want{Org: umbra, Users: []orgs.UserID{bob, uma}},
		createOrganization(organization(umbra)),
		putUser(u),
		createRole(umbra, custom(auditor, "auditor", editDevices)),
		createMember(active(umbra, umaRow, u, roles.Admin)),
		createMember(active(umbra, bobToo, b, roles.Editor)),
		createMember(invited(umbra, danToo, "dan@mail.example", auditor)),
		register(umbra, thing("x1")),
		give(umbra, bobToo, grants.One(device, "x1")),
		appendEvent(event(umbra, 1)),
	)
	t.do(store.Want{Org: closed}, createOrganization(organization(closed)))
	t.do(store.Want{Org: closed}, deleteOrganization(closed, tombstone(closed)))
}

// sceneScope is all of the scene and what [writes] adds to it.
func sceneScope() scope {
	return scope{
		orgs:      []orgs.ID{acme, umbra},
		bare:      []orgs.ID{closed, newco},
		users:     []orgs.UserID{ada, bob, uma, eve, zoe},
		members:   []orgs.MemberID{adaRow, bobRow, cleoRow, danRow, umaRow, bobToo, danToo, newRow},
		roles:     []roles.ID{auditor, spare, clerk},
		resources: []grants.Resource{thing("d1"), thing("d2"), thing("d9"), board("b1"), thing("x1")},
		addresses: []string{"u-ada@mail.example", "u-zoe@mail.example", "cleo@mail.example", "dan@mail.example"},
		may:       []roles.Permission{viewDevices, editDevices},
	}
}

// write is one kind of write, on the scene.
type write struct {
	kind  string
	shows string // a look of sceneScope whose answer it changes
	want  store.Want
	op    op
}

// writes returns each kind of write, as something that the scene allows. None
// depends on another.
func writes() []write {
	in := store.Want{Org: acme}
	about := func(users ...orgs.UserID) store.Want { return store.Want{Org: acme, Users: users} }
	renamed := organization(acme)
	renamed.Name, renamed.Events, renamed.Counts = "Acme & Co.", 3, orgs.Counts{{Role: roles.Admin, Active: 1}}
	promoted := active(acme, bobRow, user(bob), roles.Viewer)
	working := user(ada)
	working.Active, working.Memberships = acme, 1
	return []write{
		{"CreateOrganization", "Organization(newco)", store.Want{Org: newco}, createOrganization(organization(newco))},
		{"UpdateOrganization", "Organization(acme)", in, updateOrganization(renamed)},
		{"PutUser, a new one", "User(u-zoe)", about(zoe), putUser(user(zoe))},
		{"PutUser", "User(u-ada)", about(ada), putUser(working)},
		{"PutProfile", "Member(umbra, n-bob)", about(bob), putProfile(bob, profile("robert"))},
		{"CreateMember", "Member(acme, m-new)", in, createMember(invited(acme, newRow, "new@mail.example", roles.Viewer))},
		{"UpdateMember", "Member(acme, m-bob)", in, updateMember(promoted)},
		{"JoinMember", "Member(acme, m-cleo)", about(eve), joinMember(joined(invited(acme, cleoRow, "", ""), user(eve)))},
		{"DeleteMember", "Member(acme, m-dan)", in, deleteMember(acme, danRow)},
		{"CreateRole", "Role(acme, r-clerk)", in, createRole(acme, custom(clerk, "Clerk", viewDevices))},
		{"UpdateRole", "Role(acme, r-auditor)", in, updateRole(acme, custom(auditor, "Auditors", editDevices, viewDevices))},
		{"DeleteRole", "Role(acme, r-spare)", in, deleteRole(acme, spare)},
		{"Register", "Resources(acme)", in, register(acme, thing("d9"))},
		{"Unregister", "Resources(acme)", in, unregister(acme, board("b1"))},
		{"Give", "Grants(acme, m-bob)", in, give(acme, bobRow, grants.One(device, "d2"))},
		{"Take", "Grants(acme, m-bob)", in, take(acme, bobRow, grants.One(device, "d1"))},
		{"GiveEach", "Grants(acme, m-cleo)", in, giveEach(acme)},
		{"Append", "Events(acme)", in, appendEvent(event(acme, 3))},
		{"DeleteTombstone", "Tombstones", store.Want{}, deleteTombstone(closed)},
		{"DeleteOrganization", "Tombstones", store.Want{Org: umbra}, deleteOrganization(umbra, tombstone(umbra))},
	}
}

// together returns every kind of write on acme as one.
func together() write {
	both := write{kind: "all writes in one", want: store.Want{Org: acme, Users: []orgs.UserID{ada, bob, eve, zoe}}}
	var ops []op
	for _, w := range writes() {
		if w.kind != "DeleteOrganization" {
			ops = append(ops, w.op)
		}
	}
	both.op = all(ops...)
	return both
}

// everyWrite returns each kind of write, and all on acme as one.
func everyWrite() []write { return slices.Concat(writes(), []write{together()}) }
