package sqlstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The writes inside an organization. Each begins with the row that it hangs on:
// where that is not there, it adds nothing (C26).

// keys are what a profile is sorted and searched by.
type keys struct{ first, last, email string }

func keysOf(m orgs.Member) keys {
	return keys{first: m.Key(orgs.ByFirstName), last: m.Key(orgs.ByLastName), email: m.Key(orgs.ByEmail)}
}

// nullable returns nil for the zero value: what is not there is not unique.
func nullable[T comparable](v T) any {
	if v == *new(T) {
		return nil
	}
	return v
}

func memberColumns(m orgs.Member) columns {
	var invited any
	if m.Status == orgs.Invited {
		invited = m.Key(orgs.ByEmail)
	}
	row := columns{
		{`id`, m.ID}, {`role`, m.Role}, {`status`, m.Status}, {`user_id`, nullable(m.User)}, {`invited_address`, invited},
		{`email`, m.Email}, {`first_name`, m.FirstName}, {`last_name`, m.LastName},
		{`invited_by`, m.InvitedBy}, {`invited_at`, m.InvitedAt.UnixMicro()}, {`joined_at`, m.JoinedAt.UnixMicro()},
		{`message`, m.Message}, {`issue`, m.Issue},
	}
	for _, sort := range orgs.Sorts() {
		row = append(row, column{keyColumn(sort), m.Key(sort)})
	}
	return append(row, column{columnOrg, m.Org})
}

func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	const doing = "create member"
	if t.waiting.given[ofMember{m.Org, m.ID}] != nil { // to a row that is not there yet
		if err := t.write(ctx, doing, func() error { return nil }); err != nil {
			return err
		}
	}
	return t.keep(ctx, doing, m.Org, adding, func() {
		t.waiting.members = append(t.waiting.members, memberColumns(m))
	})
}

func (t *tx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.run(ctx, "update member", sentence(`UPDATE charter_members SET role = ?, role_key = ?, issue = ? WHERE org = ? AND id = ?`,
		m.Role, m.Key(orgs.ByRole), m.Issue, m.Org, m.ID))
}

func (t *tx) JoinMember(ctx context.Context, m orgs.Member) error {
	k := keysOf(m)
	return t.run(ctx, "join member", sentence(`UPDATE charter_members SET user_id = ?, invited_address = NULL,
		email = ?, first_name = ?, last_name = ?, first_key = ?, last_key = ?, email_key = ?, status = ?, joined_at = ?
		WHERE org = ? AND id = ? AND status = 'invited'`,
		m.User, m.Email, m.FirstName, m.LastName, k.first, k.last, k.email, m.Status, m.JoinedAt.UnixMicro(), m.Org, m.ID))
}

func (t *tx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.keep(ctx, "delete member", org, removing, func() {
		t.waiting.gone = append(t.waiting.gone, ofMember{org, id})
	})
}

// deleteMembers deletes rows with their grants: one by its key, many of an
// organization by a list.
func (t *tx) deleteMembers(ctx context.Context, list []ofMember) error {
	const doing = "delete member"
	slices.SortFunc(list, ofMember.compare)
	for len(list) > 0 {
		org, n := list[0].org, 1
		for n < len(list) && list[n].org == org {
			n++
		}
		ids := make([][]string, n)
		for i := range ids {
			ids[i] = []string{string(list[i].id)}
		}
		deletes := func(table, column string) *query { return t.deletion(table, org, []string{column}, ids) }
		err := t.deleteWith(ctx, doing,
			deletes(`charter_members`, `id`), deletes(`charter_grants`, columnMember), deletes(`charter_wide_grants`, columnMember))
		if err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// deleteWith runs q, a DELETE, after hanging, the deletions of what hangs on it
// where the session does not delete that by itself.
func (t *tx) deleteWith(ctx context.Context, doing string, q *query, hanging ...*query) error {
	if t.cascades {
		hanging = nil
	}
	for _, q := range append(hanging, q) {
		if _, err := t.exec(ctx, doing, q); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	const doing = "create role"
	return t.write(ctx, doing, func() error {
		_, err := t.exec(ctx, doing, sentence(`INSERT INTO charter_roles (org, id, name, folded_name, created_at)
			SELECT o.id, ?, ?, ?, ? FROM charter_organizations o WHERE o.id = ?`,
			r.ID, r.Name, roles.FoldName(r.Name), r.CreatedAt.UnixMicro(), org))
		if err != nil {
			return err
		}
		return t.addPermissions(ctx, doing, org, r)
	})
}

func (t *tx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	const doing = "update role"
	return t.write(ctx, doing, func() error {
		for _, q := range []*query{
			sentence(`UPDATE charter_roles SET name = ?, folded_name = ?, created_at = ? WHERE org = ? AND id = ?`,
				r.Name, roles.FoldName(r.Name), r.CreatedAt.UnixMicro(), org, r.ID),
			sentence(`DELETE FROM charter_role_permissions WHERE org = ? AND role = ?`, org, r.ID),
		} {
			if _, err := t.exec(ctx, doing, q); err != nil {
				return err
			}
		}
		return t.addPermissions(ctx, doing, org, r)
	})
}

func (t *tx) addPermissions(ctx context.Context, doing string, org orgs.ID, r roles.Role) error {
	return t.eachChunk(ctx, doing, singles(r.Permissions), func(list [][]string) *query {
		return sentence(`INSERT INTO charter_role_permissions (org, role, permission)
			SELECT r.org, r.id, listed.a FROM charter_roles r CROSS JOIN `+t.listed+` WHERE r.org = ? AND r.id = ?`, t.arrays(list), org, r.ID)
	})
}

func (t *tx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	const doing = "delete role"
	return t.write(ctx, doing, func() error {
		return t.deleteWith(ctx, doing,
			sentence(`DELETE FROM charter_roles WHERE org = ? AND id = ?`, org, id),
			sentence(`DELETE FROM charter_role_permissions WHERE org = ? AND role = ?`, org, id))
	})
}

func (t *tx) Append(ctx context.Context, e store.Event) error {
	return t.note(ctx, "append event", func() error {
		t.events = append(t.events, columns{
			{`number`, ordered(e.Number)}, {`at`, e.At.UnixMicro()}, {`actor`, e.Actor}, {`action`, e.Action},
			{`detail`, encode(e.Detail)}, {columnOrg, e.Org},
		})
		return nil
	})
}
