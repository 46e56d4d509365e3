package charter

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Resources has the operations by which the host says which of its things belong
// to which organization (G4).
//
// Only an Admin may register and unregister, or the host itself. Who else adds a
// device is the host's to say: declare a permission for it, which is about no
// resource, since the device is not there yet; ask for it; then act as [HostFor] whoever asked.
//
//	err := svc.Require(ctx, as, "devices.add", grants.Resource{})
//	…
//	err = svc.Resources.Register(ctx, charter.HostFor(as), device)
//
// The question is over when the operation begins: nothing compares its answer, and
// who loses the permission in between still adds this device.
type Resources struct{ s *Service }

// MaxBatch is how many resources [Resources.Register] and [Resources.Unregister]
// take in one call, and [Grants.Give], [Grants.Take] and [Invites.Invite] grants.
const MaxBatch = grants.MaxBatch

// Register registers resources with the actor's organization. To register one
// again changes nothing. All of them are registered, or none. No member but
// Admins and holders of all of the kind reaches a new resource, who registered it
// neither: give it to them by [Grants.Give] as [HostFor] them.
//
// Errors: [ErrInvalid] naming "resources[i].kind", "resources[i].id", or
// "resources" when they are more than [MaxBatch];
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist;
// [ErrRegisteredElsewhere].
//
// Cost: 4 statements; grows with the resources.
func (r *Resources) Register(ctx context.Context, as Actor, resources ...grants.Resource) error {
	return r.place(ctx, "register", as, resources, func(ctx context.Context, sc *scene, sorted []grants.Resource) error {
		_, err := sc.register(ctx, sorted)
		return err
	})
}

// register registers those of resources that are not here yet, and returns how many
// these are.
func (sc *scene) register(ctx context.Context, resources []grants.Resource) (int, error) {
	fresh := slices.DeleteFunc(slices.Clone(resources), func(res grants.Resource) bool { return sc.Places[res] == store.Here })
	if slices.ContainsFunc(fresh, func(res grants.Resource) bool { return sc.Places[res] == store.Elsewhere }) {
		return 0, ErrRegisteredElsewhere
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	if err := sc.tx.Register(ctx, sc.as.Org, fresh); err != nil {
		return 0, err
	}
	return len(fresh), sc.save(ctx, sc.Org, store.ResourcesRegistered, store.Detail{Resources: fresh})
}

// Unregister takes resources from the actor's organization and ends every grant
// of them. One that the organization does not have is left alone.
//
// Errors: [ErrInvalid] naming "resources[i].kind", "resources[i].id", or
// "resources" when they are more than [MaxBatch];
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist.
//
// Cost: 4 statements; grows with the resources and the grants of them.
func (r *Resources) Unregister(ctx context.Context, as Actor, resources ...grants.Resource) error {
	return r.place(ctx, "unregister", as, resources, func(ctx context.Context, sc *scene, sorted []grants.Resource) error {
		_, err := sc.unregister(ctx, sorted)
		return err
	})
}

// unregister takes away those of resources that are here, and returns how many these
// are.
func (sc *scene) unregister(ctx context.Context, resources []grants.Resource) (int, error) {
	gone := slices.DeleteFunc(slices.Clone(resources), func(res grants.Resource) bool { return sc.Places[res] != store.Here })
	if len(gone) == 0 {
		return 0, nil
	}
	if err := sc.tx.Unregister(ctx, sc.as.Org, gone); err != nil {
		return 0, err
	}
	return len(gone), sc.save(ctx, sc.Org, store.ResourcesUnregistered, store.Detail{Resources: gone})
}

// ResourceQuery asks for a page of an organization's resources.
type ResourceQuery struct {
	Kinds  []roles.Kind // only these; empty means every one
	Limit  int          // 1 to 1,000; 0 means 50
	Cursor Cursor       // of the page before; empty starts
}

// Page returns a page of the resources that the actor reaches, by kind and ID:
// all of the organization's for Admins and for the host itself, see [Host], those
// that a grant covers for other members, none for anybody else. What may be done
// with them is another question; see [Service.ResourcesFor].
//
// Errors: [ErrInvalid] naming "kinds[i]", "limit" or "cursor".
//
// Cost: 1 statement; grows with the page, at the first one and the last alike.
func (r *Resources) Page(ctx context.Context, as Actor, q ResourceQuery) (Page[grants.Resource], error) {
	const operation = "list resources"
	if err := as.checkOrHost(); err != nil {
		return Page[grants.Resource]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[grants.Resource]{}, err
	}
	if err := checkKinds(r.s.options.Catalogue, q.Kinds); err != nil {
		return Page[grants.Resource]{}, err
	}
	user := as.User
	if as.host {
		user = "" // everything, whomever the host names
	}
	query := store.ResourceQuery{Org: as.Org, User: user, Kinds: distinct(q.Kinds), Reach: []roles.ID{roles.Admin}}
	bound := []any{operation, query}
	if query.After, err = open[grants.Resource](r.s.cursors, q.Cursor, bound); err != nil {
		return Page[grants.Resource]{}, err
	}
	query.Limit = limit + 1
	page, err := r.s.store.Resources(ctx, query)
	if err != nil {
		return Page[grants.Resource]{}, wrap(operation, err)
	}
	return paged(r.s.cursors, page.Resources, limit, bound, func(res grants.Resource) grants.Resource { return res })
}

// All iterates over all pages from q.Cursor on; see [Resources.Page].
//
// Cost: that of [Resources.Page] for each page.
func (r *Resources) All(ctx context.Context, as Actor, q ResourceQuery) iter.Seq2[grants.Resource, error] {
	return every(q.Cursor, func(c Cursor) (Page[grants.Resource], error) {
		q.Cursor = c
		return r.Page(ctx, as, q)
	})
}

// place runs change with the places of resources, sorted and each once.
func (r *Resources) place(
	ctx context.Context, operation string, as Actor, resources []grants.Resource,
	change func(context.Context, *scene, []grants.Resource) error,
) error {
	if err := as.checkOrHost(); err != nil {
		return err
	}
	if len(resources) > MaxBatch {
		return input.Errorf("resources", "are more than %d", MaxBatch)
	}
	for i, res := range resources {
		if err := res.Check(r.s.options.Catalogue); err != nil {
			return input.Within(input.At("resources", i), err)
		}
	}
	resources = slices.Clone(resources)
	slices.SortFunc(resources, grants.Resource.Compare)
	resources = slices.Compact(resources)
	return r.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		sc, err := r.s.hold(ctx, tx, as, "", store.Want{Resources: resources})
		if err != nil {
			return err
		}
		if !as.host && sc.Actor.Role != roles.Admin {
			return ErrDenied
		}
		return change(ctx, sc, resources)
	})
}
