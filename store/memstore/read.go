package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// reader reads from the state that snapshot returns: of the Store the latest,
// of a View always the same, until it has ended.
type reader struct {
	snapshot func() (*state, error)
}

var _ store.Reader = (*reader)(nil)

func (r *reader) at(ctx context.Context) (*state, error) {
	s, err := r.snapshot()
	if err != nil {
		return nil, err
	}
	return s, ctx.Err()
}

// org returns organization id, nil when there is none, and its state.
func (r *reader) org(ctx context.Context, id orgs.ID) (*state, *tenant, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, nil, err
	}
	o, _ := s.orgs.Get(id)
	return s, o, nil
}

// User returns the record of id, or [store.ErrNotFound].
func (r *reader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	s, err := r.at(ctx)
	if err != nil {
		return orgs.User{}, err
	}
	u, ok := s.users.Get(id)
	if !ok {
		return orgs.User{}, store.ErrNotFound
	}
	return *u, nil
}

// Known reports whether some user's profile has the folded address.
func (r *reader) Known(ctx context.Context, address string) (bool, error) {
	s, err := r.at(ctx)
	if err != nil {
		return false, err
	}
	_, ok := s.known.Get(address)
	return ok, nil
}

// Organization returns the record of id, or [store.ErrNotFound].
func (r *reader) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	_, o, err := r.org(ctx, id)
	if err != nil {
		return orgs.Organization{}, err
	}
	if o == nil {
		return orgs.Organization{}, store.ErrNotFound
	}
	return o.record.Clone(), nil
}

// Member returns row id of org, or [store.ErrNotFound].
func (r *reader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	_, o, err := r.org(ctx, org)
	if err != nil {
		return orgs.Member{}, err
	}
	if o == nil {
		return orgs.Member{}, store.ErrNotFound
	}
	return found(o.rows.Get(id))
}

// MemberOf returns the row of org that is bound to user, or
// [store.ErrNotFound].
func (r *reader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	_, o, err := r.org(ctx, org)
	if err != nil {
		return orgs.Member{}, err
	}
	if o == nil {
		return orgs.Member{}, store.ErrNotFound
	}
	return found(o.bound.Get(user))
}

func found(r *row, ok bool) (orgs.Member, error) {
	if !ok {
		return orgs.Member{}, store.ErrNotFound
	}
	return r.Member, nil
}

// Role returns custom role id of org, or [store.ErrNotFound].
func (r *reader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	_, o, err := r.org(ctx, org)
	if err != nil {
		return roles.Role{}, err
	}
	if o == nil {
		return roles.Role{}, store.ErrNotFound
	}
	custom, ok := o.roles.Get(id)
	if !ok {
		return roles.Role{}, store.ErrNotFound
	}
	return custom.Role.Clone(), nil
}

// Roles returns the custom roles of org, ordered by ID.
func (r *reader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	_, o, err := r.org(ctx, org)
	if err != nil || o == nil {
		return nil, err
	}
	var list []roles.Role
	for _, custom := range o.roles.All() {
		list = append(list, custom.Role.Clone())
	}
	slices.SortFunc(list, func(a, b roles.Role) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// Facts returns what decides question for user in org. It allocates nothing.
func (r *reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (grants.Facts, error) {
	s, o, err := r.org(ctx, org)
	if err != nil {
		return grants.Facts{}, err
	}
	return s.facts(o, user, question), nil
}

// FactsMany returns the facts about each question, in their order, from one
// snapshot.
func (r *reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	s, o, err := r.org(ctx, org)
	if err != nil {
		return nil, err
	}
	facts := make([]grants.Facts, len(questions))
	for i, q := range questions {
		facts[i] = s.facts(o, user, q)
	}
	return facts, nil
}

// facts is about o, which may be nil (C14).
func (s *state) facts(o *tenant, user orgs.UserID, q grants.Question) grants.Facts {
	if o == nil {
		return grants.Facts{}
	}
	f := grants.Facts{Revision: o.record.Revision}
	if q.Resource != (grants.Resource{}) {
		at, ok := s.places.Get(q.Resource)
		f.Registered = ok && at == o.record.ID
	}
	r, ok := o.bound.Get(user)
	if !ok {
		return f
	}
	f.Member, f.Status, f.Role = r.ID, r.Status, r.Role
	if custom, ok := o.roles.Get(r.Role); ok {
		_, f.Holds = custom.holds[q.Permission]
	}
	f.Coverage = o.coverage(r.ID, q.Resource)
	return f
}

func (o *tenant) coverage(id orgs.MemberID, r grants.Resource) grants.Coverage {
	held, ok := o.grants.Get(id)
	if !ok || r.ID == "" {
		return grants.NotCovered
	}
	if _, ok := held.Get(grants.One(r.Kind, r.ID)); ok {
		return grants.CoveredByOne
	}
	if _, ok := held.Get(grants.All(r.Kind)); ok {
		return grants.CoveredByAll
	}
	return grants.NotCovered
}

// asked returns the facts that a page carries (C16).
func (s *state) asked(o *tenant, asker store.Asker) grants.Facts {
	if asker.User == "" {
		return grants.Facts{}
	}
	return s.facts(o, asker.User, grants.Question{Permission: asker.Permission})
}
