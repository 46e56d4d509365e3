package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
)

// crashWait is how long a server may take to come back.
const crashWait = 2 * time.Minute

// crashes is how often each kind of server dies: twenty times, or a few where it
// takes long to come back, unless many rounds are asked for.
func crashes(long bool) int {
	if long && !inFull() {
		return 4
	}
	return 20
}

// mortal is a database on servers that die.
type mortal struct {
	engine *engine
	// dsns are the addresses of the database, one for each machine that writes.
	dsns []string
	// die ends a server by SIGKILL.
	die func()
	// revive returns when the database can be written again.
	revive func(context.Context) error
}

// TestCrash kills the server under load, at random moments, and lets it come back:
// all of SPEC 7 holds, and whatever was acknowledged is there (SPEC 7.8).
func TestCrash(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		s := servers.Own(t, servers.StartPostgres, servers.Options{})
		m := mortal{onPostgreSQL(), []string{s.DSN(servers.Fresh(t, s))}, s.Kill, s.Start}
		m.crash(t, crashes(false))
	})
	t.Run("MariaDB", func(t *testing.T) {
		s := servers.Own(t, servers.StartMariaDB, servers.Options{})
		m := mortal{onMariaDB(), []string{s.DSN(servers.Fresh(t, s))}, s.Kill, s.Start}
		m.crash(t, crashes(false))
	})
	t.Run("Galera, one node", func(t *testing.T) {
		s := servers.Own(t, servers.StartGalera, servers.Options{})
		m := mortal{engine: onMariaDB(), die: func() { s.Nodes[rand.IntN(len(s.Nodes))].Kill() }, revive: s.Start}
		name := servers.Fresh(t, s)
		for _, node := range s.Nodes {
			m.dsns = append(m.dsns, node.DSN(name, "wsrep_sync_wait=7"))
		}
		m.crash(t, crashes(true))
	})
	t.Run("PostgreSQL, failover", func(t *testing.T) {
		for n := range crashes(true) { // what has failed over once has no standby left
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				s := servers.Own(t, servers.StartPair, servers.Options{})
				m := mortal{onPostgreSQL(), []string{s.DSN(servers.Fresh(t, s))}, s.Primary.Kill, s.Promote}
				m.crash(t, 1)
			})
		}
	})
}

// crash kills a server so many times and looks what is left.
func (m mortal) crash(t *testing.T, times int) {
	t.Helper()
	first := database{m.engine, m.dsns[0]}
	migrated(t, first.open(t, 1), m.engine.dialect)
	root(t, first)
	l := m.load(t)
	for range times {
		l.outlive(t, m)
	}
	l.stop()
	if err := holds(t.Context(), first.store(t), l.facts); err != nil {
		t.Error(err)
	}
	t.Logf("%d crashes, %d facts acknowledged, %d calls failed, %d of them with an unknown outcome",
		times, len(l.facts), l.failed.Load(), l.unknown.Load())
}

// load is a number of writers that go on when a call fails.
type load struct {
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	facts []fact
	more  *sync.Cond // there are more facts

	failed, unknown atomic.Int64
}

// report takes a fact that was acknowledged.
func (l *load) report(f fact) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, f)
	l.more.Broadcast()
	return nil
}

// await returns when so many more facts were acknowledged.
func (l *load) await(more int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for until := len(l.facts) + more; len(l.facts) < until; {
		l.more.Wait()
	}
}

// load starts writers on every machine.
func (m mortal) load(t *testing.T) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel}
	l.more = sync.NewCond(&l.mu)
	t.Cleanup(l.stop)
	for i := range killWriters {
		db := database{m.engine, m.dsns[i%len(m.dsns)]}.open(t, 4)
		svc, err := serve(ctx, db, m.engine.dialect)
		if err != nil {
			t.Fatal(err)
		}
		root, err := svc.User(ctx, "root")
		if err != nil {
			t.Fatal(err)
		}
		as := charter.Actor{User: root.ID, Org: root.Active}
		l.done.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				w := writer{ctx: ctx, svc: svc, out: l, name: fmt.Sprintf("%d-%d", i, n)}
				w.run(as)
				l.judge(ctx, t, w.err)
				usable(ctx, db)
			}
		})
	}
	return l
}

// judge fails the test where an error says something other than that the database
// was not there: a rule that was broken, or input that was not.
func (l *load) judge(ctx context.Context, t *testing.T, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	l.failed.Add(1)
	if errors.Is(err, store.ErrUnknownOutcome) {
		l.unknown.Add(1)
	}
	for _, wrong := range []error{charter.ErrDenied, charter.ErrNotFound, charter.ErrInvalid, charter.ErrAlreadyMember, charter.ErrLastAdmin} {
		if errors.Is(err, wrong) {
			t.Errorf("a call failed with %v", err)
		}
	}
}

// usable returns when db answers, or ctx is done.
func usable(ctx context.Context, db *sql.DB) {
	for ctx.Err() == nil && db.PingContext(ctx) != nil {
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// outlive kills a server, when some more calls have been acknowledged, and waits
// until the load goes on.
func (l *load) outlive(t *testing.T, m mortal) {
	t.Helper()
	l.await(1 + rand.IntN(mostFacts))
	<-time.After(rand.N(3 * time.Millisecond)) // elsewhere than right after a report
	m.die()
	ctx, cancel := context.WithTimeout(t.Context(), crashWait)
	defer cancel()
	if err := m.revive(ctx); err != nil {
		t.Fatal(err)
	}
	l.await(killWriters)
}

// stop ends the writers.
func (l *load) stop() {
	l.cancel()
	l.done.Wait()
}
