package charter

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Grants has the operations on who may use which resources. A grant carries no
// permission: what may be done with the resource is the role's matter.
type Grants struct{ s *Service }

// Give gives member id, active or invited, grants (G2). It needs
// [roles.ChangeRoles], everything that the member's role holds, and a reach over
// everything given (M7). The host itself needs nothing of that; see [Host]. So
// who registers a device can be given it at once, whatever their role. What the
// member has already changes nothing.
//
// Errors: [ErrInvalid] naming "member" or "grants[i]…", also for a resource that
// the organization does not have; [ErrDenied]; [ErrNotFound]; [ErrEscalation].
//
// Cost: 5 statements when both single resources and all of a kind are given,
// otherwise one less; grows with the grants that are given.
func (g *Grants) Give(ctx context.Context, as Actor, id orgs.MemberID, give ...grants.Grant) error {
	give = slices.Clone(give) // what is checked in the transaction is what was given here
	return g.change(ctx, "give", as, id, give, func(ctx context.Context, sc *scene, sorted []grants.Grant) error {
		return sc.give(ctx, give, sorted)
	})
}

// give gives the member grants, which the caller asked for in the order of asked.
func (sc *scene) give(ctx context.Context, asked, sorted []grants.Grant) error {
	if err := sc.mayGive(asked); err != nil {
		return err
	}
	missing := grants.Missing(grants.NewHeld(sc.MemberHas...), sorted)
	if len(missing) == 0 {
		return nil
	}
	if err := sc.tx.Give(ctx, sc.as.Org, sc.Member.ID, missing); err != nil {
		return err
	}
	return sc.save(ctx, sc.Org, store.GrantsGiven, store.Detail{Member: sc.Member.ID, Grants: missing})
}

// Take takes grants from member id (G2). It needs [roles.ChangeRoles] and
// everything that the member's role holds (M7), or is the host's; see [Host]. What
// the member does not have changes nothing. A single resource is not taken from
// who has all of its kind.
//
// Errors: [ErrInvalid] naming "member" or "grants[i]…"; [ErrDenied];
// [ErrNotFound]; [ErrEscalation]; [ErrHoldsAll].
//
// Cost: 4 statements, or one more when both single resources and all of a kind
// are taken; grows with the grants that are taken.
func (g *Grants) Take(ctx context.Context, as Actor, id orgs.MemberID, take ...grants.Grant) error {
	return g.change(ctx, "take", as, id, take, func(ctx context.Context, sc *scene, sorted []grants.Grant) error {
		return sc.take(ctx, sorted)
	})
}

// take takes grants, which are sorted, from the member.
func (sc *scene) take(ctx context.Context, sorted []grants.Grant) error {
	taken, err := grants.Taken(grants.NewHeld(sc.MemberHas...), sorted)
	if err != nil || len(taken) == 0 {
		return err
	}
	if err := sc.tx.Take(ctx, sc.as.Org, sc.Member.ID, taken); err != nil {
		return err
	}
	return sc.save(ctx, sc.Org, store.GrantsTaken, store.Detail{Member: sc.Member.ID, Grants: taken})
}

// change runs fn on what is known of member id and gs, which is sorted then.
func (g *Grants) change(
	ctx context.Context, operation string, as Actor, id orgs.MemberID, gs []grants.Grant,
	fn func(context.Context, *scene, []grants.Grant) error,
) error {
	if err := as.checkOrHost(); err != nil {
		return err
	}
	if err := input.ID("member", string(id)); err != nil {
		return err
	}
	gs, err := grants.Normalize(g.s.options.Catalogue, gs)
	if err != nil {
		return err
	}
	want := wantGrants(id, gs)
	return g.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		sc, err := g.s.hold(ctx, tx, as, roles.ChangeRoles, want)
		if err != nil {
			return err
		}
		if _, err := sc.target(); err != nil {
			return err
		}
		return fn(ctx, sc, gs)
	})
}

// wantGrants asks for what decides about giving member id gs, which are sorted, or
// taking them.
func wantGrants(id orgs.MemberID, gs []grants.Grant) store.Want {
	return store.Want{Member: id, MemberAlone: true, Resources: targets(gs), Grants: reaching(gs)}
}

// mayGive refuses grants that the actor does not reach itself (M7), and those of
// resources that the organization does not have. Gs are as the caller gave them:
// the error names one by its place there.
func (sc *scene) mayGive(gs []grants.Grant) error {
	if !sc.as.host {
		if err := grants.MayGive(sc.Actor.Role, grants.NewHeld(sc.ActorHas...), gs); err != nil {
			return err
		}
	}
	for i, g := range gs {
		if !g.All && sc.Places[g.Target()] != store.Here {
			return input.Errorf(input.At("grants", i)+".resource", "is not registered with the organization")
		}
	}
	return nil
}

// Introduce gives every member of the actor's organization, active and invited,
// a grant of every resource that exists now, so that nobody loses access on the
// day that the host starts to ask about resources; afterwards single ones can be
// taken away (G3). Only an Admin may, or the host itself; see [Host].
//
// Errors: [ErrInvalid]; [ErrDenied]; [ErrNotFound] for the host in an
// organization that does not exist.
//
// Cost: 4 statements; grows with the members times the resources.
func (g *Grants) Introduce(ctx context.Context, as Actor) error {
	if err := as.checkOrHost(); err != nil {
		return err
	}
	return g.s.update(ctx, "introduce resource access", func(ctx context.Context, tx store.Tx) error {
		sc, err := g.s.hold(ctx, tx, as, "", store.Want{})
		if err != nil {
			return err
		}
		if !as.host && sc.Actor.Role != roles.Admin {
			return ErrDenied
		}
		if err := tx.GiveEach(ctx, as.Org); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.GrantsIntroduced, store.Detail{})
	})
}

// GrantQuery asks for a page of a member's grants.
type GrantQuery struct {
	Kinds  []roles.Kind // only these; empty means every one
	Limit  int          // 1 to 1,000; 0 means 50
	Cursor Cursor       // of the page before; empty starts
}

// Page returns a page of the grants of member id, by kind, all of the kind first,
// then by resource ID. It needs [roles.AccessUsers]; one's own grants do not (M1).
// A member that is not there has none.
//
// Errors: [ErrInvalid] naming "member", "kinds[i]", "limit" or "cursor";
// [ErrDenied].
//
// Cost: 1 statement; grows with the page, at the first one and the last alike.
func (g *Grants) Page(ctx context.Context, as Actor, id orgs.MemberID, q GrantQuery) (Page[grants.Grant], error) {
	const operation = "grants"
	if err := checkMember(as, id); err != nil {
		return Page[grants.Grant]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[grants.Grant]{}, err
	}
	if err := checkKinds(g.s.options.Catalogue, q.Kinds); err != nil {
		return Page[grants.Grant]{}, err
	}
	query := store.GrantQuery{Org: as.Org, Member: id, Kinds: distinct(q.Kinds)}
	bound := []any{operation, query}
	if query.After, err = open[grants.Grant](g.s.cursors, q.Cursor, bound); err != nil {
		return Page[grants.Grant]{}, err
	}
	query.Asker, query.Limit = store.Asker{User: as.User, Permission: roles.AccessUsers}, limit+1
	page, err := g.s.store.Grants(ctx, query)
	if err == nil && (page.Facts.Status != orgs.Active || page.Facts.Member != id) {
		err = g.s.allowed(page.Facts, roles.AccessUsers)
	}
	if err != nil {
		return Page[grants.Grant]{}, wrap(operation, err)
	}
	return paged(g.s.cursors, page.Grants, limit, bound, func(g grants.Grant) grants.Grant { return g })
}

// All iterates over all pages from q.Cursor on; see [Grants.Page].
//
// Cost: that of [Grants.Page] for each page.
func (g *Grants) All(ctx context.Context, as Actor, id orgs.MemberID, q GrantQuery) iter.Seq2[grants.Grant, error] {
	return every(q.Cursor, func(c Cursor) (Page[grants.Grant], error) {
		q.Cursor = c
		return g.Page(ctx, as, id, q)
	})
}

func checkKinds(catalogue *roles.Catalogue, kinds []roles.Kind) error {
	for i, kind := range kinds {
		if !catalogue.HasKind(kind) {
			return input.Errorf(input.At("kinds", i), "is not declared in the catalogue")
		}
	}
	return nil
}
