package memstore

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// Members returns a page of org's member list: a seek, and a walk over rows
// until the page is full.
func (r *reader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.MemberPage{}, err
	}
	if int(q.Sort) >= sorts {
		return store.MemberPage{}, fmt.Errorf("memstore: members in the unknown order %v", q.Sort)
	}
	page := store.MemberPage{Facts: s.asked(o, q.Asker)}
	for r := range o.members(q) {
		if !matches(q, r) {
			continue
		}
		if page.Members = append(page.Members, r.Member); len(page.Members) == q.Limit {
			break
		}
	}
	return page, nil
}

// members returns the rows in q's order after q.After.
func (o *tenant) members(q store.MemberQuery) iter.Seq[*row] {
	list := o.lists[q.Sort]
	if q.After == nil {
		if q.Descending {
			return list.Backward()
		}
		return list.All()
	}
	after := &row{Member: orgs.Member{ID: q.After.ID}}
	after.keys[q.Sort] = q.After.Key
	if q.Descending {
		return list.Before(after)
	}
	return list.After(after)
}

// matches is [orgs.Search.Match] and the other filters, with r's keys at hand.
func matches(q store.MemberQuery, r *row) bool {
	return among(q.Status, r.Status) && among(q.Roles, r.Role) &&
		(strings.HasPrefix(r.keys[orgs.ByFirstName], q.Search.Name) ||
			strings.HasPrefix(r.keys[orgs.ByLastName], q.Search.Name) ||
			strings.HasPrefix(r.keys[orgs.ByEmail], q.Search.Email))
}

// among reports whether v passes a filter, which lets all pass when it is empty.
func among[T comparable](filter []T, v T) bool { return len(filter) == 0 || slices.Contains(filter, v) }

// Memberships returns a page of the organizations that a user is an active
// member of, the most recently joined first, then by ID.
func (r *reader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	list := s.joined.From(newest(q.User))
	if q.After != nil {
		list = s.joined.After(membership{user: q.User, at: q.After.JoinedAt.UnixMicro(), org: q.After.Org})
	}
	var page []store.Membership
	for o, r := range s.rowsOf(q.User, list) {
		if r.Status != orgs.Active || !strings.Contains(o.fold, q.Search) {
			continue
		}
		m := store.Membership{Org: r.Org, Name: o.record.Name, Member: r.ID, Role: r.Role, JoinedAt: r.JoinedAt}
		if page = append(page, m); len(page) == q.Limit {
			break
		}
	}
	return page, nil
}

// Events returns a page of org's history, by number.
func (r *reader) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.EventPage{}, err
	}
	page := store.EventPage{Facts: s.asked(o, q.Asker)}
	for e := range o.eventsIn(q) {
		if page.Events = append(page.Events, e.Clone()); len(page.Events) == q.Limit {
			break
		}
	}
	return page, nil
}

func (o *tenant) eventsIn(q store.EventQuery) iter.Seq[*store.Event] {
	after := &store.Event{Number: q.After}
	switch {
	case q.Descending && q.After == 0:
		return o.events.Backward()
	case q.Descending:
		return o.events.Before(after)
	default:
		return o.events.After(after)
	}
}

// Tombstones returns what is left of deleted organizations, by organization ID.
func (r *reader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	var page []store.Event
	for e := range s.tombs.After(&store.Event{Org: after}) {
		if page = append(page, e.Clone()); len(page) == limit {
			break
		}
	}
	return page, nil
}
