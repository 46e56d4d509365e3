package sqlstore

import (
	"context"
	"database/sql"

	"github.com/seed-5b9f5318/charter/store"
)

// Store keeps the records in a SQL database. Make one with [New]. It is safe for
// concurrent use by any number of goroutines, and any number of Stores, in any
// number of processes, may share one database. It has nothing to close: the
// handle is the host's.
type Store struct {
	reader
	transactions transactions
}

var _ store.Store = (*Store)(nil)

// New returns a Store on db, which speaks dialect. It reads and checks, and
// changes no record; what it sets up for the database is in the package
// documentation.
//
// Errors: [ErrSchemaMissing], [ErrSchemaOld] or [ErrSchemaNew] when the schema is
// not the one that this code works on, and whatever the database says.
//
// Cost: a few statements, once; the same at any size.
func New(ctx context.Context, db *sql.DB, dialect Dialect) (*Store, error) {
	d := dialect.d
	if d == nil {
		return nil, errNoDialect
	}
	if err := d.checkSchema(ctx, db); err != nil {
		return nil, err
	}
	reads := d.handle(db)
	begins, err := d.open(ctx, db, reads)
	if err != nil {
		return nil, err
	}
	return &Store{
		reader:       reader{&session{dialect: d, db: reads, conflict: store.ErrConflict}},
		transactions: begins,
	}, nil
}

// View calls fn with a Reader on one snapshot, on a connection of its own.
//
// Cost: 2 statements besides those of fn, to begin and to end; the same at any
// size.
func (s *Store) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	t, err := s.transactions.begin(ctx, false)
	if err != nil {
		return err
	}
	defer t.rollback(ctx) // there is nothing to commit
	return s.at(t).view(store.Enter(ctx, s), fn)
}

// Update calls fn with a Tx on a connection of its own, and commits. Besides
// fn's own errors it returns those that package store documents.
//
// Cost: 2 statements, to begin and to end, one for each Hold, and one or two
// for each kind of write and for the comparison at the end; grows with what fn
// holds and writes.
func (s *Store) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, s) || store.Inside(ctx, hosting{s}) {
		return store.ErrNested
	}
	t, err := s.transactions.begin(ctx, true)
	if err != nil {
		return err
	}
	committing := false
	defer func() {
		if !committing { // after an error, a panic, or when there is nothing to commit
			t.rollback(ctx)
		}
	}()
	wrote, err := s.at(t).update(store.Enter(ctx, s), fn)
	if err != nil || !wrote {
		return err
	}
	committing = true
	return t.commit(ctx)
}

// at returns a session of s in t.
func (s *Store) at(t transaction) *session {
	return &session{dialect: s.dialect, db: t, conflict: store.ErrConflict, own: true}
}
