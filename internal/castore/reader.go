package castore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// reader answers from the data that load returns.
type reader struct {
	load func() (*data, error)
}

var _ store.Reader = reader{}

// read returns what find finds, and [store.ErrNotFound] when that is nothing.
func read[T any](ctx context.Context, r reader, find func(*data) (T, bool)) (T, error) {
	var none T
	d, err := r.load()
	if err != nil {
		return none, err
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	found, ok := find(d)
	if !ok {
		return none, store.ErrNotFound
	}
	return found, nil
}

func (r reader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	return read(ctx, r, func(d *data) (orgs.User, bool) {
		u, ok := d.users[id]
		return u, ok
	})
}

func (r reader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	return read(ctx, r, func(d *data) ([]orgs.User, bool) {
		var list []orgs.User
		for id, u := range d.users {
			if slices.Contains(ids, id) {
				list = append(list, u)
			}
		}
		slices.SortFunc(list, func(a, b orgs.User) int { return cmp.Compare(a.ID, b.ID) })
		return list, true
	})
}

func (r reader) Known(ctx context.Context, address string) (bool, error) {
	return read(ctx, r, func(d *data) (bool, bool) {
		for _, u := range d.users {
			if orgs.FoldAddress(u.Email) == address {
				return true, true
			}
		}
		return false, true
	})
}

func (r reader) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	return read(ctx, r, func(d *data) (orgs.Organization, bool) {
		o, ok := d.orgs[id]
		return o.Clone(), ok
	})
}

func (r reader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	return read(ctx, r, func(d *data) (uint64, bool) { return d.orgs[org].Revision, true })
}

func (r reader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	return read(ctx, r, func(d *data) (orgs.Member, bool) { return d.member(org, id) })
}

func (r reader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	return read(ctx, r, func(d *data) (orgs.Member, bool) { return d.memberOf(org, user) })
}

func (r reader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	return read(ctx, r, func(d *data) (roles.Role, bool) { return d.role(org, id) })
}

func (r reader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	return read(ctx, r, func(d *data) ([]roles.Role, bool) {
		var list []roles.Role
		for _, r := range where(d.roles, func(r customRole) bool { return r.org == org }) {
			list = append(list, r.Role.Clone())
		}
		slices.SortFunc(list, func(a, b roles.Role) int { return cmp.Compare(a.ID, b.ID) })
		return list, true
	})
}

func (r reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	return read(ctx, r, func(d *data) (grants.Facts, bool) { return d.facts(org, user, q), true })
}

func (r reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	return read(ctx, r, func(d *data) ([]grants.Facts, bool) {
		list := make([]grants.Facts, len(questions))
		for i, q := range questions {
			list[i] = d.facts(org, user, q)
		}
		return list, true
	})
}

// asked is C16.
func (d *data) asked(org orgs.ID, asker store.Asker) grants.Facts {
	if asker.User == "" {
		return grants.Facts{}
	}
	return d.facts(org, asker.User, grants.Question{Permission: asker.Permission})
}

// page sorts list, drops what is not after, and cuts the rest to limit, 0 for no
// limit.
func page[T any](list []T, compare func(a, b T) int, after func(T) bool, limit int) []T {
	slices.SortFunc(list, compare)
	list = where(list, after)
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return list
}

// among is a filter that lets all pass when it is empty.
func among[T comparable](filter []T, v T) bool { return len(filter) == 0 || slices.Contains(filter, v) }

func (r reader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	position := func(key string, id orgs.MemberID, m orgs.Member) int {
		c := cmp.Or(strings.Compare(m.Key(q.Sort), key), cmp.Compare(m.ID, id))
		if q.Descending {
			return -c
		}
		return c
	}
	return read(ctx, r, func(d *data) (store.MemberPage, bool) {
		list := where(d.members, func(m orgs.Member) bool {
			return m.Org == q.Org && among(q.Status, m.Status) && among(q.Roles, m.Role) && q.Search.Match(m)
		})
		list = page(list,
			func(a, b orgs.Member) int { return position(b.Key(q.Sort), b.ID, a) },
			func(m orgs.Member) bool { return q.After == nil || position(q.After.Key, q.After.ID, m) > 0 },
			q.Limit)
		return store.MemberPage{Facts: d.asked(q.Org, q.Asker), Members: list}, true
	})
}

func (r reader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	return read(ctx, r, func(d *data) ([]store.Membership, bool) {
		var list []store.Membership
		for _, m := range d.activeOf(q.User) {
			if name := d.orgs[m.Org].Name; strings.Contains(orgs.FoldName(name), q.Search) {
				list = append(list, store.Membership{Org: m.Org, Name: name, Member: m.ID, Role: m.Role, JoinedAt: m.JoinedAt})
			}
		}
		return page(list, compareJoined, func(m store.Membership) bool {
			return q.After == nil || compareJoined(store.Membership{Org: q.After.Org, JoinedAt: q.After.JoinedAt}, m) < 0
		}, q.Limit), true
	})
}

func (r reader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	return read(ctx, r, func(d *data) ([]store.Invitation, bool) {
		var list []store.Invitation
		for _, m := range d.members {
			if m.Status != orgs.Invited || orgs.FoldAddress(m.Email) != q.Address {
				continue
			}
			role, _ := d.role(m.Org, m.Role)
			list = append(list, store.Invitation{
				Member: m, Organization: d.orgs[m.Org].Name, Role: role.Name, Inviter: d.users[m.InvitedBy].Profile,
			})
		}
		return page(list, func(a, b store.Invitation) int { return cmp.Compare(a.Member.Org, b.Member.Org) },
			func(in store.Invitation) bool { return in.Member.Org > q.After }, q.Limit), true
	})
}

// activeOf returns the active rows that are bound to user.
func (d *data) activeOf(user orgs.UserID) []orgs.Member {
	return where(d.members, func(m orgs.Member) bool { return m.User == user && user != "" && m.Status == orgs.Active })
}

// compareJoined has the most recently joined first, then the smaller ID.
func compareJoined(a, b store.Membership) int {
	return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(a.Org, b.Org))
}
