package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"os"

	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// server is the host: its database, and charter on the same one.
type server struct {
	db      *sql.DB
	records *sqlstore.Store
	svc     *charter.Service
}

// open opens the database at path and makes the tables that are missing.
func open(ctx context.Context, path, invitationURL string) (*server, error) {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return nil, err
	}
	s, err := setUp(ctx, db, invitationURL)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func setUp(ctx context.Context, db *sql.DB, invitationURL string) (*server, error) {
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite()); err != nil {
		return nil, err
	}
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS devices (
		org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (org, id))`)
	if err != nil {
		return nil, err
	}
	records, err := sqlstore.New(ctx, db, sqlstore.SQLite())
	if err != nil {
		return nil, err
	}
	keys, err := invites.NewKeys(secret())
	if err != nil {
		return nil, err
	}
	svc, err := charter.New(records, charter.Options{
		Catalogue: roles.SmartServices(), InvitationKeys: keys, InvitationURL: invitationURL,
	})
	return &server{db, records, svc}, err
}

// secret is the key of invitation links. Without one in the environment links
// work until the service ends: Invites.Link then makes new ones.
func secret() []byte {
	if key := os.Getenv("INVITATION_KEY"); key != "" {
		return []byte(key)
	}
	key := make([]byte, invites.MinKey)
	rand.Read(key) // never fails
	return key
}

// identity is who sent a request, as the login knows it.
type identity struct {
	user  orgs.UserID
	email string // verified
	name  string
}

// login stands in for the host's real login, such as a session or a token of an
// identity provider. ANYBODY CAN TYPE THESE HEADERS: never ship this.
func login(r *http.Request) (identity, error) {
	who := identity{
		user:  orgs.UserID(r.Header.Get("Demo-User")),
		email: r.Header.Get("Demo-Email"),
		name:  r.Header.Get("Demo-Name"),
	}
	if who.user == "" {
		return identity{}, errAnonymous
	}
	return who, nil
}

func (i identity) profile() orgs.Profile {
	return orgs.Profile{Email: i.email, FirstName: i.name}
}

// actor returns who, acting in the organization that it is working in.
func (s *server) actor(ctx context.Context, who identity) (charter.Actor, error) {
	user, err := s.svc.User(ctx, who.user)
	if errors.Is(err, charter.ErrNotFound) {
		return charter.Actor{}, errAnonymous // has a login, but never signed in here
	}
	return charter.Actor{User: user.ID, Org: user.Active}, err
}

// inTx runs fn in a transaction of the host with a Service that is bound to it:
// what both do is committed together or not at all. It may run more than once.
func (s *server) inTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error) error {
	return s.records.InTx(ctx, func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
		return fn(ctx, tx, s.svc.With(bound))
	})
}

// What the host itself refuses.
var (
	errAnonymous = errors.New("log in and sign in first")
	errBadBody   = errors.New("the body is not the JSON that is expected here")
	errTaken     = errors.New("there is a device with this ID")
)

// status returns the status code for err and what a client may read: of what the
// host refuses, or of what charter says.
func status(err error) (code int, message string) {
	for own, code := range map[error]int{
		errAnonymous: http.StatusUnauthorized,
		errBadBody:   http.StatusBadRequest,
		errTaken:     http.StatusConflict,
	} {
		if errors.Is(err, own) {
			return code, own.Error()
		}
	}
	return charter.Status(err)
}
