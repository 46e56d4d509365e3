package servers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// TestMain is also the process that is killed: this test binary, started again.
func TestMain(m *testing.M) {
	if end := os.Getenv(victimVar); end != "" {
		fmt.Fprintln(os.Stderr, victim(end))
		os.Exit(1)
	}
	_ = mysql.SetLogger(&mysql.NopLogger{}) // of connections that are cut on purpose
	code := m.Run()
	if err := StopAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// connect opens a database.
func connect(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// do executes statements.
func do(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// number returns what a statement of one number says.
func number(t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// restartable is what has a Process, or several.
type restartable interface {
	Engine
	Kill()
	Stop() error
}

// kinds are all engines that a test takes by turns.
var kinds = map[string]kind{
	"PostgreSQL": newKind("pgx", StartPostgres),
	"PgBouncer":  newKind("pgx", StartPgBouncer),
	"pair":       newKind("pgx", StartPair),
	"MariaDB":    newKind("mysql", StartMariaDB),
	"Galera":     newKind("mysql", StartGalera),
}

type kind struct {
	driver      string
	own, shared func(testing.TB, Options) restartable
}

func newKind[S restartable](driver string, start func(context.Context, Options) (S, error)) kind {
	return kind{
		driver: driver,
		own:    func(t testing.TB, o Options) restartable { return Own(t, start, o) },
		shared: func(t testing.TB, o Options) restartable { return Shared(t, start, o) },
	}
}

// modes are parameters that suit every server of a driver.
var modes = map[string]string{"pgx": "default_query_exec_mode=exec", "mysql": "parseTime=true"}

// TestRestart ends each kind of server, by force and otherwise: nothing of it is left.
// Started again it has the rows that were acknowledged. A cluster has a test of its own.
func TestRestart(t *testing.T) {
	for _, name := range []string{"PostgreSQL", "PgBouncer", "pair", "MariaDB"} {
		t.Run(name, func(t *testing.T) {
			k := kinds[name]
			s := k.own(t, Options{})
			db := connect(t, k.driver, s.DSN(Fresh(t, s), modes[k.driver]))
			do(t, db, "CREATE TABLE facts (n INT PRIMARY KEY)")
			for i, end := range []func() error{
				func() error { s.Kill(); return nil },
				s.Stop,
			} {
				do(t, db, fmt.Sprintf("INSERT INTO facts VALUES (%d)", i))
				running := runs(t, s)
				if err := end(); err != nil {
					t.Fatal(err)
				}
				if left := alive(t, running); len(left) > 0 {
					t.Errorf("left running: %q", left)
				}
				if err := db.PingContext(t.Context()); err == nil {
					t.Fatal("it answers though it has ended")
				}
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n := number(t, db, "SELECT COUNT(*) FROM facts"); n != i+1 {
					t.Errorf("%d rows after restart %d", n, i)
				}
			}
		})
	}
}

// runs returns the processes of s, which runs.
func runs(t *testing.T, s Engine) []process {
	t.Helper()
	var found []process
	switch s := s.(type) {
	case *Postgres:
		found = below(t, s.run.pid)
	case *PgBouncer:
		found = below(t, s.run.pid)
	case *Pair:
		found = append(below(t, s.Primary.run.pid), below(t, s.Standby.run.pid)...)
	case *MariaDB:
		found = below(t, s.run.pid)
	}
	if len(found) == 0 {
		t.Error("nothing runs")
	}
	return found
}

// Two servers of a kind do not meet, and what is shared is one.
func TestTwo(t *testing.T) {
	for _, name := range []string{"PostgreSQL", "MariaDB"} {
		k := kinds[name]
		a, b := k.shared(t, Options{Cheap: true}), k.own(t, Options{Cheap: true, Config: []string{"max_connections = 17"}})
		if again := k.shared(t, Options{Cheap: true}); again != a || again == b {
			t.Error("what is shared is another server")
		}
		for _, s := range []Engine{a, b} {
			db := connect(t, k.driver, s.DSN(Fresh(t, s)))
			do(t, db, "CREATE TABLE facts (n INT PRIMARY KEY)", "INSERT INTO facts VALUES (1)")
		}
		var most string
		query := map[string]string{"pgx": "SHOW max_connections", "mysql": "SELECT @@max_connections"}[k.driver]
		if err := connect(t, k.driver, b.DSN(Fresh(t, b))).QueryRowContext(t.Context(), query).Scan(&most); err != nil || most != "17" {
			t.Errorf("%s: max_connections is %s, %v", name, most, err)
		}
	}
}

// What is shared and has been killed is there again for who asks next.
func TestSharedAgain(t *testing.T) {
	Shared(t, StartPostgres, Options{Cheap: true}).Kill()
	s := Shared(t, StartPostgres, Options{Cheap: true})
	if n := number(t, connect(t, "pgx", s.DSN(Fresh(t, s))), "SELECT 1"); n != 1 {
		t.Errorf("SELECT 1: %d", n)
	}
}

// TestPooler has a transaction whose statements all meet, more clients than the pooler
// has connections, and a server behind it that is killed.
func TestPooler(t *testing.T) {
	s := Own(t, StartPgBouncer, Options{})
	db := connect(t, "pgx", s.DSN(Fresh(t, s), modes["pgx"]))
	do(t, db, "CREATE TABLE facts (n INT PRIMARY KEY)")
	const clients = 12
	failed := make(chan error, clients)
	for i := range clients {
		go func() {
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				failed <- err
				return
			}
			defer tx.Rollback()
			for j := range 3 {
				if _, err := tx.ExecContext(t.Context(), "INSERT INTO facts VALUES ($1)", 3*i+j); err != nil {
					failed <- err
					return
				}
			}
			failed <- tx.Commit()
		}()
	}
	for range clients {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	s.Postgres.Kill()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := until(t.Context(), "the pooler has no server", func(ctx context.Context) error { return db.PingContext(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, "SELECT COUNT(*) FROM facts"); n != 3*clients {
		t.Errorf("%d rows", n)
	}
}

// TestPromote has the row that the primary acknowledged before it was killed, and
// writes through the same handle.
func TestPromote(t *testing.T) {
	p := Own(t, StartPair, Options{})
	name := Fresh(t, p)
	db := connect(t, "pgx", p.DSN(name))
	do(t, db, "CREATE TABLE facts (n INT PRIMARY KEY)")
	if _, err := connect(t, "pgx", p.Standby.DSN(name)).ExecContext(t.Context(), "INSERT INTO facts VALUES (0)"); err == nil {
		t.Error("the standby is written to")
	}
	do(t, db, "INSERT INTO facts VALUES (1)")
	if err := p.Promote(t.Context()); err == nil {
		t.Fatal("promoted beside a primary")
	}
	p.Primary.Kill()
	if err := p.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := until(t.Context(), "nobody can be written to", func(ctx context.Context) error { return db.PingContext(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	do(t, db, "INSERT INTO facts VALUES (2)")
	if n := number(t, db, "SELECT COUNT(*) FROM facts"); n != 2 {
		t.Errorf("%d rows", n)
	}
	p.Kill()
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Primary.Running() {
		t.Error("the former primary runs")
	}
}

// TestCluster writes on each node and reads on each, kills one, two and all.
func TestCluster(t *testing.T) {
	g := Own(t, StartGalera, Options{Cheap: true})
	name := Fresh(t, g)
	dbs := make([]*sql.DB, len(g.Nodes))
	for i, m := range g.Nodes {
		dbs[i] = connect(t, "mysql", m.DSN(name))
	}
	do(t, dbs[0], "CREATE TABLE facts (n INT PRIMARY KEY)")
	rows := 0
	all := func() {
		t.Helper()
		for i, m := range g.Nodes {
			if size, err := m.status(t.Context(), "wsrep_cluster_size"); err != nil || size != "3" {
				t.Errorf("node %d sees %s nodes: %v", i, size, err)
			}
			if err := g.settle(t.Context()); err != nil {
				t.Error(err)
			}
			do(t, dbs[i], fmt.Sprintf("INSERT INTO facts VALUES (%d)", rows))
			rows++
			if err := g.settle(t.Context()); err != nil {
				t.Error(err)
			}
			for j, db := range dbs {
				if n := number(t, db, "SELECT COUNT(*) FROM facts"); n != rows {
					t.Errorf("node %d has %d rows of %d, after a write on node %d", j, n, rows, i)
				}
			}
		}
	}
	all()
	for _, killed := range [][]int{{0}, {1, 2}, {0, 1, 2}} {
		for _, i := range killed {
			g.Nodes[i].Kill()
		}
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		all()
	}
}

// TestDisk fills a server's disk: it says so, and goes on.
func TestDisk(t *testing.T) {
	full := map[string]string{"PostgreSQL": "SQLSTATE 53100", "MariaDB": "Error 1114"}
	for name, want := range full {
		k := kinds[name]
		s := k.own(t, Options{Cheap: true, Disk: 60 << 20})
		db := connect(t, k.driver, s.DSN(Fresh(t, s)))
		do(t, db, "CREATE TABLE facts (t TEXT)", "INSERT INTO facts VALUES (REPEAT('0123456789', 100))")
		var err error
		for n := 0; err == nil && n < 20; n++ {
			_, err = db.ExecContext(t.Context(), "INSERT INTO facts SELECT * FROM facts")
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		if n := number(t, db, "SELECT COUNT(*) FROM facts"); n == 0 {
			t.Errorf("%s has no rows", name)
		}
	}
}

// What is not installed says which package has it.
func TestNotFound(t *testing.T) {
	_, err := Find("Oracle", "oracle-server", "oracled", "/usr/sbin")
	if want := "Oracle: not installed: oracled of the Debian package oracle-server"; err == nil || err.Error() != want || !errors.Is(err, ErrNotFound) {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// What tests will not find is named, whichever of it there is.
func TestMissing(t *testing.T) {
	if os.Getenv(enginesVar) == "all" {
		for _, err := range Missing() {
			if !errors.Is(err, ErrNoDisk) {
				t.Errorf("all is demanded: %v", err)
			}
		}
	}
	t.Setenv("PATH", t.TempDir())
	missing := errors.Join(Missing()...)
	if want := "Galera: not installed: rsync of the Debian package rsync"; missing == nil || !strings.Contains(missing.Error(), want) {
		t.Errorf("%v\nwant %s", missing, want)
	}
}

// A server that does not start says why.
func TestConfigError(t *testing.T) {
	_, err := StartPostgres(t.Context(), Options{Config: []string{"max_connections = many"}})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "max_connections"`) {
		t.Errorf("error: %v", err)
	}
}
