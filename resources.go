package charter

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/store"
)

// Resources has the operations by which the host says which of its things belong
// to which organization (G4).
//
// They ask for no permission: which one guards the adding of a device is the
// host's catalogue's to say, so call [Service.Require] first. The actor is a
// user who is an active member, or the host itself; see [Host].
type Resources struct{ s *Service }

// Register registers resources with the actor's organization. To register one
// again changes nothing. All of them are registered, or none. No member but
// Admins and holders of all of the kind reaches a new resource.
//
// Errors: [ErrInvalid] naming "resources[i].kind" or "resources[i].id";
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist;
// [ErrRegisteredElsewhere].
func (r *Resources) Register(ctx context.Context, as Actor, resources ...grants.Resource) error {
	return r.place(ctx, "register", as, resources, func(ctx context.Context, sc *scene, resources []grants.Resource) error {
		fresh := slices.DeleteFunc(slices.Clone(resources), func(res grants.Resource) bool { return sc.Places[res] == store.Here })
		if slices.ContainsFunc(fresh, func(res grants.Resource) bool { return sc.Places[res] == store.Elsewhere }) {
			return ErrRegisteredElsewhere
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := sc.tx.Register(ctx, as.Org, fresh); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.ResourcesRegistered, store.Detail{Resources: fresh})
	})
}

// Unregister takes resources from the actor's organization and ends every grant
// of them. One that the organization does not have is left alone.
//
// Errors: [ErrInvalid] naming "resources[i].kind" or "resources[i].id";
// [ErrDenied]; [ErrNotFound] for the host in an organization that does not exist.
func (r *Resources) Unregister(ctx context.Context, as Actor, resources ...grants.Resource) error {
	return r.place(ctx, "unregister", as, resources, func(ctx context.Context, sc *scene, resources []grants.Resource) error {
		gone := slices.DeleteFunc(slices.Clone(resources), func(res grants.Resource) bool { return sc.Places[res] != store.Here })
		if len(gone) == 0 {
			return nil
		}
		if err := sc.tx.Unregister(ctx, as.Org, gone); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.ResourcesUnregistered, store.Detail{Resources: gone})
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
		return change(ctx, sc, resources)
	})
}
