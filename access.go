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
	role      roles.ID // empty when the actor is no active member
	holds     roles.Set
	kinds     []roles.Kind
	reachable []grants.Resource // sorted
	revision  uint64
}

// Access reads what the actor may do: with resources of kinds, or of every kind
// of the catalogue when none is named. It costs one round trip, and a View more
// when the actor's role is a custom one, and grows with the number of resources of these
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
	err := access.read(ctx, s.store)
	if err == nil && access.role != "" && !access.role.BuiltIn() {
		// What a custom role holds is another read: both from one snapshot.
		err = s.store.View(ctx, access.readCustom)
	}
	if err != nil {
		return nil, wrap(operation, err)
	}
	return access, nil
}

// read reads the actor's role and what it reaches.
func (a *Access) read(ctx context.Context, r store.Reader) error {
	page, err := r.Resources(ctx, store.ResourceQuery{
		Org: a.as.Org, Asker: store.Asker{User: a.as.User, Permission: roles.AccessUsers},
		Kinds: a.kinds, User: a.as.User, Reach: []roles.ID{roles.Admin},
	})
	if err != nil {
		return err
	}
	a.revision, a.role = page.Facts.Revision, ""
	if page.Facts.Status == orgs.Active {
		a.role, a.reachable = page.Facts.Role, page.Resources
	}
	a.holds, _ = a.s.options.Catalogue.BuiltIn(a.role)
	return nil
}

// readCustom is read for a custom role, with what that holds.
func (a *Access) readCustom(ctx context.Context, r store.Reader) error {
	if err := a.read(ctx, r); err != nil || a.role == "" || a.role.BuiltIn() {
		return err
	}
	role, err := r.Role(ctx, a.as.Org, a.role)
	a.holds = a.s.options.Catalogue.Of(role)
	return err
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
