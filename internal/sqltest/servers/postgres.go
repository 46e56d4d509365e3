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

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// Postgres is a PostgreSQL server.
type Postgres struct {
	*Process

	port  port
	admin *sql.DB
}

var _ Engine = (*Postgres)(nil)

// StartPostgres starts a PostgreSQL server. Ctx bounds the start, not the server.
func StartPostgres(ctx context.Context, o Options) (*Postgres, error) {
	p, err := newPostgres(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := p.Start(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func postgresProgram() (string, error) {
	return Find("PostgreSQL", "postgresql", "postgres", "/usr/lib/postgresql/*/bin")
}

// newPostgres returns a server that has never run.
func newPostgres(ctx context.Context, o Options) (*Postgres, error) {
	binary, err := postgresProgram()
	if err != nil {
		return nil, err
	}
	who, err := as("postgres")
	if err != nil {
		return nil, err
	}
	at, err := newPort()
	if err != nil {
		return nil, err
	}
	dir, err := postgresData(ctx, binary, who, o.Disk)
	if err != nil {
		return nil, errors.Join(err, remove(dir))
	}
	p := &Postgres{port: at}
	if p.admin, err = sql.Open("pgx", postgresURL("postgres", at.address(), "postgres", nil)); err != nil {
		return nil, err
	}
	p.Process = &Process{
		name: "PostgreSQL", dir: dir, as: who, quit: syscall.SIGINT, // "fast": it waits for no client
		command: func(context.Context) (command, error) {
			return command{Path: binary, Args: []string{"-D", "data"}, Dir: dir, Env: environment(dir), As: who}, nil
		},
		ready: p.ready,
	}
	settings := []string{
		fmt.Sprintf("port = %d", at.number),
		"listen_addresses = '127.0.0.1'",
		"unix_socket_directories = ''",
		"max_connections = 200",
		"shared_buffers = 32MB",
		"dynamic_shared_memory_type = mmap", // in the folder
		"log_min_messages = warning",
	}
	if o.Cheap {
		settings = append(settings, "fsync = off")
	}
	return p, p.configure(append(settings, o.Config...)...)
}

// postgresData makes a server's folder, with the data of one that never ran.
func postgresData(ctx context.Context, binary string, who *account, disk int64) (string, error) {
	template, err := here.template("postgres", who, func(dir string) error {
		// ICU's order, for what depends on the server's is a bug.
		_, err := here.exec(ctx, who, dir, filepath.Join(filepath.Dir(binary), "initdb"), "-D", "data", "-U", "postgres",
			"-A", "trust", "-E", "UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync", "--no-instructions")
		if err == nil {
			_, err = here.exec(ctx, who, dir, "sh", "-c", `echo "CREATE ROLE $1 LOGIN" | "$0" --single -D data postgres`, binary, owner)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	dir, err := here.copy(ctx, "postgres", who, disk, template)
	if err == nil && disk > 0 {
		// The server ends when its log or its memory has no room. That is Kill; here it
		// is to go on.
		const elsewhere = "for d in pg_wal pg_dynshmem; do mv data/$d $d && ln -s ../$d data/$d || exit; done"
		_, err = here.exec(ctx, who, dir, "sh", "-c", elsewhere)
	}
	return dir, err
}

// configure adds settings, which win over those that are there.
func (p *Postgres) configure(settings ...string) error {
	f, err := os.OpenFile(filepath.Join(p.dir, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.Join(settings, "\n") + "\n")
	return errors.Join(err, f.Close())
}

func (p *Postgres) ready(ctx context.Context) error {
	drain(p.admin)
	return p.admin.PingContext(ctx)
}

// Admin returns a handle of the superuser, on no database of a test. It is closed with
// the server.
func (p *Postgres) Admin() *sql.DB { return p.admin }

// DSN returns the URL of a database for pgx, with params.
func (p *Postgres) DSN(database string, params ...string) string {
	return postgresURL(owner, p.port.address(), database, params)
}

// postgresURL returns the URL of a database at hosts, which commas separate.
func postgresURL(user, hosts, database string, params []string) string {
	return "postgres://" + user + "@" + hosts + "/" + database + "?" + strings.Join(append([]string{"sslmode=disable"}, params...), "&")
}

// Close kills the server, if it runs, and removes its folder.
func (p *Postgres) Close() error {
	p.admin.Close()
	p.port.release()
	return p.Process.Close()
}

func (p *Postgres) create(ctx context.Context, database string) error {
	_, err := p.admin.ExecContext(ctx, "CREATE DATABASE "+database+" OWNER "+owner)
	return err
}

func (p *Postgres) drop(ctx context.Context, database string) error {
	_, err := p.admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)")
	return err
}

// postgresTables lists the tables of a database.
const postgresTables = "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables" +
	" WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"

// inside opens a database for the superuser, who prepares nothing in it.
func (p *Postgres) inside(database string) (*sql.DB, error) {
	db, err := sql.Open("pgx", postgresURL("postgres", p.port.address(), database, []string{"default_query_exec_mode=simple_protocol"}))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func (p *Postgres) tables(ctx context.Context, database string) (map[string]bool, error) {
	db, err := p.inside(database)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return tablesOf(ctx, db, postgresTables)
}

func (p *Postgres) reset(ctx context.Context, database string, kept map[string]bool) (bool, error) {
	db, err := p.inside(database)
	if err != nil {
		return false, err
	}
	defer db.Close()
	// Not who is idle: it may be a pooler's connection, which the next test gets.
	if _, err := db.ExecContext(ctx, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`); err != nil {
		return false, err
	}
	return resetOn(ctx, db, postgresTables, "SET session_replication_role = replica", kept)
}
