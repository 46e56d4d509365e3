package storetest

import (
	"context"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// Reopen proves that the records of a store outlive it: what an Update has kept is
// there for whoever opens them again, at the same revision, and nothing else is. It is
// for stores that promise this, after Run, which asks nobody for it: the contract
// leaves it to the store whether its records are kept anywhere.
//
// Records is called once for each case, in its subtest, for a fresh place to keep
// records in, such as a file. What it returns is called several times, in one
// goroutine at a time, and opens a store on the same place, which is empty at first.
// It is done with the store that the call before returned: where only one may be open
// at a time, close that one first, or take a copy of its file as a process leaves it
// that is killed.
func Reopen(t *testing.T, records func(t testing.TB) (open func() store.Store), options ...Option) {
	t.Helper()
	var open func() store.Store
	again := func() store.Store { return open() }
	runAll(t, reopenCases(again), func(t testing.TB) store.Store {
		open = records(t)
		return open()
	}, options...)
}

// reopenCases are those of stores that again opens once more.
func reopenCases(again func() store.Store) []Case {
	withAgain := func(run func(context.Context, store.Store, func() store.Store) error) func(context.Context, store.Store) error {
		return func(ctx context.Context, s store.Store) error { return run(ctx, s, again) }
	}
	return []Case{
		numbered(1, "what was kept is there for who opens the store again", withAgain(keptIsThere)),
		numbered(1, "what was not kept is not there for who opens the store again", withAgain(unkeptIsNotThere)),
		{
			Name:  "Model the same steps give the same answers, however often the store is opened again",
			Claim: "to be opened again changes nothing",
			Run:   withAgain(followPlans),
		},
	}
}

// keptIsThere opens the store again after each kind of write.
func keptIsThere(ctx context.Context, s store.Store, again func() store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, w := range writes() {
		if t.err != nil {
			break
		}
		t.commit(holding(w.want, w.op))
		before := t.picture(sceneScope())
		t.s = again()
		t.same(w.kind+": what is stored", t.picture(sceneScope()), before)
	}
	return t.err
}

// unkeptIsNotThere opens the store again after each kind of write has failed.
func unkeptIsNotThere(ctx context.Context, s store.Store, again func() store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	for _, w := range everyWrite() {
		if t.err != nil {
			break
		}
		t.fails(w.kind, holding(w.want, w.op), errBoom)
		t.s = again()
		t.same(w.kind+": what is stored", t.picture(sceneScope()), before)
	}
	return t.err
}
