package sqlstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The writes inside an organization. Each begins with the row that it hangs on:
// where that is not there, it adds nothing (C26).

// keys are what a member is sorted and searched by.
type keys struct{ first, last, email, invited, role string }

func keysOf(m orgs.Member) keys {
	return keys{
		first: m.Key(orgs.ByFirstName), last: m.Key(orgs.ByLastName), email: m.Key(orgs.ByEmail),
		invited: m.Key(orgs.ByInvited), role: m.Key(orgs.ByRole),
	}
}

// nullable returns nil for the zero value: what is not there is not unique.
func nullable[T comparable](v T) any {
	if v == *new(T) {
		return nil
	}
	return v
}

func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	k := keysOf(m)
	var invited any
	if m.Status == orgs.Invited {
		invited = k.email
	}
	return t.run(ctx, "create member", sentence(`INSERT INTO charter_members
		(org, id, role, status, user_id, invited_address, email, first_name, last_name, invited_by, invited_at, joined_at,
		message, issue, first_key, last_key, email_key, invited_key, role_key)
		SELECT o.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM charter_organizations o WHERE o.id = ?`,
		m.ID, m.Role, m.Status, nullable(m.User), invited, m.Email, m.FirstName, m.LastName, m.InvitedBy,
		m.InvitedAt.UnixMicro(), m.JoinedAt.UnixMicro(), m.Message, m.Issue,
		k.first, k.last, k.email, k.invited, k.role, m.Org))
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
	const doing = "delete member"
	return t.write(ctx, doing, func() error {
		return t.deleteWith(ctx, doing,
			sentence(`DELETE FROM charter_members WHERE org = ? AND id = ?`, org, id),
			sentence(`DELETE FROM charter_grants WHERE org = ? AND member = ?`, org, id),
			sentence(`DELETE FROM charter_wide_grants WHERE org = ? AND member = ?`, org, id))
	})
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
	return t.eachChunk(ctx, doing, singles(r.Permissions), func(chunk string) *query {
		return sentence(`INSERT INTO charter_role_permissions (org, role, permission)
			SELECT r.org, r.id, listed.a FROM charter_roles r CROSS JOIN `+t.listed+` WHERE r.org = ? AND r.id = ?`, chunk, org, r.ID)
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
	return t.write(ctx, "append event", func() error {
		t.events = append(t.events, sentence(`INSERT INTO charter_events (org, number, at, actor, action, detail)
			SELECT o.id, ?, ?, ?, ?, ? FROM charter_organizations o WHERE o.id = ?`,
			ordered(e.Number), e.At.UnixMicro(), e.Actor, e.Action, encode(e.Detail), e.Org))
		return nil
	})
}
