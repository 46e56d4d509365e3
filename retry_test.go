package charter_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// losing is a store whose next Updates lose, and that notes how each held.
type losing struct {
	store.Store
	losses    int
	waits     time.Duration // in each Update
	contended []bool
}

func (s *losing) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	lost := s.losses > 0
	s.losses--
	time.Sleep(s.waits) // in a test's own time
	return s.Store.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := fn(ctx, noting{tx, s}); err != nil {
			return err
		}
		if lost {
			return store.ErrConflict
		}
		return nil
	})
}

type noting struct {
	store.Tx
	s *losing
}

func (n noting) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	n.s.contended = append(n.s.contended, want.Contended)
	return n.Tx.Hold(ctx, want)
}

func losingService(t *testing.T) (*losing, *charter.Service) {
	t.Helper()
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	s := &losing{Store: memstore.New()}
	svc, err := charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return s, svc
}

// TestAttemptsAfterALossSayThatTheyAre shows that a store hears which attempts
// are worth a lock.
func TestAttemptsAfterALossSayThatTheyAre(t *testing.T) {
	s, svc := losingService(t)
	ctx := t.Context()
	var acme orgs.ID
	for _, c := range []struct {
		operation string
		run       func() error
	}{
		{"SignIn", func() error {
			_, err := svc.SignIn(ctx, "ada", orgs.Profile{Email: "ada@acme.example"})
			return err
		}},
		{"Orgs.Create", func() error {
			made, err := svc.Orgs.Create(ctx, "ada", "Acme")
			acme = made.ID
			return err
		}},
		{"Orgs.Create, another", func() error {
			_, err := svc.Orgs.Create(ctx, "ada", "Umbra")
			return err
		}},
		{"Orgs.Switch", func() error { return svc.Orgs.Switch(ctx, "ada", acme) }},
	} {
		s.losses, s.contended = 2, nil
		if err := c.run(); err != nil {
			t.Fatalf("%s: %v", c.operation, err)
		}
		if want := []bool{false, true, true}; !slices.Equal(s.contended, want) {
			t.Errorf("%s: contended in each attempt: %v, want %v", c.operation, s.contended, want)
		}
	}
}

// TestAttemptsEnd shows that attempts are bounded in number and, where a store
// waits long in each of them, in time.
func TestAttemptsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		waits    time.Duration
		attempts int
	}{
		"many quick ones": {0, 32},
		"few slow ones":   {6 * time.Second, 2},
		"one":             {11 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, svc := losingService(t)
				s.losses, s.waits = 1000, c.waits
				_, err := svc.SignIn(t.Context(), "ada", orgs.Profile{Email: "ada@acme.example"})
				if !errors.Is(err, charter.ErrConflict) {
					t.Errorf("got %v, want a conflict", err)
				}
				if len(s.contended) != c.attempts {
					t.Errorf("%d attempts, want %d", len(s.contended), c.attempts)
				}
			})
		})
	}
}
