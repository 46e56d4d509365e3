package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// dice chooses what to read after a step. It is not rapid that does: what a read
// asks for is in its name, and a plan is easier to read without it.
type dice struct{ *rand.Rand }

// anyOf returns one of list.
func anyOf[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// anySome returns some of list, in its order.
func anySome[T any](d dice, list []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(T) bool { return d.IntN(2) == 0 })
}

// maybe returns one of list, or nil.
func maybe[T any](d dice, list []T) *T {
	if len(list) == 0 || d.IntN(2) == 0 {
		return nil
	}
	v := anyOf(d, list)
	return &v
}

// compare reads from both stores with each method of Reader.
func (m *model) compare(rt *rapid.T) {
	d := dice{rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "looks"), 0))}
	sc := m.scope()
	few := scope{
		orgs: []orgs.ID{anyOf(d, sc.orgs)}, users: []orgs.UserID{anyOf(d, sc.users)}, members: []orgs.MemberID{orgs.MemberID(m.run + "-none")},
		roles: []roles.ID{anyOf(d, sc.roles)}, resources: []grants.Resource{anyOf(d, sc.resources)},
		addresses: []string{anyOf(d, sc.addresses)}, may: []roles.Permission{anyOf(d, sc.may)}, dead: sc.dead,
	}
	if len(sc.members) > 0 {
		few.members[0] = anyOf(d, sc.members)
	}
	org, limit := few.orgs[0], 1+d.IntN(4)
	asker := store.Asker{User: anyOf(d, append(sc.users, "")), Permission: anyOf(d, sc.may)}
	looks := append(few.looks(),
		m.members(d, store.MemberQuery{Org: org, Asker: asker, Limit: limit}),
		m.resources(d, store.ResourceQuery{Org: org, Asker: asker, Limit: limit - 1}),
		m.grants(d, store.GrantQuery{Org: org, Asker: asker, Member: few.members[0], Limit: limit}),
		m.grantees(d, store.GranteeQuery{Org: org, Asker: asker, Resource: few.resources[0], Limit: limit}),
		m.events(d, store.EventQuery{Org: org, Asker: asker, Limit: limit}),
		m.memberships(d, store.MembershipQuery{User: few.users[0], Limit: limit}),
		m.invitations(d, store.InvitationQuery{Address: few.addresses[0], Limit: limit}),
		seen(fmt.Sprintf("Tombstones(%s, %d)", org, limit), func(ctx context.Context, r store.Reader) ([]store.Event, error) {
			return r.Tombstones(ctx, org, limit)
		}),
	)
	for _, l := range looks {
		m.look(rt, l)
	}
}

func (m *model) members(d dice, q store.MemberQuery) look {
	q.Status = anySome(d, []orgs.Status{orgs.Invited, orgs.Active})
	q.Roles = anySome(d, slices.Concat(rolePool(), []roles.ID{roles.Viewer, roles.Admin, roles.Editor}))
	q.Search = orgs.NewSearch(anyOf(d, []string{"", "", "", "a", "ANN", "an", "n", "x", "\u212A", "%", "b"}))
	q.Sort, q.Descending = anyOf(d, orgs.Sorts()), d.IntN(2) == 0
	for _, row := range m.rowsOf(q.Org) {
		m.positions = append(m.positions, store.Position{Key: row.Key(q.Sort), ID: row.ID})
	}
	m.positions = m.positions[max(0, len(m.positions)-20):]
	q.After = maybe(d, m.positions)
	return seen(fmt.Sprintf("Members(%+v)", q), func(ctx context.Context, r store.Reader) (store.MemberPage, error) {
		page, err := r.Members(ctx, q)
		page.Facts = asked(q.Asker, page.Facts)
		return page, err
	})
}

// asked returns the Facts of a page as far as they are needed.
func asked(asker store.Asker, f grants.Facts) grants.Facts {
	return needed(grants.Question{Permission: asker.Permission}, f)
}

func (m *model) resources(d dice, q store.ResourceQuery) look {
	q.Kinds = anySome(d, []roles.Kind{device, dashboard})
	q.User = anyOf(d, append(m.userPool(), ""))
	q.Reach = anySome(d, []roles.ID{roles.Admin, auditor})
	q.After = maybe(d, m.resourcePool())
	return seen(fmt.Sprintf("Resources(%+v)", q), func(ctx context.Context, r store.Reader) (store.ResourcePage, error) {
		page, err := r.Resources(ctx, q)
		page.Facts = asked(q.Asker, page.Facts)
		return page, err
	})
}

func (m *model) grants(d dice, q store.GrantQuery) look {
	q.Kinds = anySome(d, []roles.Kind{device, dashboard})
	q.After = maybe(d, m.grantPool())
	return seen(fmt.Sprintf("Grants(%+v)", q), func(ctx context.Context, r store.Reader) (store.GrantPage, error) {
		page, err := r.Grants(ctx, q)
		page.Facts = asked(q.Asker, page.Facts)
		return page, err
	})
}

func (m *model) grantees(d dice, q store.GranteeQuery) look {
	q.Roles = anySome(d, []roles.ID{roles.Admin, auditor, roles.Viewer, roles.Editor})
	q.Permission = anyOf(d, []roles.Permission{"", viewDevices, editDevices})
	q.Reach = anySome(d, []roles.ID{roles.Admin, auditor})
	if after := maybe(d, m.scope().members); after != nil {
		q.After = *after
	}
	if d.IntN(2) == 0 {
		return seen(fmt.Sprintf("GranteeIDs(%+v)", q), func(ctx context.Context, r store.Reader) (store.GranteePage, error) {
			page, err := store.GranteeIDs(ctx, r, q)
			page.Facts = asked(q.Asker, page.Facts)
			return page, err
		})
	}
	return seen(fmt.Sprintf("Grantees(%+v)", q), func(ctx context.Context, r store.Reader) (store.MemberPage, error) {
		page, err := r.Grantees(ctx, q)
		page.Facts = asked(q.Asker, page.Facts)
		return page, err
	})
}

func (m *model) events(d dice, q store.EventQuery) look {
	q.Descending, q.After = d.IntN(2) == 0, d.Uint64N(4)
	return seen(fmt.Sprintf("Events(%+v)", q), func(ctx context.Context, r store.Reader) (store.EventPage, error) {
		page, err := r.Events(ctx, q)
		page.Facts = asked(q.Asker, page.Facts)
		return page, err
	})
}

func (m *model) memberships(d dice, q store.MembershipQuery) look {
	q.Search = orgs.FoldName(anyOf(d, []string{"", "", "n", "A", "%", "\u00e1"}))
	if org := maybe(d, m.founded); org != nil {
		q.After = &store.JoinedPosition{JoinedAt: at(d.IntN(4)), Org: *org}
	}
	return seen(fmt.Sprintf("Memberships(%+v)", q), func(ctx context.Context, r store.Reader) ([]store.Membership, error) {
		return r.Memberships(ctx, q)
	})
}

func (m *model) invitations(d dice, q store.InvitationQuery) look {
	if org := maybe(d, m.founded); org != nil {
		q.After = *org
	}
	return seen(fmt.Sprintf("Invitations(%+v)", q), func(ctx context.Context, r store.Reader) ([]store.Invitation, error) {
		return r.Invitations(ctx, q)
	})
}
