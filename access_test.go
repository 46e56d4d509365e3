package charter_test

import (
	"context"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// invitedStore says of every asker that it is invited.
type invitedStore struct{ store.Store }

func (s invitedStore) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	page, err := s.Store.Resources(ctx, q)
	page.Facts.Status = orgs.Invited
	return page, err
}

// Who has not joined gets an Access that denies, whatever else a store says (G1).
func TestAccessOfTheInvited(t *testing.T) {
	w := servicetest.New(t, func(testing.TB) store.Store { return memstore.New() })
	admin := w.Found("ada", "Acme")
	device := w.Devices(admin, 1)[0]
	for want, s := range map[bool]store.Store{true: w.Store, false: invitedStore{w.Store}} {
		access, err := w.Svc.With(s).Access(w.Ctx, admin)
		w.Must(err)
		if ok, err := access.Can(firmware, device); err != nil || ok != want || access.Holds(firmware) != want {
			t.Errorf("may: %v, %v, holds: %v; want %v", ok, err, access.Holds(firmware), want)
		}
	}
}
