package sqltest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

var poolers sync.Map // of functions that return an engine, by the driver's mode

// onPgBouncer is PostgreSQL behind a pooler that gives each transaction another
// connection, and the driver in a mode that can bear it.
func onPgBouncer(mode string) *engine {
	made, _ := poolers.LoadOrStore(mode, sync.OnceValue(func() *engine {
		return onServer(&engine{
			name: "PgBouncer, " + mode, dialect: sqlstore.PostgreSQL(), driver: stdlib.GetDefaultDriver(),
			parameters: []string{"default_query_exec_mode=" + mode},
		}, servers.StartPgBouncer)
	}))
	return made.(func() *engine)()
}

// onGalera is a cluster whose nodes are all written to: whoever contends does so from
// different nodes.
var onGalera = sync.OnceValue(func() *engine {
	e := onServer(&engine{
		name: "Galera", dialect: sqlstore.MySQL(), driver: &mysql.MySQLDriver{},
		parameters: []string{"wsrep_sync_wait=7"},
	}, servers.StartGalera)
	e.on = func(t testing.TB, d database) store.Store {
		t.Helper()
		s := &spread{}
		for _, dsn := range nodes(t, d) {
			s.nodes = append(s.nodes, database{e, dsn}.store(t))
		}
		s.Store = s.nodes[0]
		return s
	}
	return e
})

// nodes returns the address of d on each node of its cluster.
func nodes(t testing.TB, d database) (dsns []string) {
	t.Helper()
	config, err := mysql.ParseDSN(d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range d.engine.server(t).(*servers.Galera).Nodes {
		dsns = append(dsns, node.DSN(config.DBName, d.engine.parameters...))
	}
	return dsns
}

// spread takes each transaction to the next of several nodes: no two that run at the
// same time are on one, as long as there are no more than nodes. What reads outside
// of transactions is on the first.
type spread struct {
	store.Store
	nodes []*sqlstore.Store
	begun atomic.Uint64
}

func (s *spread) next() *sqlstore.Store { return s.nodes[s.begun.Add(1)%uint64(len(s.nodes))] }

func (s *spread) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return s.next().View(ctx, fn)
}

func (s *spread) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	for _, node := range s.nodes {
		if store.Inside(ctx, node) {
			return store.ErrNested
		}
	}
	return s.next().Update(ctx, fn)
}
