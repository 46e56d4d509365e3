package charter_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

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
	contended []bool
}

func (s *losing) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	lost := s.losses > 0
	s.losses--
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

// TestAttemptsAfterALossSayThatTheyAre shows that a store hears which attempts
// are worth a lock.
func TestAttemptsAfterALossSayThatTheyAre(t *testing.T) {
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	s := &losing{Store: memstore.New()}
	svc, err := charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	if err != nil {
		t.Fatal(err)
	}
	s.losses = 2
	if _, err := svc.SignIn(t.Context(), "ada", orgs.Profile{Email: "ada@acme.example"}); err != nil {
		t.Fatal(err)
	}
	if want := []bool{false, true, true}; !slices.Equal(s.contended, want) {
		t.Errorf("contended in each attempt: %v, want %v", s.contended, want)
	}
}
