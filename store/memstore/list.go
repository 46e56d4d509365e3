package memstore

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// Members returns a page of org's member list: a seek in each list that it is merged
// from, and its rows. A search costs what it finds, or what it passes over.
func (r *reader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	s, o, err := r.org(ctx, q.Org)
	if err != nil || o == nil {
		return store.MemberPage{}, err
	}
	if int(q.Sort) >= sorts {
		return store.MemberPage{}, fmt.Errorf("memstore: members in the unknown order %v", q.Sort)
	}
	return store.MemberPage{Facts: s.asked(o, q.Asker), Members: membersOf(q.Org, o.pageOf(q))}, nil
}

// membersOf returns rows of org as records, nil for none.
func membersOf(org orgs.ID, rows []*row) []orgs.Member {
	if len(rows) == 0 {
		return nil
	}
	list := make([]orgs.Member, len(rows))
	for i, r := range rows {
		list[i] = r.member(org)
	}
	return list
}

// matches is [orgs.Search.Match] and the other filters, with r's keys at hand.
func matches(q store.MemberQuery, r *row) bool {
	return among(q.Status, r.status.known()) && among(q.Roles, r.role) &&
		(strings.HasPrefix(r.profile.firstName, q.Search.Name) ||
			strings.HasPrefix(r.profile.lastName, q.Search.Name) ||
			strings.HasPrefix(r.profile.address, q.Search.Email))
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
	p := s.anybody(q.User)
	if p == nil {
		return nil, nil
	}
	list := s.joined.From(s.byJoined(""), newest(p.number))
	if q.After != nil {
		list = s.joined.After(s.byJoined(q.After.Org), membership{person: p.number, at: microsOf(q.After.JoinedAt)})
	}
	var page []store.Membership
	for o, r := range s.rowsOf(p.number, list) {
		if r.status != active || !strings.Contains(o.fold, q.Search) {
			continue
		}
		m := store.Membership{Org: o.record.ID, Name: o.record.Name, Member: r.id, Role: r.role, JoinedAt: r.joined.time()}
		if page = append(page, m); len(page) == q.Limit {
			break
		}
	}
	return page, nil
}

// Invitations returns a page of the invited rows at an address, by organization ID:
// a seek and its rows.
func (r *reader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	var page []store.Invitation
	for in := range s.invited.After(byAddress, invitation{address: q.Address, org: q.After}) {
		if in.address != q.Address || len(page) == q.Limit {
			break
		}
		page = append(page, s.invitation(in))
	}
	return page, nil
}

// invitation returns in with what comes with it.
func (s *state) invitation(in invitation) store.Invitation {
	o := s.tenants.at(in.tenant)
	found := store.Invitation{Member: o.rows.at(in.row).member(in.org), Organization: o.record.Name}
	if custom, ok := o.roles.Get(found.Member.Role); ok {
		found.Role = custom.Name
	}
	if inviter := s.person(found.Member.InvitedBy); inviter != nil {
		found.Inviter = inviter.profile.Profile
	}
	return found
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
	return func(yield func(*store.Event) bool) {
		at, there := o.event(q.After)
		switch {
		case !q.Descending && there:
			at++
		case q.Descending && q.After == 0:
			at = o.events.Len()
		}
		for q.Descending && at > 0 {
			if at--; !yield(o.events.At(uint32(at))) {
				return
			}
		}
		for ; !q.Descending && at < o.events.Len(); at++ {
			if !yield(o.events.At(uint32(at))) {
				return
			}
		}
	}
}

// event returns the place of the first event with this number or a greater one, and
// whether it has this one.
func (o *tenant) event(number uint64) (at int, there bool) {
	at = sort.Search(o.events.Len(), func(i int) bool { return o.events.At(uint32(i)).Number >= number })
	return at, at < o.events.Len() && o.events.At(uint32(at)).Number == number
}

// append adds e, whose number is new, to the history: at its end, where the Service
// writes, or in its place.
func (o *tenant) append(edit cow.Edit, e *store.Event) {
	at, _ := o.event(e.Number)
	o.events.Append(edit, e)
	for i := o.events.Len() - 1; i > at; i-- {
		o.events.Set(edit, uint32(i), o.events.At(uint32(i-1)))
		o.events.Set(edit, uint32(i-1), e)
	}
}

// Tombstones returns what is left of deleted organizations, by organization ID.
func (r *reader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	s, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	var page []store.Event
	for e := range s.tombs.After(byOrg, &store.Event{Org: after}) {
		if page = append(page, e.Clone()); len(page) == limit {
			break
		}
	}
	return page, nil
}
