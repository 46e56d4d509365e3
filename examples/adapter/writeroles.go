package boltstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// CreateRole implements [store.Tx].
func (t *tx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		if has(in.sub(subRoles), []byte(r.ID)) {
			return conflict("a role with this ID exists")
		}
		return in.saveRole(r)
	})
}

// UpdateRole implements [store.Tx].
func (t *tx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		old, found, err := in.role(r.ID)
		if err != nil || !found {
			return err
		}
		if err := remove(in.sub(subRoleNames), []byte(roles.FoldName(old.Name))); err != nil {
			return err
		}
		return in.saveRole(r)
	})
}

// saveRole saves r under a name that no other role has (C20).
func (t tenant) saveRole(r roles.Role) error {
	name := []byte(roles.FoldName(r.Name))
	if has(t.sub(subRoleNames), name) {
		return conflict("a role has this name")
	}
	if err := put(t.sub(subRoleNames), name, []byte(r.ID)); err != nil {
		return err
	}
	return save(t.sub(subRoles), []byte(r.ID), r)
}

// DeleteRole implements [store.Tx].
func (t *tx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		r, found, err := in.role(id)
		if err != nil || !found {
			return err
		}
		if err := remove(in.sub(subRoleNames), []byte(roles.FoldName(r.Name))); err != nil {
			return err
		}
		return remove(in.sub(subRoles), []byte(id))
	})
}
