package sqltest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
	"github.com/seed-5b9f5318/charter/orgs"
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
		var all []printed
		for _, dsn := range nodes(t, d) {
			all = append(all, database{e, dsn}.printed(t))
		}
		s := &spread{Store: all[0], first: all[0]}
		for _, node := range all {
			s.nodes = append(s.nodes, node.Store)
		}
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
	first printed
	nodes []*sqlstore.Store
	begun atomic.Uint64
}

func (s *spread) Fingerprint(ctx context.Context) (map[string]string, error) {
	return s.first.Fingerprint(ctx)
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

// TestGaleraAborts lets a transaction on one node write after one on another node has
// committed what it has locked. The cluster has then rolled it back and tells so when
// it is asked for more, which must not be taken for a transaction of its own. That
// this holds whenever the abort comes, TestContention shows.
func TestGaleraAborts(t *testing.T) {
	s := onGalera().stores()(t).(*spread)
	here, there := s.nodes[1], s.nodes[2]
	populate(t, here, 1, 12)
	for n := range 5 {
		member := row(n + 2)
		err := attempt(t.Context(), here, store.Want{Org: org(0), Contended: true}, func(ctx context.Context, tx store.Tx) error {
			update(t, there, store.Want{Org: org(0)}, func(ctx context.Context, tx store.Tx) error {
				return tx.UpdateOrganization(ctx, orgs.Organization{ID: org(0), Name: "by another"})
			})
			if _, err := here.Organization(t.Context(), org(0)); err != nil { // which waits for it
				return err
			}
			return tx.DeleteMember(ctx, org(0), member)
		})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("round %d: got error %v", n, err)
		}
		if _, err := here.Member(t.Context(), org(0), member); err != nil {
			t.Errorf("round %d: what was refused has taken place: %v", n, err)
		}
	}
}
