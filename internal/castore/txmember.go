package castore

import (
	"context"
	"maps"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

func (t *tx) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.in(ctx, m.Org, func(d *data) error {
		taken := slices.ContainsFunc(d.members, func(other orgs.Member) bool {
			return other.Org == m.Org && clash(m, other)
		})
		d.members = append(d.members, m)
		return t.conflict(taken)
	})
}

// clash reports whether two rows of one organization are what only one may be
// (C20).
func clash(a, b orgs.Member) bool {
	sameUser := a.User != "" && a.User == b.User
	bothInvited := a.Status == orgs.Invited && b.Status == orgs.Invited
	return a.ID == b.ID || sameUser || bothInvited && orgs.FoldAddress(a.Email) == orgs.FoldAddress(b.Email)
}

// change applies fn to row id of org, if it is there.
func (d *data) change(org orgs.ID, id orgs.MemberID, fn func(*orgs.Member)) {
	for i := range d.members {
		if d.members[i].Org == org && d.members[i].ID == id {
			fn(&d.members[i])
		}
	}
}

func (t *tx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.in(ctx, m.Org, func(d *data) error {
		d.change(m.Org, m.ID, func(row *orgs.Member) { row.Role, row.Issue = m.Role, m.Issue })
		return nil
	})
}

func (t *tx) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.in(ctx, m.Org, func(d *data) error {
		_, taken := d.memberOf(m.Org, m.User)
		joined := false
		d.change(m.Org, m.ID, func(row *orgs.Member) {
			if row.Status == orgs.Invited {
				row.User, row.Profile, row.Status, row.JoinedAt = m.User, m.Profile, m.Status, m.JoinedAt
				joined = true
			}
		})
		return t.conflict(joined && taken)
	})
}

func (t *tx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.in(ctx, org, func(d *data) error {
		d.members = slices.DeleteFunc(d.members, func(m orgs.Member) bool { return m.Org == org && m.ID == id })
		maps.DeleteFunc(d.grants, func(g given, _ bool) bool { return g.org == org && g.member == id })
		return nil
	})
}

func (t *tx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	give = slices.Clone(give)
	return t.in(ctx, org, func(d *data) error {
		for _, g := range give {
			d.give(org, id, g)
		}
		return nil
	})
}

// give adds g, unless the row or the resource is not there.
func (d *data) give(org orgs.ID, id orgs.MemberID, g grants.Grant) {
	_, there := d.member(org, id)
	if there && (g.All || d.registered(org, g.Target())) {
		d.grants[given{org, id, g}] = true
	}
}

func (t *tx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	take = slices.Clone(take)
	return t.in(ctx, org, func(d *data) error {
		for _, g := range take {
			delete(d.grants, given{org, id, g})
		}
		return nil
	})
}

func (t *tx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.in(ctx, org, func(d *data) error {
		for _, m := range where(d.members, func(m orgs.Member) bool { return m.Org == org }) {
			for p := range d.places {
				if p.org == org {
					d.give(org, m.ID, grants.One(p.resource.Kind, p.resource.ID))
				}
			}
		}
		return nil
	})
}
