package charter

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Access is what one actor may do in one organization, read once and asked many
// times. It is a snapshot: make one for each request and drop it with the
// request. The zero value, and nil, deny everything. Safe for concurrent use.
type Access struct {
	s         *Service
	ctx       context.Context //nolint:containedctx // of the request that this value lives in, for restrictions
	as        Actor
	holds     roles.Set
	kinds     []roles.Kind
	reachable []grants.Resource // sorted
	revision  uint64
}

// Access reads what the actor may do: with resources of kinds, or of every kind
// of the catalogue when none is named. It costs one round trip, two when the
// actor's role is a custom one, and grows with the number of resources of these
// kinds that the actor reaches: name the kinds that the request is about. Who is
// no active member gets an Access that denies.
//
// Restrictions (G5) are asked with ctx, when a question is.
//
// Errors: [ErrInvalid] naming "actor.user", "actor.org" or "kinds[i]".
func (s *Service) Access(ctx context.Context, as Actor, kinds ...roles.Kind) (*Access, error) {
	const operation = "access"
	if err := as.check(); err != nil {
		return nil, err
	}
	if err := checkKinds(s.options.Catalogue, kinds); err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		kinds = s.options.Catalogue.Kinds()
	}
	access := &Access{s: s, ctx: ctx, as: as, kinds: distinct(kinds)}
	page, err := s.store.Resources(ctx, store.ResourceQuery{
		Org: as.Org, Asker: store.Asker{User: as.User, Permission: roles.AccessUsers},
		Kinds: access.kinds, User: as.User, Reach: []roles.ID{roles.Admin},
	})
	if err != nil {
		return nil, wrap(operation, err)
	}
	access.revision = page.Facts.Revision
	if page.Facts.Status != orgs.Active {
		return access, nil
	}
	role := roles.Role{ID: page.Facts.Role}
	if !role.ID.BuiltIn() {
		if role, err = s.store.Role(ctx, as.Org, role.ID); err != nil {
			return nil, wrap(operation, err)
		}
	}
	access.holds, access.reachable = s.options.Catalogue.Of(role), page.Resources
	return access, nil
}

// Revision returns the revision of the organization that a is of, 0 when it does
// not exist. While the organization's is the same, so are the answers.
func (a *Access) Revision() uint64 {
	if a == nil {
		return 0
	}
	return a.revision
}

// Holds reports whether the actor's role holds p at all, for whichever resource.
// A permission that the catalogue does not declare is not held.
func (a *Access) Holds(p roles.Permission) bool {
	return a != nil && a.s != nil && a.s.options.Catalogue.Holds(a.holds, p)
}

// Can answers as [Service.Can] did when a was made, without asking the store.
// Errors: [ErrInvalid] as Can's, and naming "resource.kind" for a kind that a was
// not made for.
func (a *Access) Can(p roles.Permission, r grants.Resource) (bool, error) {
	if a == nil || a.s == nil {
		return false, nil
	}
	q := grants.Question{Permission: p, Resource: r}
	if err := q.Check(a.s.options.Catalogue); err != nil {
		return false, err
	}
	if r == (grants.Resource{}) {
		return a.Holds(p), nil
	}
	if !slices.Contains(a.kinds, r.Kind) {
		return false, input.Errorf("resource.kind", "is none that this Access was made for")
	}
	if !a.Holds(p) {
		return false, nil
	}
	if _, ok := slices.BinarySearchFunc(a.reachable, r, grants.Resource.Compare); !ok {
		return false, nil
	}
	return a.s.unrestricted(a.ctx, a.as, q), nil
}
