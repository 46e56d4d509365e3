package boltstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-5b9f5318/charter/store"
)

const (
	formatKey = "format"
	format    = "2" // of keys and values; another one means another program wrote the file

	defaultMap = 1 << 30         // bytes; see MapSize
	fileWait   = 2 * time.Second // for another process to let go of the file
)

// ErrFormat says that the file was written by a version of this package with
// other keys or values.
var ErrFormat = errors.New("boltstore: the file has another format")

// Store is a [store.Store] in one bbolt file. Make one with Open. It is safe for
// concurrent use: reads run beside each other and beside the one writer.
type Store struct {
	db     *bolt.DB
	writer chan struct{} // whoever is in it may write; unlike bbolt's own lock, it can be waited for with a context
}

var _ store.Store = (*Store)(nil)

// Option changes how Open opens a file.
type Option func(*bolt.Options)

// NoSync leaves out the fsync at each commit. A crash of the machine may then
// lose or break the file. It is for tests.
func NoSync() Option {
	return func(o *bolt.Options) { o.NoSync, o.NoGrowSync = true, true }
}

// MapSize sets how many bytes of address space the file is mapped to at first;
// the default is 1 GiB. It costs no memory, and no disk except on Windows. A file
// that outgrows its map is mapped anew, and for that bbolt waits until every View
// has ended, while it lets no new one begin: choose more than the file will have.
func MapSize(bytes int) Option {
	return func(o *bolt.Options) { o.InitialMmapSize = bytes }
}

// Open opens the file at path, and makes it when there is none. One process at a
// time may have it open; another one's Open gives up after two seconds. Errors:
// ErrFormat, and those of bbolt, wrapped.
func Open(path string, options ...Option) (*Store, error) {
	o := bolt.Options{Timeout: fileWait, InitialMmapSize: defaultMap}
	for _, option := range options {
		option(&o)
	}
	db, err := bolt.Open(path, 0o600, &o)
	if err != nil {
		return nil, fmt.Errorf("boltstore: open: %w", err)
	}
	if err := db.Update(prepare); err != nil {
		return nil, errors.Join(fmt.Errorf("boltstore: prepare: %w", err), db.Close())
	}
	return &Store{db: db, writer: make(chan struct{}, 1)}, nil
}

// prepare makes the buckets that are missing.
func prepare(tx *bolt.Tx) error {
	for _, name := range []string{
		rootMeta, rootUsers, rootAddresses, rootJoined, rootInvited, rootResources, rootTombstones, rootTenants,
	} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	meta := tx.Bucket([]byte(rootMeta))
	switch found := meta.Get([]byte(formatKey)); {
	case found == nil:
		return meta.Put([]byte(formatKey), []byte(format))
	case string(found) != format:
		return fmt.Errorf("%w: %q", ErrFormat, found)
	}
	return nil
}

// Close closes the file, after waiting for what still reads or writes. Whatever
// is called later answers with an error.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("boltstore: close: %w", err)
	}
	return nil
}

// View implements [store.Store].
func (s *Store) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return s.snapshot(ctx, func(r *reader) error { return fn(store.Enter(ctx, s), r) })
}

// snapshot calls fn with a reader that is dead once fn has returned or panicked.
func (s *Store) snapshot(ctx context.Context, fn func(*reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, err := s.db.Begin(false)
	if err != nil {
		return fmt.Errorf("boltstore: begin to read: %w", err)
	}
	defer func() { _ = b.Rollback() }() // the one way to end reading; it cannot fail here
	r := &reader{data: data{b}}
	defer r.done.Store(true)
	return fn(r)
}

// Update implements [store.Store]. Writers take turns, so nothing that Hold
// returned can change before the commit, and no update ever loses (C7, C8).
func (s *Store) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, s) {
		return store.ErrNested
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer func() { <-s.writer }()
	b, err := s.db.Begin(true)
	if err != nil {
		return fmt.Errorf("boltstore: begin to write: %w", err)
	}
	defer func() { _ = b.Rollback() }() // after a commit it does nothing
	t := newTx(b)
	if err := t.run(store.Enter(ctx, s), fn); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil || !t.wrote {
		return err
	}
	return s.commit(b)
}

// lock waits for its turn to write, or for ctx.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // a select with two ways open might take the other one
	}
	select {
	case s.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commit commits b. When bbolt reports an error, the number of the newest
// transaction in the file tells whether the one write that counts, that of the
// meta page, took place. If it did, nobody knows whether it will last (C13).
func (s *Store) commit(b *bolt.Tx) error {
	id := b.ID()
	err := b.Commit()
	if err == nil {
		return nil
	}
	if newest, known := s.newest(); known && newest < id {
		return fmt.Errorf("boltstore: commit: %w", err)
	}
	return fmt.Errorf("boltstore: commit: %w: %w", store.ErrUnknownOutcome, err)
}

// newest returns the number of the newest committed transaction.
func (s *Store) newest() (id int, known bool) {
	b, err := s.db.Begin(false)
	if err != nil {
		return 0, false
	}
	defer func() { _ = b.Rollback() }()
	return b.ID(), true
}
