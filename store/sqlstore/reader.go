package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// reader reads records where its session runs.
type reader struct{ *session }

var (
	_ store.Reader        = reader{}
	_ store.GranteeLister = reader{}
)

// User returns the record of id, or [store.ErrNotFound].
func (r reader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	rec, err := r.one(ctx, "user", sentence(selecting(isAlike)+columnsOfUser+` FROM charter_users u WHERE u.id = ?`, id))
	if err != nil {
		return orgs.User{}, err
	}
	return rec.user(), nil
}

// Users returns the records of those of ids that exist, ordered by ID: one
// statement, whatever their number.
func (r reader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	var list []orgs.User
	q := sentence(selecting(isAlike)+columnsOfUser+` FROM `+r.listed+r.joinEach(`charter_users`, `u`, `u.id = listed.a`),
		r.arrays(singles(distinct(ids))))
	err := r.read(ctx, "users", q, func(rec *record) error { list = append(list, rec.user()); return nil })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b orgs.User) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// Known reports whether some user's profile has the folded address.
func (r reader) Known(ctx context.Context, address string) (bool, error) {
	known := false
	q := sentence(selecting(isAlike)+columnsOfUser+` FROM charter_users u WHERE u.folded_address = ? LIMIT 1`, address)
	err := r.read(ctx, "address", q, func(*record) error { known = true; return nil })
	return known, err
}

// Organization returns the record of id, or [store.ErrNotFound].
func (r reader) Organization(ctx context.Context, id orgs.ID) (o orgs.Organization, err error) {
	q := sentence(selecting(isAlike)+columnsOfOrganization+` FROM charter_organizations o WHERE o.id = ?`, id)
	found := false
	err = r.read(ctx, "organization", q, func(rec *record) error {
		found = true
		o, err = rec.organization()
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return o, err
}

// Member returns row id of org, or [store.ErrNotFound].
func (r reader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	q := sentence(selecting(isAlike)+columnsOfMember+` FROM charter_members m WHERE m.org = ? AND m.id = ?`, org, id)
	return r.member(ctx, org, q)
}

// MemberOf returns the row of org that is bound to user, or [store.ErrNotFound].
func (r reader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	q := sentence(selecting(isAlike)+columnsOfMember+` FROM charter_members m WHERE m.org = ? AND m.user_id = ?`, org, user)
	return r.member(ctx, org, q)
}

func (r reader) member(ctx context.Context, org orgs.ID, q *query) (orgs.Member, error) {
	rec, err := r.one(ctx, "member", q)
	if err != nil {
		return orgs.Member{}, err
	}
	return rec.member(org), nil
}

const (
	fromRoles           = `charter_roles r` + leftJoinPermissions
	leftJoinPermissions = ` LEFT JOIN charter_role_permissions p ON p.org = r.org AND p.role = r.id`
)

// Role returns custom role id of org, or [store.ErrNotFound].
func (r reader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	found := rolesByID{}
	q := sentence(selecting(isAlike)+columnsOfRole+` FROM `+fromRoles+` WHERE r.org = ? AND r.id = ?`, org, id)
	if err := r.read(ctx, "role", q, found.add); err != nil {
		return roles.Role{}, err
	}
	role, ok := found.all()[id]
	if !ok {
		return roles.Role{}, store.ErrNotFound
	}
	return role, nil
}

// Roles returns the custom roles of org, ordered by ID.
func (r reader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	found := rolesByID{}
	q := sentence(selecting(isAlike)+columnsOfRole+` FROM `+fromRoles+` WHERE r.org = ?`, org)
	if err := r.read(ctx, "roles", q, found.add); err != nil {
		return nil, err
	}
	list := make([]roles.Role, 0, len(found))
	for _, role := range found.all() {
		list = append(list, role)
	}
	slices.SortFunc(list, func(a, b roles.Role) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// rolesByID gathers roles from records that have one permission each.
type rolesByID map[roles.ID]roles.Role

// add adds what rec says, which may have been said before.
func (found rolesByID) add(rec *record) error {
	role := rec.role()
	role.Permissions = append(found[role.ID].Permissions, role.Permissions...)
	found[role.ID] = role
	return nil
}

// all returns the roles that were gathered, their permissions in order.
func (found rolesByID) all() map[roles.ID]roles.Role {
	for id, role := range found {
		slices.Sort(role.Permissions)
		role.Permissions = slices.Compact(role.Permissions)
		found[id] = role
	}
	return found
}
