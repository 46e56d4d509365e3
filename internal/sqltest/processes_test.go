package sqltest

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

const (
	startEngine = "CHARTER_TEST_START_ENGINE" // the name of the engine of a process that starts
	startDSN    = "CHARTER_TEST_START_DSN"    // its database

	ready = "ready" // what such a process says before it waits for its input to end
)

// TestProcessesStart starts processes at once, on an empty database: it is migrated
// once, and all of them work.
func TestProcessesStart(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) { processesStart(t, e.blank) })
	t.Run("PgBouncer", func(t *testing.T) {
		processesStart(t, func(t testing.TB) database {
			s := pooler(t)
			return database{onPostgreSQL(), s.DSN(servers.Fresh(t, s), "default_query_exec_mode=exec")}
		})
	})
}

func processesStart(t *testing.T, blank func(testing.TB) database) {
	t.Helper()
	for range effort(3, 1) {
		startAll(t, blank(t))
	}
}

// startAll starts processes on d at once.
func startAll(t *testing.T, d database) {
	t.Helper()
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var processes []*started
	for range 4 {
		processes = append(processes, start(t, d, from))
	}
	for _, p := range processes {
		p.awaitReady(t)
	}
	if err := to.Close(); err != nil { // they begin
		t.Fatal(err)
	}
	for _, p := range processes {
		if err := p.Wait(); err != nil {
			t.Errorf("%v: %s", err, p.complaint.Bytes())
		}
	}
	if t.Failed() {
		return
	}
	db := d.open(t, 2)
	populate(t, opened(t, db, d.engine.dialect), 1, 5)
	if n := number(t, db, `SELECT count(*) FROM charter_migrations WHERE version_id > 0`); n != 1 {
		t.Errorf("the one file was applied %d times", n)
	}
}

// started is a process that opens a database as a host does that starts.
type started struct {
	*osexec.Cmd
	out       io.Reader
	complaint bytes.Buffer
}

func start(t *testing.T, d database, begin *os.File) *started {
	t.Helper()
	p := &started{Cmd: osexec.CommandContext(t.Context(), os.Args[0])}
	p.Env = append(os.Environ(), startEngine+"="+d.engine.name, startDSN+"="+d.dsn)
	p.Stdin, p.Stderr = begin, &p.complaint
	var err error
	if p.out, err = p.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *started) awaitReady(t *testing.T) {
	t.Helper()
	if line, err := bufio.NewReader(p.out).ReadString('\n'); line != ready+"\n" {
		t.Errorf("the process says %q, error %v: %s", line, err, p.complaint.Bytes())
	}
}

// open is such a process: it waits for its input to end, migrates, and opens.
func open(ctx context.Context, name, dsn string) error {
	e := engineNamed(name)
	if e == nil {
		return fmt.Errorf("no engine is called %q", name)
	}
	db := sql.OpenDB(plainConnector{database{e, dsn}})
	defer db.Close()
	_, err := os.Stdout.WriteString(ready + "\n")
	if err == nil {
		_, err = io.ReadAll(os.Stdin)
	}
	if err == nil {
		err = sqlstore.Migrate(ctx, db, e.dialect)
	}
	if err == nil {
		_, err = sqlstore.New(ctx, db, e.dialect)
	}
	if err != nil {
		return errors.Join(err, explained(err))
	}
	return nil
}
