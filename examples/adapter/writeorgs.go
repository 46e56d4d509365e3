package boltstore

import (
	"cmp"
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// CreateOrganization implements [store.Tx].
func (t *tx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	return t.write(ctx, func() error {
		if _, ok := t.tenant(o.ID); ok {
			return conflict("an organization with this ID exists")
		}
		in, err := t.newTenant(o.ID)
		if err != nil {
			return err
		}
		t.holdOrg(o.ID)
		return save(in.bucket, []byte(keyRecord), o)
	})
}

// newTenant makes the bucket of an organization, with those inside it.
func (d data) newTenant(id orgs.ID) (tenant, error) {
	b, err := d.root(rootTenants).CreateBucket([]byte(id))
	if err != nil {
		return tenant{}, fmt.Errorf("boltstore: create an organization: %w", err)
	}
	names := []string{subRows, subBound, subRoles, subRoleNames, subResources, subGrants, subGrantees, subEvents}
	for _, sort := range orgs.Sorts() {
		names = append(names, subOrder+sort.String())
	}
	for _, name := range names {
		if _, err := b.CreateBucket([]byte(name)); err != nil {
			return tenant{}, fmt.Errorf("boltstore: create an organization: %w", err)
		}
	}
	return tenant{id, b}, nil
}

// UpdateOrganization implements [store.Tx].
func (t *tx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	return t.writeIn(ctx, o.ID, func(in tenant) error {
		t.holdOrg(o.ID)
		return save(in.bucket, []byte(keyRecord), o)
	})
}

// DeleteOrganization implements [store.Tx]. What is outside the organization's
// bucket goes one by one, the rest with the bucket.
func (t *tx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return t.writeIn(ctx, id, func(in tenant) error {
		for r := range in.registry(nil, nil) {
			if err := remove(t.root(rootResources), resourceKey(r)); err != nil {
				return err
			}
		}
		for user := range (span{}).keys(in.sub(subBound)) {
			m, _, err := in.rowOf(orgs.UserID(user))
			if err != nil {
				return err
			}
			if err := remove(t.root(rootJoined), joinedKey(m)); err != nil {
				return err
			}
		}
		for key := range (span{prefix: head(string(orgs.Invited))}).keys(in.order(orgs.ByEmail)) {
			m, _, err := in.row(placed(key))
			if err != nil {
				return err
			}
			if err := remove(t.root(rootInvited), invitedKey(m)); err != nil {
				return err
			}
		}
		if err := t.root(rootTenants).DeleteBucket([]byte(id)); err != nil {
			return fmt.Errorf("boltstore: delete an organization: %w", err)
		}
		return save(t.root(rootTombstones), []byte(id), last)
	})
}

// DeleteTombstone implements [store.Tx].
func (t *tx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.write(ctx, func() error { return remove(t.root(rootTombstones), []byte(id)) })
}

// PutUser implements [store.Tx].
func (t *tx) PutUser(ctx context.Context, u orgs.User) error {
	return t.write(ctx, func() error {
		old, _, err := t.user(u.ID)
		if err != nil {
			return err
		}
		u.Revision = old.Revision
		return t.saveUser(old, u)
	})
}

// saveUser replaces old, which is zero when there is none, by u.
func (t *tx) saveUser(old, u orgs.User) error {
	t.holdUser(u.ID)
	if old.ID != "" {
		if err := remove(t.root(rootAddresses), addressKey(old)); err != nil {
			return err
		}
	}
	if err := mark(t.root(rootAddresses), addressKey(u)); err != nil {
		return err
	}
	return save(t.root(rootUsers), []byte(u.ID), u)
}

// PutProfile implements [store.Tx]. It finds the user's rows by the index of
// its memberships, which is outside the organizations.
func (t *tx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return t.write(ctx, func() error {
		old, found, err := t.user(id)
		if err != nil {
			return err
		}
		u := old
		u.Profile = p
		if found {
			err = t.saveUser(old, u)
		}
		prefix := head(string(id))
		for _, key := range (span{prefix: prefix}).gather(t.root(rootJoined)) {
			err = cmp.Or(err, t.showProfile(joinedOrg(key[len(prefix):]), id, p))
		}
		return err
	})
}

// showProfile sets the profile of the row of org that is bound to user.
func (t *tx) showProfile(org orgs.ID, user orgs.UserID, p orgs.Profile) error {
	in, ok := t.tenant(org)
	if !ok {
		return nil
	}
	old, found, err := in.rowOf(user)
	if err != nil || !found {
		return err
	}
	m := old
	m.Profile = p
	return t.replaceRow(in, old, m)
}
