package sqlstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// The writes to what is held.

func (t *tx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	const doing = "create organization"
	if t.keeps(o.ID) { // for one that is not there yet
		if err := t.write(ctx, doing, func() error { return t.appendKept(ctx, doing) }); err != nil {
			return err
		}
	}
	return t.keep(ctx, doing, o.ID, adding, func() {
		t.waiting.founded = append(t.waiting.founded, organizationColumns(o).created(o.ID))
		t.orgs[o.ID] = &heldOrganization{there: true, created: true, revision: 1, record: o.Clone()}
	})
}

// keeps reports whether writes in an organization are kept back.
func (t *tx) keeps(org orgs.ID) bool {
	_, waits := t.waiting.phases[org]
	return waits || slices.ContainsFunc(t.events, func(e columns) bool { return e[len(e)-1] == column{columnOrg, org} })
}

// appendKept appends the events that are kept back.
func (t *tx) appendKept(ctx context.Context, doing string) error {
	kept := t.events
	t.events = nil
	return t.execAll(ctx, doing, t.insertsInside(`charter_events`, kept))
}

func (t *tx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	const doing = "update organization"
	return t.note(ctx, doing, func() error {
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
		n, err := t.exec(ctx, doing, q)
		if err == nil && n != 1 {
			err = t.moved(doing)
		}
		if err != nil {
			return err
		}
		held.there, held.deleted = false, true
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
	return t.note(ctx, doing, func() error {
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

// finishOrganization adds to f what was kept back of id, and the comparison.
func (t *tx) finishOrganization(ctx context.Context, f *finale, id orgs.ID, held *heldOrganization) error {
	switch {
	case held.deleted:
		return nil
	case !held.there:
		return t.stillMissing(ctx, "compare organization", `charter_organizations`, id, organizationColumns(orgs.Organization{}))
	}
	record := organizationColumns(held.record)
	switch {
	case !held.created:
		c := comparison{table: `charter_organizations`, id: id, revision: int64(held.revision)}
		c.columns, c.values = record.besides(organizationColumns(held.read)).split()
		f.compared = append(f.compared, c)
	case held.changed: // nobody else has seen it
		names, values := record.split()
		q := sentence(`UPDATE charter_organizations SET `+strings.Join(names, ` = ?, `)+` = ?`, values...)
		f.kept = append(f.kept, q.add(`WHERE id = ?`, id))
	}
	return nil
}

// finishUsers adds to f what was kept back of the users, in ascending order (C9),
// and the comparisons: of many, all together.
func (t *tx) finishUsers(ctx context.Context, f *finale) error {
	var fresh, there []columns
	var compared comparison // the last one
	for _, id := range slices.Sorted(maps.Keys(t.users)) {
		held, record := t.users[id], userColumns(t.users[id].record)
		switch {
		case held.there:
			compared = comparison{table: `charter_users`, id: id, revision: int64(held.revision)}
			if held.changed {
				compared.columns, compared.values = record.split()
			}
			there = append(there, append(columns{{`id`, id}, {`revision`, compared.revision}}, record...))
		case held.changed:
			fresh = append(fresh, record.created(id))
		default:
			if err := t.stillMissing(ctx, "compare user", `charter_users`, id, record); err != nil {
				return err
			}
		}
	}
	f.kept = append(f.kept, t.inserts(`charter_users`, fresh)...)
	if len(there) == 1 {
		f.compared = append(f.compared, compared)
	} else {
		f.together = t.comparisons(`charter_users`, there)
	}
	return nil
}

// stillMissing conflicts when there is a row id in table by now: what is held and
// was not there has not appeared (C7). It adds the row and takes it away again.
// Nobody can look for what appears after the snapshot of the transaction, and
// nobody can add what is being added.
func (t *tx) stillMissing(ctx context.Context, doing, table string, id any, record columns) error {
	for _, q := range []*query{t.inserts(table, []columns{record.created(id)})[0], sentence(`DELETE FROM `+table+` WHERE id = ?`, id)} {
		if _, err := t.exec(ctx, doing, q); err != nil {
			return err
		}
	}
	return nil
}

func organizationColumns(o orgs.Organization) columns {
	return columns{
		{`name`, o.Name}, {`folded_name`, orgs.FoldName(o.Name)},
		{`company`, o.Billing.Company}, {`address`, o.Billing.Address}, {`vat_id`, o.Billing.VATID},
		{`billing_email`, o.Billing.Email}, {`reference`, o.Billing.Reference},
		{`counts`, encodeCounts(o.Counts)}, {`created_at`, o.CreatedAt.UnixMicro()}, {`events`, int64(o.Events)},
	}
}

func userColumns(u orgs.User) columns {
	return columns{
		{`email`, u.Email}, {`first_name`, u.FirstName}, {`last_name`, u.LastName}, {`folded_address`, orgs.FoldAddress(u.Email)},
		{`active`, u.Active}, {`memberships`, u.Memberships}, {`created_at`, u.CreatedAt.UnixMicro()},
	}
}
