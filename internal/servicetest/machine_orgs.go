package servicetest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// shown returns u as answers are compared: its revision is the store's matter.
func shown(u orgs.User, err error) (any, error) {
	u.Revision = 0
	return u, err
}

// signIn is O9.
type signIn struct {
	user    orgs.UserID
	profile orgs.Profile
}

func makeSignIn(g *gen) step {
	user := g.user()
	return signIn{user, g.profile(user)}
}

func (c signIn) ask(s *subject) (any, error) { return shown(s.Svc.SignIn(s.Ctx, c.user, c.profile)) }

func (c signIn) want(m *model) (any, refusals) {
	bad := badProfile(c.profile)
	bad.when(!validID(string(c.user)), invalid("user"))
	if len(bad) > 0 {
		return nil, bad
	}
	p := m.users[c.user]
	if p != nil {
		m.refresh(p, trimmed(c.profile))
		return m.userOf(p), nil
	}
	p = &person{orgs.User{ID: c.user, Profile: trimmed(c.profile), CreatedAt: m.now}}
	m.users[c.user] = p
	m.personal(p)
	return m.userOf(p), nil
}

// getUser is O7: where a user works.
type getUser struct{ user orgs.UserID }

func (c getUser) ask(s *subject) (any, error) { return shown(s.Svc.User(s.Ctx, c.user)) }

func (c getUser) want(m *model) (any, refusals) {
	switch p := m.users[c.user]; {
	case !validID(string(c.user)):
		return nil, refusals{invalid("user")}
	case p == nil:
		return nil, refusals{notFound}
	default:
		return m.userOf(p), nil
	}
}

// create is O1 and O2.
type create struct {
	user orgs.UserID
	name string
}

// manyOrgs is where the machine stops founding and deletes instead, so that
// runs stay small.
const manyOrgs = 7

func makeCreate(g *gen) step {
	if len(g.model.orgs) >= manyOrgs {
		return makeDelete(g)
	}
	return create{g.user(), g.name()}
}

func (c create) ask(s *subject) (any, error) { return s.Svc.Orgs.Create(s.Ctx, c.user, c.name) }

func (c create) want(m *model) (any, refusals) {
	var bad refusals
	bad.when(!validID(string(c.user)), invalid("user"))
	bad.when(!validLine(c.name, 1, 100), invalid("name"))
	if len(bad) > 0 {
		return nil, bad
	}
	p := m.users[c.user]
	if p == nil {
		return nil, refusals{notFound}
	}
	t := m.found(p, strings.TrimSpace(c.name))
	return charter.Organization{ID: t.id, Name: t.name, CreatedAt: m.now, Revision: 1}, nil
}

// rename is O2 and O3.
type rename struct {
	as   charter.Actor
	name string
}

func (c rename) ask(s *subject) (any, error) { return nil, s.Svc.Orgs.Rename(s.Ctx, c.as, c.name) }

func (c rename) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validLine(c.name, 1, 100), invalid("name"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.RenameOrganization) {
		return nil, refusals{denied}
	}
	t, name := m.orgs[c.as.Org], strings.TrimSpace(c.name)
	if t.name != name {
		m.event(t, c.as.User, store.OrganizationRenamed, store.Detail{Before: store.State{Name: t.name}, After: store.State{Name: name}})
		t.name = name
	}
	return nil, nil
}

// setBilling is O3; what was set is read back in the same step.
type setBilling struct {
	as      charter.Actor
	billing orgs.Billing
}

func makeSetBilling(g *gen) step {
	return setBilling{g.boss(), orgs.Billing{
		Company: pick(g, []string{"", " Acme Ltd ", strings.Repeat("c", 201)}),
		Address: pick(g, []string{"1 Road\nTown", "", strings.Repeat("a", 1001)}),
		VATID:   pick(g, []string{"DE1", strings.Repeat("v", 51), ""}),
		Email:   pick(g, []string{"", "bills@acme.example", "nowhere"}),
	}}
}

func (c setBilling) ask(s *subject) (any, error) {
	if err := s.Svc.Orgs.SetBilling(s.Ctx, c.as, c.billing); err != nil {
		return nil, err
	}
	return s.Svc.Orgs.Billing(s.Ctx, c.as)
}

func (c setBilling) want(m *model) (any, refusals) {
	bad, b := badActor(c.as), c.billing
	bad.when(!validLine(b.Company, 0, 200), invalid("billing.company"))
	bad.when(len(b.Address) > 1000, invalid("billing.address"))
	bad.when(!validLine(b.VATID, 0, 50), invalid("billing.vat-id"))
	bad.when(b.Email != "" && !validAddress(b.Email), invalid("billing.email"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.ChangeBilling) {
		return nil, refusals{denied}
	}
	b.Company = strings.TrimSpace(b.Company)
	if t := m.orgs[c.as.Org]; t.billing != b {
		t.billing = b
		m.event(t, c.as.User, store.BillingChanged, store.Detail{})
	}
	return b, nil
}

// getOrg is O7 and O3: any active member sees the organization, not its billing.
type getOrg struct{ as charter.Actor }

type seenOrg struct {
	Org     charter.Organization
	Billing orgs.Billing
	Denied  bool // the billing
}

func (c getOrg) ask(s *subject) (any, error) {
	org, err := s.Svc.Orgs.Get(s.Ctx, c.as)
	if err != nil {
		return nil, err
	}
	billing, err := s.Svc.Orgs.Billing(s.Ctx, c.as)
	if classOf(err) == denied {
		return seenOrg{Org: org, Denied: true}, nil
	}
	return seenOrg{Org: org, Billing: billing}, err
}

func (c getOrg) want(m *model) (any, refusals) {
	if bad := badActor(c.as); len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, "") {
		return nil, refusals{denied}
	}
	t := m.orgs[c.as.Org]
	seen := seenOrg{Org: charter.Organization{ID: t.id, Name: t.name, CreatedAt: t.created, Revision: t.revision}, Denied: true}
	if m.may(c.as, roles.ChangeBilling) {
		seen.Billing, seen.Denied = t.billing, false
	}
	return seen, nil
}

// leave is O4 and O6.
type leave struct{ as charter.Actor }

func (c leave) ask(s *subject) (any, error) { return shown(s.Svc.Orgs.Leave(s.Ctx, c.as)) }

func (c leave) want(m *model) (any, refusals) {
	if bad := badActor(c.as); len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, "") {
		return nil, refusals{denied}
	}
	t, r := m.orgs[c.as.Org], m.rowOf(c.as.Org, c.as.User)
	if t.lastAdmin(r) {
		return nil, refusals{lastAdmin}
	}
	m.event(t, c.as.User, store.MemberLeft, store.Detail{Member: r.ID, User: r.User, Before: store.State{Role: r.Role}})
	m.depart(t, r)
	return m.userOf(m.users[c.as.User]), nil
}

// deleteOrg is O5 and O6.
type deleteOrg struct{ as charter.Actor }

// makeDelete prefers an organization that has one row only.
func makeDelete(g *gen) step {
	as := g.boss()
	for _, id := range g.orgIDs() {
		if t := g.model.orgs[id]; len(t.rows) == 1 && g.rarely(3) {
			as = charter.Actor{User: t.rows[0].User, Org: id}
		}
	}
	return deleteOrg{as}
}

func (c deleteOrg) ask(s *subject) (any, error) {
	return shown(s.Svc.Orgs.Delete(context.WithValue(s.Ctx, deletion{}, true), c.as))
}

// deletion marks the context of a deletion, whose first Hold looks like that of who
// leaves.
type deletion struct{}

func (c deleteOrg) want(m *model) (any, refusals) {
	if bad := badActor(c.as); len(bad) > 0 {
		return nil, bad
	}
	if r := m.rowOf(c.as.Org, c.as.User); r == nil || r.Role != "admin" {
		return nil, refusals{denied}
	}
	t := m.orgs[c.as.Org]
	if len(t.rows) != 1 {
		return nil, refusals{othersRemain}
	}
	delete(m.orgs, t.id)
	m.tombs[t.id] = store.Event{
		Org: t.id, Number: uint64(len(t.history) + 1), At: m.now, Action: store.OrganizationDeleted,
		Detail: store.Detail{Resources: sortedResources(t.resources)},
	}
	m.settle(c.as.User, t.id)
	return m.userOf(m.users[c.as.User]), nil
}

// switchOrg is O7.
type switchOrg struct{ as charter.Actor }

func (c switchOrg) ask(s *subject) (any, error) {
	return nil, s.Svc.Orgs.Switch(s.Ctx, c.as.User, c.as.Org)
}

func (c switchOrg) want(m *model) (any, refusals) {
	var bad refusals
	bad.when(!validID(string(c.as.User)), invalid("user"))
	bad.when(!validID(string(c.as.Org)), invalid("organization"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, "") {
		return nil, refusals{denied}
	}
	m.users[c.as.User].Active = c.as.Org
	return nil, nil
}

// pageOrgs is O8.
type pageOrgs struct {
	user   orgs.UserID
	search string
	limit  int
}

func (c pageOrgs) ask(s *subject) (any, error) {
	q := charter.OrgQuery{Search: c.search, Limit: c.limit}
	return paged(c.limit, func(cursor charter.Cursor) (charter.Page[charter.Membership], error) {
		q.Cursor = cursor
		return s.Svc.Orgs.Page(s.Ctx, c.user, q)
	}, s.Svc.Orgs.All(s.Ctx, c.user, q))
}

func (c pageOrgs) want(m *model) (any, refusals) {
	var bad refusals
	bad.when(!validID(string(c.user)), invalid("user"))
	bad.when(c.limit < 0 || c.limit > 1000, invalid("limit"))
	if len(bad) > 0 {
		return nil, bad
	}
	return slices.DeleteFunc(m.memberships(c.user), func(o store.Membership) bool {
		return !strings.Contains(strings.ToLower(o.Name), strings.ToLower(strings.TrimSpace(c.search)))
	}), nil
}

// deletions is O5: what the host purges its own data by.
type deletions struct{ limit int }

func (c deletions) ask(s *subject) (any, error) {
	var all []store.Event
	for after := orgs.ID(""); ; {
		some, err := s.Svc.History.Deletions(s.Ctx, after, c.limit)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all, after = append(all, some...), some[len(some)-1].Org
	}
}

func (c deletions) want(m *model) (any, refusals) {
	if c.limit < 0 || c.limit > 1000 {
		return nil, refusals{invalid("limit")}
	}
	var all []store.Event
	for _, id := range slices.Sorted(maps.Keys(m.tombs)) {
		all = append(all, m.tombs[id])
	}
	return all, nil
}

// purged ends the tombstone.
type purged struct{ org orgs.ID }

func (c purged) ask(s *subject) (any, error) { return nil, s.Svc.History.Purged(s.Ctx, c.org) }

func (c purged) want(m *model) (any, refusals) {
	if !validID(string(c.org)) {
		return nil, refusals{invalid("organization")}
	}
	delete(m.tombs, c.org)
	return nil, nil
}
