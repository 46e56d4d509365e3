package castore_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

type op = func(context.Context, store.Tx) error

// holding holds want and then does writes.
func holding(want store.Want, writes ...op) op {
	return func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Hold(ctx, want)
		for _, write := range writes {
			err = errors.Join(err, write(ctx, tx))
		}
		return err
	}
}

func create(id orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.CreateOrganization(ctx, orgs.Organization{ID: id, Name: "Acme"})
	}
}

func remove(id orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteOrganization(ctx, id, store.Event{Org: id, Action: store.OrganizationDeleted})
	}
}

func put(id orgs.UserID) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, orgs.User{ID: id}) }
}

func join(id orgs.MemberID, user orgs.UserID) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.CreateMember(ctx, orgs.Member{ID: id, Org: "acme", User: user, Status: orgs.Active})
	}
}

func register(id orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.Register(ctx, id, []grants.Resource{{Kind: "device", ID: "d-1"}})
	}
}

func name(id roles.ID, name string) op {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.CreateRole(ctx, "acme", roles.Role{ID: id, Name: name})
	}
}

// An Update that another one overtakes between its Hold and its commit loses
// when that changed what it holds, and else does not (C7). The control never
// loses.
func TestOvertaken(t *testing.T) {
	acme, ada := store.Want{Org: "acme"}, store.Want{Users: []orgs.UserID{"ada"}}
	found := holding(acme, create("acme"), put("ada"), join("m-1", "ada"))
	for name, c := range map[string]struct {
		before, other op
		hold          store.Want
		write         op
		loses         bool
	}{
		"the organization moved":    {found, holding(acme, put("bob")), acme, register("acme"), true},
		"the user moved":            {found, holding(ada, put("ada")), ada, put("ada"), true},
		"the row's user moved":      {found, holding(ada, put("ada")), store.Want{Org: "acme", Member: "m-1"}, put("bob"), true},
		"the organization appeared": {holding(acme), found, acme, put("bob"), true},
		"the user appeared":         {holding(acme), holding(ada, put("ada")), ada, put("bob"), true},
		"the organization went":     {found, holding(acme, remove("acme")), acme, put("bob"), true},
		"another moved":             {found, holding(store.Want{Org: "umbra"}, create("umbra")), acme, register("acme"), false},
		"the other wrote nothing":   {found, holding(acme), acme, register("acme"), false},
		"it wrote nothing":          {found, holding(acme, put("bob")), acme, holding(ada), false},
		"it was held twice":         {found, holding(acme, put("bob")), acme, holding(acme, register("acme")), true},
		"the user was held twice":   {found, holding(ada, put("ada")), ada, holding(ada, register("acme")), true},
	} {
		t.Run(name, func(t *testing.T) {
			for s, loses := range map[*castore.Store]bool{castore.New(): c.loses, castore.NewUnchecked(): false} {
				if err := s.Update(t.Context(), c.before); err != nil {
					t.Fatal(err)
				}
				overtake := func(context.Context, store.Tx) error { return s.Update(t.Context(), c.other) }
				err := s.Update(t.Context(), holding(c.hold, overtake, c.write))
				if lost := errors.Is(err, store.ErrConflict); lost != loses || !lost && err != nil {
					t.Errorf("Update answers %v, want a conflict: %t", err, loses)
				}
			}
		})
	}
}

// What must be unique is one record of the store, and two of the control (C20).
func TestUnique(t *testing.T) {
	for name, twice := range map[string][2]op{
		"a user's row":  {join("m-1", "ada"), join("m-2", "ada")},
		"a role's name": {name("r-1", "Fitter"), name("r-2", "FITTER")},
		"a resource":    {register("acme"), register("umbra")},
	} {
		t.Run(name, func(t *testing.T) {
			for s, want := range map[*castore.Store]error{castore.New(): store.ErrConflict, castore.NewUnchecked(): nil} {
				err := s.Update(t.Context(), holding(store.Want{}, create("acme"), create("umbra"), twice[0]))
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Update(t.Context(), twice[1]); !errors.Is(err, want) {
					t.Errorf("Update answers %v, want %v", err, want)
				}
			}
		})
	}
}

// AfterHold makes two meet: both read a number before either writes it back one
// higher. Of the store one loses; the control loses a step.
func TestAfterHoldMakesContendersMeet(t *testing.T) {
	for s, want := range map[*castore.Store]struct{ lost, number int }{
		castore.New():          {1, 1},
		castore.NewUnchecked(): {0, 1},
	} {
		if err := s.Update(t.Context(), create("acme")); err != nil {
			t.Fatal(err)
		}
		var held, ended sync.WaitGroup
		held.Add(2)
		s.AfterHold = func() {
			held.Done()
			held.Wait()
		}
		answers := make([]error, 2)
		for i := range answers {
			ended.Go(func() { answers[i] = s.Update(t.Context(), count) })
		}
		ended.Wait()
		lost := 0
		for _, err := range answers {
			if errors.Is(err, store.ErrConflict) {
				lost++
			} else if err != nil {
				t.Error(err)
			}
		}
		o, err := s.Organization(t.Context(), "acme")
		if lost != want.lost || int(o.Events) != want.number || err != nil {
			t.Errorf("%d lost and the number is %d, %v, want %+v", lost, o.Events, err, want)
		}
	}
}

// No commit is lost, however many run at once.
func TestEveryCommitCounts(t *testing.T) {
	s := castore.New()
	if err := s.Update(t.Context(), create("acme")); err != nil {
		t.Fatal(err)
	}
	const writers, each = 4, 200
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				err := store.ErrConflict
				for errors.Is(err, store.ErrConflict) {
					err = s.Update(t.Context(), count)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if o, err := s.Organization(t.Context(), "acme"); o.Events != writers*each || err != nil {
		t.Errorf("counted to %d, %v, want %d", o.Events, err, writers*each)
	}
}

// count makes the number of events one more.
func count(ctx context.Context, tx store.Tx) error {
	held, err := tx.Hold(ctx, store.Want{Org: "acme"})
	if err != nil {
		return err
	}
	held.Org.Events++
	return tx.UpdateOrganization(ctx, held.Org)
}
