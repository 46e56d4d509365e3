package sqlstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// The writes to what is held.

func (t *tx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	const doing = "create organization"
	return t.write(ctx, doing, func() error {
		_, err := t.exec(ctx, doing, sentence(`INSERT INTO charter_organizations
			(id, name, folded_name, company, address, vat_id, billing_email, reference, counts, created_at, events, revision)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
			o.ID, o.Name, orgs.FoldName(o.Name), o.Billing.Company, o.Billing.Address, o.Billing.VATID, o.Billing.Email,
			o.Billing.Reference, encodeCounts(o.Counts), o.CreatedAt.UnixMicro(), int64(o.Events)))
		if err == nil {
			t.orgs[o.ID] = &heldOrganization{there: true, created: true, revision: 1, record: o.Clone()}
		}
		return err
	})
}

func (t *tx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	const doing = "update organization"
	return t.write(ctx, doing, func() error {
		held := t.orgs[o.ID]
		if held == nil {
			return notHeld(doing)
		}
		held.record, held.changed = o.Clone(), true
		return nil
	})
}

// DeleteOrganization compares at once: nothing is left to compare at the end.
func (t *tx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	const doing = "delete organization"
	return t.write(ctx, doing, func() error {
		held := t.orgs[id]
		if held == nil {
			return notHeld(doing)
		}
		if !held.there {
			return nil
		}
		if !t.cascades {
			for _, table := range []string{
				"charter_events", "charter_grants", "charter_wide_grants", "charter_resources",
				"charter_role_permissions", "charter_roles", "charter_members",
			} {
				if _, err := t.exec(ctx, doing, sentence(`DELETE FROM `+table+` WHERE org = ?`, id)); err != nil {
					return err
				}
			}
		}
		q := sentence(`DELETE FROM charter_organizations WHERE id = ? AND revision = ?`, id, int64(held.revision))
		if err := t.exactlyOne(ctx, doing, q); err != nil {
			return err
		}
		held.there = false
		return t.bury(ctx, doing, last)
	})
}

func (t *tx) bury(ctx context.Context, doing string, last store.Event) error {
	if _, err := t.exec(ctx, doing, sentence(`DELETE FROM charter_tombstones WHERE org = ?`, last.Org)); err != nil {
		return err
	}
	_, err := t.exec(ctx, doing, sentence(`INSERT INTO charter_tombstones (org, number, at, actor, action, detail)
		VALUES (?, ?, ?, ?, ?, ?)`, last.Org, ordered(last.Number), last.At.UnixMicro(), last.Actor, last.Action, encode(last.Detail)))
	return err
}

func (t *tx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.run(ctx, "delete tombstone", sentence(`DELETE FROM charter_tombstones WHERE org = ?`, id))
}

func (t *tx) PutUser(ctx context.Context, u orgs.User) error {
	const doing = "put user"
	return t.write(ctx, doing, func() error {
		held := t.users[u.ID]
		if held == nil {
			return notHeld(doing)
		}
		held.record, held.changed = u, true
		return nil
	})
}

// PutProfile changes the rows at once and the record at the end.
func (t *tx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	const doing = "put profile"
	return t.write(ctx, doing, func() error {
		held := t.users[id]
		if held == nil {
			return notHeld(doing)
		}
		if !held.there && !held.changed {
			return nil // there is no record, and so no row
		}
		held.record.Profile, held.changed = p, true
		keys := keysOf(orgs.Member{Profile: p})
		_, err := t.exec(ctx, doing, sentence(`UPDATE charter_members
			SET email = ?, first_name = ?, last_name = ?, first_key = ?, last_key = ?, email_key = ? WHERE user_id = ?`,
			p.Email, p.FirstName, p.LastName, keys.first, keys.last, keys.email, id))
		return err
	})
}

// notHeld is the error of a write to a record that fn does not hold, as the
// contract demands.
func notHeld(doing string) error { return errorf("%s: the record is not held", doing) }

// finishOrganization writes what was kept back of id and compares.
func (t *tx) finishOrganization(ctx context.Context, id orgs.ID, held *heldOrganization) error {
	const doing = "update organization"
	if !held.there {
		return t.stillMissing(ctx, doing, sentence(`SELECT count(*) FROM charter_organizations WHERE id = ?`, id))
	}
	if held.created && !held.changed {
		return nil
	}
	q := sentence(`UPDATE charter_organizations SET`)
	if held.changed {
		o := held.record
		q.add(`name = ?, folded_name = ?, company = ?, address = ?, vat_id = ?, billing_email = ?, reference = ?, counts = ?,
			created_at = ?, events = ?,`,
			o.Name, orgs.FoldName(o.Name), o.Billing.Company, o.Billing.Address, o.Billing.VATID, o.Billing.Email,
			o.Billing.Reference, encodeCounts(o.Counts), o.CreatedAt.UnixMicro(), int64(o.Events))
	}
	step := 1
	if held.created {
		step = 0
	}
	return t.exactlyOne(ctx, doing, q.add(`revision = revision + ? WHERE id = ? AND revision = ?`, step, id, int64(held.revision)))
}

// finishUser writes what was kept back of id and compares.
func (t *tx) finishUser(ctx context.Context, id orgs.UserID, held *heldUser) error {
	const doing = "update user"
	u := held.record
	switch {
	case !held.there && !held.changed:
		return t.stillMissing(ctx, doing, sentence(`SELECT count(*) FROM charter_users WHERE id = ?`, id))
	case !held.there:
		_, err := t.exec(ctx, doing, sentence(`INSERT INTO charter_users
			(id, email, first_name, last_name, folded_address, active, memberships, created_at, revision)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
			id, u.Email, u.FirstName, u.LastName, orgs.FoldAddress(u.Email), u.Active, u.Memberships, u.CreatedAt.UnixMicro()))
		return err
	}
	q := sentence(`UPDATE charter_users SET`)
	if held.changed {
		q.add(`email = ?, first_name = ?, last_name = ?, folded_address = ?, active = ?, memberships = ?, created_at = ?,`,
			u.Email, u.FirstName, u.LastName, orgs.FoldAddress(u.Email), u.Active, u.Memberships, u.CreatedAt.UnixMicro())
	}
	return t.exactlyOne(ctx, doing, q.add(`revision = revision + 1 WHERE id = ? AND revision = ?`, id, int64(held.revision)))
}

// exactlyOne runs q, which writes one row, and conflicts when there is none.
func (t *tx) exactlyOne(ctx context.Context, doing string, q *query) error {
	n, err := t.exec(ctx, doing, q)
	if err == nil && n != 1 {
		err = t.conflicted(doing)
	}
	return err
}

// stillMissing conflicts unless q counts nothing: what is held and was not there
// has not appeared (C7).
func (t *tx) stillMissing(ctx context.Context, doing string, q *query) error {
	var n int64
	err := t.db.QueryRowContext(ctx, q.text.String(), q.args...).Scan(&n)
	if err == nil && n != 0 {
		return t.conflicted(doing)
	}
	return t.fail(ctx, doing, err)
}
