package boltstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
)

// CreateMember implements [store.Tx].
func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(in tenant) error {
		if has(in.sub(subRows), []byte(m.ID)) {
			return conflict("a member with this ID exists")
		}
		if err := in.admits(m); err != nil {
			return err
		}
		return t.addRow(in, m)
	})
}

// admits refuses a second row of a user, and a second invitation to an address
// (C20).
func (t tenant) admits(m orgs.Member) error {
	if m.User != "" && has(t.sub(subBound), []byte(m.User)) {
		return conflict("the user has a row here")
	}
	if m.Status != orgs.Invited {
		return nil
	}
	rows, err := t.rowsAt(orgs.FoldAddress(m.Email))
	if err != nil {
		return err
	}
	for _, other := range rows {
		if other.Status == orgs.Invited {
			return conflict("the address is invited here")
		}
	}
	return nil
}

// UpdateMember implements [store.Tx].
func (t *tx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(in tenant) error {
		old, found, err := in.row(m.ID)
		if err != nil || !found {
			return err
		}
		changed := old
		changed.Role, changed.Issue = m.Role, m.Issue
		return t.replaceRow(in, old, changed)
	})
}

// JoinMember implements [store.Tx]. A row that joined already is not the
// invitation that m is about, and stays (C26).
func (t *tx) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.writeIn(ctx, m.Org, func(in tenant) error {
		old, found, err := in.row(m.ID)
		if err != nil || !found || old.Status != orgs.Invited {
			return err
		}
		joined := old
		joined.User, joined.Profile, joined.Status, joined.JoinedAt = m.User, m.Profile, orgs.Active, m.JoinedAt
		if err := in.admits(joined); err != nil {
			return err
		}
		return t.replaceRow(in, old, joined)
	})
}

// DeleteMember implements [store.Tx].
func (t *tx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		m, found, err := in.row(id)
		if err != nil || !found {
			return err
		}
		for _, key := range (span{prefix: head(string(id))}).gather(in.sub(subGrants)) {
			if err := in.ungrant(id, grantOf(key)); err != nil {
				return err
			}
		}
		return t.removeRow(in, m)
	})
}

// replaceRow saves m in place of old, in all indexes.
func (t *tx) replaceRow(in tenant, old, m orgs.Member) error {
	if err := t.removeRow(in, old); err != nil {
		return err
	}
	return t.addRow(in, m)
}

// addRow saves m and everything that finds it.
func (t *tx) addRow(in tenant, m orgs.Member) error {
	for _, sort := range orgs.Sorts() {
		if err := mark(in.order(sort), orderKey(m, sort)); err != nil {
			return err
		}
	}
	if m.User != "" {
		if err := put(in.sub(subBound), []byte(m.User), []byte(m.ID)); err != nil {
			return err
		}
		if err := put(t.root(rootJoined), joinedKey(m), []byte(m.ID)); err != nil {
			return err
		}
	}
	if m.Status == orgs.Invited {
		if err := put(t.root(rootInvited), invitedKey(m), []byte(m.ID)); err != nil {
			return err
		}
	}
	return save(in.sub(subRows), []byte(m.ID), m)
}

// removeRow undoes addRow.
func (t *tx) removeRow(in tenant, m orgs.Member) error {
	for _, sort := range orgs.Sorts() {
		if err := remove(in.order(sort), orderKey(m, sort)); err != nil {
			return err
		}
	}
	if m.User != "" {
		if err := remove(in.sub(subBound), []byte(m.User)); err != nil {
			return err
		}
		if err := remove(t.root(rootJoined), joinedKey(m)); err != nil {
			return err
		}
	}
	if m.Status == orgs.Invited {
		if err := remove(t.root(rootInvited), invitedKey(m)); err != nil {
			return err
		}
	}
	return remove(in.sub(subRows), []byte(m.ID))
}
