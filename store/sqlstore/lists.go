package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Memberships returns a page of the organizations that a user is an active
// member of, the most recently joined first, then by ID. A search reads the
// user's organizations, from where the page begins until it is full.
func (r reader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	var parts []*query
	seek := func(text string, args ...any) {
		part := sentence(selecting(isAlike)+`m.org AS org, o.name, m.id, m.role, NULL, NULL, NULL, NULL, NULL, m.joined_at AS joined_at, 0, 0
			FROM charter_members m CROSS JOIN charter_organizations o
			WHERE m.user_id = ? AND m.status = 'active' AND o.id = m.org`, q.User).add(text, args...)
		if q.Search != "" {
			part.add(`AND `+r.nameContains, q.Search)
		}
		parts = append(parts, part)
	}
	if q.After == nil {
		seek(``)
	} else { // the rest of the same moment, and all before it: two seeks
		at := q.After.JoinedAt.UnixMicro()
		seek(`AND m.joined_at = ? AND m.org > ?`, at, q.After.Org)
		seek(`AND m.joined_at < ?`, at)
	}
	list := r.merged(`UNION ALL`, parts, `ORDER BY joined_at DESC, org`, q.Limit)
	var page []store.Membership
	err := r.read(ctx, "memberships", list, func(rec *record) error {
		page = append(page, store.Membership{
			Org: orgs.ID(rec.text[0].String), Name: rec.text[1].String,
			Member: orgs.MemberID(rec.text[2].String), Role: roles.ID(rec.text[3].String), JoinedAt: timeOf(rec.number[0]),
		})
		return nil
	})
	return page, err
}

// Invitations returns a page of the invited rows at an address, by organization ID.
// The index that keeps an organization from inviting an address twice begins with
// the address, and so has them in this order. What comes with a row is looked up for
// it: in a join PostgreSQL would begin with the organizations, which are in this order
// too, and ask each of them whether it invites the address.
func (r reader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	list := sentence(selecting(isAlike)+columnsOfMember+`, m.org,
			(SELECT o.name FROM charter_organizations o WHERE o.id = m.org),
			COALESCE((SELECT r.name FROM charter_roles r WHERE r.org = m.org AND r.id = m.role), ''),
			COALESCE(u.email, ''), COALESCE(u.first_name, ''), COALESCE(u.last_name, '')
		FROM charter_members m LEFT JOIN charter_users u ON u.id = m.invited_by
		WHERE m.invited_address = ? AND m.org > ? ORDER BY m.org`, q.Address, q.After).add(r.limit, q.Limit)
	var page []store.Invitation
	var org orgs.ID
	var in store.Invitation
	each := func(rec *record) error {
		in.Member = rec.member(org)
		page = append(page, in)
		return nil
	}
	by := &in.Inviter
	err := r.read(ctx, "invitations", list, each, &org, &in.Organization, &in.Role, &by.Email, &by.FirstName, &by.LastName)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// Events returns a page of org's history, by number.
func (r reader) Events(ctx context.Context, q store.EventQuery) (page store.EventPage, err error) {
	list := sentence(`SELECT e.* FROM charter_events e WHERE e.org = ?`, q.Org)
	switch {
	case q.Descending && q.After == 0:
		list.add(`ORDER BY e.number DESC`)
	case q.Descending:
		list.add(`AND e.number < ? ORDER BY e.number DESC`, ordered(q.After))
	default:
		list.add(`AND e.number > ? ORDER BY e.number`, ordered(q.After))
	}
	statement := r.asked(q.Org, q.Asker).
		add(selecting(isAlike) + columnsOfEvent + ` FROM (`).addQuery(list.add(r.limit, q.Limit)).add(`) AS e`)
	err = r.read(ctx, "history", statement, func(rec *record) error {
		if rec.is == isFacts {
			page.Facts = rec.facts()
			return nil
		}
		e, err := rec.event()
		page.Events = append(page.Events, e)
		return err
	})
	if err != nil {
		return store.EventPage{}, err
	}
	slices.SortFunc(page.Events, func(a, b store.Event) int {
		if q.Descending {
			a, b = b, a
		}
		return cmp.Compare(a.Number, b.Number)
	})
	return page, nil
}

// Tombstones returns what is left of deleted organizations, by organization ID.
func (r reader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	var page []store.Event
	q := sentence(selecting(isAlike)+columnsOfEvent+` FROM charter_tombstones e WHERE e.org > ? ORDER BY e.org`, after).add(r.limit, limit)
	err := r.read(ctx, "tombstones", q, func(rec *record) error {
		e, err := rec.event()
		page = append(page, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}
