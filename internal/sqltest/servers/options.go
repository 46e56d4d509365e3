package servers

import (
	"context"
	"strings"
)

// Options say how a server differs from one without any; the zero Options are an
// ordinary, durable server.
type Options struct {
	// Config has settings of the server, each "name = value" as its configuration file
	// has them, such as "max_connections = 20" or "innodb_snapshot_isolation = ON".
	// They win over the settings of this package. A pair or a cluster has them on
	// every server.
	Config []string
	// Pooler has settings of PgBouncer, likewise. No other server looks at them.
	Pooler []string
	// Cheap leaves out what makes commits survive a power cut. They survive SIGKILL
	// all the same, for the operating system has them.
	Cheap bool
	// Disk is the size, in bytes, of a file system for the server's data and nothing
	// else, so that a test can fill it. A write-ahead log of PostgreSQL's lies
	// elsewhere, for a server without room for that ends. 0 is the disk that is there.
	// Any other size needs the right to mount, or starting returns ErrNoDisk. New data
	// take 25 MiB, MariaDB's 45.
	Disk int64
}

// flags returns settings as command line flags.
func flags(settings []string) []string {
	all := make([]string, 0, len(settings))
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		all = append(all, "--"+strings.TrimSpace(name)+"="+strings.TrimSpace(value))
	}
	return all
}

// Engine is a server of this package, of any kind. It is safe for concurrent use.
type Engine interface {
	// Start starts what does not run, on the ports and with the data it had, and
	// returns when it answers. Where all runs it does nothing.
	Start(ctx context.Context) error
	// Close kills the server, if it runs, and removes its folder.
	Close() error
	// DSN returns the address of a database for the engine's driver, pgx or mysql,
	// with params, each "name=value". It need not exist.
	DSN(database string, params ...string) string

	create(ctx context.Context, database string) error
	drop(ctx context.Context, database string) error
	// tables returns the names of the tables, quoted, and says which have rows.
	tables(ctx context.Context, database string) (map[string]bool, error)
	// reset ends what is still open in database and deletes the rows of all tables that
	// have none in kept. If it has other tables than kept, it deletes nothing and
	// returns false.
	reset(ctx context.Context, database string, kept map[string]bool) (bool, error)
}
