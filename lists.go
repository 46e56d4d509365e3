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

// ResourcesFor returns a page of the resources that the actor may use for
// permission p, which is about a kind of resource, by ID (G7). Who is no active
// member, or whose role does not hold p, may use none.
//
// Errors: [ErrInvalid] naming "actor.user", "actor.org", "permission", "limit" or
// "cursor".
//
// Cost: 1 statement; grows with the page, at the first one and the last alike.
func (s *Service) ResourcesFor(ctx context.Context, as Actor, p roles.Permission, q PageQuery) (Page[grants.Resource], error) {
	if err := as.check(); err != nil {
		return Page[grants.Resource]{}, err
	}
	kind, err := s.kindOf(p)
	if err != nil {
		return Page[grants.Resource]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[grants.Resource]{}, err
	}
	bound := [...]string{"resources", string(as.Org), string(as.User), string(p)}
	after, err := open[grants.Resource](s.cursors, q.Cursor, bound)
	if err != nil {
		return Page[grants.Resource]{}, err
	}
	page, err := s.store.Resources(ctx, store.ResourceQuery{
		Org: as.Org, Asker: store.Asker{User: as.User, Permission: p},
		Kinds: []roles.Kind{kind}, User: as.User, Reach: []roles.ID{roles.Admin},
		After: after, Limit: limit + 1,
	})
	if err != nil {
		return Page[grants.Resource]{}, wrap("resources", err)
	}
	if !grants.Holds(s.options.Catalogue, p, page.Facts) {
		return Page[grants.Resource]{}, nil
	}
	usable, err := paged(s.cursors, page.Resources, limit, bound, func(r grants.Resource) grants.Resource { return r })
	if _, restricted := s.options.Restrictions[kind]; restricted {
		usable.Items = slices.DeleteFunc(usable.Items, func(r grants.Resource) bool {
			return !s.unrestricted(ctx, as, p, r)
		})
	}
	return usable, err
}

// AllResourcesFor iterates over all pages from q.Cursor on; see
// [Service.ResourcesFor]. An error ends it: it comes last, with the zero resource.
//
// Cost: that of [Service.ResourcesFor] for each page.
func (s *Service) AllResourcesFor(ctx context.Context, as Actor, p roles.Permission, q PageQuery) iter.Seq2[grants.Resource, error] {
	return every(q.Cursor, func(c Cursor) (Page[grants.Resource], error) {
		q.Cursor = c
		return s.ResourcesFor(ctx, as, p, q)
	})
}

// MembersFor returns a page of the active members of org who may use resource r
// for permission p, which is about r's kind, by member ID (G7): Admins, who need no
// grant, and who has one and a role that holds p. It is a question of the host's and
// asks for no permission itself. A resource that is not org's is used by nobody.
//
// Errors: [ErrInvalid] naming "organization", "permission", "resource",
// "resource.kind", "resource.id", "limit" or "cursor".
//
// Cost: 1 statement; grows with the page, and with those on its way who have a grant
// but are invited, or whose role does not hold p.
func (s *Service) MembersFor(
	ctx context.Context, org orgs.ID, p roles.Permission, r grants.Resource, q PageQuery,
) (Page[orgs.Member], error) {
	asked, err := s.using("members for", org, p, r, q)
	if err != nil {
		return Page[orgs.Member]{}, err
	}
	page, err := s.store.Grantees(ctx, asked.query)
	if err != nil {
		return Page[orgs.Member]{}, wrap(asked.bound.Operation, err)
	}
	return usable(ctx, s, asked, page.Members,
		func(m orgs.Member) orgs.MemberID { return m.ID }, func(m orgs.Member) orgs.UserID { return m.User })
}

// AllMembersFor iterates over all pages from q.Cursor on; see
// [Service.MembersFor]. An error ends it: it comes last, with the zero member.
//
// Cost: that of [Service.MembersFor] for each page.
func (s *Service) AllMembersFor(
	ctx context.Context, org orgs.ID, p roles.Permission, r grants.Resource, q PageQuery,
) iter.Seq2[orgs.Member, error] {
	return every(q.Cursor, func(c Cursor) (Page[orgs.Member], error) {
		q.Cursor = c
		return s.MembersFor(ctx, org, p, r, q)
	})
}

// UsersFor is [Service.MembersFor] without the members' records: a page of the users
// who may use resource r for permission p, by the ID of their member. It is for
// answers that nobody reads: whom to notify, what to put into an index. It asks for no
// permission either. Cursors of MembersFor are not its own.
//
// Errors: those of [Service.MembersFor].
//
// Cost: 1 statement; grows with the page, and with those on its way who have a grant
// but are invited, or whose role does not hold p.
func (s *Service) UsersFor(
	ctx context.Context, org orgs.ID, p roles.Permission, r grants.Resource, q PageQuery,
) (Page[orgs.UserID], error) {
	asked, err := s.using("users for", org, p, r, q)
	if err != nil {
		return Page[orgs.UserID]{}, err
	}
	found, err := store.GranteeIDs(ctx, s.store, asked.query)
	if err != nil {
		return Page[orgs.UserID]{}, wrap(asked.bound.Operation, err)
	}
	page, err := usable(ctx, s, asked, found.Grantees,
		func(g store.Grantee) orgs.MemberID { return g.Member }, func(g store.Grantee) orgs.UserID { return g.User })
	if err != nil {
		return Page[orgs.UserID]{}, err
	}
	users := slices.Grow([]orgs.UserID(nil), len(page.Items))
	for _, g := range page.Items {
		users = append(users, g.User)
	}
	return Page[orgs.UserID]{Items: users, Next: page.Next}, nil
}

// AllUsersFor iterates over all pages from q.Cursor on; see [Service.UsersFor]. It
// asks for no permission itself. An error ends it: it comes last, with no user.
//
// Cost: that of [Service.UsersFor] for each page.
func (s *Service) AllUsersFor(
	ctx context.Context, org orgs.ID, p roles.Permission, r grants.Resource, q PageQuery,
) iter.Seq2[orgs.UserID, error] {
	return every(q.Cursor, func(c Cursor) (Page[orgs.UserID], error) {
		q.Cursor = c
		return s.UsersFor(ctx, org, p, r, q)
	})
}

// using is a question who may use a resource.
type using struct {
	query store.GranteeQuery
	bound usingQuery
	limit int
}

// usingQuery is what its cursors are bound to.
type usingQuery struct {
	Operation string
	Org       orgs.ID
	Question  grants.Question
}

// using returns the question of an operation.
func (s *Service) using(operation string, org orgs.ID, p roles.Permission, r grants.Resource, q PageQuery) (using, error) {
	asked := using{bound: usingQuery{operation, org, grants.Question{Permission: p, Resource: r}}}
	if err := input.ID("organization", string(org)); err != nil {
		return using{}, err
	}
	if _, err := s.kindOf(p); err != nil {
		return using{}, err
	}
	if err := asked.bound.Question.Check(s.options.Catalogue); err != nil {
		return using{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return using{}, err
	}
	after, err := open[orgs.MemberID](s.cursors, q.Cursor, asked.bound)
	if err != nil {
		return using{}, err
	}
	asked.limit = limit
	asked.query = store.GranteeQuery{
		Org: org, Resource: r, Roles: s.builtInHolding(p), Permission: p, Reach: []roles.ID{roles.Admin}, Limit: limit + 1,
	}
	if after != nil {
		asked.query.After = *after
	}
	return asked, nil
}

// usable returns the page of rows that the restriction on the resource's kind leaves.
func usable[T any](
	ctx context.Context, s *Service, asked using, rows []T, member func(T) orgs.MemberID, user func(T) orgs.UserID,
) (Page[T], error) {
	page, err := paged(s.cursors, rows, asked.limit, asked.bound, member)
	question := asked.bound.Question
	if _, restricted := s.options.Restrictions[question.Resource.Kind]; restricted {
		page.Items = slices.DeleteFunc(page.Items, func(row T) bool {
			return !s.unrestricted(ctx, Actor{User: user(row), Org: asked.bound.Org}, question.Permission, question.Resource)
		})
	}
	return page, err
}

// kindOf returns the kind of resource that p is about, and refuses one that is
// about none.
func (s *Service) kindOf(p roles.Permission) (roles.Kind, error) {
	declared, ok := s.options.Catalogue.Lookup(p)
	switch {
	case !ok:
		return "", input.Errorf("permission", "is not declared in the catalogue")
	case declared.Kind == "":
		return "", input.Errorf("permission", "is about no kind of resource")
	}
	return declared.Kind, nil
}

// builtInHolding returns the built-in roles that hold p.
func (s *Service) builtInHolding(p roles.Permission) []roles.ID {
	builtIn := roles.BuiltInRoles()
	holding := make([]roles.ID, 0, len(builtIn))
	for _, role := range builtIn {
		if set, _ := s.options.Catalogue.BuiltIn(role.ID); s.options.Catalogue.Holds(set, p) {
			holding = append(holding, role.ID)
		}
	}
	return holding
}
