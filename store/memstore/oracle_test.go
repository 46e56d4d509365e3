package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// dice draws from a world that is small enough for IDs to meet and large enough
// for trees to grow and shrink.
type dice struct{ *rand.Rand }

const (
	tenants   = 3
	users     = 200
	rows      = 150
	resources = 60
	custom    = 5
)

func (d dice) org() orgs.ID          { return orgs.ID(fmt.Sprint("org-", d.IntN(tenants))) }
func (d dice) user() orgs.UserID     { return orgs.UserID(fmt.Sprint("user-", d.IntN(users))) }
func (d dice) member() orgs.MemberID { return orgs.MemberID(fmt.Sprint("row-", d.IntN(rows))) }
func (d dice) kind() roles.Kind      { return roles.Kind(pick(d, "device", "device-x", "dashboard")) }
func (d dice) permission() roles.Permission {
	return roles.Permission(pick(d, "devices.open", "devices.delete", "users.access"))
}
func (d dice) role() roles.ID {
	if d.IntN(2) == 0 {
		return pick(d, roles.Admin, roles.Editor, roles.Viewer)
	}
	return roles.ID(fmt.Sprint("role-", d.IntN(custom)))
}
func (d dice) resource() grants.Resource {
	return grants.Resource{Kind: d.kind(), ID: grants.ResourceID(fmt.Sprint(d.IntN(resources)))}
}
func (d dice) grant() grants.Grant {
	if r := d.resource(); d.IntN(5) > 0 {
		return grants.One(r.Kind, r.ID)
	}
	return grants.All(d.kind())
}
func (d dice) time() time.Time {
	return time.Unix(int64(d.IntN(40)), int64(d.IntN(2)*1000)).UTC()
}
func (d dice) profile() orgs.Profile {
	return orgs.Profile{
		Email:     pick(d, "A", "a", "ä", "b") + fmt.Sprint(d.IntN(100)) + "@Example.com",
		FirstName: pick(d, "", "Ada", "ada", "Bob", "Böb", "Cleo"),
		LastName:  pick(d, "", "A", "Bee", "bee ", "Z"),
	}
}

func pick[T any](d dice, values ...T) T { return values[d.IntN(len(values))] }

// some returns up to most draws, often none.
func some[T any](d dice, most int, draw func() T) []T {
	var list []T
	for range d.IntN(most+1) * d.IntN(2) {
		list = append(list, draw())
	}
	return list
}

func (d dice) row(org orgs.ID) orgs.Member {
	m := orgs.Member{
		ID: d.member(), Org: org, Role: d.role(), Status: orgs.Invited, Profile: d.profile(),
		InvitedBy: d.user(), InvitedAt: d.time(), Message: pick(d, "", "hello"), Issue: d.IntN(3),
	}
	if d.IntN(2) == 0 {
		m.Status, m.User, m.JoinedAt = orgs.Active, d.user(), d.time()
	}
	return m
}

type write func(context.Context, store.Tx) error

// write draws one write about org, whose preconditions often do not hold.
func (d dice) write(org orgs.ID) write {
	m, r, p, u, id := d.row(org), d.resource(), d.profile(), d.user(), d.member()
	taken := some(d, 40, d.grant)
	list, given, number := some(d, 3, d.resource), append(some(d, 4, d.grant), d.grant()), uint64(1+d.IntN(50))
	role := roles.Role{
		ID: roles.ID(fmt.Sprint("role-", d.IntN(custom))), Name: pick(d, "One", "one", "Two", "Three", "Four"),
		Permissions: some(d, 2, d.permission), CreatedAt: d.time(),
	}
	o := orgs.Organization{ID: org, Name: pick(d, "Acme", "acme Works", "Other"), Counts: orgs.Counts{}.With(m), CreatedAt: d.time()}
	e := store.Event{Org: org, Number: number, At: d.time(), Actor: u, Detail: store.Detail{Grants: given}}
	return pick(d, []write{
		func(ctx context.Context, tx store.Tx) error { return tx.UpdateOrganization(ctx, o) },
		func(ctx context.Context, tx store.Tx) error {
			return tx.PutUser(ctx, orgs.User{ID: u, Profile: p, Active: org})
		},
		func(ctx context.Context, tx store.Tx) error { return tx.PutProfile(ctx, u, p) },
		func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, m) },
		func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, m) },
		func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, m) },
		func(ctx context.Context, tx store.Tx) error { return tx.UpdateMember(ctx, m) },
		func(ctx context.Context, tx store.Tx) error {
			m.ID, m.User, m.Status = id, u, orgs.Active
			return tx.JoinMember(ctx, m)
		},
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteMember(ctx, org, id) },
		func(ctx context.Context, tx store.Tx) error { return tx.CreateRole(ctx, org, role) },
		func(ctx context.Context, tx store.Tx) error { return tx.UpdateRole(ctx, org, role) },
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteRole(ctx, org, role.ID) },
		func(ctx context.Context, tx store.Tx) error { return tx.Register(ctx, org, []grants.Resource{r}) },
		func(ctx context.Context, tx store.Tx) error { return tx.Unregister(ctx, org, list) },
		func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, org, id, given) },
		func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, org, m.ID, given) },
		func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, org, id, taken) },
		func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, org, id, given) },
		func(ctx context.Context, tx store.Tx) error { return tx.Append(ctx, e) },
	}...)
}

// rare draws a write that begins, ends or does much.
func (d dice) rare(org orgs.ID) write {
	e := store.Event{Org: org, Action: store.OrganizationDeleted, Detail: store.Detail{Resources: some(d, 3, d.resource)}}
	switch d.IntN(20) {
	case 0:
		return func(ctx context.Context, tx store.Tx) error { return tx.DeleteOrganization(ctx, org, e) }
	case 1:
		return func(ctx context.Context, tx store.Tx) error { return tx.DeleteTombstone(ctx, org) }
	case 2, 3:
		return func(ctx context.Context, tx store.Tx) error { return tx.GiveEach(ctx, org) }
	default:
		o := orgs.Organization{ID: org, Name: "Acme"}
		return func(ctx context.Context, tx store.Tx) error { return tx.CreateOrganization(ctx, o) }
	}
}

func (d dice) want(org orgs.ID) store.Want {
	return store.Want{
		Org: org, Users: some(d, 3, d.user), Actor: d.user(), Member: d.member(),
		Address: orgs.FoldAddress(d.profile().Email), Roles: some(d, 3, d.role), RoleName: pick(d, "", "one", "four"),
		Resources: some(d, 5, d.resource), Grants: grants.NewHeld(some(d, 5, d.grant)...), EveryResource: d.IntN(2) == 0,
	}
}

type ask func(context.Context, store.Reader) (any, error)

func asking[T any](fn func(context.Context, store.Reader) (T, error)) ask {
	return func(ctx context.Context, r store.Reader) (any, error) { return fn(ctx, r) }
}

func (d dice) asker() store.Asker {
	return pick(d, store.Asker{}, store.Asker{User: d.user(), Permission: d.permission()})
}

// asks draws one of each question.
func (d dice) asks() []ask {
	org, user, member, role, address := d.org(), d.user(), d.member(), d.role(), orgs.FoldAddress(d.profile().Email)
	people := some(d, 20, d.user)
	question := grants.Question{Permission: d.permission(), Resource: pick(d, grants.Resource{}, d.resource())}
	questions := some(d, 4, func() grants.Question { return grants.Question{Permission: d.permission(), Resource: d.resource()} })
	return append(d.lists(org, user, member),
		asking(func(ctx context.Context, r store.Reader) (orgs.User, error) { return r.User(ctx, user) }),
		asking(func(ctx context.Context, r store.Reader) ([]orgs.User, error) { return r.Users(ctx, people) }),
		asking(func(ctx context.Context, r store.Reader) (bool, error) { return r.Known(ctx, address) }),
		asking(func(ctx context.Context, r store.Reader) (orgs.Organization, error) { return r.Organization(ctx, org) }),
		asking(func(ctx context.Context, r store.Reader) (orgs.Member, error) { return r.Member(ctx, org, member) }),
		asking(func(ctx context.Context, r store.Reader) (orgs.Member, error) { return r.MemberOf(ctx, org, user) }),
		asking(func(ctx context.Context, r store.Reader) (roles.Role, error) { return r.Role(ctx, org, role) }),
		asking(func(ctx context.Context, r store.Reader) ([]roles.Role, error) { return r.Roles(ctx, org) }),
		asking(func(ctx context.Context, r store.Reader) (grants.Facts, error) {
			return r.Facts(ctx, org, user, question)
		}),
		asking(func(ctx context.Context, r store.Reader) ([]grants.Facts, error) {
			return r.FactsMany(ctx, org, user, questions)
		}),
	)
}

func (d dice) lists(org orgs.ID, user orgs.UserID, member orgs.MemberID) []ask {
	after := d.row(org)
	members := store.MemberQuery{
		Org: org, Asker: d.asker(), Status: some(d, 1, func() orgs.Status { return pick(d, orgs.Active, orgs.Invited) }),
		Roles: some(d, 3, d.role), Search: orgs.NewSearch(pick(d, "", "", "a", "Bö", "b1")),
		Sort: pick(d, orgs.Sorts()...), Descending: d.IntN(2) == 0, Limit: 1 + d.IntN(60),
	}
	invitations := store.InvitationQuery{Address: orgs.FoldAddress(after.Email), Limit: 1 + d.IntN(3)}
	memberships := store.MembershipQuery{User: user, Search: pick(d, "", "me"), Limit: 1 + d.IntN(3)}
	things := store.ResourceQuery{
		Org: org, Asker: d.asker(), Kinds: some(d, 2, d.kind), User: pick(d, "", user), Reach: some(d, 1, d.role), Limit: d.IntN(40),
	}
	held := store.GrantQuery{Org: org, Asker: d.asker(), Member: member, Kinds: some(d, 2, d.kind), Limit: 1 + d.IntN(40)}
	grantees := store.GranteeQuery{
		Org: org, Asker: d.asker(), Resource: d.resource(), Roles: append(some(d, 6, d.role), d.role(), d.role()), Reach: some(d, 2, d.role), Limit: 1 + d.IntN(20),
		Permission: pick(d, "", d.permission()),
	}
	events := store.EventQuery{Org: org, Asker: d.asker(), Descending: d.IntN(2) == 0, Limit: 1 + d.IntN(60)}
	if d.IntN(2) == 0 {
		members.After = &store.Position{Key: after.Key(members.Sort), ID: after.ID}
		invitations.After = d.org()
		memberships.After = &store.JoinedPosition{JoinedAt: after.InvitedAt, Org: d.org()}
		resource, grant := d.resource(), d.grant()
		things.After, held.After, grantees.After, events.After = &resource, &grant, member, uint64(d.IntN(50))
	}
	return []ask{
		asking(func(ctx context.Context, r store.Reader) (store.MemberPage, error) { return r.Members(ctx, members) }),
		asking(func(ctx context.Context, r store.Reader) ([]store.Membership, error) {
			return r.Memberships(ctx, memberships)
		}),
		asking(func(ctx context.Context, r store.Reader) ([]store.Invitation, error) {
			return r.Invitations(ctx, invitations)
		}),
		asking(func(ctx context.Context, r store.Reader) (store.ResourcePage, error) { return r.Resources(ctx, things) }),
		asking(func(ctx context.Context, r store.Reader) (store.GrantPage, error) { return r.Grants(ctx, held) }),
		asking(func(ctx context.Context, r store.Reader) (store.MemberPage, error) { return r.Grantees(ctx, grantees) }),
		asking(func(ctx context.Context, r store.Reader) (store.GranteePage, error) {
			return store.GranteeIDs(ctx, r, grantees)
		}),
		asking(func(ctx context.Context, r store.Reader) (store.EventPage, error) { return r.Events(ctx, events) }),
		asking(func(ctx context.Context, r store.Reader) ([]store.Event, error) { return r.Tombstones(ctx, "org-0", 2) }),
	}
}

// same fails when the two stores answered differently.
func same(t *testing.T, what string, mem, ca any, memErr, caErr error) {
	t.Helper()
	if fmt.Sprint(memErr) != fmt.Sprint(caErr) {
		t.Fatalf("%s: memstore answers %v, castore %v", what, memErr, caErr)
	}
	if reflect.DeepEqual(mem, ca) {
		return // much faster than what follows
	}
	if d := cmp.Diff(ca, mem, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s (- castore, + memstore):\n%s", what, d)
	}
}

// spoil overwrites every slice in an answer, which is the asker's own (C22):
// should the store have kept it, the next answers show it.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
			v.Index(i).SetZero()
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			spoil(entries.Value())
		}
	default:
	}
}

// ordered puts what Hold returns in any order into one.
func ordered(h store.Held) store.Held {
	slices.SortFunc(h.Addressed, func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortFunc(h.EveryResource, grants.Resource.Compare)
	return h
}

// A store of tries and trees and one of flat tables, which share no code, answer
// alike whatever is done to them.
func TestSameAsTheOracle(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			d := dice{rand.New(rand.NewPCG(seed, 7))}
			mem, ca := memstore.New(), castore.New()
			for range 300 {
				for range 4 {
					d.transact(t, mem, ca)
				}
				for _, ask := range append(d.asks(), d.asks()...) {
					a, aErr := ask(t.Context(), mem)
					b, bErr := ask(t.Context(), ca)
					same(t, fmt.Sprintf("%T", a), a, b, aErr, bErr)
					spoil(reflect.ValueOf(a))
				}
			}
		})
	}
}

// transact does the same to both stores: a Hold and some writes.
func (d dice) transact(t *testing.T, mem, ca store.Store) {
	t.Helper()
	org := d.org()
	want, writes := d.want(org), []write{d.write(org)}
	for range d.IntN(3) {
		writes = append(writes, d.write(org))
	}
	if d.IntN(20) == 0 {
		writes = []write{d.rare(org)}
	}
	var held [2]store.Held
	var errs [2]error
	for i, s := range []store.Store{mem, ca} {
		errs[i] = s.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			var err error
			if held[i], err = tx.Hold(ctx, want); err != nil {
				return err
			}
			for _, w := range writes {
				if err := w(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	same(t, "Hold", ordered(held[0]), ordered(held[1]), nil, nil)
	spoil(reflect.ValueOf(held[0]))
	same(t, "Update", nil, nil, errs[0], errs[1])
}
