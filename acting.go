package charter

import (
	"context"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// scene is what a transaction decides on: what it holds, as who.
type scene struct {
	store.Held
	s  *Service
	tx store.Tx
	as Actor
}

// hold holds what want names and refuses an actor who is not an active member,
// or whose role lacks permission; "" asks for no permission. The host needs none:
// operations that it may not do have refused it before.
func (s *Service) hold(ctx context.Context, tx store.Tx, as Actor, permission roles.Permission, want store.Want) (*scene, error) {
	want.Org = as.Org
	if !as.host {
		want.Actor = as.User
	}
	held, err := tx.Hold(ctx, want)
	if err != nil {
		return nil, err
	}
	sc := &scene{Held: held, s: s, tx: tx, as: as}
	return sc, sc.admits(permission)
}

// admits refuses the actor as hold does.
func (sc *scene) admits(permission roles.Permission) error {
	switch {
	case sc.as.host && sc.Org.ID == "":
		return ErrNotFound
	case sc.as.host:
		return nil
	case sc.Actor.Status != orgs.Active:
		return ErrDenied
	case permission != "" && !sc.s.options.Catalogue.Holds(sc.holds(sc.Actor.Role), permission):
		return ErrDenied
	}
	return nil
}

// holds returns what role id of the organization holds; nothing when there is
// no such role.
func (sc *scene) holds(id roles.ID) roles.Set {
	if set, ok := sc.s.options.Catalogue.BuiltIn(id); ok {
		return set
	}
	return sc.s.options.Catalogue.Of(sc.Roles[id])
}

// rank returns role id of the organization with what it holds.
func (sc *scene) rank(id roles.ID) roles.Rank { return roles.Rank{Role: id, Holds: sc.holds(id)} }

// mayGiveRole refuses with ErrEscalation unless the actor may give role id, or
// touch who has it (M7). The host is above everybody.
func (sc *scene) mayGiveRole(id roles.ID) error {
	if sc.as.host {
		return nil
	}
	return sc.rank(sc.Actor.Role).MayGive(sc.rank(id))
}

// exists reports whether id is a role of the organization.
func (sc *scene) exists(id roles.ID) bool {
	_, ok := sc.Roles[id]
	return ok || id.BuiltIn()
}

// target returns the member that the operation is about, or ErrNotFound, or
// ErrEscalation when its role is above the actor's (M7).
func (sc *scene) target() (orgs.Member, error) {
	if sc.Member.ID == "" {
		return orgs.Member{}, ErrNotFound
	}
	return sc.Member, sc.mayGiveRole(sc.Member.Role)
}

// mayOpen reports whether the actor may open row m: it holds users.access (M1), or
// the invitation is its own.
func (sc *scene) mayOpen(m orgs.Member) bool {
	return sc.s.options.Catalogue.Holds(sc.holds(sc.Actor.Role), roles.AccessUsers) ||
		m.ID != "" && m.InvitedBy == sc.as.User
}

// joining returns user id as it is stored from now on, with profile, and whether
// that replaces another one.
func (sc *scene) joining(id orgs.UserID, profile orgs.Profile, now time.Time) (user orgs.User, renamed bool) {
	held, known := sc.Users[id]
	if user = held.User; !known {
		user = orgs.User{ID: id, CreatedAt: now}
	}
	renamed = known && user.Profile != profile
	user.Profile = profile
	return user, renamed
}

// save appends an event to the history and saves o, which is the organization as the
// operation leaves it (H1).
func (sc *scene) save(ctx context.Context, o orgs.Organization, action store.Action, detail store.Detail) error {
	o.Events++
	if err := sc.tx.Append(ctx, store.Event{
		Org: o.ID, Number: o.Events, At: sc.s.now(), Actor: sc.as.User, Action: action, Detail: detail,
	}); err != nil {
		return err
	}
	sc.Org = o
	return sc.tx.UpdateOrganization(ctx, o)
}

// found founds an organization for u in tx and returns it and u with it. It is
// the only place where one begins (O1, O6, O9).
func (s *Service) found(ctx context.Context, tx store.Tx, u orgs.User, name string) (orgs.Organization, orgs.User, error) {
	now := s.now()
	id, err := s.newOrderedID(now)
	if err != nil {
		return orgs.Organization{}, u, err
	}
	first, err := s.newID()
	if err != nil {
		return orgs.Organization{}, u, err
	}
	o, m := orgs.Found(orgs.ID(id.String()), name, orgs.MemberID(first.String()), u, now)
	o.Events = 1
	if err := tx.CreateOrganization(ctx, o); err != nil {
		return orgs.Organization{}, u, err
	}
	if err := tx.CreateMember(ctx, m); err != nil {
		return orgs.Organization{}, u, err
	}
	err = tx.Append(ctx, store.Event{
		Org: o.ID, Number: o.Events, At: now, Actor: u.ID, Action: store.OrganizationFounded,
		Detail: store.Detail{Member: m.ID, User: u.ID, After: store.State{Role: m.Role}},
	})
	return o, u.Joined(o.ID), err
}

// depart saves u without its membership of org, with a personal organization
// when that was its last one (O6, O7).
func (s *Service) depart(ctx context.Context, tx store.Tx, u store.HeldUser, org orgs.ID) (orgs.User, error) {
	left := u.Departed(org, u.Latest)
	if left.Homeless() {
		var err error
		if _, left, err = s.found(ctx, tx, left, s.options.personalName(left.Profile)); err != nil {
			return orgs.User{}, err
		}
	}
	left.Revision++ // as the commit does
	return left, tx.PutUser(ctx, left)
}

// facts reads the facts about question and denies unless they satisfy it.
func (s *Service) facts(ctx context.Context, r store.Reader, as Actor, p roles.Permission) (grants.Facts, error) {
	q := grants.Question{Permission: p}
	f, err := r.Facts(ctx, as.Org, as.User, q)
	if err != nil {
		return f, err
	}
	return f, s.allowed(f, p)
}

// allowed denies unless facts satisfy permission p, which is about no resource.
func (s *Service) allowed(f grants.Facts, p roles.Permission) error {
	if _, ok := grants.Decide(s.options.Catalogue, grants.Question{Permission: p}, f); !ok {
		return ErrDenied
	}
	return nil
}
