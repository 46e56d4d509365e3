package sqltest

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

const (
	killEngine = "CHARTER_TEST_KILL_ENGINE" // the name of the engine of a process that is to be killed
	killDSN    = "CHARTER_TEST_KILL_DSN"    // its database
	killLife   = "CHARTER_TEST_KILL_LIFE"   // its number: no two make the same names

	killWriters = 4
	mostFacts   = 80 // that a process lives to see acknowledged
)

// kills is how many processes are killed on each engine, and killsPerDatabase how
// many of them one after the other on one database.
func kills(e *engine) (all, perDatabase int) {
	if e.server == nil {
		return 50, 5
	}
	return 20, 5
}

// TestMain is also the process that is killed, and those that start at once: this test
// binary, started again.
func TestMain(m *testing.M) {
	if name := os.Getenv(startEngine); name != "" {
		if err := open(context.Background(), name, os.Getenv(startDSN)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if name := os.Getenv(killEngine); name != "" {
		fmt.Fprintln(os.Stderr, live(context.Background(), name, os.Getenv(killDSN), os.Getenv(killLife)))
		os.Exit(1)
	}
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // it tells each connection that a test cuts
	code := m.Run()
	if err := servers.StopAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// TestKill kills a process that writes, at random moments, and opens what it left:
// all of SPEC 7 holds, and whatever was acknowledged is there (SPEC 7.8).
func TestKill(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		all, perDatabase := kills(e)
		start, facts := time.Now(), 0
		for range all / perDatabase {
			d := e.fresh(t)
			root(t, d)
			var told []fact
			for life := range perDatabase {
				told = append(told, kill(t, d, life)...)
				survived(t, d, told)
			}
			facts += len(told)
		}
		t.Logf("%d kills, %d facts acknowledged, in %s", all, facts, time.Since(start).Round(time.Millisecond))
	})
}

// root makes an organization that all writers share.
func root(t *testing.T, d database) {
	t.Helper()
	db := handle(t, plainConnector{d}, killWriters)
	servicetest.On(t, opened(t, db, d.engine.dialect)).SignIn("root")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// kill starts a process that writes, kills it at a random moment and returns what
// it had reported until then.
func kill(t *testing.T, d database, life int) (facts []fact) {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killEngine+"="+d.engine.name, killDSN+"="+d.dsn, fmt.Sprintf("%s=%d", killLife, life))
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadly := 1 + rand.IntN(mostFacts)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var f fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Errorf("report %q: %v", lines.Bytes(), err)
			break
		}
		facts = append(facts, f)
		if len(facts) == deadly {
			// Right after a report it would be in the same place too often.
			<-time.After(rand.N(3 * time.Millisecond))
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("was not killed: %v: %s", err, complaint.Bytes())
	}
	return facts
}

// survived opens the database once more and looks.
func survived(t *testing.T, d database, facts []fact) {
	t.Helper()
	db := handle(t, plainConnector{d}, 1)
	defer db.Close()
	if err := holds(t.Context(), opened(t, db, d.engine.dialect), facts); err != nil {
		t.Error(err)
	}
	if d.engine.server != nil {
		return
	}
	var integrity string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		t.Errorf("integrity check: %s, %v", integrity, err)
	}
}

// live writes to a database until it is killed, in several goroutines, and reports
// each fact on standard output once the call has returned.
func live(ctx context.Context, name, dsn, life string) error {
	e := engineNamed(name)
	if e == nil {
		return fmt.Errorf("no engine is called %q", name)
	}
	svc, err := serve(ctx, sql.OpenDB(plainConnector{database{e, dsn}}), e.dialect)
	if err != nil {
		return err
	}
	root, err := svc.User(ctx, "root")
	if err != nil {
		return err
	}
	out := &reporter{}
	failed := make(chan error)
	for i := range killWriters {
		go func() {
			for n := 0; ; n++ {
				w := writer{ctx: ctx, svc: svc, out: out, name: fmt.Sprintf("%s-%d-%d", life, i, n)}
				w.run(charter.Actor{User: root.ID, Org: root.Active})
				if w.err != nil {
					failed <- w.err
					return
				}
			}
		}()
	}
	return <-failed
}

// serve opens the database as a host does that starts.
func serve(ctx context.Context, db *sql.DB, dialect sqlstore.Dialect) (*charter.Service, error) {
	s, err := sqlstore.New(ctx, db, dialect)
	if err != nil {
		return nil, err
	}
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	if err != nil {
		return nil, err
	}
	return charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
}
