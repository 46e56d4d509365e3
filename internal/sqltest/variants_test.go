package sqltest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

// variant is a handle that a host may have on a server, other than the plainest.
type variant struct {
	name        string
	parameters  string // of the data source name
	connections int    // at most; 0 for some
	before      string // a statement that runs before the schema is made, unless it is ""
	// server is where it is, unless that is nil.
	server func(testing.TB) servers.Engine
}

// variants are the handles on each engine: each mode of the driver, each isolation
// level, whatever the host's sessions may be set to.
func variants(e *engine) []variant {
	return map[*engine][]variant{
		onPostgreSQL(): {
			{name: "exec", parameters: "&default_query_exec_mode=exec"},
			{name: "simple protocol", parameters: "&default_query_exec_mode=simple_protocol"},
			{name: "cache describe", parameters: "&default_query_exec_mode=cache_describe"},
			{name: "describe exec", parameters: "&default_query_exec_mode=describe_exec"},
			{name: "repeatable read", parameters: "&default_transaction_isolation=repeatable%20read"},
			{name: "serializable", parameters: "&default_transaction_isolation=serializable"},
			{name: "one connection", connections: 1},
			{name: "a schema", parameters: "&search_path=elsewhere", before: "CREATE SCHEMA elsewhere"},
			{name: "PgBouncer", parameters: "&default_query_exec_mode=exec", server: pooler},
			{name: "PgBouncer, simple protocol", parameters: "&default_query_exec_mode=simple_protocol", server: pooler},
			{name: "PgBouncer, cache describe", parameters: "&default_query_exec_mode=cache_describe", server: pooler},
		},
		onGalera(): {{name: "transactions on different nodes"}},
		onMariaDB(): {
			{name: "read committed", parameters: "&tx_isolation='READ-COMMITTED'"},
			{name: "serializable", parameters: "&tx_isolation='SERIALIZABLE'"},
			{name: "snapshot isolation", parameters: "&innodb_snapshot_isolation=1"},
			{name: "serializable, snapshot isolation", parameters: "&tx_isolation='SERIALIZABLE'&innodb_snapshot_isolation=1"},
			{name: "rows found, times parsed", parameters: "&clientFoundRows=true&parseTime=true&loc=Local"},
			{name: "interpolated", parameters: "&interpolateParams=true"},
			{name: "ANSI, interpolated", parameters: "&interpolateParams=true&sql_mode='ANSI,NO_BACKSLASH_ESCAPES'"},
			{name: "no SQL mode", parameters: "&sql_mode=''"},
			{name: "no foreign keys", parameters: "&foreign_key_checks=0"},
			{name: "a client in latin1", parameters: "&charset=latin1"},
			{name: "a database in utf8mb4", before: "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"},
			{name: "one connection", connections: 1},
		},
	}[e]
}

// pooler is a PgBouncer.
func pooler(t testing.TB) servers.Engine {
	t.Helper()
	return servers.Shared(t, servers.StartPgBouncer, servers.Options{Cheap: true})
}

// TestVariants runs the conformance suite on every handle that a host may have: the
// cases that look at what could depend on it, or in full all, which takes minutes.
func TestVariants(t *testing.T) {
	cases := slices.DeleteFunc(storetest.Cases(), func(c storetest.Case) bool { return !slices.Contains(dependent, c.Name) })
	if len(cases) != len(dependent) {
		t.Fatalf("of %d cases there are %d", len(dependent), len(cases))
	}
	atOnce(t, append(serverEngines(), onGalera()), func(t *testing.T, e *engine) {
		for _, v := range variants(e) {
			t.Run(v.name, func(t *testing.T) {
				if inFull() {
					storetest.Run(t, v.stores(e), storetest.Watchdog(5*time.Minute))
					return
				}
				v.run(t, e, cases)
			})
		}
	})
}

// stores returns what opens a Store on a fresh database as v says.
func (v variant) stores(e *engine) func(testing.TB) store.Store {
	if e.on != nil {
		return e.stores()
	}
	fresh := e.fresh
	switch {
	case v.server != nil:
		fresh = e.pooled(v.server, v.before, v.parameters)
	case v.before != "":
		fresh = e.pooled(e.server, v.before, v.parameters)
	case v.parameters != "":
		fresh = func(t testing.TB) database { return e.fresh(t).with(v.parameters) }
	}
	return func(t testing.TB) store.Store {
		return opened(t, fresh(t).open(t, cmp.Or(v.connections, 8)), e.dialect)
	}
}

// run runs cases on v, and every call once.
func (v variant) run(t *testing.T, e *engine, cases []storetest.Case) {
	open := v.stores(e)
	t.Run("every call", func(t *testing.T) {
		s := open(t)
		populate(t, s, 2, 10)
		for _, r := range reads(1) {
			if err := r.run(t.Context(), s); err != nil {
				t.Errorf("%s: %v (%v)", r.call, err, explained(err))
			}
		}
		for _, w := range writes(1) {
			if err := attempt(t.Context(), s, everything(1), w.run); err != nil {
				t.Errorf("%s: %v (%v)", w.call, err, explained(err))
			}
		}
	})
	runCases(t, open, cases)
}

// runCases runs cases of the conformance suite, each on a store of its own.
func runCases(t *testing.T, open func(testing.TB) store.Store, cases []storetest.Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := c.Run(ctx, open(t)); err != nil {
				t.Errorf("%s: %v", c.Claim, err)
			}
		})
	}
}

// dependent are the cases that run on every variant: those with values at the edges,
// and with transactions that meet.
var dependent = []string{
	"C4 nothing else is a conflict",
	"C7 an organization that moved is a conflict",
	"C7 a user that appeared is a conflict",
	"C7 an organization that went is a conflict",
	"C7 no update is lost in a crowd",
	"C11 a View does not see what commits meanwhile",
	"C13 a context that is done while others write keeps everything out",
	"C17 PutProfile and UpdateMember at once",
	"C18 grants go with their row",
	"C21 IDs of users and rows are bytes",
	"C23 text comes back byte by byte",
	"C23 long text comes back whole",
	"C23 times come back to the microsecond",
	"C23 integers come back in their whole range",
}
