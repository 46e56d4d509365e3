package sqltest

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

// overseer is the superuser of a server, who sees and ends the sessions of one
// database.
type overseer struct {
	admin    *sql.DB
	database string

	sessions string // a SELECT of the sessions' numbers
	waiting  string // and of those that wait for a lock
	end      string // ends a session
	cancel   string // ends a session's statement
}

func oversee(t testing.TB, d database) overseer {
	t.Helper()
	return overseeOn(t, d.engine.server(t), d)
}

// overseeOn is oversee for a database of server.
func overseeOn(t testing.TB, server servers.Engine, d database) overseer {
	t.Helper()
	name := nameIn(d.dsn)
	switch s := server.(type) {
	case *servers.Postgres:
		const of = `SELECT pid FROM pg_stat_activity WHERE datname = '%s'`
		return overseer{
			admin: s.Admin(), database: name,
			sessions: fmt.Sprintf(of, name), waiting: fmt.Sprintf(of, name) + ` AND wait_event_type = 'Lock'`,
			end: `SELECT pg_terminate_backend(%d)`, cancel: `SELECT pg_cancel_backend(%d)`,
		}
	case *servers.MariaDB:
		const of = `SELECT id FROM information_schema.processlist WHERE db = '%s'`
		return overseer{
			admin: s.Admin(), database: name, sessions: fmt.Sprintf(of, name),
			waiting: fmt.Sprintf(of, name) +
				` AND id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT')`,
			end: `KILL CONNECTION %d`, cancel: `KILL QUERY %d`,
		}
	}
	t.Fatalf("nobody oversees a %T", server)
	return overseer{}
}

// nameIn returns the name of the database in a data source name of either kind.
func nameIn(dsn string) string {
	path, _, _ := strings.Cut(dsn, "?")
	return path[strings.LastIndex(path, "/")+1:]
}

// each runs statement for each session that list returns.
func (o overseer) each(t testing.TB, list, statement string) {
	t.Helper()
	for _, id := range o.list(t, list) {
		must(t, o.admin, fmt.Sprintf(statement, id))
	}
}

func (o overseer) list(t testing.TB, query string) (ids []int) {
	t.Helper()
	rows, err := o.admin.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// endAll ends every session and returns when they are gone.
func (o overseer) endAll(t testing.TB) {
	t.Helper()
	o.each(t, o.sessions, o.end)
	o.until(t, o.sessions, 0)
}

// until returns when query finds so many sessions.
func (o overseer) until(t testing.TB, query string, n int) {
	t.Helper()
	until(t, func() bool { return len(o.list(t, query)) == n })
}

// lookAgain is how long until looks away: MariaDB brings its list of transactions up
// to date for those alone who have not looked at it for 100 milliseconds.
const lookAgain = 110 * time.Millisecond

// until returns when is does, and fails the test if that takes too long.
func until(t testing.TB, is func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	for !is() {
		select {
		case <-late:
			t.Fatal("what was waited for did not come")
		case <-time.After(lookAgain):
		}
	}
}

// as returns d as another user sees it, who is new, has no rights but those, and goes
// with the server.
func (o overseer) as(t testing.TB, d database, rights ...string) database {
	t.Helper()
	who := strings.Replace(o.database, "charter", "guest", 1)
	create, quoted, owner := "CREATE ROLE %s LOGIN", who, o.admin
	if d.engine == onMariaDB() {
		create, quoted = "CREATE USER %s", "'"+who+"'@'127.0.0.1'"
	} else {
		owner = d.open(t, 1)
	}
	must(t, o.admin, fmt.Sprintf(create, quoted))
	for _, right := range rights {
		must(t, owner, fmt.Sprintf(right, quoted, o.database))
	}
	d.dsn = strings.Replace(d.dsn, "charter@", url.QueryEscape(who)+"@", 1)
	return d
}
