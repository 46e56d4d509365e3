package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// trial is one case at work: the store, the context and the first thing found
// wrong. After that every further step does nothing, so that a case reads as a
// list of steps and ends with the verdict. It is for one goroutine.
type trial struct {
	ctx context.Context
	s   store.Store
	err error
}

func newTrial(ctx context.Context, s store.Store) *trial { return &trial{ctx: ctx, s: s} }

// failf records what is wrong, if nothing was before.
func (t *trial) failf(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

// must records that what failed.
func (t *trial) must(what string, err error) {
	if err != nil {
		t.failf("%s: %w", what, err)
	}
}

// mustBe records that err is not the target that what must answer with.
func (t *trial) mustBe(what string, err, target error) {
	if !errors.Is(err, target) {
		t.failf("%s: got error %w, want %q", what, orNil(err), target)
	}
}

// errNone stands for the absence of an error in a report.
var errNone = errors.New("none")

func orNil(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// same records the difference between what the store said and what it should
// have said.
func (t *trial) same(what string, got, want any) {
	if t.err != nil {
		return
	}
	if d := diff(got, want); d != "" {
		t.failf("%s differs (- want, + got):\n%s", what, d)
	}
}

// diff returns how got differs from want: "" when they are equal. Nil and empty
// slices and maps are equal. A time must be the same instant and in UTC.
func diff(got, want any) string {
	if reflect.DeepEqual(got, want) { // cmp is slow, and most things are equal
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b time.Time) bool {
		return a.Equal(b) && a.Location() == b.Location()
	}))
}

// op is one write of a transaction.
type op func(ctx context.Context, tx store.Tx) error

// all returns the op that does every one of ops, in their order.
func all(ops ...op) op {
	return func(ctx context.Context, tx store.Tx) error {
		for _, o := range ops {
			if err := o(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}
}

// holding returns the op that holds want and then does ops.
func holding(want store.Want, ops ...op) op {
	return func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Hold(ctx, want); err != nil {
			return err
		}
		return all(ops...)(ctx, tx)
	}
}

// do commits ops in one Update that holds want, and returns what it held.
func (t *trial) do(want store.Want, ops ...op) store.Held {
	return t.decide(want, func(store.Held) op { return all(ops...) })
}

// decide commits what fn makes of what was held, and returns that.
func (t *trial) decide(want store.Want, fn func(store.Held) op) store.Held {
	var held store.Held
	t.commit(func(ctx context.Context, tx store.Tx) error {
		var err error
		if held, err = tx.Hold(ctx, want); err != nil {
			return err
		}
		return fn(held)(ctx, tx)
	})
	return held
}

// hold returns what Hold answers, from an Update that writes nothing.
func (t *trial) hold(want store.Want) store.Held { return t.do(want) }

// commit runs fn in an Update that must succeed.
func (t *trial) commit(fn op) {
	if t.err == nil {
		t.must("Update", retry(t.ctx, t.s, fn))
	}
}

// attempts bounds a retry. Whoever loses that often against the few others that
// a case has, does not lose against them.
const attempts = 100

// retry runs fn in Updates until one ends in something else than a conflict, as
// the Service does: a store may call any Update a conflict.
func retry(ctx context.Context, s store.Store, fn op) error {
	for n := 1; ; n++ {
		once := fn
		if n > 1 {
			once = func(ctx context.Context, tx store.Tx) error { return fn(ctx, contendedTx{tx}) }
		}
		err := s.Update(ctx, once)
		if n == attempts || !errors.Is(err, store.ErrConflict) {
			return err
		}
		pause(ctx, n)
	}
}

// contendedTx holds what it holds as contended.
type contendedTx struct{ store.Tx }

func (tx contendedTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	want.Contended = true
	return tx.Tx.Hold(ctx, want)
}

func (tx contendedTx) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	wants = slices.Clone(wants)
	for i := range wants {
		wants[i].Contended = true
	}
	return store.HoldMany(ctx, tx.Tx, wants)
}

// pause lets others go first, up to n hundred microseconds.
func pause(ctx context.Context, n int) {
	timer := time.NewTimer(time.Duration(rand.IntN(n*100)) * time.Microsecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// conflicts checks that ops, which break uniqueness, are a conflict each time
// and keep nothing of it.
func (t *trial) conflicts(what string, sc scope, want store.Want, ops ...op) {
	before := t.picture(sc)
	for range 3 {
		if t.err != nil {
			return
		}
		t.mustBe(what, t.s.Update(t.ctx, holding(want, ops...)), store.ErrConflict)
	}
	t.same(what+": what is stored", t.picture(sc), before)
}

// rows checks that each of list is a row as it is stored.
func (t *trial) rows(list ...orgs.Member) {
	for _, want := range list {
		if t.err != nil {
			return
		}
		got, err := t.s.Member(t.ctx, want.Org, want.ID)
		t.must("Member "+string(want.ID), err)
		t.same("row "+string(want.ID), got, want)
	}
}
