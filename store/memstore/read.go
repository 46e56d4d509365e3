package memstore

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// reader reads from the state that latest points to: of the Store the latest, of a
// View always the same, until it has ended and there is none.
type reader struct {
	latest *atomic.Pointer[state]
}

var (
	_ store.Reader        = (*reader)(nil)
	_ store.GranteeLister = (*reader)(nil)
)

func (r *reader) at(ctx context.Context) (*state, error) {
	s := r.latest.Load()
	if s == nil {
		return nil, store.ErrTxDone
	}
	return s, ctx.Err()
}

// org returns organization id, nil when there is none, and its state.
func (r *reader) org(ctx context.Context, id orgs.ID) (*state, *tenant, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, s.tenant(id), nil
}

// User returns the record of id, or [store.ErrNotFound].
func (r *reader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	s, err := r.at(ctx)
	if err != nil {
		return orgs.User{}, err
	}
	p := s.person(id)
	if p == nil {
		return orgs.User{}, store.ErrNotFound
	}
	return p.user(), nil
}

// Users returns the records of those of ids that exist, ordered by ID.
func (r *reader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var list []orgs.User
	for _, id := range slices.Compact(ids) {
		if p := s.person(id); p != nil {
			list = append(list, p.user())
		}
	}
	return list, nil
}

// Known reports whether some user's profile has the folded address.
func (r *reader) Known(ctx context.Context, address string) (bool, error) {
	s, err := r.at(ctx)
	if err != nil {
		return false, err
	}
	return s.knows(address), nil
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

// Revision returns the revision of org, 0 when there is none. It is one lookup.
func (r *reader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	_, o, err := r.org(ctx, org)
	if err != nil || o == nil {
		return 0, err
	}
	return o.record.Revision, nil
}

// Member returns row id of org, or [store.ErrNotFound].
func (r *reader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	s, o, err := r.org(ctx, org)
	if err != nil {
		return orgs.Member{}, err
	}
	if o == nil {
		return orgs.Member{}, store.ErrNotFound
	}
	return found(o, o.row(s.hash(string(id)), id))
}

// MemberOf returns the row of org that is bound to user, or
// [store.ErrNotFound].
func (r *reader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	s, o, err := r.org(ctx, org)
	if err != nil {
		return orgs.Member{}, err
	}
	if o == nil {
		return orgs.Member{}, store.ErrNotFound
	}
	return found(o, o.boundTo(s.hash(string(user)), user))
}

func found(o *tenant, r *row) (orgs.Member, error) {
	if r == nil {
		return orgs.Member{}, store.ErrNotFound
	}
	return r.member(o.record.ID), nil
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
func (r *reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (f grants.Facts, err error) {
	s, err := r.at(ctx)
	if err != nil {
		return f, err
	}
	if o := s.tenant(org); o != nil {
		s.facts(o, user, &question, &f)
	}
	return f, nil
}

// FactsMany returns the facts about each question, in their order, from one
// snapshot.
func (r *reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	s, o, err := r.org(ctx, org)
	if err != nil {
		return nil, err
	}
	facts := make([]grants.Facts, len(questions))
	if o == nil {
		return facts, nil
	}
	member := o.boundTo(s.hash(string(user)), user)
	for i := range questions {
		q, f := &questions[i], &facts[i]
		s.factsOf(o, member, s.number(o, &q.Resource), q, f)
	}
	return facts, nil
}

// facts sets what decides q in o (C14). It asks both tables before it looks at what
// either has found: in a large store each step waits for memory, and so they wait
// together.
func (s *state) facts(o *tenant, user orgs.UserID, q *grants.Question, f *grants.Facts) {
	hash := s.hash(string(user))
	candidate := o.bound.Find(hash)
	number := s.number(o, &q.Resource)
	s.factsOf(o, o.boundFrom(candidate, hash, user), number, q, f)
}

// number returns the number of resource r, 0 when it is none of o's.
func (s *state) number(o *tenant, r *grants.Resource) uint32 {
	if r.ID == "" {
		return 0
	}
	hash := s.hashOf(*r)
	return o.thingFrom(o.names.Find(hash), hash, r)
}

// factsOf sets what decides q, which is about the thing with this number, for r, nil
// where the user has no row.
func (s *state) factsOf(o *tenant, r *row, number uint32, q *grants.Question, f *grants.Facts) {
	f.Revision, f.Registered = o.record.Revision, number != 0
	if r == nil {
		return
	}
	f.Member, f.Status, f.Role = r.id, r.status.known(), r.role
	f.Holds = o.stores(r.role, q.Permission)
	switch {
	case q.Resource.ID == "":
	case number != 0 && r.has.has(number):
		f.Coverage = grants.CoveredByOne
	case o.wide > 0 && s.linked(o, &r.has, grants.All(q.Resource.Kind)):
		f.Coverage = grants.CoveredByAll
	}
}

// stores reports whether id is a custom role of o that stores p.
func (o *tenant) stores(id roles.ID, p roles.Permission) bool {
	if id.BuiltIn() {
		return false
	}
	custom, ok := o.roles.Get(id)
	if ok {
		_, ok = custom.holds[p]
	}
	return ok
}

// asked returns the facts that a page carries (C16).
func (s *state) asked(o *tenant, asker store.Asker) (f grants.Facts) {
	if asker.User != "" {
		s.facts(o, asker.User, &grants.Question{Permission: asker.Permission}, &f)
	}
	return f
}
