package servers

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
)

// Pair is a PostgreSQL server and its standby. A commit is acknowledged when it is on
// the standby's disk too: a promoted standby has it.
type Pair struct {
	// Primary is the server that a test starts with.
	Primary *Postgres
	// Standby follows it, and answers what only reads.
	Standby *Postgres

	promoted atomic.Bool
}

var _ Engine = (*Pair)(nil)

// standbyName is how the standby is called where the primary waits for it.
const standbyName = "standby"

// StartPair starts a server and a standby and returns when they replicate. Ctx bounds
// the start.
func StartPair(ctx context.Context, o Options) (*Pair, error) {
	primary, err := newPostgres(ctx, o)
	if err != nil {
		return nil, err
	}
	standby, err := newPostgres(ctx, o)
	if err != nil {
		return nil, errors.Join(err, primary.Close())
	}
	p := &Pair{Primary: primary, Standby: standby}
	err = primary.configure("synchronous_standby_names = '" + standbyName + "'")
	if err == nil {
		// Both have the data of one server, before its first start. So one can follow.
		err = standby.configure(
			"primary_conninfo = 'host=127.0.0.1 port="+fmt.Sprint(primary.port.number)+" user=postgres application_name="+standbyName+"'",
			"wal_retrieve_retry_interval = 100ms",
		)
	}
	if err == nil {
		err = write(nil, filepath.Join(standby.dir, "data", "standby.signal"), "")
	}
	if err == nil {
		err = p.Start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Start starts both servers, unless they run, and returns when the standby follows.
// After Promote it starts the former standby alone.
func (p *Pair) Start(ctx context.Context) error {
	if p.promoted.Load() {
		return p.Standby.Start(ctx)
	}
	if err := p.Primary.Start(ctx); err != nil {
		return err
	}
	if err := p.Standby.Start(ctx); err != nil {
		return err
	}
	return until(ctx, "the standby does not follow", func(ctx context.Context) error {
		var state string
		return p.Primary.admin.QueryRowContext(ctx,
			"SELECT sync_state FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&state)
	})
}

// Promote makes the standby the server that is written to, and returns when it is. The
// primary must have been ended: nobody else keeps two of them apart.
func (p *Pair) Promote(ctx context.Context) error {
	if p.Primary.Running() {
		return errors.New("promote: the primary runs")
	}
	var done bool
	err := p.Standby.admin.QueryRowContext(ctx, "SELECT pg_promote(true, 60)").Scan(&done)
	switch {
	case err != nil:
		return fmt.Errorf("promote: %w", err)
	case !done:
		return fmt.Errorf("promote: not within a minute\n%s", tail(p.Standby.log()))
	}
	p.promoted.Store(true)
	return nil
}

// Kill ends both servers by SIGKILL.
func (p *Pair) Kill() {
	p.Primary.Kill()
	p.Standby.Kill()
}

// Stop asks both servers to end, the primary first.
func (p *Pair) Stop() error { return errors.Join(p.Primary.Stop(), p.Standby.Stop()) }

// Close kills both servers and removes their folders.
func (p *Pair) Close() error { return errors.Join(p.Primary.Close(), p.Standby.Close()) }

// DSN returns the URL of a database for pgx, with params: of both servers, of which
// the driver finds the one that can be written to.
func (p *Pair) DSN(database string, params ...string) string {
	hosts := p.Primary.port.address() + "," + p.Standby.port.address()
	return postgresURL(owner, hosts, database, append([]string{"target_session_attrs=read-write"}, params...))
}

// writable returns the server that is written to.
func (p *Pair) writable() *Postgres {
	if p.promoted.Load() {
		return p.Standby
	}
	return p.Primary
}

func (p *Pair) create(ctx context.Context, database string) error {
	return p.writable().create(ctx, database)
}

func (p *Pair) drop(ctx context.Context, database string) error {
	return p.writable().drop(ctx, database)
}

func (p *Pair) tables(ctx context.Context, database string) (map[string]bool, error) {
	return p.writable().tables(ctx, database)
}

func (p *Pair) reset(ctx context.Context, database string, kept map[string]bool) (bool, error) {
	return p.writable().reset(ctx, database, kept)
}
