package servers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"
)

// MariaDB is a MariaDB server, or a node of a Galera cluster.
type MariaDB struct {
	*Process

	port  port
	admin *sql.DB
}

var _ Engine = (*MariaDB)(nil)

// StartMariaDB starts a MariaDB server. Ctx bounds the start, not the server.
func StartMariaDB(ctx context.Context, o Options) (*MariaDB, error) {
	m, err := newMariaDB(ctx, "MariaDB", "", o)
	if err != nil {
		return nil, err
	}
	if err := m.Start(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func mariadbProgram() (string, error) {
	return Find("MariaDB", "mariadb-server", "mariadbd", "/usr/sbin", "/usr/libexec")
}

// newMariaDB returns a server that has never run, with more flags than it needs. It
// gets a copy of the folder data, or the data of a new server where that is "".
func newMariaDB(ctx context.Context, name, data string, o Options, more ...string) (*MariaDB, error) {
	binary, err := mariadbProgram()
	if err != nil {
		return nil, err
	}
	who, err := as("mysql")
	if err != nil {
		return nil, err
	}
	at, err := newPort()
	if err != nil {
		return nil, err
	}
	dir, err := mariadbFolder(ctx, data, who, o.Disk)
	if err != nil {
		return nil, errors.Join(err, remove(dir))
	}
	m := &MariaDB{port: at}
	if m.admin, err = mysqlOpen(at, ""); err != nil {
		return nil, err
	}
	args := slices.Concat(mariadbFlags(dir, at, o), more, flags(o.Config))
	m.Process = &Process{
		name: name, dir: dir, as: who, quit: syscall.SIGTERM, ready: m.ready,
		command: func(context.Context) (command, error) {
			return command{Path: binary, Args: args, Dir: dir, Env: environment(dir), As: who}, nil
		},
	}
	return m, nil
}

func mariadbFlags(dir string, at port, o Options) []string {
	all := []string{
		"--no-defaults", // which leaves the server its own default collation
		"--datadir=" + filepath.Join(dir, "data"),
		"--tmpdir=" + dir,
		"--socket=s", // in the data folder
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", at.number),
		"--skip-name-resolve",
		"--max-connections=200",
		"--innodb-buffer-pool-size=64M",
		"--innodb-log-file-size=16M",
		"--innodb-flush-log-at-trx-commit=1",
	}
	if o.Cheap {
		all = append(all, "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--debug-no-sync")
	}
	return all
}

// accountsSQL makes the owner of the databases that have its name. A statement is a
// line, and the server reads no accounts before the first.
const accountsSQL = "FLUSH PRIVILEGES;\n" +
	"CREATE USER " + owner + "@'127.0.0.1';\n" +
	"GRANT ALL ON `" + owner + "\\_%`.* TO " + owner + "@'127.0.0.1';\n"

// mariadbFolder makes a server's folder, with a copy of data, or with that of a new
// server.
func mariadbFolder(ctx context.Context, data string, who *account, disk int64) (string, error) {
	if data == "" {
		template, err := here.template("mariadb", who, func(dir string) error { return install(ctx, dir, who) })
		if err != nil {
			return "", err
		}
		data = template
	}
	return here.copy(ctx, "mariadb", who, disk, data)
}

func mariadbInstaller() (string, error) {
	return Find("MariaDB", "mariadb-server", "mariadb-install-db", "/usr/bin")
}

// install makes the data of a new server in dir.
func install(ctx context.Context, dir string, who *account) error {
	program, err := mariadbInstaller()
	if err != nil {
		return err
	}
	accounts := filepath.Join(dir, "accounts.sql")
	if err := write(who, accounts, accountsSQL); err != nil {
		return err
	}
	_, err = here.exec(ctx, who, dir, program, "--no-defaults", "--datadir="+filepath.Join(dir, "data"), "--tmpdir="+dir,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M",
		"--innodb-flush-method=nosync", "--extra-file="+accounts)
	return err
}

// mysqlOpen opens a database for the superuser, or none where it is "". It says
// nothing on standard error.
func mysqlOpen(at port, database string) (*sql.DB, error) {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName, c.Logger = "root", "tcp", at.address(), database, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (m *MariaDB) ready(ctx context.Context) error {
	drain(m.admin)
	return m.admin.PingContext(ctx)
}

// Admin returns a handle of the superuser, on no database. It is closed with the
// server.
func (m *MariaDB) Admin() *sql.DB { return m.admin }

// DSN returns the address of a database for the driver mysql, with params. It has no
// parameter of its own.
func (m *MariaDB) DSN(database string, params ...string) string {
	dsn := owner + "@tcp(" + m.port.address() + ")/" + database
	if len(params) == 0 {
		return dsn
	}
	return dsn + "?" + strings.Join(params, "&")
}

// Close kills the server, if it runs, and removes its folder.
func (m *MariaDB) Close() error {
	m.admin.Close()
	m.port.release()
	return m.Process.Close()
}

func (m *MariaDB) create(ctx context.Context, database string) error {
	_, err := m.admin.ExecContext(ctx, "CREATE DATABASE "+database)
	return err
}

func (m *MariaDB) drop(ctx context.Context, database string) error {
	if err := m.disconnect(ctx, database); err != nil {
		return err
	}
	_, err := m.admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+database)
	return err
}

// disconnect ends everybody's connections to database.
func (m *MariaDB) disconnect(ctx context.Context, database string) error {
	ids, err := column(ctx, m.admin, "SELECT id FROM information_schema.processlist"+
		" WHERE db = '"+database+"' AND user <> 'system user'") // which applies what other nodes commit
	for _, id := range ids {
		const gone = 1094
		var refused *mysql.MySQLError
		if _, kill := m.admin.ExecContext(ctx, "KILL "+id); !errors.As(kill, &refused) || refused.Number != gone {
			err = errors.Join(err, kill)
		}
	}
	return err
}

// mariadbTables lists the tables of a database.
const mariadbTables = "SELECT CONCAT('`', table_name, '`') FROM information_schema.tables" +
	" WHERE table_type = 'BASE TABLE' AND table_schema = DATABASE()"

func (m *MariaDB) tables(ctx context.Context, database string) (map[string]bool, error) {
	db, err := mysqlOpen(m.port, database)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return tablesOf(ctx, db, mariadbTables)
}

func (m *MariaDB) reset(ctx context.Context, database string, kept map[string]bool) (bool, error) {
	if err := m.disconnect(ctx, database); err != nil {
		return false, err
	}
	db, err := mysqlOpen(m.port, database)
	if err != nil {
		return false, err
	}
	defer db.Close()
	return resetOn(ctx, db, mariadbTables, "SET foreign_key_checks = 0", kept)
}
