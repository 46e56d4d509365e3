package boltstore

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// Register implements [store.Tx].
func (t *tx) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		for _, r := range sortedBy(resources, grants.Resource.Compare) {
			key := resourceKey(r)
			if has(t.root(rootResources), key) {
				return conflict("a resource is registered")
			}
			if err := put(t.root(rootResources), key, []byte(org)); err != nil {
				return err
			}
			if err := mark(in.sub(subResources), key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unregister implements [store.Tx].
func (t *tx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		for _, r := range resources {
			if !in.registered(r) {
				continue
			}
			if err := in.unregister(r); err != nil {
				return err
			}
			if err := remove(t.root(rootResources), resourceKey(r)); err != nil {
				return err
			}
		}
		return nil
	})
}

// unregister removes r with every grant of it (C18).
func (t tenant) unregister(r grants.Resource) error {
	for _, key := range (span{prefix: head(string(r.Kind), string(r.ID))}).gather(t.sub(subGrantees)) {
		if err := t.ungrant(orgs.MemberID(part(key)), grants.One(r.Kind, r.ID)); err != nil {
			return err
		}
	}
	return remove(t.sub(subResources), resourceKey(r))
}

// Give implements [store.Tx].
func (t *tx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		if !has(in.sub(subRows), []byte(id)) {
			return nil
		}
		for _, g := range sortedBy(give, grants.Grant.Compare) {
			if err := in.grant(id, g); err != nil {
				return err
			}
		}
		return nil
	})
}

// Take implements [store.Tx].
func (t *tx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		for _, g := range take {
			if err := in.ungrant(id, g); err != nil {
				return err
			}
		}
		return nil
	})
}

// GiveEach implements [store.Tx]. Each of the two indexes is filled in its own
// order; see sortedBy.
func (t *tx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.writeIn(ctx, org, func(in tenant) error {
		rows, resources := span{}.gather(in.sub(subRows)), span{}.gather(in.sub(subResources))
		for _, id := range rows {
			for _, r := range resources {
				if err := mark(in.sub(subGrants), join(string(id), string(r))); err != nil {
					return err
				}
			}
		}
		for _, r := range resources {
			for _, id := range rows {
				if err := mark(in.sub(subGrantees), join(string(r), string(id))); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// sortedBy returns values sorted, and leaves the argument alone (C22). Bbolt
// keeps the keys of a leaf in one slice until the commit: what comes in ascending
// order is appended, and anything else moves all that is behind it.
func sortedBy[T any](values []T, compare func(a, b T) int) []T {
	return slices.SortedFunc(slices.Values(values), compare)
}

// grant gives row id g. A grant hangs on its resource: there is none of one that
// is not registered here (C18).
func (t tenant) grant(id orgs.MemberID, g grants.Grant) error {
	if !g.All && !t.registered(g.Target()) {
		return nil
	}
	if err := mark(t.sub(subGrants), grantKey(id, g)); err != nil {
		return err
	}
	return mark(t.sub(subGrantees), granteeKey(id, g))
}

// ungrant takes g from row id, if it has it.
func (t tenant) ungrant(id orgs.MemberID, g grants.Grant) error {
	if err := remove(t.sub(subGrants), grantKey(id, g)); err != nil {
		return err
	}
	return remove(t.sub(subGrantees), granteeKey(id, g))
}
