package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/go-sql-driver/mysql"
	"github.com/gorilla/securecookie"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// app is the host: its database with charter on it, the login and the mail.
type app struct {
	db       *sqlx.DB
	records  *sqlstore.Store
	svc      *charter.Service
	sessions *securecookie.SecureCookie
	mail     mailer
	log      *slog.Logger
	host     string // what requests are sent to
	secure   bool   // links are https, so cookies are for https alone
	pages    pages
}

// engine is what differs between the databases.
type engine struct {
	driver  string
	dialect sqlstore.Dialect
	text    string // the column type for up to 100 characters that are compared byte by byte
}

// engineOf returns the engine that c names, and how its driver is told where.
func engineOf(c config) (engine, string, error) {
	switch {
	case c.dsn == "":
		pragmas := "_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"
		file := url.URL{Scheme: "file", Opaque: url.PathEscape(c.file), RawQuery: pragmas}
		return engine{"sqlite", sqlstore.SQLite(), "TEXT"}, file.String(), nil
	case strings.HasPrefix(c.dsn, "postgres://"):
		return engine{"pgx", sqlstore.PostgreSQL(), `VARCHAR(400) COLLATE "C"`}, c.dsn, nil
	case strings.HasPrefix(c.dsn, "mysql://"):
		return engine{"mysql", sqlstore.MySQL(), "VARBINARY(400)"}, strings.TrimPrefix(c.dsn, "mysql://"), nil
	}
	return engine{}, "", errors.New("-dsn begins with postgres:// or mysql://")
}

// open opens the database that c names, makes the tables that are missing and,
// unless c says otherwise, the organization to look at.
func open(ctx context.Context, c config, out io.Writer, log *slog.Logger) (*app, error) {
	e, dsn, err := engineOf(c)
	if err != nil {
		return nil, err
	}
	home, err := url.Parse(c.url)
	if err != nil {
		return nil, err
	}
	secret, err := loadSecret(c.key)
	if err != nil {
		return nil, err
	}
	keys, err := invites.NewKeys(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.key, err)
	}
	db, err := sqlx.Open(e.driver, dsn)
	if err != nil {
		return nil, err
	}
	a := &app{db: db, log: log, host: home.Host, secure: home.Scheme == "https", pages: parsePages()}
	if err := a.start(ctx, e, keys, c, out); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

func (a *app) start(ctx context.Context, e engine, keys invites.Keys, c config, out io.Writer) (err error) {
	if a.mail, err = newMailer(c.smtp, c.from, out); err != nil {
		return err
	}
	session, err := keys.Derive("console session 1", 32)
	if err != nil {
		return err
	}
	a.sessions = securecookie.New(session[0], nil).MaxAge(sessionSeconds).SetSerializer(securecookie.NopEncoder{})
	if err := sqlstore.Migrate(ctx, a.db.DB, e.dialect); err != nil {
		return err
	}
	if err := a.createTables(ctx, e); err != nil {
		return err
	}
	if a.records, err = sqlstore.New(ctx, a.db.DB, e.dialect); err != nil {
		return err
	}
	a.svc, err = charter.New(a.records, charter.Options{
		Catalogue: roles.SmartServices(), InvitationKeys: keys, InvitationURL: c.url + "/i/",
		PersonalName: func(p orgs.Profile) string { return nameOf(p) + " (personal)" },
		Logger:       a.log,
	})
	if err != nil || c.empty {
		return err
	}
	return a.prepare(ctx)
}

// createTables makes the tables that are the host's own.
func (a *app) createTables(ctx context.Context, e engine) error {
	for _, table := range []string{
		`CREATE TABLE IF NOT EXISTS accounts (
			id TEXT NOT NULL PRIMARY KEY, address TEXT NOT NULL UNIQUE,
			email TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS things (
			org TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
			firmware INTEGER NOT NULL, PRIMARY KEY (org, kind, id))`,
	} {
		if _, err := a.db.ExecContext(ctx, strings.ReplaceAll(table, "TEXT", e.text)); err != nil {
			return err
		}
	}
	return nil
}

// inTx runs fn in a transaction of the host with a Service that is bound to it:
// what both do is committed together or not at all. It may run more than once.
func (a *app) inTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error) error {
	return a.records.InTx(ctx, func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
		return fn(ctx, tx, a.svc.With(bound))
	})
}

// loadSecret reads the secret in the file at path, which it makes when it is not
// there: whole, or not at all. It lies beside the database, not in it: who steals only
// that can make neither a link nor a session.
func loadSecret(path string) ([]byte, error) {
	secret, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // for its owner alone
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	secret = make([]byte, invites.MinKey)
	rand.Read(secret) // never fails
	_, err = file.Write(secret)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) // which may be another one's that came first
}
