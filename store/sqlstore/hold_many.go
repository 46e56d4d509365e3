package sqlstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

var _ store.ManyHolder = (*tx)(nil)

// HoldMany is Hold for many rows in one statement. What it is not made for, it holds
// one by one: a role by its name, every resource, the grants of several actors.
func (t *tx) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	m, ok := gather(wants)
	if !ok {
		return t.holdEach(ctx, wants)
	}
	const doing = "hold"
	if err := t.mayHold(ctx, doing); err != nil {
		return nil, err
	}
	if m.contended || t.contended {
		if err := t.lost(t.lock(ctx, contested{m.org, m.users, m.bound})); err != nil {
			return nil, err
		}
	}
	f := newManyFound(t, m.org)
	if err := t.lost(t.read(ctx, doing, t.holdManyQuery(m), f.add)); err != nil {
		return nil, err
	}
	f.roles.all()
	list := make([]store.Held, len(wants))
	for i, want := range wants {
		list[i] = f.held(want)
		t.holds(want, list[i])
	}
	return list, nil
}

func (t *tx) holdEach(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	list := make([]store.Held, len(wants))
	for i, want := range wants {
		var err error
		if list[i], err = t.Hold(ctx, want); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// many is what a number of wants ask for together, each thing once.
type many struct {
	org       orgs.ID
	contended bool
	users     []orgs.UserID   // to hold
	actors    []orgs.UserID   // whose rows to find
	members   []orgs.MemberID // rows to find
	bound     []orgs.MemberID // those of them whose users to hold
	addresses []string
	roles     []roles.ID
	resources []grants.Resource
	actorHas  []grants.Grant // of the only actor
	memberHas [][]string     // elements of a member, a kind and a resource
	wideHas   [][]string     // elements of a member and a kind
}

// gather returns what wants ask for, unless one statement cannot ask for it.
func gather(wants []store.Want) (m many, ok bool) {
	for _, want := range wants {
		if want.Org == "" || want.Org != wants[0].Org || want.RoleName != "" || want.EveryResource {
			return many{}, false
		}
		m.org, m.contended = want.Org, m.contended || want.Contended
		m.users = append(m.users, want.Users...)
		m.actors = appendSome(m.actors, want.Actor)
		m.members = appendSome(m.members, want.Member)
		if !want.MemberAlone {
			m.bound = appendSome(m.bound, want.Member)
		}
		m.addresses = appendSome(m.addresses, want.Address)
		m.roles = append(m.roles, want.Roles...)
		m.resources = append(m.resources, want.Resources...)
		m.addGrants(want)
	}
	if m.actors = distinct(m.actors); len(m.actors) > 1 && len(m.actorHas) > 0 {
		return many{}, false
	}
	m.users, m.members, m.bound = distinct(m.users), distinct(m.members), distinct(m.bound)
	m.addresses, m.roles = distinct(m.addresses), distinct(m.roles)
	slices.SortFunc(m.resources, grants.Resource.Compare)
	m.resources = slices.Compact(m.resources)
	slices.SortFunc(m.actorHas, grants.Grant.Compare)
	m.actorHas = slices.Compact(m.actorHas)
	return m, len(wants) > 1
}

func (m *many) addGrants(want store.Want) {
	if want.Actor != "" {
		m.actorHas = append(m.actorHas, want.Grants...)
	}
	if want.Member == "" {
		return
	}
	for _, g := range want.Grants {
		if g.All {
			m.wideHas = append(m.wideHas, []string{string(want.Member), string(g.Kind)})
		} else {
			m.memberHas = append(m.memberHas, []string{string(want.Member), string(g.Kind), string(g.Resource)})
		}
	}
}

// appendSome appends id unless it is empty.
func appendSome[T ~string](list []T, id T) []T {
	if id == "" {
		return list
	}
	return append(list, id)
}

// holdManyQuery asks for what m names, as [tx.holdParts] ask for what a want does.
func (t *tx) holdManyQuery(m many) *query {
	parts := t.asksSession()
	part := func(is int, columns, from string, args ...any) {
		parts = append(parts, sentence(selecting(is)+columns+` FROM `+from, args...))
	}
	part(isOrganization, columnsOfOrganization, `charter_organizations o WHERE o.id = ?`, m.org)
	if len(m.users) > 0 {
		part(isUser, t.columnsOfHeldUser(), t.listed+t.joinEach(`charter_users`, `u`, `u.id = listed.a`), m.org, t.arrays(singles(m.users)))
	}
	if len(m.bound) > 0 {
		bound := `(SELECT b.user_id FROM ` + t.listed + t.joinEach(`charter_members`, `b`, `b.org = ? AND b.id = listed.a`) + `) AS found`
		part(isUser, t.columnsOfHeldUser(), bound+t.joinEach(`charter_users`, `u`, `u.id = found.user_id`),
			m.org, t.arrays(singles(m.bound)), m.org)
	}
	t.holdManyRows(part, m)
	if len(m.resources) > 0 {
		place := `r.kind, r.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE WHEN r.org = ? THEN 1 ELSE 0 END, 0, 0`
		part(isPlace, place, t.listed+t.joinEach(`charter_resources`, `r`, `r.kind = listed.a AND r.id = listed.b`),
			m.org, t.arrays(pairs(m.resources)))
	}
	t.holdManyGrants(part, m)
	return new(query).addAll(`UNION ALL`, parts)
}

// holdManyRows asks for member rows and roles: those named and those of the rows.
func (t *tx) holdManyRows(part addPart, m many) {
	rows := func(is int, condition, list string) {
		from := t.listed + t.joinEach(`charter_members`, `m`, `m.org = ? AND `+condition)
		part(is, columnsOfMember, from, list, m.org)
		if is != isAddressed {
			part(isRole, columnsOfRole, `charter_roles r`+leftJoinPermissions+` WHERE r.org = ? AND r.id IN (SELECT m.role FROM `+from+`)`,
				m.org, list, m.org)
		}
	}
	if len(m.actors) > 0 {
		rows(isActor, `m.user_id = listed.a`, t.arrays(singles(m.actors)))
	}
	if len(m.members) > 0 {
		rows(isMember, `m.id = listed.a`, t.arrays(singles(m.members)))
	}
	if len(m.addresses) > 0 {
		rows(isAddressed, `m.status IN ('active', 'invited') AND m.email_key = listed.a`, t.arrays(singles(m.addresses)))
	}
	t.holdRoles(part, store.Want{Org: m.org, Roles: m.roles})
}

func (t *tx) holdManyGrants(part addPart, m many) {
	if len(m.actors) == 1 {
		t.holdActorGrants(part, m.org, m.actors[0], m.actorHas)
	}
	ofMembers := func(table, resource, third string, list [][]string) {
		if len(list) == 0 {
			return
		}
		part(isMemberHas, `listed.b, `+resource+`, listed.a, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0`,
			t.listed+` WHERE EXISTS (SELECT 1 FROM `+table+` g WHERE g.org = ? AND g.member = listed.a AND g.kind = listed.b`+third+t.seeking+`)`,
			t.arrays(list), m.org)
	}
	ofMembers(`charter_wide_grants`, `NULL`, ``, m.wideHas)
	ofMembers(`charter_grants`, `listed.c`, ` AND g.resource = listed.c`, m.memberHas)
}
