package sqltest

import (
	"context"
	"fmt"
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
}

// reads returns every call of a Reader, with every parameter that makes another
// statement of it.
func reads() []read {
	asker := store.Asker{User: user(1), Permission: roles.AccessUsers}
	list := []read{
		reading("User", func(ctx context.Context, r store.Reader) (any, error) { return r.User(ctx, user(1)) }),
		reading("Known", func(ctx context.Context, r store.Reader) (any, error) { return r.Known(ctx, "user1@mail.example") }),
		reading("Organization", func(ctx context.Context, r store.Reader) (any, error) { return r.Organization(ctx, org(1)) }),
		reading("Member", func(ctx context.Context, r store.Reader) (any, error) { return r.Member(ctx, org(1), row(1)) }),
		reading("MemberOf", func(ctx context.Context, r store.Reader) (any, error) { return r.MemberOf(ctx, org(1), user(1)) }),
		reading("Role", func(ctx context.Context, r store.Reader) (any, error) { return r.Role(ctx, org(1), auditor) }),
		reading("Roles", func(ctx context.Context, r store.Reader) (any, error) { return r.Roles(ctx, org(1)) }),
		reading("Facts", func(ctx context.Context, r store.Reader) (any, error) {
			return r.Facts(ctx, org(1), user(1), grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: thing(0)}})
		}),
		reading("FactsMany", func(ctx context.Context, r store.Reader) (any, error) {
			return r.FactsMany(ctx, org(1), user(1), []grants.Question{{Permission: "devices.view"}, {Permission: "devices.edit"}})
		}),
		reading("Tombstones", func(ctx context.Context, r store.Reader) (any, error) { return r.Tombstones(ctx, "", 10) }),
	}
	list = append(list, readsOfMembers(asker)...)
	list = append(list, readsOfMemberships()...)
	list = append(list, readsOfResources(asker)...)
	list = append(list, readsOfGrants(asker)...)
	return append(list, readsOfEvents(asker)...)
}

func reading[T any](call string, run func(context.Context, store.Reader) (T, error)) read {
	return read{call: call, run: func(ctx context.Context, r store.Reader) error {
		_, err := run(ctx, r)
		return err
	}}
}

func readsOfMembers(asker store.Asker) []read {
	filters := []store.MemberQuery{
		{},
		{Status: []orgs.Status{orgs.Invited}},
		{Roles: []roles.ID{roles.Viewer}},
		{Status: []orgs.Status{orgs.Active}, Roles: []roles.ID{roles.Viewer, auditor}},
		{Search: orgs.NewSearch("first3")},
		{Search: orgs.NewSearch("last"), Roles: []roles.ID{roles.Viewer}, Status: []orgs.Status{orgs.Active}},
	}
	many := store.MemberQuery{}
	for n := range 1000 {
		many.Roles = append(many.Roles, roles.ID(fmt.Sprintf("r-%d", n)))
	}
	var list []read
	for i, q := range append(filters, many) {
		for _, sort := range orgs.Sorts() {
			for _, descending := range []bool{false, true} {
				for _, after := range []*store.Position{nil, {Key: member(org(1), 6).Key(sort), ID: row(6)}} {
					q := q
					q.Org, q.Asker, q.Sort, q.Descending, q.After, q.Limit = org(1), asker, sort, descending, after, 10
					r := reading(fmt.Sprintf("Members, filter %d by %v, descending %v, after %v", i, sort, descending, after != nil),
						func(ctx context.Context, r store.Reader) (any, error) { return r.Members(ctx, q) })
					r.sorts, r.ranges = q.Search != orgs.Search{}, after != nil && q.Search == orgs.Search{}
					list = append(list, r)
				}
			}
		}
	}
	return list
}

func readsOfMemberships() []read {
	var list []read
	for _, after := range []*store.JoinedPosition{nil, {JoinedAt: noon.Add(time.Second), Org: org(0)}} {
		for _, search := range []string{"", "organization"} {
			q := store.MembershipQuery{User: user(1), Search: search, After: after, Limit: 10}
			r := reading(fmt.Sprintf("Memberships, search %q, after %v", search, after != nil),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Memberships(ctx, q) })
			r.ranges = after != nil
			list = append(list, r)
		}
	}
	return list
}

func readsOfResources(asker store.Asker) []read {
	var list []read
	for _, whose := range []orgs.UserID{"", user(1)} {
		for _, kinds := range [][]roles.Kind{nil, {device}, {device, dashboard}} {
			for _, after := range []*grants.Resource{nil, {Kind: device, ID: thing(4)}} {
				for _, limit := range []int{0, 10} {
					q := store.ResourceQuery{
						Org: org(1), Asker: asker, Kinds: kinds, User: whose, Reach: []roles.ID{roles.Admin}, After: after, Limit: limit,
					}
					r := reading(fmt.Sprintf("Resources of %q, kinds %v, after %v, limit %d", whose, kinds, after != nil, limit),
						func(ctx context.Context, r store.Reader) (any, error) { return r.Resources(ctx, q) })
					r.ranges = after != nil
					list = append(list, r)
				}
			}
		}
	}
	return list
}

func readsOfGrants(asker store.Asker) []read {
	var list []read
	for _, kinds := range [][]roles.Kind{nil, {device}, {device, dashboard}} {
		for _, after := range []*grants.Grant{nil, {Kind: device, Resource: thing(0)}} {
			q := store.GrantQuery{Org: org(1), Asker: asker, Member: row(1), Kinds: kinds, After: after, Limit: 10}
			r := reading(fmt.Sprintf("Grants, kinds %v, after %v", kinds, after != nil),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Grants(ctx, q) })
			r.ranges = after != nil
			list = append(list, r)
		}
	}
	many := make([]roles.ID, 1000)
	for n := range many {
		many[n] = roles.ID(fmt.Sprintf("r-%d", n))
	}
	for i, reach := range [][]roles.ID{nil, {roles.Admin}, {roles.Admin, auditor}, many} {
		for _, after := range []orgs.MemberID{"", row(7)} {
			q := store.GranteeQuery{
				Org: org(1), Asker: asker, Resource: grants.Resource{Kind: device, ID: thing(0)},
				Roles: append(reach, roles.Viewer), Reach: reach, After: after, Limit: 10,
			}
			r := reading(fmt.Sprintf("Grantees, reach %d, after %q", i, after),
				func(ctx context.Context, r store.Reader) (any, error) { return r.Grantees(ctx, q) })
			r.ranges = true
			list = append(list, r)
		}
	}
	return list
}

func readsOfEvents(asker store.Asker) []read {
	var list []read
	for _, descending := range []bool{false, true} {
		for _, after := range []uint64{0, 20} {
			q := store.EventQuery{Org: org(1), Asker: asker, Descending: descending, After: after, Limit: 10}
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
}

// writes returns every call of a Tx but Hold. None depends on another one.
func writes() []write {
	o := org(1)
	one := []grants.Grant{grants.One(device, thing(0)), grants.All(device)}
	ownRole := roles.Role{ID: "r-new", Name: "New", Permissions: []roles.Permission{"devices.view", "devices.edit"}}
	changed := roles.Role{ID: auditor, Name: "Auditors", Permissions: []roles.Permission{"devices.edit"}}
	resources := []grants.Resource{{Kind: device, ID: "new"}}
	joined := member(o, 4)
	joined.Status, joined.User, joined.JoinedAt = orgs.Active, "user-new", noon
	created := orgs.Member{ID: "row-new", Org: o, Role: roles.Viewer, Status: orgs.Invited, Profile: orgs.Profile{Email: "new@mail.example"}}
	return []write{
		{"CreateOrganization", func(ctx context.Context, tx store.Tx) error {
			return tx.CreateOrganization(ctx, orgs.Organization{ID: "org-new"})
		}},
		{"UpdateOrganization", func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateOrganization(ctx, orgs.Organization{ID: o, Name: "Renamed", Events: 100})
		}},
		{"PutUser", func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: user(2)}) }},
		{"PutUser, a new one", func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: "user-new"}) }},
		{"PutProfile", func(ctx context.Context, tx store.Tx) error { return tx.PutProfile(ctx, user(1), profile(1)) }},
		{"CreateMember", func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, created) }},
		{"UpdateMember", func(ctx context.Context, tx store.Tx) error { return tx.UpdateMember(ctx, member(o, 1)) }},
		{"JoinMember", func(ctx context.Context, tx store.Tx) error { return tx.JoinMember(ctx, joined) }},
		{"DeleteMember", func(ctx context.Context, tx store.Tx) error { return tx.DeleteMember(ctx, o, row(3)) }},
		{"CreateRole", func(ctx context.Context, tx store.Tx) error { return tx.CreateRole(ctx, o, ownRole) }},
		{"UpdateRole", func(ctx context.Context, tx store.Tx) error { return tx.UpdateRole(ctx, o, changed) }},
		{"DeleteRole", func(ctx context.Context, tx store.Tx) error { return tx.DeleteRole(ctx, o, auditor) }},
		{"Register", func(ctx context.Context, tx store.Tx) error { return tx.Register(ctx, o, resources) }},
		{"Unregister", func(ctx context.Context, tx store.Tx) error { return tx.Unregister(ctx, o, resources) }},
		{"Give", func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, o, row(2), one) }},
		{"Take", func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, o, row(2), one) }},
		{"GiveEach", func(ctx context.Context, tx store.Tx) error { return tx.GiveEach(ctx, o) }},
		{"Append", func(ctx context.Context, tx store.Tx) error {
			return tx.Append(ctx, store.Event{Org: o, Number: 1000, At: noon})
		}},
		{"DeleteTombstone", func(ctx context.Context, tx store.Tx) error { return tx.DeleteTombstone(ctx, "org-gone") }},
		{"DeleteOrganization", func(ctx context.Context, tx store.Tx) error {
			return tx.DeleteOrganization(ctx, o, store.Event{Org: o, Number: 1001})
		}},
	}
}

// everything is a Want that asks for all there is to ask for.
func everything() store.Want {
	return store.Want{
		Org: org(1), Users: []orgs.UserID{user(1), user(2), "user-new"},
		Actor: user(1), Member: row(2), Address: "user3@mail.example",
		Roles: []roles.ID{auditor}, RoleName: "auditor",
		Resources:     []grants.Resource{{Kind: device, ID: thing(0)}},
		Grants:        []grants.Grant{grants.One(device, thing(0)), grants.All(dashboard)},
		EveryResource: true,
	}
}
