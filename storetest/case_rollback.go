package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func rollbackCases() []Case {
	return []Case{
		numbered(1, "an error of fn keeps nothing", caseErrorKeepsNothing),
		numbered(1, "a refused write keeps the others out", caseRefusedWriteKeepsNothing),
		numbered(1, "a lost comparison keeps nothing", caseLostComparisonKeepsNothing),
		numbered(2, "fn's error comes back from Update", caseErrorOfUpdate),
		numbered(2, "fn's error comes back from View", caseErrorOfView),
		numbered(3, "a panic keeps nothing", casePanicKeepsNothing),
		numbered(3, "a panic goes on to the caller", casePanicGoesOn),
	}
}

// errBoom is what fn fails with when it does not matter what.
var errBoom = errors.New("boom")

func isConflict(err error) bool { return errors.Is(err, store.ErrConflict) }

// fails checks that an Update whose fn does o and ends with failure answers
// with it. A conflict before fn came to its end is another attempt's.
func (t *trial) fails(what string, o op, failure error) {
	for n := 0; n < attempts && t.err == nil; n++ {
		ended := false
		err := t.s.Update(t.ctx, func(ctx context.Context, tx store.Tx) error {
			if err := o(ctx, tx); err != nil {
				return err
			}
			ended = true
			return failure
		})
		if ended || !isConflict(err) {
			t.comesBack(what, err, failure)
			return
		}
	}
}

// caseErrorKeepsNothing fails after each kind of write, and after all in one.
func caseErrorKeepsNothing(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	for _, w := range everyWrite() {
		t.fails(w.kind, holding(w.want, w.op), errBoom)
		t.same(w.kind+": what is stored", t.picture(sceneScope()), before)
	}
	return t.err
}

// caseRefusedWriteKeepsNothing does not tell the store that a write failed: fn
// drops its error, writes on and returns nil.
func caseRefusedWriteKeepsNothing(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	err := s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := holding(store.Want{Org: acme}, appendEvent(event(acme, 3)))(ctx, tx); err != nil {
			return err
		}
		_ = tx.CreateRole(ctx, acme, custom(clerk, "Auditor"))
		_ = tx.DeleteMember(ctx, acme, danRow)
		return nil
	})
	t.mustBe("Update whose fn dropped the error of a write", err, store.ErrConflict)
	t.same("what is stored", t.picture(sceneScope()), before)
	return t.err
}

// caseLostComparisonKeepsNothing commits to what an Update holds while it runs,
// where the store lets that happen, with all kinds of write at stake.
func caseLostComparisonKeepsNothing(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	last := writes()[len(writes())-1]
	for _, w := range []write{together(), last} {
		before := t.picture(sceneScope())
		var other *background
		err := s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Hold(ctx, w.want); err != nil {
				return err
			}
			other = t.start(func(own *trial) {
				own.decide(store.Want{Org: w.want.Org}, func(held store.Held) op { return touch(held.Org) })
			})
			other.linger()
			return w.op(ctx, tx)
		})
		if other != nil {
			t.await(other)
		}
		switch {
		case isConflict(err):
			t.same(w.kind+": what is stored", t.picture(sceneScope()).unrevised(), before.unrevised())
		default: // the other one had to wait
			t.must(w.kind, err)
		}
	}
	return t.err
}

// touch returns the op that writes o as it is, when it is there.
func touch(o orgs.Organization) op {
	if o.ID == "" {
		return all()
	}
	return updateOrganization(o)
}

// refusal is an error with something to say.
type refusal struct{ reason string }

func (r *refusal) Error() string { return "refused: " + r.reason }

// failures are errors that fn may end with. None of them is the store's.
func failures() []error {
	own := &refusal{"for a reason"}
	return []error{
		own,
		fmt.Errorf("with more words: %w", own),
		errors.Join(errBoom, own),
		context.Canceled,         // of a context that the store knows nothing about
		context.DeadlineExceeded, // likewise
		fmt.Errorf("nested: %w", store.ErrNotFound),
		io.EOF,
	}
}

// comesBack checks that err is failure, with all that it wraps.
func (t *trial) comesBack(what string, err, failure error) {
	t.mustBe(what, err, failure)
	var want, got *refusal
	if errors.As(failure, &want) && (!errors.As(err, &got) || got != want) {
		t.failf("%s: errors.As finds %v in %v, want %v", what, got, err, want)
	}
	t.noConflict(what, err)
}

// caseErrorOfUpdate fails with and without a write.
func caseErrorOfUpdate(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, failure := range failures() {
		what := fmt.Sprintf("Update whose fn returned %q", failure)
		t.fails(what, all(), failure)
		t.fails(what, holding(store.Want{Org: acme}, appendEvent(event(acme, 3))), failure)
	}
	return t.err
}

// caseErrorOfView fails before and after a read.
func caseErrorOfView(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, failure := range failures() {
		what := fmt.Sprintf("View whose fn returned %q", failure)
		t.comesBack(what, s.View(ctx, func(context.Context, store.Reader) error { return failure }), failure)
		t.comesBack(what, s.View(ctx, func(ctx context.Context, r store.Reader) error {
			if _, err := r.Organization(ctx, acme); err != nil {
				return err
			}
			return failure
		}), failure)
	}
	return t.err
}

// panics returns ways to panic, and whether that was the one that arrived.
func panics() map[string]func() {
	return map[string]func(){
		"an error":          func() { panic(errBoom) },
		"a text":            func() { panic("boom") },
		"a runtime error":   func() { var zero int; _ = 1 / zero },
		"an index too high": func() { _ = []int{}[len(writes())] },
	}
}

// caught calls fn and returns what it panicked with.
func caught(fn func()) (value any) {
	defer func() { value = recover() }()
	fn()
	return nil
}

// panicked checks that run, which calls fn, does not keep its panic back.
func (t *trial) panicked(what string, got, want any) {
	_, fromRuntime := want.(runtime.Error)
	_, isToo := got.(runtime.Error)
	if t.err == nil && got != want && !(fromRuntime && isToo) {
		t.failf("%s: the caller recovered %v, want %v", what, got, want)
	}
}

// casePanicKeepsNothing panics after each kind of write.
func casePanicKeepsNothing(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	for _, w := range everyWrite() {
		value := caught(func() {
			t.commit(func(ctx context.Context, tx store.Tx) error {
				if err := holding(w.want, w.op)(ctx, tx); err != nil {
					return err
				}
				panic(errBoom)
			})
		})
		t.panicked(w.kind, value, errBoom)
		t.same(w.kind+": what is stored", t.picture(sceneScope()), before)
	}
	t.do(store.Want{Org: acme}, appendEvent(event(acme, 3)))
	return t.err
}

// casePanicGoesOn panics in various ways, in Update and in View, and uses the
// store after each.
func casePanicGoesOn(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	for what, boom := range panics() {
		want := caught(boom)
		got := caught(func() {
			_ = s.Update(ctx, func(context.Context, store.Tx) error { boom(); return nil })
		})
		t.panicked("Update whose fn panicked with "+what, got, want)
		got = caught(func() {
			_ = s.View(ctx, func(context.Context, store.Reader) error { boom(); return nil })
		})
		t.panicked("View whose fn panicked with "+what, got, want)
		t.do(store.Want{Org: acme}, updateOrganization(organization(acme)))
		t.viewed(sceneScope())
	}
	r := custom(clerk, "Clerk", viewDevices)
	t.do(store.Want{Org: acme}, createRole(acme, r))
	got, err := s.Roles(ctx, acme)
	t.must("Roles", err)
	t.same("Roles after all this", got, []roles.Role{r})
	return t.err
}
