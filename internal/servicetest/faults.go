package servicetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// plan says at which of the calls that reach the store something goes wrong.
type plan struct {
	points  []point // so far
	updates int     // transactions begun
	inside  bool    // one of them
	at      int     // the index of the point that goes wrong, -1 for none
	strike  func() error
}

// point is one call that reached the store.
type point struct {
	name   string
	inside bool // a transaction
}

// point counts a call and returns what goes wrong with it.
func (p *plan) point(name string) error {
	p.points = append(p.points, point{name, p.inside})
	if len(p.points)-1 != p.at {
		return nil
	}
	return p.strike()
}

// call is one call of the Service, ready to be made, once or more.
type call func(context.Context) (any, error)

// faultCase is an operation or a question in a situation where it succeeds.
type faultCase struct {
	name  string // of the method, then "/" and the situation where there are several
	make  func(*stage) call
	asks  bool  // it changes nothing
	again class // what the same call is answered with once it has taken place; empty for success
	grows bool  // the same call has another effect the second time
}

// stage is where a case plays: a Service on a store in which calls can be made to
// go wrong. Time stands still while a case is called, and every attempt draws the
// same IDs, so that what comes out of a call is the same each time.
type stage struct {
	*World
	plan   *plan
	still  time.Time // the time while the case is called, zero before
	known  Known
	random *rand.ChaCha8
	actors
}

// errBroken is what a broken store says.
var errBroken = errors.New("the store is broken")

func newStage(t testing.TB, open Open) *stage {
	s := &stage{plan: &plan{at: -1}, random: rand.NewChaCha8([32]byte{1})}
	clock := NewClock()
	s.World = On(t, newFaultStore(open(t), s.plan), func(o *charter.Options) {
		o.Random = s.random
		o.Clock = func() time.Time {
			if s.still.IsZero() {
				return clock.Now()
			}
			return s.still
		}
	})
	s.actors = newActors(s.World)
	s.known.Users = []orgs.UserID{"ada", "bo", "cy", "dee", "eve"}
	return s
}

// try makes the call with the point at, if any, going wrong by strike.
func (s *stage) try(ctx context.Context, c call, at int, strike func() error) (any, error) {
	s.still = s.Clock.Now().Add(time.Hour).Truncate(time.Hour)
	*s.plan = plan{at: at, strike: func() error {
		err := strike()
		s.random.Seed([32]byte{2}) // as for the first attempt
		return err
	}}
	s.random.Seed([32]byte{2})
	value, err := c(ctx)
	s.plan.at = -1
	return value, err
}

// look returns what is stored.
func (s *stage) look() Dump {
	s.Helper()
	d, err := Look(s.Ctx, s.Store, s.known)
	s.Must(err)
	return d
}

// RunFaults lets every single call that an operation or a question of the Service
// makes to its store go wrong in turn: with an error, with a conflict, by the
// context's end, and by a commit of which nobody knows whether it took place. The
// call then fails with that error and has changed nothing, or it is whole (SPEC
// 7.7, C13).
func RunFaults(t *testing.T, open Open) {
	points := 0
	for _, c := range append(faultOperations(), faultQuestions()...) {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{TB: t, open: open, faultCase: c}
			b.measure()
			b.errors()
			b.cancels()
			b.conflicts()
			b.unknown()
			b.deadContext()
			points += len(b.points)
		})
	}
	t.Logf("%d calls of the store went wrong", points)
}

// bench runs one case.
type bench struct {
	testing.TB
	open Open
	faultCase
	points        []point
	before, after Dump // what is stored before and after a call that goes well
}

// fresh returns a stage with the case ready to be called.
func (b *bench) fresh() (*stage, call) {
	b.Helper()
	s := newStage(b, b.open)
	c := b.make(s)
	for id := range s.look().Orgs {
		s.known.Orgs = append(s.known.Orgs, id)
	}
	return s, c
}

// measure finds the points of the case, and what it does.
func (b *bench) measure() {
	b.Helper()
	s, c := b.fresh()
	b.before = s.look()
	if _, err := s.try(s.Ctx, c, -1, nil); err != nil {
		b.Fatal(err)
	}
	b.points = s.plan.points
	b.after = s.look()
	if err := b.after.Verify(); err != nil {
		b.Fatal(err)
	}
	if b.before.Equal(b.after) != b.asks {
		b.Fatalf("changed nothing: %t", !b.asks)
	}
	if len(b.points) == 0 {
		b.Fatal("made no call of the store")
	}
}

// failed checks a call that ended with err, which must be want, with no answer
// and nothing changed.
func (b *bench) failed(s *stage, where string, value any, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s: returned %v, not %v", where, err, want)
	}
	if value != nil && !reflect.ValueOf(value).IsZero() {
		b.Errorf("%s: returned %v with the error %v", where, value, err)
	}
	b.stored(s, where, b.before)
}

// stored checks that want is stored.
func (b *bench) stored(s *stage, where string, want Dump) {
	b.Helper()
	if now := s.look(); !now.Equal(want) {
		b.Errorf("%s: half a change (-want +stored):\n%s", where, diff(want, now))
	}
}

// where names point i.
func (b *bench) where(i int, what string) string {
	return fmt.Sprintf("%s at call %d of %d, %s", what, i+1, len(b.points), b.points[i].name)
}

// errors lets every call fail.
func (b *bench) errors() {
	s, c := b.fresh()
	for i, p := range b.points {
		if p.name == committed {
			continue
		}
		value, err := s.try(s.Ctx, c, i, func() error { return errBroken })
		b.failed(s, b.where(i, "error"), value, err, errBroken)
		if errors.Is(err, charter.ErrConflict) || s.plan.updates > 1 {
			b.Errorf("%s: taken for a conflict", b.where(i, "error"))
		}
	}
}

// cancels lets the context end at every call.
func (b *bench) cancels() {
	s, c := b.fresh()
	for i, p := range b.points {
		ctx, cancel := context.WithCancel(s.Ctx)
		value, err := s.try(ctx, c, i, func() error { cancel(); return nil })
		cancel()
		if err != nil {
			b.failed(s, b.where(i, "cancel"), value, err, context.Canceled)
			continue
		}
		b.stored(s, b.where(i, "cancel"), b.after)
		if p.inside && p.name != committed && !b.asks {
			b.Errorf("%s: it was committed", b.where(i, "cancel")) // C13
		}
		s, c = b.fresh()
	}
}

// conflicts lets every call lose against another writer, once. A transaction is
// run again and takes place once.
func (b *bench) conflicts() {
	for i, p := range b.points {
		if p.name == committed {
			continue
		}
		s, c := b.fresh()
		value, err := s.try(s.Ctx, c, i, func() error { return fmt.Errorf("point %d: %w", i, store.ErrConflict) })
		if err != nil && !p.inside {
			b.failed(s, b.where(i, "conflict"), value, err, charter.ErrConflict)
			continue
		}
		if err != nil {
			b.Errorf("%s: %v", b.where(i, "conflict"), err)
		}
		b.stored(s, b.where(i, "conflict"), b.after)
		if p.inside && s.plan.updates != 2 {
			b.Errorf("%s: %d transactions", b.where(i, "conflict"), s.plan.updates)
		}
	}
}

// unknown lets nobody know whether the commit took place: once it did not, once
// it did. Nothing is tried again, and the same call once more ends well.
func (b *bench) unknown() {
	for i, p := range b.points {
		if p.name != commit && p.name != committed {
			continue
		}
		s, c := b.fresh()
		where := b.where(i, "unknown outcome")
		_, err := s.try(s.Ctx, c, i, func() error { return fmt.Errorf("connection lost: %w", store.ErrUnknownOutcome) })
		if !errors.Is(err, charter.ErrUnknownOutcome) || errors.Is(err, charter.ErrConflict) {
			b.Errorf("%s: returned %v", where, err)
		}
		if s.plan.updates != 1 {
			b.Errorf("%s: %d transactions", where, s.plan.updates)
		}
		if p.name == commit {
			b.stored(s, where, b.before)
			_, err = s.try(s.Ctx, c, -1, nil)
			b.repeated(s, where, err, success)
			continue
		}
		b.stored(s, where, b.after)
		again := b.again
		if again == "" {
			again = success
		}
		_, err = s.try(s.Ctx, c, -1, nil)
		b.repeated(s, where, err, again)
	}
}

// repeated checks what the same call came to once more.
func (b *bench) repeated(s *stage, where string, err error, want class) {
	b.Helper()
	if got := classOf(err); got != want {
		b.Errorf("%s, repeated: answered %q (%v), not %q", where, got, err, want)
	}
	if !b.grows {
		b.stored(s, where+", repeated", b.after)
	}
	if err := Check(s.Ctx, s.Store, s.known); err != nil {
		b.Errorf("%s, repeated: %v", where, err)
	}
}

// deadContext calls with a context that is done already.
func (b *bench) deadContext() {
	s, c := b.fresh()
	ctx, cancel := context.WithCancel(s.Ctx)
	cancel()
	value, err := s.try(ctx, c, -1, nil)
	b.failed(s, "dead context", value, err, context.Canceled)
}
