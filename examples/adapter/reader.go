package boltstore

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// reader implements [store.Reader] on one transaction of bbolt, which is one
// moment of the file (C11).
type reader struct {
	data
	done atomic.Bool // somebody may call late, from another goroutine (C5)
}

// ready refuses a call that comes after the end, or after that of ctx.
func (r *reader) ready(ctx context.Context) error {
	if r.done.Load() {
		return store.ErrTxDone
	}
	return ctx.Err()
}

// answer is the frame of every question: none is answered late, and none half.
func answer[T any](ctx context.Context, r *reader, find func() (T, error)) (found T, err error) {
	if err = r.ready(ctx); err == nil {
		found, err = find()
	}
	if err != nil {
		var none T
		return none, err
	}
	return found, nil
}

// within answers about one record of org.
func within[T any](ctx context.Context, r *reader, org orgs.ID, find func(tenant) (T, error)) (T, error) {
	return answer(ctx, r, func() (found T, err error) {
		t, ok := r.tenant(org)
		if !ok {
			return found, store.ErrNotFound
		}
		return find(t)
	})
}

// paged answers with a page of org and the facts about who asks (C16). Of an
// organization that is not there both are zero.
func paged[T any](
	ctx context.Context, r *reader, org orgs.ID, asker store.Asker, find func(tenant, grants.Facts) (T, error),
) (T, error) {
	return answer(ctx, r, func() (page T, err error) {
		t, ok := r.tenant(org)
		if !ok {
			return page, nil
		}
		if asker.User == "" {
			return find(t, grants.Facts{})
		}
		facts, err := t.facts(asker.User, []grants.Question{{Permission: asker.Permission}})
		if err != nil {
			return page, err
		}
		return find(t, facts[0])
	})
}

// only makes ErrNotFound of what was not found.
func only[T any](value T, found bool, err error) (T, error) {
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return value, err
}

// User implements [store.Reader].
func (r *reader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	return answer(ctx, r, func() (orgs.User, error) { return only(r.user(id)) })
}

// Users implements [store.Reader].
func (r *reader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	return answer(ctx, r, func() (all []orgs.User, err error) {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			u, found, err := r.user(id)
			if err != nil {
				return nil, err
			}
			if found {
				all = append(all, u)
			}
		}
		return all, nil
	})
}

// Known implements [store.Reader].
func (r *reader) Known(ctx context.Context, address string) (bool, error) {
	return answer(ctx, r, func() (bool, error) {
		w := start(r.root(rootAddresses), span{prefix: head(address)})
		return w.key != nil, nil
	})
}

// Organization implements [store.Reader].
func (r *reader) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	return within(ctx, r, id, tenant.record)
}

// Revision implements [store.Reader].
func (r *reader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	return answer(ctx, r, func() (uint64, error) {
		t, ok := r.tenant(org)
		if !ok {
			return 0, nil
		}
		return t.revision(), nil
	})
}

// Member implements [store.Reader].
func (r *reader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	return within(ctx, r, org, func(t tenant) (orgs.Member, error) { return only(t.row(id)) })
}

// MemberOf implements [store.Reader].
func (r *reader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	return within(ctx, r, org, func(t tenant) (orgs.Member, error) { return only(t.rowOf(user)) })
}

// Role implements [store.Reader].
func (r *reader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	return within(ctx, r, org, func(t tenant) (roles.Role, error) { return only(t.role(id)) })
}

// Roles implements [store.Reader].
func (r *reader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	return paged(ctx, r, org, store.Asker{}, func(t tenant, _ grants.Facts) (all []roles.Role, err error) {
		for _, stored := range (span{}).keys(t.sub(subRoles)) {
			var role roles.Role
			if _, err := decode(stored, &role); err != nil {
				return nil, err
			}
			all = append(all, role)
		}
		return all, nil
	})
}

// Facts implements [store.Reader].
func (r *reader) Facts(
	ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question,
) (grants.Facts, error) {
	all, err := r.FactsMany(ctx, org, user, []grants.Question{question})
	if err != nil {
		return grants.Facts{}, err
	}
	return all[0], nil
}

// FactsMany implements [store.Reader].
func (r *reader) FactsMany(
	ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question,
) ([]grants.Facts, error) {
	return answer(ctx, r, func() ([]grants.Facts, error) {
		t, ok := r.tenant(org)
		if !ok {
			return make([]grants.Facts, len(questions)), nil
		}
		return t.facts(user, questions)
	})
}

// Members implements [store.Reader].
func (r *reader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	return paged(ctx, r, q.Org, q.Asker, func(t tenant, facts grants.Facts) (store.MemberPage, error) {
		found, err := t.members(ctx, q)
		return store.MemberPage{Facts: facts, Members: found}, err
	})
}

// Memberships implements [store.Reader].
func (r *reader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	return answer(ctx, r, func() ([]store.Membership, error) { return r.memberships(ctx, q) })
}

// Invitations implements [store.Reader].
func (r *reader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	return answer(ctx, r, func() ([]store.Invitation, error) { return r.invitations(ctx, q) })
}

// Resources implements [store.Reader].
func (r *reader) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	return paged(ctx, r, q.Org, q.Asker, func(t tenant, facts grants.Facts) (store.ResourcePage, error) {
		found, err := t.resources(ctx, q)
		return store.ResourcePage{Facts: facts, Resources: found}, err
	})
}

// Grants implements [store.Reader].
func (r *reader) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	return paged(ctx, r, q.Org, q.Asker, func(t tenant, facts grants.Facts) (store.GrantPage, error) {
		found, err := t.grants(ctx, q)
		return store.GrantPage{Facts: facts, Grants: found}, err
	})
}

// Grantees implements [store.Reader].
func (r *reader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	return paged(ctx, r, q.Org, q.Asker, func(t tenant, facts grants.Facts) (store.MemberPage, error) {
		found, err := t.grantees(ctx, q)
		return store.MemberPage{Facts: facts, Members: found}, err
	})
}

// Events implements [store.Reader].
func (r *reader) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	return paged(ctx, r, q.Org, q.Asker, func(t tenant, facts grants.Facts) (store.EventPage, error) {
		s := span{down: q.Descending}
		if q.After > 0 {
			s = s.past(string(number(q.After)))
		}
		found, err := events(s.keys(t.sub(subEvents)), q.Limit)
		return store.EventPage{Facts: facts, Events: found}, err
	})
}

// Tombstones implements [store.Reader].
func (r *reader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	return answer(ctx, r, func() ([]store.Event, error) {
		var s span
		if after != "" {
			s = s.past(string(after))
		}
		return events(s.keys(r.root(rootTombstones)), limit)
	})
}
