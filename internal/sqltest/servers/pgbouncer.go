package servers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// PgBouncer is a PostgreSQL server with a pooler before it, in transaction mode and
// with four connections for each database. Its Process is the pooler's.
type PgBouncer struct {
	*Process
	// Postgres is the server behind it, which has an own DSN, Kill and Stop.
	Postgres *Postgres

	port port
}

var _ Engine = (*PgBouncer)(nil)

// StartPgBouncer starts a PostgreSQL server and the pooler. Ctx bounds the start.
func StartPgBouncer(ctx context.Context, o Options) (*PgBouncer, error) {
	binary, err := pgbouncerProgram()
	if err != nil {
		return nil, err
	}
	behind, err := StartPostgres(ctx, o)
	if err != nil {
		return nil, err
	}
	b, err := newPgBouncer(binary, behind, o)
	if err != nil {
		return nil, errors.Join(err, behind.Close())
	}
	if err := b.Process.Start(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func pgbouncerProgram() (string, error) {
	return Find("PgBouncer", "pgbouncer", "pgbouncer", "/usr/sbin")
}

func newPgBouncer(binary string, behind *Postgres, o Options) (*PgBouncer, error) {
	who, err := as("postgres")
	if err != nil {
		return nil, err
	}
	at, err := newPort()
	if err != nil {
		return nil, err
	}
	dir, err := here.folder("pgbouncer", who, 0)
	if err != nil {
		return nil, err
	}
	settings := append([]string{
		"[databases]",
		fmt.Sprintf("* = host=127.0.0.1 port=%d", behind.port.number),
		"[pgbouncer]",
		"listen_addr = 127.0.0.1",
		fmt.Sprintf("listen_port = %d", at.number),
		"unix_socket_dir =",
		"auth_type = trust",
		"auth_file = users",
		"pool_mode = transaction",
		"default_pool_size = 4",
		"max_client_conn = 500",
		// It answers at once when the server behind it is there again.
		"server_login_retry = 0.1",
	}, o.Pooler...)
	users := fmt.Sprintf("%q \"\"\n\"postgres\" \"\"\n", owner)
	if err := errors.Join(
		write(who, filepath.Join(dir, "pgbouncer.ini"), strings.Join(settings, "\n")+"\n"),
		write(who, filepath.Join(dir, "users"), users),
	); err != nil {
		return nil, errors.Join(err, remove(dir))
	}
	b := &PgBouncer{Postgres: behind, port: at}
	b.Process = &Process{
		name: "PgBouncer", dir: dir, as: who, quit: syscall.SIGINT, // waits for transactions
		command: func(context.Context) (command, error) {
			return command{Path: binary, Args: []string{"pgbouncer.ini"}, Dir: dir, Env: environment(dir), As: who}, nil
		},
		ready: b.ready,
	}
	return b, nil
}

// write makes a file that belongs to who.
func write(who *account, path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return who.own(path)
}

func (b *PgBouncer) ready(ctx context.Context) error {
	db, err := sql.Open("pgx", b.DSN("postgres", "default_query_exec_mode=exec"))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

// Start starts the server behind the pooler, unless it runs, and the pooler, unless
// it runs.
func (b *PgBouncer) Start(ctx context.Context) error {
	if err := b.Postgres.Start(ctx); err != nil {
		return err
	}
	return b.Process.Start(ctx)
}

// DSN returns the URL of a database for pgx, through the pooler, with params. What the
// driver prepares does not outlive a transaction: default_query_exec_mode=exec makes
// it prepare nothing.
func (b *PgBouncer) DSN(database string, params ...string) string {
	return postgresURL(owner, b.port.address(), database, params)
}

// Close kills the pooler and the server and removes their folders.
func (b *PgBouncer) Close() error {
	b.port.release()
	return errors.Join(b.Process.Close(), b.Postgres.Close())
}

func (b *PgBouncer) create(ctx context.Context, database string) error {
	return b.Postgres.create(ctx, database)
}

func (b *PgBouncer) drop(ctx context.Context, database string) error {
	return b.Postgres.drop(ctx, database)
}

func (b *PgBouncer) tables(ctx context.Context, database string) (map[string]bool, error) {
	return b.Postgres.tables(ctx, database)
}

func (b *PgBouncer) reset(ctx context.Context, database string, kept map[string]bool) (bool, error) {
	return b.Postgres.reset(ctx, database, kept)
}
