package storetest

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/store"
)

// Case is one check of one sentence of the contract. It is data, so that a test
// may run it against a store of its own making, a broken one for example.
type Case struct {
	// Name begins with the number of the sentence, as in "C7 a revision that
	// moved is a conflict", and is unique.
	Name string
	// Claim is what the sentence promises, in short.
	Claim string
	// Run returns nil when s, which is fresh and empty, keeps the promise, and
	// otherwise what it did instead. It uses s from several goroutines and
	// returns only when all of them have ended.
	Run func(ctx context.Context, s store.Store) error

	// Bulk is set when the case has tens of thousands of records, and takes
	// seconds.
	Bulk bool
}

// Cases returns every case, in the order of the contract's themes. The last one
// is the model.
func Cases() []Case {
	return slices.Concat(
		commitCases(), rollbackCases(), endedCases(), contextCases(),
		holdCases(), heldCases(), manyCases(), raceCases(), crowdCases(),
		readCases(), factsCases(), usersCases(),
		recordCases(), grantCases(), isolationCases(), uniqueCases(),
		bytesCases(), valueCases(), copyCases(),
		memberListCases(), listCases(), invitationCases(),
		bulkCases(), modelCases(),
	)
}

// numbered returns the case of sentence number that shows what is said.
func numbered(number int, says string, run func(context.Context, store.Store) error) Case {
	return Case{Name: fmt.Sprintf("C%d %s", number, says), Claim: claim(number), Run: run}
}

// inBulk marks a case as Bulk.
func inBulk(c Case) Case {
	c.Bulk = true
	return c
}

// Option changes how [Run] and [Reopen] work.
type Option func(*settings)

type settings struct{ watchdog, grace time.Duration }

// defaultWatchdog is many times what a case takes on a slow engine under the
// race detector: the watchdog is there for what hangs, not for what is slow.
const defaultWatchdog = time.Minute

// Watchdog sets how long one case may take before it is given up: then its
// subtest fails and prints the stacks of all goroutines. The default is one
// minute. The model, when a plan has failed, looks for a shorter one for as long as
// the flag -rapid.shrinktime says, half a minute by default: a shorter watchdog wants
// a shorter one of these, or what has failed is never told.
func Watchdog(limit time.Duration) Option {
	return func(s *settings) { s.watchdog = limit }
}

// Grace sets how long two transactions of a case that are to meet, each having
// read before the other one writes, wait for each other at most. The default is
// 100 milliseconds. It decides no result: a store that makes one transaction wait
// for the other costs that time once in each such case, and a store where a Hold
// takes longer is looked at less closely.
func Grace(limit time.Duration) Option {
	return func(s *settings) { s.grace = limit }
}

// Run runs every case as a subtest of t, each with a store of its own. Open is
// called once for each case, in its subtest, and returns a fresh, empty store;
// what must be closed it registers with t.Cleanup. A store that keeps the
// contract never fails.
func Run(t *testing.T, open func(t testing.TB) store.Store, options ...Option) {
	t.Helper()
	runAll(t, Cases(), open, options...)
}

func runAll(t *testing.T, cases []Case, open func(t testing.TB) store.Store, options ...Option) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { runCase(t, c, open(t), settingsOf(options)) })
	}
}

func settingsOf(options []Option) settings {
	s := settings{watchdog: defaultWatchdog, grace: defaultGrace}
	for _, option := range options {
		option(&s)
	}
	return s
}

// runCase runs c on under as the test t.
func runCase(t *testing.T, c Case, under store.Store, s settings) {
	t.Helper()
	if err := c.check(withName(withGrace(t.Context(), s.grace), t.Name()), under, s.watchdog); err != nil {
		t.Error(c.report(err))
	}
}

// report says which promise err breaks.
func (c Case) report(err error) string {
	return fmt.Sprintf("%s\nthe contract says: %s\n%v", c.Name, c.Claim, err)
}

// check runs c, for limit at most. A panic is an error; a case that does not
// end leaves its goroutines behind, its context done.
func (c Case) check(ctx context.Context, s store.Store, limit time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- guarded(func() error { return c.Run(ctx, s) }) }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return fmt.Errorf("not done after %v, all goroutines:\n%s", limit, stacks())
	}
}

// guarded returns what fn returns, and an error with the stack when it panics
// or ends its goroutine. The latter happens when a store calls t.FailNow.
func guarded(fn func() error) (err error) {
	returned := false
	result := make(chan error, 1)
	go func() {
		defer func() {
			switch p := recover(); {
			case p != nil:
				result <- fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			case !returned:
				result <- fmt.Errorf("the goroutine was ended from within\n%s", debug.Stack())
			}
		}()
		err := fn()
		returned = true
		result <- err
	}()
	return <-result
}

// stacks returns the stacks of all goroutines.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	return buf[:runtime.Stack(buf, true)]
}
