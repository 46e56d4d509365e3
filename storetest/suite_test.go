package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
)

// TestRunsEveryCase counts the cases that run, and their stores.
func TestRunsEveryCase(t *testing.T) {
	var ran []string
	var cases []Case
	for _, name := range []string{"C1 one", "C2 two", "C3 three"} {
		cases = append(cases, Case{Name: name, Run: func(ctx context.Context, _ store.Store) error {
			if got := graceOf(ctx); got != time.Hour {
				t.Errorf("grace is %v, want an hour", got)
			}
			if got, want := nameOfTest(ctx), "TestRunsEveryCase/cases/"+strings.ReplaceAll(name, " ", "_"); got != want {
				t.Errorf("the case runs as %s, want %s", got, want)
			}
			ran = append(ran, name)
			return nil
		}})
	}
	opened := 0
	t.Run("cases", func(t *testing.T) {
		runAll(t, cases, func(testing.TB) store.Store { opened++; return mem() }, Grace(time.Hour), Watchdog(time.Hour))
	})
	if len(ran) != 3 || opened != 3 {
		t.Errorf("ran %v with %d stores, want three of each", ran, opened)
	}
}

// TestReport looks for what a reader of a failure needs.
func TestReport(t *testing.T) {
	c := numbered(7, "a revision that moved is a conflict", nil)
	got := c.report(errors.New("found 2, want 1"))
	for _, want := range []string{"C7 a revision that moved is a conflict", claim(7), "found 2, want 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the report has no %q:\n%s", want, got)
		}
	}
}

// hang is a case that never ends by itself.
func hang(ctx context.Context, _ store.Store) error {
	<-ctx.Done()
	return nil
}

// TestWatchdog gives up a case that hangs, and shows where.
func TestWatchdog(t *testing.T) {
	err := Case{Run: hang}.check(t.Context(), mem(), time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "not done after 1ms") || !strings.Contains(err.Error(), "storetest.hang") {
		t.Errorf("got %v, want the stack of hang", err)
	}
}

// TestUnusualEnds has cases that panic, that end their goroutine, and that
// contend with somebody who does.
func TestUnusualEnds(t *testing.T) {
	for want, run := range map[string]func(context.Context, store.Store) error{
		"panic: boom":                   func(context.Context, store.Store) error { panic("boom") },
		"was ended from within":         func(context.Context, store.Store) error { new(recorder).FailNow(); return nil },
		"beside the case: panic: other": func(ctx context.Context, s store.Store) error { return contending(ctx, s) },
	} {
		if err := (Case{Run: run}).check(t.Context(), mem(), time.Minute); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func contending(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.contend(func(contender) {}, func(contender) { panic("other") })
	return t.err
}

// TestContendersMeet lets contenders wait for each other, and for one that does
// not come.
func TestContendersMeet(t *testing.T) {
	together := newTrial(withGrace(t.Context(), time.Hour), mem())
	together.contend(func(c contender) { c.meet() }, func(c contender) { c.meet(); c.meet() })
	alone := newTrial(withGrace(t.Context(), time.Millisecond), mem())
	alone.contend(func(c contender) { c.meet() }, func(contender) {})
	if err := errors.Join(together.err, alone.err); err != nil {
		t.Error(err)
	}
}

// TestFirstFaultCounts checks that a trial stops at the first thing that is
// wrong.
func TestFirstFaultCounts(t *testing.T) {
	c := newTrial(t.Context(), mem())
	c.failf("first")
	c.failf("second")
	c.same("third", 1, 2)
	c.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	if c.err.Error() != "first" {
		t.Errorf("got %v, want the first fault", c.err)
	}
	if _, err := c.s.Organization(t.Context(), acme); !errors.Is(err, store.ErrNotFound) {
		t.Error("a trial went on after a fault")
	}
}
