package sqlstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Hold reads all that want asks for in one statement, and so as of one moment:
// no record is older than the revision that came with it (C8). It locks nothing,
// which would be a round trip more and no guarantee, unless want is contended:
// then whoever is first goes through, and the others wait instead of losing, where the
// isolation level has who waited see what was committed meanwhile.
func (t *tx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	const doing = "hold"
	if err := t.mayHold(ctx, doing); err != nil {
		return store.Held{}, err
	}
	f := findings{
		tx: t, want: want, roles: rolesByID{}, named: rolesByID{},
		held: store.Held{Users: map[orgs.UserID]store.HeldUser{}, Places: map[grants.Resource]store.Place{}},
	}
	if want.Contended || t.contended {
		if err := t.lost(t.lock(ctx, contestedOf(want))); err != nil {
			return store.Held{}, err
		}
	}
	if parts := t.holdParts(want); len(parts) > 0 {
		if err := t.lost(t.read(ctx, doing, new(query).addAll(`UNION ALL`, parts), f.add)); err != nil {
			return store.Held{}, err
		}
	}
	f.finish()
	return f.held, nil
}

// mayHold answers an error when t is over or has written already.
func (t *tx) mayHold(ctx context.Context, doing string) error {
	if err := t.over(ctx, doing); err != nil || t.failed != nil {
		return t.lost(err)
	}
	if t.wrote {
		return store.ErrLateHold // a mistake of fn that breaks nothing
	}
	return nil
}

// holdParts ask for what want names, and about the session.
func (t *tx) holdParts(want store.Want) []*query {
	parts := t.asksSession()
	part := func(is int, columns, from string, args ...any) {
		parts = append(parts, sentence(selecting(is)+columns+` FROM `+from, args...))
	}
	t.holdUsers(part, want)
	if want.Org != "" {
		part(isOrganization, columnsOfOrganization, `charter_organizations o WHERE o.id = ?`, want.Org)
		t.holdRows(part, want)
		t.holdRoles(part, want)
	}
	if len(want.Resources) > 0 {
		place := `r.kind, r.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE WHEN r.org = ? THEN 1 ELSE 0 END, 0, 0`
		from, args := t.matching(pairs(want.Resources), []string{`r.kind`, `r.id`}, `charter_resources`, `r`)
		part(isPlace, place, from, slices.Insert(args, 0, any(want.Org))...)
	}
	if want.Org != "" && want.EveryResource {
		part(isResource, columnsOfResource, `charter_resources r WHERE r.org = ?`, want.Org)
	}
	return parts
}

// asksSession asks whether the session deletes by foreign keys, unless that is certain.
func (t *tx) asksSession() (parts []*query) {
	if t.own && t.enforces {
		return nil
	}
	return []*query{sentence(selecting(isSession) + `NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ` + t.enforced + `, 0, 0`)}
}

// contested are the records that others are after too: an organization, users, and
// those that members of the organization are bound to.
type contested struct {
	org     orgs.ID
	users   []orgs.UserID
	members []orgs.MemberID
}

func contestedOf(want store.Want) contested {
	c := contested{org: want.Org, users: want.Users}
	if want.Member != "" && !want.MemberAlone {
		c.members = []orgs.MemberID{want.Member}
	}
	return c
}

// lock locks c, the organization first, then the users (C9), where that is worth
// anything. The statement returns something, since drivers may wait for ever on rows
// that nobody reads.
func (t *tx) lock(ctx context.Context, c contested) error {
	if t.locks == nil {
		return nil
	}
	_, err := t.number(ctx, "lock", t.locks(t.dialect, c))
	return err
}

// addPart adds a part to the statement: a SELECT of records of one kind.
type addPart func(is int, columns, from string, args ...any)

// columnsOfHeldUser are those of a user, with [store.HeldUser.Latest].
func (d *dialect) columnsOfHeldUser() string {
	return `u.id, u.email, u.first_name, u.last_name, u.active,
		(SELECT j.org FROM charter_members j ` + d.membersJoined + ` WHERE j.user_id = u.id AND j.org <> ? AND j.status = 'active'
			ORDER BY j.joined_at DESC, j.org LIMIT 1),
		NULL, NULL, NULL, u.memberships, u.created_at, u.revision`
}

func (t *tx) holdUsers(part addPart, want store.Want) {
	if len(want.Users) > 0 {
		from, args := t.matching(singles(want.Users), []string{`u.id`}, `charter_users`, `u`)
		part(isUser, t.columnsOfHeldUser(), from, slices.Insert(args, 0, any(want.Org))...)
	}
	if want.Org != "" && want.Member != "" && !want.MemberAlone {
		from := `charter_users u WHERE u.id = (SELECT m.user_id FROM charter_members m WHERE m.org = ? AND m.id = ?)`
		part(isUser, t.columnsOfHeldUser(), from, want.Org, want.Org, want.Member)
	}
}

// holdRows asks for member rows, their roles and their grants.
func (t *tx) holdRows(part addPart, want store.Want) {
	row := func(is int, which string, id any) {
		part(is, columnsOfMember, `charter_members m WHERE m.org = ? AND `+which, want.Org, id)
		part(isRole, columnsOfRole, `charter_members m CROSS JOIN charter_roles r`+leftJoinPermissions+
			` WHERE m.org = ? AND `+which+` AND r.org = m.org AND r.id = m.role`, want.Org, id)
	}
	if want.Actor != "" {
		row(isActor, `m.user_id = ?`, want.Actor)
		t.holdActorGrants(part, want.Org, want.Actor, want.Grants)
	}
	if want.Member != "" {
		row(isMember, `m.id = ?`, want.Member)
		t.holdGrants(part, isMemberHas, want.Org, sentence(`?`, want.Member), want.Grants)
	}
	if want.Address != "" {
		part(isAddressed, columnsOfMember,
			`charter_members m WHERE m.org = ? AND m.status IN ('active', 'invited') AND m.email_key = ?`, want.Org, want.Address)
	}
}

// holdActorGrants asks which of list the row of a user has.
func (t *tx) holdActorGrants(part addPart, org orgs.ID, user orgs.UserID, list []grants.Grant) {
	t.holdGrants(part, isActorHas, org, sentence(`(SELECT m.id FROM charter_members m WHERE m.org = ? AND m.user_id = ?)`, org, user), list)
}

// holdGrants asks which of list a row has, each by itself: neither all that it has are
// looked at, nor who else has them.
func (t *tx) holdGrants(part addPart, has int, org orgs.ID, row *query, list []grants.Grant) {
	given := func(table string, columns []string, elements [][]string) {
		own := sentence(table+` g WHERE g.org = ? AND g.member =`, org).addQuery(row).add(`AND`)
		switch len(elements) {
		case 0:
		case 1:
			own.add(equal(columns, repeated(`?`, len(columns))), values(elements[0])...)
			part(has, columnsOfGrant(columns), own.text.String(), own.args...)
		default:
			found := elementColumns(len(columns))
			each := sentence(t.listed+` WHERE EXISTS (SELECT 1 FROM`, t.arrays(elements)).addQuery(own).
				add(equal(columns, found)).add(t.seeking + `)`)
			part(has, columnsOfGrant(found), each.text.String(), each.args...)
		}
	}
	wide, one := split(list)
	given(`charter_wide_grants`, []string{`g.kind`}, wide)
	given(`charter_grants`, []string{`g.kind`, `g.resource`}, one)
}

// holdRoles asks for custom roles. The built-in ones are none.
func (t *tx) holdRoles(part addPart, want store.Want) {
	custom := slices.DeleteFunc(slices.Clone(want.Roles), roles.ID.BuiltIn)
	switch len(custom) {
	case 0:
	case 1:
		part(isRole, columnsOfRole, fromRoles+` WHERE r.org = ? AND r.id = ?`, want.Org, custom[0])
	default:
		part(isRole, columnsOfRole, fromRoles+` WHERE r.org = ? AND r.id IN `+t.list, want.Org, array(t.dialect, custom))
	}
	if want.RoleName != "" {
		part(isRoleNamed, columnsOfRole, fromRoles+` WHERE r.org = ? AND r.folded_name = ?`, want.Org, want.RoleName)
	}
}

// findings gathers what a Hold finds.
type findings struct {
	tx    *tx
	want  store.Want
	held  store.Held
	roles rolesByID
	named rolesByID
}

func (f *findings) add(r *record) (err error) {
	switch r.is {
	case isSession:
		f.tx.cascades = r.number[0] != 0
	case isOrganization:
		f.held.Org, err = r.organization()
	case isUser:
		f.held.Users[orgs.UserID(r.text[0].String)] = store.HeldUser{User: r.user(), Latest: orgs.ID(r.text[5].String)}
	case isActor:
		f.held.Actor = r.member(f.want.Org)
	case isMember:
		f.held.Member = r.member(f.want.Org)
	case isAddressed:
		f.held.Addressed = append(f.held.Addressed, r.member(f.want.Org))
	case isRole:
		return f.roles.add(r)
	case isRoleNamed:
		return f.named.add(r)
	case isPlace:
		f.held.Places[r.resource()] = store.Elsewhere
		if r.number[0] != 0 {
			f.held.Places[r.resource()] = store.Here
		}
	case isActorHas:
		f.held.ActorHas = append(f.held.ActorHas, r.grant())
	case isMemberHas:
		f.held.MemberHas = append(f.held.MemberHas, r.grant())
	case isResource:
		f.held.EveryResource = append(f.held.EveryResource, r.resource())
	}
	return err
}

// finish puts the roles in place and notes what is held from now on.
func (f *findings) finish() {
	f.held.Roles = f.roles.all()
	for _, role := range f.named.all() {
		f.held.RoleNamed = role
	}
	f.tx.holds(f.want, f.held)
}

// holds notes what is held from now on: also what is not there, which must then not
// be there at the end. Of a record that was held before, the first revision counts.
func (t *tx) holds(want store.Want, held store.Held) {
	if id := want.Org; id != "" && t.orgs[id] == nil {
		o := held.Org
		t.orgs[id] = &heldOrganization{there: o.ID != "", revision: o.Revision, read: o.Clone(), record: o.Clone()}
	}
	users := want.Users
	if user := held.Member.User; user != "" && !want.MemberAlone {
		users = append(slices.Clip(users), user)
	}
	for _, id := range users {
		if u, there := held.Users[id]; t.users[id] == nil {
			t.users[id] = &heldUser{there: there, revision: u.Revision, record: u.User}
		}
	}
}
