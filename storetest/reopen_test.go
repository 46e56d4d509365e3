package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// journal keeps Updates, and opens a store by running them again.
type journal struct {
	kept []txFunc
	// keep returns what is kept of an Update that ended with err.
	keep func(fn txFunc, err error) []txFunc
}

func (j *journal) open() store.Store {
	s := memstore.New()
	for _, fn := range j.kept {
		_ = s.Update(context.Background(), fn) // one that makes no sense any more changes nothing
	}
	b := over(s)
	b.update = func(ctx context.Context, fn txFunc) error {
		err := s.Update(ctx, fn)
		j.kept = append(j.kept, j.keep(fn, err)...)
		return err
	}
	return b
}

// keepsNothing keeps no Update.
func keepsNothing(txFunc, error) []txFunc { return nil }

// keepsLate returns what keeps each Update when the next one has succeeded.
func keepsLate() func(txFunc, error) []txFunc {
	var late []txFunc
	return func(fn txFunc, err error) (now []txFunc) {
		if err == nil {
			now, late = late, []txFunc{fn}
		}
		return now
	}
}

// keepsFailures keeps what fn wrote before it failed, too.
func keepsFailures(fn txFunc, _ error) []txFunc {
	return []txFunc{func(ctx context.Context, tx store.Tx) error { _ = fn(ctx, tx); return nil }}
}

// keepsNoProfiles forgets that a profile has changed.
func keepsNoProfiles(fn txFunc, err error) []txFunc {
	if err != nil {
		return nil
	}
	return []txFunc{func(ctx context.Context, tx store.Tx) error {
		return fn(ctx, otherTx{Tx: tx, putProfile: func(context.Context, orgs.UserID, orgs.Profile) error { return nil }})
	}}
}

// TestReopen runs the cases on what keeps everything.
func TestReopen(t *testing.T) {
	Reopen(t, func(testing.TB) func() store.Store {
		place := mem()
		return func() store.Store { return over(place) }
	})
}

// TestReopenKills runs them on journals that keep something else. Each is found out by
// the case that is about it, and by the model.
func TestReopenKills(t *testing.T) {
	setRapid(t)
	const kept, unkept, model = 0, 1, 2
	for name, place := range map[string]struct {
		keep    func() func(txFunc, error) []txFunc
		foundBy []int
	}{
		"everything is forgotten": {func() func(txFunc, error) []txFunc { return keepsNothing }, []int{kept, unkept, model}},
		"the last Update is late": {keepsLate, []int{kept, unkept, model}},
		"profiles are not kept":   {func() func(txFunc, error) []txFunc { return keepsNoProfiles }, []int{kept, model}},
		"what failed is kept":     {func() func(txFunc, error) []txFunc { return keepsFailures }, []int{unkept, model}},
	} {
		t.Run(name, func(t *testing.T) {
			for n := range reopenCases(nil) {
				j := &journal{keep: place.keep()}
				c := reopenCases(j.open)[n]
				err := c.check(t.Context(), j.open(), defaultWatchdog)
				if found := err != nil; found != slices.Contains(place.foundBy, n) || found && strings.Contains(err.Error(), "flaky") {
					t.Errorf("%s: found out: %v, %v", c.Name, found, err)
				}
			}
		})
	}
}
