package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// Reopen proves that the records of a store outlive it: what an Update has kept is
// there for whoever opens them again, at the same revision, and what an Update did not
// keep is not. Call it beside Run, for a store that promises this; Run does not ask for
// it, since the contract leaves it to the store whether its records are kept anywhere.
//
// Place returns a fresh, empty place to keep records in, such as the path of a file,
// as the function that opens a store on it. It is called for each case, and by the
// model for each of its plans, with the subtest that the place is for. Neither it nor
// open has an error to return: t.Fatal ends the case.
//
// Open is called some ten or twenty times for a place, never twice at once. When it is,
// Reopen uses the store that the call before returned no more, and no call on that is
// running. So open closes it first, where only one may be open at a time; the last one
// is closed by what place or open gave to t.Cleanup.
//
// An orderly close and the end of a process that is killed are two things, and what
// open does before it opens decides which of them is proven: to close, or to leave the
// store as it is and open a copy of its files. For both, call Reopen twice. Nothing is
// opened while an Update runs.
//
// The cases are subtests whose names begin with Kept, Failed and Model. Watchdog
// applies to each; Grace has nothing to do here.
func Reopen(t *testing.T, place func(t testing.TB) (open func() store.Store), options ...Option) {
	t.Helper()
	for _, c := range reopenCases() {
		t.Run(c.name, func(t *testing.T) {
			runCase(t, c.on(func() func() store.Store { return place(t) }), nil, settingsOf(options))
		})
	}
}

// reopenCase is a Case that is about places instead of a store.
type reopenCase struct {
	name, claim string
	run         func(ctx context.Context, place func() (open func() store.Store)) error
}

// on returns c about the places that place makes, which needs no store.
func (c reopenCase) on(place func() func() store.Store) Case {
	return Case{Name: c.name, Claim: c.claim, Run: func(ctx context.Context, _ store.Store) error { return c.run(ctx, place) }}
}

func reopenCases() []reopenCase {
	return []reopenCase{
		{"Kept and there in the store that is opened again", "what an Update has kept outlives the store", keptIsThere},
		{"Failed and not there in the store that is opened again", "what an Update did not keep does not come back", failedIsNotThere},
		{
			"Model the same steps give the same answers, however often the store is opened again",
			"to be opened again changes nothing", reopenedModel,
		},
	}
}

// keptIsThere opens the store again after each kind of write.
func keptIsThere(ctx context.Context, place func() func() store.Store) error {
	t, open := sceneAt(ctx, place)
	before := t.picture(sceneScope())
	for _, w := range writes() {
		t.do(w.want, w.op)
		kept := t.picture(sceneScope())
		t.shown(w, before, kept)
		t.reopened(w.kind, open, kept)
		before = kept
	}
	return t.err
}

// failedIsNotThere opens the store again after each kind of write has failed.
func failedIsNotThere(ctx context.Context, place func() func() store.Store) error {
	t, open := sceneAt(ctx, place)
	before := t.picture(sceneScope())
	for _, w := range everyWrite() {
		t.fails(w.kind, holding(w.want, w.op), errBoom)
		t.reopened(w.kind+", which failed", open, before)
	}
	return t.err
}

// sceneAt returns a trial with the scene set in a fresh place, and what opens it again.
func sceneAt(ctx context.Context, place func() func() store.Store) (*trial, func() store.Store) {
	t := newTrial(ctx, nil)
	open, s, err := openFresh(ctx, place)
	if err != nil {
		t.failf("%w", err)
		return t, open
	}
	t.s = s
	t.scene()
	return t, open
}

// openFresh makes a place and opens it.
func openFresh(ctx context.Context, place func() func() store.Store) (open func() store.Store, s store.Store, err error) {
	if open = place(); open == nil {
		return nil, nil, errors.New("place returned nil")
	}
	if s, err = opened(open); err != nil {
		return nil, nil, err
	}
	switch _, err := s.Organization(ctx, acme); {
	case err == nil:
		return nil, nil, errors.New("the place is not fresh: an organization is there that another case has founded")
	case !errors.Is(err, store.ErrNotFound):
		return nil, nil, err
	}
	return open, s, nil
}

func opened(open func() store.Store) (store.Store, error) {
	if s := open(); s != nil {
		return s, nil
	}
	return nil, errors.New("open returned nil")
}

// reopened opens the store again after what, and compares what is there.
func (t *trial) reopened(what string, open func() store.Store, before picture) {
	if t.err != nil {
		return
	}
	s, err := opened(open)
	if err != nil {
		t.failf("after %s: %w", what, err)
		return
	}
	t.s = s
	if _, err := s.Organization(t.ctx, acme); errors.Is(err, store.ErrNotFound) {
		t.failf("after %s: organization %q is not there in the store that was opened again: is it the same place?", what, acme)
	}
	t.same("after "+what+", opened again: what is stored", t.picture(sceneScope()), before)
}
