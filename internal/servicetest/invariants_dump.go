package servicetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Known is where a look at a store begins. The walk goes on from there: to the
// organizations of each user, to the users of each organization, past and
// present.
type Known struct {
	Users []orgs.UserID // whoever may have been a member of something
	Orgs  []orgs.ID     // organizations that were made, deleted ones too
}

// Dump is what a store keeps of a [Known], as its Reader tells it. Two dumps are
// equal when nothing has changed in between.
type Dump struct {
	Users      map[orgs.UserID]DumpedUser // those that have a record or a membership
	Orgs       map[orgs.ID]DumpedOrg
	Tombstones []store.Event
}

// DumpedUser is what a store keeps of a user.
type DumpedUser struct {
	Record      orgs.User // zero when there is none
	Memberships []store.Membership
}

// DumpedOrg is what a store keeps of an organization, in the order of IDs.
type DumpedOrg struct {
	Record    orgs.Organization // zero when there is none
	Members   []orgs.Member
	Roles     []roles.Role
	Resources []grants.Resource
	Grants    map[orgs.MemberID][]grants.Grant // of rows that are there, and of those that once were
	Events    []store.Event
}

// Equal reports whether d and other are the same, revisions included.
func (d Dump) Equal(other Dump) bool {
	return maps.EqualFunc(d.Users, other.Users, DumpedUser.equal) &&
		maps.EqualFunc(d.Orgs, other.Orgs, DumpedOrg.equal) &&
		slices.EqualFunc(d.Tombstones, other.Tombstones, equalEvents)
}

func (u DumpedUser) equal(other DumpedUser) bool {
	return u.Record == other.Record && slices.Equal(u.Memberships, other.Memberships)
}

func (o DumpedOrg) equal(other DumpedOrg) bool {
	a, b := o.Record, other.Record
	return a.ID == b.ID && a.Name == b.Name && a.Billing == b.Billing && a.CreatedAt.Equal(b.CreatedAt) &&
		a.Events == b.Events && a.Revision == b.Revision && slices.Equal(a.Counts, b.Counts) &&
		slices.Equal(o.Members, other.Members) && slices.EqualFunc(o.Roles, other.Roles, equalRoles) &&
		slices.Equal(o.Resources, other.Resources) &&
		maps.EqualFunc(o.Grants, other.Grants, slices.Equal[[]grants.Grant]) &&
		slices.EqualFunc(o.Events, other.Events, equalEvents)
}

func equalRoles(a, b roles.Role) bool {
	return a.ID == b.ID && a.Name == b.Name && a.CreatedAt.Equal(b.CreatedAt) && slices.Equal(a.Permissions, b.Permissions)
}

func equalEvents(a, b store.Event) bool {
	return a.Org == b.Org && a.Number == b.Number && a.At.Equal(b.At) && a.Actor == b.Actor && a.Action == b.Action &&
		a.Detail.Member == b.Detail.Member && a.Detail.User == b.Detail.User && a.Detail.Role == b.Detail.Role &&
		sameState(a.Detail.Before, b.Detail.Before) && sameState(a.Detail.After, b.Detail.After) &&
		slices.Equal(a.Detail.Grants, b.Detail.Grants) && slices.Equal(a.Detail.Resources, b.Detail.Resources)
}

// Look walks through s from known, in one snapshot.
func Look(ctx context.Context, s store.Store, known Known) (Dump, error) {
	return look(ctx, s, known, false)
}

// look is [Look], or no walk at all: only at what known names.
func look(ctx context.Context, s store.Store, known Known, only bool) (Dump, error) {
	var d Dump
	err := s.View(ctx, func(ctx context.Context, r store.Reader) (err error) {
		w := walk{ctx: ctx, r: r, only: only, dump: Dump{Users: map[orgs.UserID]DumpedUser{}, Orgs: map[orgs.ID]DumpedOrg{}}}
		w.users, w.orgs = slices.Clone(known.Users), slices.Clone(known.Orgs)
		d, err = w.all()
		return err
	})
	return d, err
}

// page is how many rows the walk asks for at once.
const page = 500

type walk struct {
	ctx   context.Context
	r     store.Reader
	only  bool // what it was sent to, and nothing that this leads to
	dump  Dump
	users []orgs.UserID // still to visit
	orgs  []orgs.ID
}

func (w *walk) all() (Dump, error) {
	for len(w.users)+len(w.orgs) > 0 {
		for len(w.users) > 0 {
			id := w.users[0]
			w.users = w.users[1:]
			if err := w.user(id); err != nil {
				return Dump{}, err
			}
		}
		if len(w.orgs) > 0 {
			id := w.orgs[0]
			w.orgs = w.orgs[1:]
			if err := w.org(id); err != nil {
				return Dump{}, err
			}
		}
	}
	for after := orgs.ID(""); ; {
		some, err := w.r.Tombstones(w.ctx, after, page)
		if err != nil {
			return Dump{}, err
		}
		w.dump.Tombstones = append(w.dump.Tombstones, plainEvents(some)...)
		if len(some) < page {
			return w.dump, nil
		}
		after = some[len(some)-1].Org
	}
}

// absent returns nil for store.ErrNotFound: what is not there is no error here.
func absent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// plain returns list, and nil for an empty one: adapters may give either.
func plain[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func plainEvents(events []store.Event) []store.Event {
	for i := range events {
		d := &events[i].Detail
		d.Grants, d.Resources = plain(d.Grants), plain(d.Resources)
		d.Before.Permissions, d.After.Permissions = plain(d.Before.Permissions), plain(d.After.Permissions)
	}
	return events
}

func (w *walk) user(id orgs.UserID) error {
	if _, seen := w.dump.Users[id]; seen || id == "" {
		return nil
	}
	record, err := w.r.User(w.ctx, id)
	if absent(err) != nil {
		return err
	}
	u := DumpedUser{Record: record}
	for q := (store.MembershipQuery{User: id, Limit: page}); ; {
		some, err := w.r.Memberships(w.ctx, q)
		if err != nil {
			return err
		}
		u.Memberships = append(u.Memberships, some...)
		if len(some) < page {
			break
		}
		last := some[len(some)-1]
		q.After = &store.JoinedPosition{JoinedAt: last.JoinedAt, Org: last.Org}
	}
	w.dump.Users[id] = u
	if w.only {
		return nil
	}
	for _, m := range u.Memberships {
		w.orgs = append(w.orgs, m.Org)
	}
	return nil
}

func (w *walk) org(id orgs.ID) (err error) {
	if _, seen := w.dump.Orgs[id]; seen {
		return nil
	}
	var o DumpedOrg
	if o.Record, err = w.r.Organization(w.ctx, id); absent(err) != nil {
		return err
	}
	if o.Members, err = w.members(id); err != nil {
		return err
	}
	if o.Roles, err = w.r.Roles(w.ctx, id); err != nil {
		return err
	}
	resources, err := w.r.Resources(w.ctx, store.ResourceQuery{Org: id})
	if err != nil {
		return err
	}
	o.Resources = plain(resources.Resources)
	if o.Events, err = w.events(id); err != nil {
		return err
	}
	for i := range o.Roles {
		o.Roles[i].Permissions = plain(o.Roles[i].Permissions)
	}
	if o.Grants, err = w.grants(id, o); err != nil {
		return err
	}
	w.dump.Orgs[id] = o
	if w.only {
		return nil
	}
	for _, m := range o.Members {
		w.users = append(w.users, m.User)
	}
	for _, e := range o.Events {
		w.users = append(w.users, e.Detail.User)
	}
	return nil
}

func (w *walk) members(id orgs.ID) (all []orgs.Member, err error) {
	for q := (store.MemberQuery{Org: id, Sort: orgs.ByEmail, Limit: page}); ; {
		some, err := w.r.Members(w.ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, some.Members...)
		if len(some.Members) < page {
			slices.SortFunc(all, func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
			return all, nil
		}
		last := some.Members[len(some.Members)-1]
		q.After = &store.Position{Key: last.Key(q.Sort), ID: last.ID}
	}
}

func (w *walk) events(id orgs.ID) (all []store.Event, err error) {
	for q := (store.EventQuery{Org: id, Limit: page}); ; {
		some, err := w.r.Events(w.ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, plainEvents(some.Events)...)
		if len(some.Events) < page {
			return all, nil
		}
		q.After = some.Events[len(some.Events)-1].Number
	}
}

// grants reads the grants of every row of o, and of every row that its history
// names: those of a row that is gone must be gone too.
func (w *walk) grants(id orgs.ID, o DumpedOrg) (map[orgs.MemberID][]grants.Grant, error) {
	rows := make(map[orgs.MemberID][]grants.Grant)
	for _, m := range o.Members {
		rows[m.ID] = nil
	}
	for _, e := range o.Events {
		if e.Detail.Member != "" {
			rows[e.Detail.Member] = nil
		}
	}
	for row := range rows {
		for q := (store.GrantQuery{Org: id, Member: row, Limit: page}); ; {
			some, err := w.r.Grants(w.ctx, q)
			if err != nil {
				return nil, err
			}
			rows[row] = append(rows[row], some.Grants...)
			if len(some.Grants) < page {
				break
			}
			q.After = &some.Grants[len(some.Grants)-1]
		}
		if len(rows[row]) == 0 {
			delete(rows, row)
		}
	}
	return rows, nil
}
