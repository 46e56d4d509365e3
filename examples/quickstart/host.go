package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver is the host's choice

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// host is what a service that embeds charter has of it: a database handle and a
// Service.
type host struct {
	db  *sql.DB
	svc *charter.Service
}

// openHost opens the database at path, which need not be there.
func openHost(ctx context.Context, path string) (*host, error) {
	// The keys lie beside the database, not in it: who steals only the file cannot
	// make a link. A real host gets them from where it keeps its secrets.
	keys, err := loadKeys(path + ".key")
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	h := &host{db: db}
	records, err := openStore(ctx, db)
	if err == nil {
		h.svc, err = newService(records, keys)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return h, nil
}

func (h *host) close() error { return h.db.Close() }

// openStore makes or updates charter's tables in db, and returns the store on
// them.
func openStore(ctx context.Context, db *sql.DB) (*sqlstore.Store, error) {
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite()); err != nil {
		return nil, err
	}
	return sqlstore.New(ctx, db, sqlstore.SQLite())
}

// newService returns the Service of the story on any store.
func newService(records store.Store, keys invites.Keys) (*charter.Service, error) {
	return charter.New(records, charter.Options{
		Catalogue:      roles.SmartServices(),
		InvitationKeys: keys,
		PersonalName:   func(p orgs.Profile) string { return p.FirstName + "'s organization" },
	})
}

// loadKeys returns the ring with the one key in the file at path, which it makes
// when it is not there.
func loadKeys(path string) (invites.Keys, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeKey(path)
	}
	if err != nil {
		return invites.Keys{}, err
	}
	keys, err := invites.NewKeys(key)
	if err != nil {
		return invites.Keys{}, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// makeKey writes a new key to the file at path, all of it or nothing.
func makeKey(path string) (key []byte, err error) {
	key = make([]byte, invites.MinKey)
	rand.Read(key) // never fails
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	_, err = file.Write(key)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return key, os.Rename(file.Name(), path)
}
