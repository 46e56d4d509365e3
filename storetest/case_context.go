package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/seed-5b9f5318/charter/store"
)

func contextCases() []Case {
	return []Case{
		numbered(12, "an Update within an Update is refused", caseNestedInUpdate),
		numbered(12, "an Update within a View is refused", caseNestedInView),
		numbered(13, "a context that was done keeps everything out", caseContextWasDone),
		numbered(13, "a context that is done before the commit keeps everything out", caseContextDoneInFn),
		numbered(13, "a context that is done while others write keeps everything out", caseContextDoneWaiting),
		numbered(13, "a context that is done makes no read wrong", caseContextDoneReading),
	}
}

// nested checks that an Update with ctx, which an fn was given, is refused, and
// so with contexts that are made from it.
func (t *trial) nested(ctx context.Context) {
	type key struct{}
	derived, cancel := context.WithTimeout(context.WithValue(ctx, key{}, 1), time.Hour)
	defer cancel()
	for _, c := range []context.Context{ctx, derived, context.WithoutCancel(ctx)} {
		called := false
		err := t.s.Update(c, func(context.Context, store.Tx) error { called = true; return nil })
		t.mustBe("nested Update", err, store.ErrNested)
		if called {
			t.failf("nested Update called its fn")
		}
	}
}

// caseNestedInUpdate tries before and after a write, which is then kept.
func caseNestedInUpdate(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.commit(func(ctx context.Context, tx store.Tx) error {
		t.nested(ctx)
		if err := holding(store.Want{Org: acme}, createOrganization(organization(acme)))(ctx, tx); err != nil {
			return err
		}
		t.nested(ctx)
		return nil
	})
	t.do(store.Want{Org: acme}, updateOrganization(organization(acme)))
	return t.err
}

// caseNestedInView tries before and after a read.
func caseNestedInView(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.must("View", s.View(ctx, func(ctx context.Context, r store.Reader) error {
		t.nested(ctx)
		_, err := r.Organization(ctx, acme)
		t.nested(ctx)
		return err
	}))
	t.do(store.Want{Org: acme}, appendEvent(event(acme, 3)))
	return t.err
}

// caseContextWasDone begins with contexts that were cancelled, that were
// cancelled for a cause, and whose deadline has passed.
func caseContextWasDone(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	caused, cancelFor := context.WithCancelCause(ctx)
	cancelFor(errBoom)
	late, cancelLate := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancelLate()
	for _, done := range []context.Context{cancelled, caused, late} {
		w := together()
		t.mustBe("Update with a context that was done", retry(done, s, holding(w.want, w.op)), done.Err())
		t.same("what is stored", t.picture(sceneScope()), before)
	}
	return t.err
}

// caseContextDoneInFn cancels after each kind of write, and before it with the
// error of the write dropped. Fn returns nil.
func caseContextDoneInFn(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	for _, w := range everyWrite() {
		for _, early := range []bool{false, true} {
			t.cancelled(w, early)
		}
		t.same(w.kind+": what is stored", t.picture(sceneScope()), before)
	}
	return t.err
}

// cancelled runs Updates whose context is cancelled after w, or before it, until
// one does not end in a conflict. It must end with the context's error.
func (t *trial) cancelled(w write, early bool) {
	for n := 0; n < attempts && t.err == nil; n++ {
		ctx, cancel := context.WithCancel(t.ctx)
		err := t.s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Hold(ctx, w.want); err != nil {
				return err
			}
			if early {
				cancel()
			}
			err := w.op(ctx, tx)
			cancel()
			if early {
				return nil
			}
			return err
		})
		cancel()
		if !isConflict(err) {
			t.mustBe(w.kind+", then a cancelled context", err, context.Canceled)
			return
		}
	}
}

// caseContextDoneWaiting cancels an Update that waits for another one, where the
// store makes it wait.
func caseContextDoneWaiting(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	var second *background
	t.commit(func(ctx context.Context, tx store.Tx) error {
		if err := holding(store.Want{Org: acme}, appendEvent(event(acme, 3)))(ctx, tx); err != nil {
			return err
		}
		if second != nil { // this is another attempt
			return nil
		}
		second = t.start(func(*trial) {
			failed = retry(waiting, s, holding(store.Want{Org: acme}, createRole(acme, custom(clerk, "Clerk"))))
		})
		second.linger()
		cancel()
		return nil
	})
	if second == nil {
		return t.err
	}
	t.await(second)
	_, err := s.Role(ctx, acme, clerk)
	switch {
	case failed == nil: // it did not have to wait
		t.must("Role", err)
	default:
		t.mustBe("the Update that waited", failed, context.Canceled)
		t.mustBe("its role", err, store.ErrNotFound)
	}
	return t.err
}

// caseContextDoneReading reads with a context that is done. The answer is the
// right one, or an error that says nothing about the records.
func caseContextDoneReading(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	done, cancel := context.WithCancel(ctx)
	cancel()
	for _, l := range sceneScope().looks() {
		got, err := l.run(done, s)
		switch {
		case err == nil:
			t.same(l.call+" with a context that is done", got, before[l.call])
		case errors.Is(err, store.ErrNotFound) && before[l.call] == notFound:
		case errors.Is(err, store.ErrNotFound), isConflict(err), errors.Is(err, store.ErrTxDone):
			t.failf("%s with a context that is done: got error %w, want the answer or the context's error", l.call, err)
		}
	}
	called := false
	if err := s.View(done, func(context.Context, store.Reader) error { called = true; return nil }); err == nil && !called {
		t.failf("View with a context that is done returned nil and did not call fn")
	}
	return t.err
}
