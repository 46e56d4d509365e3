package charter

import (
	"context"

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
	s        *Service
	ctx      context.Context //nolint:containedctx // of the request that this value lives in, for restrictions
	as       Actor
	role     roles.ID  // of the actor; empty unless it is an active member
	holds    roles.Set // what that role holds
	reach    []reach   // one for each kind that it was made for
	revision uint64
}

// reach is what the actor reaches of one kind.
type reach struct {
	kind roles.Kind
	ids  map[grants.ResourceID]struct{}
}

// Access reads what the actor may do: with resources of kinds, or of every kind
// of the catalogue when none is named: name those that the request is about. Who is
// no active member gets an Access that denies.
//
// Restrictions (G5) are asked with ctx, when a question is.
//
// Errors: [ErrInvalid] naming "actor.user", "actor.org" or "kinds[i]".
//
// Cost: 1 statement for a built-in role, 3 statements for a custom one; grows
// with the resources of these kinds that the actor reaches.
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
	access := &Access{s: s, ctx: ctx, as: as}
	for _, kind := range distinct(kinds) {
		access.reach = append(access.reach, reach{kind: kind})
	}
	err := access.read(ctx, s.store)
	if err == nil && access.custom() {
		// What a custom role holds is another read: both from one snapshot.
		err = s.store.View(ctx, access.readCustom)
	}
	if err != nil {
		return nil, wrap(operation, err)
	}
	return access, nil
}

// custom reports whether the actor's role is a custom one.
func (a *Access) custom() bool { return a.role != "" && !a.role.BuiltIn() }

// read reads the actor's role and what it reaches.
func (a *Access) read(ctx context.Context, r store.Reader) error {
	q := store.ResourceQuery{
		Org: a.as.Org, Asker: store.Asker{User: a.as.User, Permission: roles.AccessUsers},
		User: a.as.User, Reach: []roles.ID{roles.Admin},
	}
	for i := range a.reach {
		q.Kinds = append(q.Kinds, a.reach[i].kind)
	}
	page, err := r.Resources(ctx, q)
	if err != nil {
		return err
	}
	a.revision, a.role, a.holds = page.Facts.Revision, "", roles.Set{}
	if page.Facts.Status != orgs.Active {
		return nil
	}
	a.role = page.Facts.Role
	a.holds, _ = a.s.options.Catalogue.BuiltIn(a.role)
	list := page.Resources // by kind
	for i := range a.reach {
		n := 0
		for n < len(list) && list[n].Kind == a.reach[i].kind {
			n++
		}
		a.reach[i].ids = make(map[grants.ResourceID]struct{}, n)
		for _, r := range list[:n] {
			a.reach[i].ids[r.ID] = struct{}{}
		}
		list = list[n:]
	}
	return nil
}

// readCustom is read for a custom role, with what that holds.
func (a *Access) readCustom(ctx context.Context, r store.Reader) error {
	if err := a.read(ctx, r); err != nil || !a.custom() {
		return err
	}
	role, err := r.Role(ctx, a.as.Org, a.role)
	a.holds = a.s.options.Catalogue.Of(role)
	return err
}

// Revision returns the revision of the organization that a is of, 0 when it does
// not exist. While the organization's is the same, so are the answers.
//
// Cost: no statement and no allocation; the same at any size.
func (a *Access) Revision() uint64 {
	if a == nil {
		return 0
	}
	return a.revision
}

// Holds reports whether the actor's role holds p at all, for whichever resource.
// A permission that the catalogue does not declare is not held.
//
// Cost: no statement and no allocation; the same at any size.
func (a *Access) Holds(p roles.Permission) bool {
	return a != nil && a.s != nil && a.s.options.Catalogue.Holds(a.holds, p)
}

// Can answers as [Service.Can] did when a was made, without asking the store: two
// lookups in memory.
// Errors: [ErrInvalid] as Can's, and naming "resource.kind" for a kind that a was
// not made for.
//
// Cost: no statement and, where the kind has no restriction, no allocation; the
// same at any size.
func (a *Access) Can(p roles.Permission, r grants.Resource) (bool, error) {
	if a == nil || a.s == nil {
		return false, nil
	}
	kind, held, ok := a.s.options.Catalogue.About(a.holds, p)
	if !ok || kind != r.Kind {
		return false, a.check(p, r)
	}
	if kind == "" {
		if r.ID != "" {
			return false, a.check(p, r)
		}
		return held && a.s.unrestricted(a.ctx, a.as, p, r), nil
	}
	reached, ok := a.reached(r)
	if !reached {
		// An ID that is reached is a proper one. The others are looked at; nothing else is
		// left to refuse.
		if err := input.ID("resource.id", string(r.ID)); err != nil || ok {
			return false, err
		}
		return false, input.Errorf("resource.kind", "is none that this Access was made for")
	}
	return held && a.s.unrestricted(a.ctx, a.as, p, r), nil
}

// check refuses a question that has no answer (G1).
func (a *Access) check(p roles.Permission, r grants.Resource) error {
	return grants.Question{Permission: p, Resource: r}.Check(a.s.options.Catalogue)
}

// reached reports whether the actor reaches r, and whether a was made for its kind.
func (a *Access) reached(r grants.Resource) (reached, ok bool) {
	for i := range a.reach {
		if of := &a.reach[i]; of.kind == r.Kind {
			_, reached = of.ids[r.ID]
			return reached, true
		}
	}
	return false, false
}
