package servers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Galera is a cluster of three MariaDB servers, each of which can be written to.
type Galera struct {
	// Nodes has three nodes. One that is ended and started again joins those that
	// run, and gets from them what it has missed. If none runs, it begins with what
	// it has itself: Galera.Start finds the one that has most.
	Nodes []*MariaDB

	ports [][]port                                 // of each node: group communication, IST, SST
	plain []func(context.Context) (command, error) // what starts a node that is in no cluster
}

var _ Engine = (*Galera)(nil)

const galeraNodes = 3

// StartGalera starts a cluster, a node after the other, and returns when all are
// members. Ctx bounds the start.
func StartGalera(ctx context.Context, o Options) (*Galera, error) {
	library, err := galeraLibrary()
	if err != nil {
		return nil, err
	}
	if _, err := galeraCopier(); err != nil {
		return nil, err
	}
	g := &Galera{ports: make([][]port, galeraNodes)}
	for i := range g.ports {
		for range 3 {
			at, err := newPort()
			if err != nil {
				return nil, errors.Join(err, g.Close())
			}
			g.ports[i] = append(g.ports[i], at)
		}
	}
	if err := g.begin(ctx, library, o); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

func galeraLibrary() (string, error) {
	return Find("Galera", "galera-4", "libgalera_smm.so", "/usr/lib/galera", "/usr/lib64/galera-4")
}

func galeraCopier() (string, error) {
	return Find("Galera", "rsync", "rsync")
}

// begin starts all nodes. The first begins the cluster alone and ends again, and the
// others get a copy of its data: that takes a third of the time in which it would send
// it to them while it runs.
func (g *Galera) begin(ctx context.Context, library string, o Options) error {
	if err := g.add(ctx, "", library, o); err != nil {
		return err
	}
	first := g.Nodes[0]
	if err := first.Start(ctx); err != nil {
		return err
	}
	if err := first.Stop(); err != nil {
		return err
	}
	for range galeraNodes - 1 {
		if err := g.add(ctx, filepath.Join(first.dir, "data"), library, o); err != nil {
			return err
		}
	}
	return g.Start(ctx)
}

// add adds a node, with a copy of data, or with that of a new server where it is "".
func (g *Galera) add(ctx context.Context, data, library string, o Options) error {
	m, err := newMariaDB(ctx, "Galera", data, o, g.flags(len(g.Nodes), library)...)
	if err != nil {
		return err
	}
	plain := m.command
	m.command = func(ctx context.Context) (command, error) {
		c, err := plain(ctx)
		if err != nil {
			return c, err
		}
		at, err := m.position(ctx, c)
		if err != nil {
			return c, err
		}
		c.Args = append(slices.Clone(c.Args), "--wsrep-start-position="+at.String())
		if g.joins(m) {
			return c, nil
		}
		c.Args = append(c.Args, "--wsrep-new-cluster")
		return c, write(m.as, m.state(), fmt.Sprintf(grastate, at.cluster, at.commit))
	}
	m.Process.ready = m.synced
	g.Nodes, g.plain = append(g.Nodes, m), append(g.plain, plain)
	return nil
}

// flags returns what makes a MariaDB server node i.
func (g *Galera) flags(i int, library string) []string {
	group := make([]string, len(g.ports))
	for j, own := range g.ports {
		group[j] = own[0].address()
	}
	own := g.ports[i]
	return []string{
		"--binlog-format=ROW",
		"--innodb-autoinc-lock-mode=2",
		"--wsrep-on=ON",
		"--wsrep-provider=" + library,
		"--wsrep-cluster-name=charter",
		"--wsrep-cluster-address=gcomm://" + strings.Join(group, ","),
		fmt.Sprintf("--wsrep-node-name=node%d", i),
		"--wsrep-node-address=" + own[0].address(),
		"--wsrep-sst-method=rsync",
		"--wsrep-sst-receive-address=" + own[2].address(),
		"--wsrep-provider-options=gcache.size=32M;gmcast.listen_addr=tcp://" + own[0].address() +
			";ist.recv_addr=" + own[1].address() +
			";evs.suspect_timeout=PT2S;evs.inactive_timeout=PT8S;evs.inactive_check_period=PT0.2S" +
			";evs.keepalive_period=PT0.2S;evs.join_retrans_period=PT0.2S;pc.recovery=FALSE",
	}
}

// joins reports whether there is somebody whom m can join.
func (g *Galera) joins(m *MariaDB) bool {
	return slices.ContainsFunc(g.Nodes, func(other *MariaDB) bool { return other != m && other.Running() })
}

// grastate is where a node notes, when it is asked to end, what it has, and whether
// it may begin a cluster.
const grastate = "# GALERA saved state\nversion: 2.1\nuuid:    %s\nseqno:   %d\nsafe_to_bootstrap: 1\n"

func (m *MariaDB) state() string { return filepath.Join(m.dir, "data", "grastate.dat") }

// position is up to where a node has the commits of a cluster.
type position struct {
	cluster string
	commit  int64 // the number of the last; -1 for not known
}

func (p position) String() string { return fmt.Sprintf("%s:%d", p.cluster, p.commit) }

var (
	noted     = regexp.MustCompile(`uuid: +(\S+)\nseqno: +(-?\d+)\n`)
	recovered = regexp.MustCompile(`Recovered position: (\S+):(-?\d+)`)
)

// position returns what the node has, which does not run; c would start it. One that
// was killed has noted nothing, and is asked.
func (m *MariaDB) position(ctx context.Context, c command) (position, error) {
	text, err := os.ReadFile(m.state())
	switch {
	case errors.Is(err, fs.ErrNotExist): // it has never run
		return position{"00000000-0000-0000-0000-000000000000", -1}, nil
	case err != nil:
		return position{}, err
	}
	at, err := last(noted, string(text))
	if err != nil || at.commit >= 0 {
		return at, err
	}
	said, err := here.exec(ctx, c.As, c.Dir, c.Path, slices.Concat(c.Args, []string{"--wsrep-recover"})...)
	if err != nil {
		return at, err
	}
	return last(recovered, said)
}

// last returns the last position in text.
func last(pattern *regexp.Regexp, text string) (position, error) {
	found := pattern.FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		return position{}, fmt.Errorf("no position in %q", text)
	}
	words := found[len(found)-1]
	n, err := strconv.ParseInt(words[2], 10, 64)
	return position{words[1], n}, err
}

// synced returns nil when m answers as a member of the cluster.
func (m *MariaDB) synced(ctx context.Context) error {
	drain(m.admin)
	state, err := m.status(ctx, "wsrep_local_state_comment")
	if err == nil && state != "Synced" {
		err = fmt.Errorf("the node is %s", state)
	}
	return err
}

// Start starts the nodes that do not run. If none does, the one that has most begins,
// so that no commit is lost. If those that run are too few to go on, as one is after
// two were killed, they begin anew with what they have.
func (g *Galera) Start(ctx context.Context) error {
	if g.first() == nil {
		i, err := g.most(ctx)
		if err != nil {
			return err
		}
		if err := g.Nodes[i].Start(ctx); err != nil {
			return err
		}
	} else if err := g.primary(ctx); err != nil {
		return err
	}
	for _, m := range g.Nodes { // at the same time they would be in each other's way
		if err := m.Start(ctx); err != nil {
			return err
		}
	}
	return g.settle(ctx)
}

// primary waits until those that run have noticed who does not, and makes them the
// cluster if they are not.
func (g *Galera) primary(ctx context.Context) error {
	m, running := g.first(), 0
	for _, other := range g.Nodes {
		if other.Running() {
			running++
		}
	}
	err := until(ctx, "the nodes that run do not agree on who they are", func(ctx context.Context) error {
		size, err := m.status(ctx, "wsrep_cluster_size")
		if err == nil && size != strconv.Itoa(running) {
			err = fmt.Errorf("%s nodes instead of %d", size, running)
		}
		return err
	})
	if err != nil {
		return err
	}
	status, err := m.status(ctx, "wsrep_cluster_status")
	if err == nil && status != "Primary" {
		_, err = m.admin.ExecContext(ctx, "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")
	}
	return err
}

// status returns a status variable.
func (m *MariaDB) status(ctx context.Context, name string) (value string, err error) {
	err = m.admin.QueryRowContext(ctx, "SHOW STATUS LIKE '"+name+"'").Scan(&name, &value)
	return value, err
}

// most returns the node that has most, while none runs.
func (g *Galera) most(ctx context.Context) (best int, err error) {
	most := int64(-1)
	for i, plain := range g.plain {
		c, err := plain(ctx)
		if err != nil {
			return 0, err
		}
		at, err := g.Nodes[i].position(ctx, c)
		if err != nil {
			return 0, err
		}
		if at.commit > most {
			most, best = at.commit, i
		}
	}
	return best, nil
}

// first returns a node that runs, or nil.
func (g *Galera) first() *MariaDB {
	for _, m := range g.Nodes {
		if m.Running() {
			return m
		}
	}
	return nil
}

// settle waits until every node that runs has what the others have committed.
func (g *Galera) settle(ctx context.Context) error {
	for _, m := range g.Nodes {
		if !m.Running() {
			continue
		}
		var n int
		err := m.admin.QueryRowContext(ctx, "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT COUNT(*) FROM mysql.user").Scan(&n)
		if err != nil {
			return err
		}
	}
	return nil
}

// Kill ends all nodes by SIGKILL.
func (g *Galera) Kill() {
	for _, m := range g.Nodes {
		m.Kill()
	}
}

// Stop asks all nodes to end, one after the other.
func (g *Galera) Stop() error {
	var err error
	for _, m := range slices.Backward(g.Nodes) {
		err = errors.Join(err, m.Stop())
	}
	return err
}

// Close kills all nodes and removes their folders.
func (g *Galera) Close() error {
	var err error
	for _, m := range g.Nodes {
		err = errors.Join(err, m.Close())
	}
	for _, own := range g.ports {
		for _, at := range own {
			at.release()
		}
	}
	return err
}

// DSN returns the address of a database for the driver mysql, with params: on the
// first node that runs, or the first. Each of Nodes has its own.
func (g *Galera) DSN(database string, params ...string) string {
	m := g.first()
	if m == nil {
		m = g.Nodes[0]
	}
	return m.DSN(database, params...)
}

// on calls fn with a node that runs and returns when all have what it did.
func (g *Galera) on(ctx context.Context, fn func(*MariaDB) error) error {
	m := g.first()
	if m == nil {
		return errors.New("no node runs")
	}
	if err := fn(m); err != nil {
		return err
	}
	return g.settle(ctx)
}

func (g *Galera) create(ctx context.Context, database string) error {
	return g.on(ctx, func(m *MariaDB) error { return m.create(ctx, database) })
}

// disconnect ends everybody's connections to database, on all nodes.
func (g *Galera) disconnect(ctx context.Context, database string) error {
	for _, m := range g.Nodes {
		if m.Running() {
			if err := m.disconnect(ctx, database); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *Galera) drop(ctx context.Context, database string) error {
	if err := g.disconnect(ctx, database); err != nil {
		return err
	}
	return g.on(ctx, func(m *MariaDB) error { return m.drop(ctx, database) })
}

func (g *Galera) tables(ctx context.Context, database string) (all map[string]bool, err error) {
	err = g.settle(ctx)
	if err == nil {
		err = g.on(ctx, func(m *MariaDB) error {
			all, err = m.tables(ctx, database)
			return err
		})
	}
	return all, err
}

func (g *Galera) reset(ctx context.Context, database string, kept map[string]bool) (same bool, err error) {
	if err := errors.Join(g.disconnect(ctx, database), g.settle(ctx)); err != nil {
		return false, err
	}
	err = g.on(ctx, func(m *MariaDB) error {
		same, err = m.reset(ctx, database, kept)
		return err
	})
	return same, err
}
