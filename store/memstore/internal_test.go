package memstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// These tests are about what memstore promises beyond the contract.

type op = func(context.Context, store.Tx) error

func create(id orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.CreateOrganization(ctx, orgs.Organization{ID: id, Name: "Acme"})
	}
}

func rename(id orgs.ID, name string) op {
	return func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Org: id})
		if err != nil {
			return err
		}
		held.Org.Name = name
		return tx.UpdateOrganization(ctx, held.Org)
	}
}

func update(t *testing.T, s *Store, fn op) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Error(err)
	}
}

// Updates wait for each other and none is a conflict, so that none runs twice.
func TestUpdatesNeverConflict(t *testing.T) {
	s := New()
	update(t, s, create("acme"))
	const writers, each = 8, 50
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := s.Update(t.Context(), rename("acme", "Acme")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	o, err := s.Organization(t.Context(), "acme")
	if want := uint64(1 + writers*each); err != nil || o.Revision != want {
		t.Errorf("revision %d, %v, want %d", o.Revision, err, want)
	}
}

// asked is a context that tells when somebody begins to wait for it.
type asked struct {
	context.Context
	waiting chan struct{}
}

func (a asked) Done() <-chan struct{} {
	close(a.waiting)
	return a.Context.Done()
}

// A done context ends the wait for the turn, and fn is not called (C13).
func TestWaitingEndsWithTheContext(t *testing.T) {
	s := New()
	update(t, s, func(context.Context, store.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		second := asked{ctx, make(chan struct{})}
		answer := make(chan error)
		go func() { answer <- s.Update(second, create("acme")) }()
		<-second.waiting
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("Update answered %v, want %v", err, context.Canceled)
		}
		return nil
	})
	if _, err := s.Organization(t.Context(), "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Organization answered %v, want %v", err, store.ErrNotFound)
	}
	update(t, s, create("acme")) // the turn was given back
}

// Nobody waits for a reader and no reader waits: within one View, Updates come
// and go, and Views within them (C11).
func TestAViewBlocksNobody(t *testing.T) {
	s := New()
	update(t, s, create("acme"))
	name := func(ctx context.Context, r store.Reader) string {
		o, err := r.Organization(ctx, "acme")
		if err != nil {
			t.Error(err)
		}
		return o.Name
	}
	view := func(fn func(context.Context, store.Reader)) {
		err := s.View(t.Context(), func(ctx context.Context, r store.Reader) error {
			fn(ctx, r)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	view(func(ctx context.Context, outer store.Reader) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			update(t, s, func(ctx context.Context, tx store.Tx) error {
				if err := rename("acme", "Umbra")(ctx, tx); err != nil {
					return err
				}
				view(func(ctx context.Context, inner store.Reader) {
					if got := name(ctx, inner) + name(ctx, s); got != "AcmeAcme" {
						t.Errorf("within the Update others see %s", got)
					}
				})
				return nil
			})
		}()
		<-done
		if got := name(ctx, outer) + " " + name(ctx, s); got != "Acme Umbra" {
			t.Errorf("the View and the Store see %s, want Acme Umbra", got)
		}
	})
}

// Whatever fn makes of it, an Update with a write that failed keeps nothing
// (C1, C20).
func TestAFailedWriteLosesTheUpdate(t *testing.T) {
	s, ctx := New(), t.Context()
	update(t, s, create("acme"))
	dead, cancel := context.WithCancel(ctx)
	cancel()
	for name, want := range map[string]error{"conflict": store.ErrConflict, "context": context.Canceled} {
		err := s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			if errors.Is(want, store.ErrConflict) {
				_ = create("acme")(ctx, tx)
			} else {
				_ = create("lost")(dead, tx)
			}
			if err := create("umbra")(ctx, tx); !errors.Is(err, want) {
				t.Errorf("%s: the next write answers %v, want %v", name, err, want)
			}
			return nil
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: Update answers %v, want %v", name, err, want)
		}
		if _, err := s.Organization(ctx, "umbra"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: something was kept: %v", name, err)
		}
	}
}

// A row that is bound to a user and not active should not be. If it is, the user
// is a member of nothing and reaches nothing.
func TestABoundRowThatIsNotActive(t *testing.T) {
	s, ctx := New(), t.Context()
	device := grants.Resource{Kind: "device", ID: "d-1"}
	update(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			create("acme")(ctx, tx),
			tx.PutUser(ctx, orgs.User{ID: "ada"}),
			tx.Register(ctx, "acme", []grants.Resource{device}),
			tx.CreateMember(ctx, orgs.Member{ID: "m-1", Org: "acme", Role: roles.Admin, User: "ada"}),
			tx.Give(ctx, "acme", "m-1", []grants.Grant{grants.All("device"), grants.One("device", "d-1")}),
		)
	})
	if list, err := s.Memberships(ctx, store.MembershipQuery{User: "ada", Limit: 1}); len(list) > 0 || err != nil {
		t.Errorf("Memberships returned %v, %v", list, err)
	}
	reached, err := s.Resources(ctx, store.ResourceQuery{Org: "acme", User: "ada", Reach: []roles.ID{roles.Admin}})
	if len(reached.Resources) > 0 || err != nil {
		t.Errorf("Resources returned %v, %v", reached, err)
	}
	update(t, s, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Users: []orgs.UserID{"ada"}})
		if latest := held.Users["ada"].Latest; latest != "" {
			t.Errorf("Latest is %q", latest)
		}
		return err
	})
}

// A check costs no garbage, whatever it asks and however much the member has.
func TestFactsAllocatesNothing(t *testing.T) {
	s, ctx := New(), t.Context()
	var devices []grants.Resource
	for i := range 3 * maxFew {
		devices = append(devices, grants.Resource{Kind: "device", ID: grants.ResourceID(fmt.Sprint("d-", i))})
	}
	member := func(tx store.Tx, user orgs.UserID, has int) error {
		id := orgs.MemberID("m-" + user)
		err := tx.CreateMember(ctx, orgs.Member{ID: id, Org: "acme", Role: "r-1", Status: orgs.Active, User: user})
		for _, d := range devices[:has] {
			err = errors.Join(err, tx.Give(ctx, "acme", id, []grants.Grant{grants.One(d.Kind, d.ID)}))
		}
		return err
	}
	update(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			create("acme")(ctx, tx),
			tx.CreateRole(ctx, "acme", roles.Role{ID: "r-1", Name: "Fitter", Permissions: []roles.Permission{"devices.open"}}),
			tx.Register(ctx, "acme", devices),
			member(tx, "few", 1), member(tx, "many", len(devices)),
		)
	})
	question := grants.Question{Permission: "devices.open", Resource: devices[0]}
	for _, user := range []orgs.UserID{"few", "many"} {
		want := grants.Facts{
			Revision: 1, Member: orgs.MemberID("m-" + user), Status: orgs.Active, Role: "r-1",
			Holds: true, Registered: true, Coverage: grants.CoveredByOne,
		}
		allocated := testing.AllocsPerRun(100, func() {
			if f, err := s.Facts(ctx, "acme", user, question); err != nil || f != want {
				t.Fatalf("%+v, %v, want %+v", f, err, want)
			}
		})
		if allocated != 0 {
			t.Errorf("%s: %v allocations", user, allocated)
		}
	}
}

// A commit copies what it changes: other organizations, and in its own the
// members when it gives a role, stay what they are.
func TestACommitSharesTheRest(t *testing.T) {
	s := New()
	update(t, s, func(ctx context.Context, tx store.Tx) error {
		err := errors.Join(create("acme")(ctx, tx), create("umbra")(ctx, tx))
		for i := range 1000 {
			id := orgs.MemberID(fmt.Sprint("m-", i))
			m := orgs.Member{ID: id, Org: "acme", Status: orgs.Active, User: orgs.UserID(id), Role: roles.Viewer}
			err = errors.Join(err, tx.CreateMember(ctx, m))
		}
		return err
	})
	before := s.latest.Load()
	change := func(ctx context.Context, tx store.Tx) error {
		return tx.UpdateMember(ctx, orgs.Member{ID: "m-7", Org: "acme", Role: roles.Editor})
	}
	update(t, s, change)
	after := s.latest.Load()
	if a, b := umbra(before), umbra(after); a != b {
		t.Error("umbra was copied")
	}
	if allocated := testing.AllocsPerRun(20, func() { update(t, s, change) }); allocated > 200 {
		t.Errorf("changing one of 1,000 members took %v allocations", allocated)
	}
}

// A role that nobody has any more leaves nothing behind: custom ones come and go.
func TestARoleWithoutRows(t *testing.T) {
	s := New()
	update(t, s, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(create("acme")(ctx, tx),
			tx.CreateMember(ctx, orgs.Member{ID: "m-1", Org: "acme", Status: orgs.Active, User: "ada", Role: "r-1"}))
	})
	for _, id := range []roles.ID{"r-2", "r-3"} {
		update(t, s, func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateMember(ctx, orgs.Member{ID: "m-1", Org: "acme", Role: id})
		})
	}
	var left []roles.ID
	for id := range s.latest.Load().tenant("acme").ofRoles.All() {
		left = append(left, id)
	}
	if !slices.Equal(left, []roles.ID{"r-3"}) {
		t.Errorf("there are lists of the roles %q", left)
	}
}

func umbra(s *state) *tenant {
	return s.tenant("umbra")
}
