package sqltest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// read is one call of a Reader on what populate made.
type read struct {
	call string
	run  func(context.Context, store.Reader) error
	// sorts is set where reading may sort all that it finds: a search.
	sorts bool
	// ranges is set where the call continues a page: it must seek to there.
	ranges bool
	// whole is set where the call may look at all that the organization, or the user, has.
	whole bool
}

// reads returns every call of a Reader about organization n, with every parameter
// that makes another statement of it.
func reads(n int) []read {
	o := org(n)
	asker := store.Asker{User: user(1), Permission: roles.AccessUsers}
	list := []read{
		reading("User", func(ctx context.Context, r store.Reader) (any, error) { return r.User(ctx, user(1)) }),
		reading("Users", func(ctx context.Context, r store.Reader) (any, error) {
			return r.Users(ctx, []orgs.UserID{user(3), user(1), "user-new", user(3)})
		}),
		reading("Known", func(ctx context.Context, r store.Reader) (any, error) { return r.Known(ctx, "user1@mail.example") }),
		reading("Organization", func(ctx context.Context, r store.Reader) (any, error) { return r.Organization(ctx, o) }),
		reading("Revision", func(ctx context.Context, r store.Reader) (any, error) { return r.Revision(ctx, o) }),
		reading("Member", func(ctx context.Context, r store.Reader) (any, error) { return r.Member(ctx, o, row(1)) }),
		reading("MemberOf", func(ctx context.Context, r store.Reader) (any, error) { return r.MemberOf(ctx, o, user(1)) }),
		reading("Role", func(ctx context.Context, r store.Reader) (any, error) { return r.Role(ctx, o, auditor) }),
		reading("Roles", func(ctx context.Context, r store.Reader) (any, error) { return r.Roles(ctx, o) }),
		reading("Facts", func(ctx context.Context, r store.Reader) (any, error) {
			return r.Facts(ctx, o, user(1), grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: thing(n, 0)}})
		}),
		reading("FactsMany", func(ctx context.Context, r store.Reader) (any, error) {
			return r.FactsMany(ctx, o, user(1), []grants.Question{{Permission: "devices.view"}, {Permission: "devices.edit"}})
		}),
		reading("Tombstones", func(ctx context.Context, r store.Reader) (any, error) { return r.Tombstones(ctx, "", 10) }),
	}
	list = append(list, readsOfMembers(o, asker)...)
	list = append(list, readsOfMemberships(n)...)
	list = append(list, readsOfInvitations()...)
	list = append(list, readsOfResources(n, asker)...)
	list = append(list, readsOfGrants(n, asker)...)
	return append(list, readsOfEvents(o, asker)...)
}

func reading[T any](call string, run func(context.Context, store.Reader) (T, error)) read {
	return read{call: call, run: func(ctx context.Context, r store.Reader) error {
		_, err := run(ctx, r)
		return err
	}}
}

func readsOfMembers(o orgs.ID, asker store.Asker) []read {
	filters := []store.MemberQuery{
		{},
		{Status: []orgs.Status{orgs.Invited}},
		{Roles: []roles.ID{roles.Viewer}},
		{Status: []orgs.Status{orgs.Active}, Roles: []roles.ID{roles.Viewer, auditor}},
		{Search: orgs.NewSearch("first3")},
		{Search: orgs.NewSearch("last"), Roles: []roles.ID{roles.Viewer}, Status: []orgs.Status{orgs.Active}},
		{Roles: []roles.ID{roles.Editor}}, // which grow has most members be
		{Roles: []roles.ID{roles.Editor, roles.Viewer}, Status: []orgs.Status{orgs.Active}},
	}
	var list []read
	for i, q := range append(filters, store.MemberQuery{Roles: manyRoles()}) {
		for _, sort := range orgs.Sorts() {
			for _, descending := range []bool{false, true} {
				for _, after := range []*store.Position{nil, {Key: member(o, 6).Key(sort), ID: row(6)}} {
					q := q
					q.Org, q.Asker, q.Sort, q.Descending, q.After, q.Limit = o, asker, sort, descending, after, 10
					r := reading(fmt.Sprintf("Members, filter %d by %v, descending %v, after %v", i, sort, descending, after != nil),
						func(ctx context.Context, r store.Reader) (any, error) { return r.Members(ctx, q) })
					// In a list by role, another role is before it as a whole, or after it.
					within := sort != orgs.ByRole || len(q.Roles) == 0 || slices.Contains(q.Roles, member(o, 6).Role)
					r.sorts, r.ranges = q.Search != orgs.Search{}, after != nil && within && q.Search == orgs.Search{}
					list = append(list, r)
				}
			}
		}
	}
	return list
}

// manyRoles returns more roles than a page is merged from, and among them those that
// most members have.
func manyRoles() []roles.ID {
	list := []roles.ID{roles.Admin, roles.Editor, roles.Viewer}
	for n := range 1000 {
		list = append(list, roles.ID(fmt.Sprintf("r-%d", n)))
	}
	return list
}

func readsOfMemberships(n int) []read {
	var list []read
	for _, after := range []*store.JoinedPosition{nil, {JoinedAt: noon.Add(time.Second), Org: org(0)}} {
		for _, search := range []string{"", "organization"} {
			q := store.MembershipQuery{User: user(n), Search: search, After: after, Limit: 10}
			r := reading(fmt.Sprintf("Memberships, search %q, after %v", search, after != nil),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Memberships(ctx, q) })
			r.ranges, r.whole = after != nil, search != ""
			list = append(list, r)
		}
	}
	return list
}

// readsOfInvitations are about an address that every organization invites.
func readsOfInvitations() []read {
	var list []read
	for _, after := range []orgs.ID{"", org(0)} {
		q := store.InvitationQuery{Address: "user4@mail.example", After: after, Limit: 10}
		r := reading(fmt.Sprintf("Invitations, after %q", after),
			func(ctx context.Context, r store.Reader) (any, error) { return r.Invitations(ctx, q) })
		r.ranges = true
		list = append(list, r)
	}
	return list
}

// filtersByKind returns filters of few kinds, of one before all pages that go on, and
// of more than a page is merged from.
func filtersByKind() [][]roles.Kind {
	many := append([]roles.Kind{"camera", dashboard, device, "tap"}, kinds(40)...)
	return [][]roles.Kind{nil, {device}, {device, dashboard}, {"camera"}, many}
}

// goesOn reports whether a page that comes after one of kind has more of that.
func goesOn(kinds []roles.Kind, kind roles.Kind) bool {
	return len(kinds) == 0 || slices.Contains(kinds, kind)
}

func readsOfResources(n int, asker store.Asker) []read {
	var list []read
	for _, whose := range []orgs.UserID{"", user(1)} {
		for i, kinds := range filtersByKind() {
			for _, after := range []*grants.Resource{nil, {Kind: device, ID: thing(n, 4)}} {
				for _, limit := range []int{0, 10} {
					q := store.ResourceQuery{
						Org: org(n), Asker: asker, Kinds: kinds, User: whose, Reach: []roles.ID{roles.Admin}, After: after, Limit: limit,
					}
					r := reading(fmt.Sprintf("Resources of %q, filter %d, after %v, limit %d", whose, i, after != nil, limit),
						func(ctx context.Context, r store.Reader) (any, error) { return r.Resources(ctx, q) })
					r.ranges, r.whole = after != nil && goesOn(kinds, after.Kind), limit == 0
					list = append(list, r)
				}
			}
		}
	}
	return list
}

func readsOfGrants(n int, asker store.Asker) []read {
	var list []read
	for i, kinds := range filtersByKind() {
		for _, after := range []*grants.Grant{nil, {Kind: device, Resource: thing(n, 0)}} {
			q := store.GrantQuery{Org: org(n), Asker: asker, Member: row(1), Kinds: kinds, After: after, Limit: 10}
			r := reading(fmt.Sprintf("Grants, filter %d, after %v", i, after != nil),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Grants(ctx, q) })
			r.ranges = after != nil && goesOn(kinds, after.Kind)
			list = append(list, r)
		}
	}
	for i, reach := range [][]roles.ID{nil, {roles.Admin}, {roles.Admin, auditor}, manyRoles()} {
		for _, after := range []orgs.MemberID{"", row(7)} {
			q := store.GranteeQuery{
				Org: org(n), Asker: asker, Resource: grants.Resource{Kind: device, ID: thing(n, 0)},
				Roles: append(reach, roles.Viewer, roles.Editor), Reach: reach, After: after, Limit: 10,
			}
			if i == 2 {
				q.Roles, q.Permission = []roles.ID{roles.Admin, roles.Viewer, roles.Editor}, "devices.view" // which auditors may
			}
			r := reading(fmt.Sprintf("Grantees, reach %d, after %q", i, after),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Grantees(ctx, q) })
			r.ranges = true
			ids := reading(fmt.Sprintf("GranteeIDs, reach %d, after %q", i, after),
				func(ctx context.Context, r store.Reader) (any, error) { return store.GranteeIDs(ctx, r, q) })
			ids.ranges = true
			list = append(list, r, ids)
		}
	}
	return list
}

func readsOfEvents(o orgs.ID, asker store.Asker) []read {
	var list []read
	for _, descending := range []bool{false, true} {
		for _, after := range []uint64{0, 20} {
			q := store.EventQuery{Org: o, Asker: asker, Descending: descending, After: after, Limit: 10}
			r := reading(fmt.Sprintf("Events, descending %v, after %d", descending, after),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Events(ctx, q) })
			r.ranges = after != 0
			list = append(list, r)
		}
	}
	return list
}

// write is one call of a Tx on what populate made.
type write struct {
	call string
	run  func(context.Context, store.Tx) error
	// whole is set where the call writes all that there is in the organization.
	whole bool
}

// writes returns every call of a Tx but Hold, about organization n. None depends on
// another one.
func writes(n int) []write {
	o := org(n)
	give := []grants.Grant{grants.One(device, thing(n, 0)), grants.All(device)}
	take := []grants.Grant{grants.One(dashboard, thing(n, 1)), grants.All(dashboard)}
	ownRole := roles.Role{ID: "r-new", Name: "New", Permissions: []roles.Permission{"devices.view", "devices.edit"}}
	changed := roles.Role{ID: auditor, Name: "Auditors", Permissions: []roles.Permission{"devices.edit"}}
	added, gone := []grants.Resource{{Kind: device, ID: "new"}}, []grants.Resource{{Kind: device, ID: thing(n, 2)}}
	joined := member(o, 4)
	joined.Status, joined.User, joined.JoinedAt = orgs.Active, "user-new", noon
	created := orgs.Member{ID: "row-new", Org: o, Role: roles.Viewer, Status: orgs.Invited, Profile: orgs.Profile{Email: "new@mail.example"}}
	return []write{
		{call: "CreateOrganization", run: func(ctx context.Context, tx store.Tx) error {
			return tx.CreateOrganization(ctx, orgs.Organization{ID: "org-new"})
		}},
		{call: "UpdateOrganization", run: func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateOrganization(ctx, orgs.Organization{ID: o, Name: "Renamed", Events: 100})
		}},
		{call: "PutUser", run: func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: user(2)}) }},
		{call: "PutUser, a new one", run: func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: "user-new"}) }},
		{call: "PutProfile", run: func(ctx context.Context, tx store.Tx) error { return tx.PutProfile(ctx, user(2), profile(2)) }},
		{call: "CreateMember", run: func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, created) }},
		{call: "UpdateMember", run: func(ctx context.Context, tx store.Tx) error { return tx.UpdateMember(ctx, member(o, 1)) }},
		{call: "JoinMember", run: func(ctx context.Context, tx store.Tx) error { return tx.JoinMember(ctx, joined) }},
		{call: "DeleteMember", run: func(ctx context.Context, tx store.Tx) error { return tx.DeleteMember(ctx, o, row(3)) }},
		{call: "CreateRole", run: func(ctx context.Context, tx store.Tx) error { return tx.CreateRole(ctx, o, ownRole) }},
		{call: "UpdateRole", run: func(ctx context.Context, tx store.Tx) error { return tx.UpdateRole(ctx, o, changed) }},
		{call: "DeleteRole", run: func(ctx context.Context, tx store.Tx) error { return tx.DeleteRole(ctx, o, auditor) }},
		{call: "Register", run: func(ctx context.Context, tx store.Tx) error { return tx.Register(ctx, o, added) }},
		{call: "Unregister", run: func(ctx context.Context, tx store.Tx) error { return tx.Unregister(ctx, o, gone) }},
		{call: "Give", run: func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, o, row(1), give) }},
		{call: "Take", run: func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, o, row(1), take) }},
		{call: "Register, a list", run: func(ctx context.Context, tx store.Tx) error {
			return tx.Register(ctx, o, []grants.Resource{{Kind: device, ID: "newer"}, {Kind: dashboard, ID: "newest"}})
		}},
		{call: "Unregister, a list", run: func(ctx context.Context, tx store.Tx) error {
			return tx.Unregister(ctx, o, []grants.Resource{{Kind: device, ID: thing(n, 4)}, {Kind: dashboard, ID: thing(n, 5)}})
		}},
		{call: "Give, a list", run: func(ctx context.Context, tx store.Tx) error {
			return tx.Give(ctx, o, row(6), []grants.Grant{grants.One(device, thing(n, 0)), grants.One(device, thing(n, 8)), grants.All(device), grants.All("other")})
		}},
		{call: "Take, a list", run: func(ctx context.Context, tx store.Tx) error {
			if err := tx.Take(ctx, o, row(7), []grants.Grant{grants.One(dashboard, thing(n, 7)), grants.All(dashboard)}); err != nil {
				return err
			}
			return tx.Take(ctx, o, row(9), []grants.Grant{grants.One(dashboard, thing(n, 9)), grants.All(dashboard)})
		}},
		{call: "GiveEach", whole: true, run: func(ctx context.Context, tx store.Tx) error { return tx.GiveEach(ctx, o) }},
		{call: "Append", run: func(ctx context.Context, tx store.Tx) error {
			return tx.Append(ctx, store.Event{Org: o, Number: 1000, At: noon})
		}},
		{call: "DeleteTombstone", run: func(ctx context.Context, tx store.Tx) error { return tx.DeleteTombstone(ctx, "org-gone") }},
		{call: "DeleteOrganization", whole: true, run: func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteOrganization(ctx, o, store.Event{Org: o, Number: 1001})
		}},
	}
}

// everything is a Want that asks for all there is to ask for of organization n.
func everything(n int) store.Want {
	return store.Want{
		Org: org(n), Users: []orgs.UserID{user(1), user(2), "user-new"},
		Actor: user(1), Member: row(2), Address: "user3@mail.example",
		Roles: []roles.ID{auditor}, RoleName: "auditor",
		Resources:     []grants.Resource{{Kind: device, ID: thing(n, 0)}},
		Grants:        []grants.Grant{grants.One(device, thing(n, 0)), grants.All(dashboard)},
		EveryResource: true,
	}
}

// lists is a Want that asks for several of all that it may ask for several of.
func lists(n int) store.Want {
	want := everything(n)
	want.EveryResource = false
	want.Roles = append(want.Roles, "r-other")
	want.Resources = append(want.Resources, grants.Resource{Kind: dashboard, ID: thing(n, 1)})
	want.Grants = append(want.Grants, grants.One(device, thing(n, 2)), grants.All(device))
	return want
}
