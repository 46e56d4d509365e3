package storetest

import (
	"context"
	"errors"
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

// keepsFirst keeps what the first store of a place writes. The later ones answer that
// they keep it, and do nothing.
func keepsFirst() func() store.Store {
	base, opened, dropped := mem(), 0, errors.New("dropped")
	return func() store.Store {
		if opened++; opened == 1 {
			return over(base)
		}
		b := over(base)
		b.update = func(ctx context.Context, fn txFunc) error {
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				if err := fn(ctx, tx); err != nil {
					return err
				}
				return dropped
			})
			if errors.Is(err, dropped) {
				return nil
			}
			return err
		}
		return b
	}
}

// journals returns a maker of places that keep what keep says.
func journals(keep func() func(txFunc, error) []txFunc) func() func() store.Store {
	return func() func() store.Store { return (&journal{keep: keep()}).open }
}

// TestReopen runs the cases on what keeps everything.
func TestReopen(t *testing.T) {
	places := 0
	Reopen(t, func(testing.TB) func() store.Store {
		places++
		base := mem()
		return func() store.Store { return over(base) }
	})
	if places < 2+runsReopen {
		t.Errorf("%d places, want one for each case and each plan", places)
	}
}

// TestReopenKills runs them on places that keep something else. Each is found out by
// the case that is about it, and by the model, which can repeat it.
func TestReopenKills(t *testing.T) {
	setRapid(t)
	const kept, failed, model = 0, 1, 2
	for name, mutant := range map[string]struct {
		place   func() func() store.Store
		foundBy []int
	}{
		"everything is forgotten": {journals(func() func(txFunc, error) []txFunc { return keepsNothing }), []int{kept, failed, model}},
		"the last Update is late": {journals(keepsLate), []int{kept, failed, model}},
		"profiles are not kept":   {journals(func() func(txFunc, error) []txFunc { return keepsNoProfiles }), []int{kept, model}},
		"what failed is kept":     {journals(func() func(txFunc, error) []txFunc { return keepsFailures }), []int{failed, model}},
		"only the first may":      {keepsFirst, []int{kept, model}},
	} {
		t.Run(name, func(t *testing.T) {
			for n, c := range reopenCases() {
				err := c.on(mutant.place).check(t.Context(), nil, defaultWatchdog)
				if found := err != nil; found != slices.Contains(mutant.foundBy, n) || found && strings.Contains(err.Error(), "flaky") {
					t.Errorf("%s: found out: %v, %v", c.name, found, err)
				}
			}
		})
	}
}

// TestReopenMisused: who gives no place, no store or one that is in use is told so.
func TestReopenMisused(t *testing.T) {
	setRapid(t)
	used := mem()
	for want, place := range map[string]func() func() store.Store{
		"place returned nil":     func() func() store.Store { return nil },
		"open returned nil":      func() func() store.Store { return func() store.Store { return nil } },
		"the place is not fresh": func() func() store.Store { return func() store.Store { return used } },
		"is it the same place?":  func() func() store.Store { return mem },
	} {
		for _, c := range reopenCases()[:2] {
			err := c.on(place).check(t.Context(), nil, defaultWatchdog)
			if want == "the place is not fresh" && err == nil {
				err = c.on(place).check(t.Context(), nil, defaultWatchdog) // it was, at first
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
		}
	}
	err := reopenCases()[2].on(func() func() store.Store { return nil }).check(t.Context(), nil, defaultWatchdog)
	if err == nil || !strings.Contains(err.Error(), "place returned nil") {
		t.Errorf("the model: %v", err)
	}
}

// TestNameOfTheModel: a failure is kept, and told how to repeat, by the name of the
// subtest.
func TestNameOfTheModel(t *testing.T) {
	setRapid(t)
	err := reopenCases()[2].on(journals(keepsLate)).check(withName(t.Context(), "TestStore/Model_one"), nil, defaultWatchdog)
	if want := `-run="TestStore/Model_one"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v\nwant %s", err, want)
	}
}
