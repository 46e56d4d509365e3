package boltstore

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// tx implements [store.Tx]. It writes into the transaction of bbolt at once, and
// rolling that back undoes it (C1).
type tx struct {
	reader
	orgs   map[orgs.ID]bool     // whose revision moves
	users  map[orgs.UserID]bool // whose revision moves
	wrote  bool
	failed error // what kept a call from happening, so that the rest must not happen either
}

func newTx(b *bolt.Tx) *tx {
	return &tx{reader: reader{data: data{b}}, orgs: map[orgs.ID]bool{}, users: map[orgs.UserID]bool{}}
}

func (t *tx) holdOrg(id orgs.ID) { t.orgs[id] = true }

func (t *tx) holdUser(id orgs.UserID) { t.users[id] = true }

// conflict says what is unique and taken already.
func conflict(what string) error {
	return fmt.Errorf("boltstore: %w: %s", store.ErrConflict, what)
}

// run calls fn, ends the use of t, and finishes what fn wrote.
func (t *tx) run(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if err := t.call(ctx, fn); err != nil {
		return err
	}
	if t.failed != nil || !t.wrote {
		return t.failed
	}
	return t.moveRevisions()
}

// call calls fn. However it ends, t is dead then (C3, C5).
func (t *tx) call(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	defer t.done.Store(true)
	return fn(ctx, t)
}

// write is the frame of every write. A write that fails fails the transaction,
// also when fn does not care (C1, C20).
func (t *tx) write(ctx context.Context, change func() error) error {
	err := t.ready(ctx)
	if errors.Is(err, store.ErrTxDone) {
		return err
	}
	t.wrote = true
	if err == nil {
		err = change()
	}
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// writeIn is write for what belongs to org. When that is not there, there is
// nothing to change (C26).
func (t *tx) writeIn(ctx context.Context, org orgs.ID, change func(tenant) error) error {
	return t.write(ctx, func() error {
		in, ok := t.tenant(org)
		if !ok {
			return nil
		}
		return change(in)
	})
}

// moveRevisions counts up the revisions of what was held or saved and is there
// (C7). Nobody else can have moved them: there is one writer.
func (t *tx) moveRevisions() error {
	for id := range t.orgs {
		in, ok := t.tenant(id)
		if !ok {
			continue
		}
		if err := put(in.bucket, []byte(keyRevision), number(in.revision()+1)); err != nil {
			return err
		}
	}
	for id := range t.users {
		u, found, err := t.user(id)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		u.Revision++
		if err := save(t.root(rootUsers), []byte(id), u); err != nil {
			return err
		}
	}
	return nil
}
