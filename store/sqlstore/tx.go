package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// tx is the Tx of one Update. Events and the records that are held are kept back
// and go out with the comparison at the end, in as few statements as the database
// can do it (C7). Of the other writes, those that come in numbers wait for more of
// their kind, see [waiting], and the rest run as they come.
type tx struct {
	*session
	orgs  map[orgs.ID]*heldOrganization
	users map[orgs.UserID]*heldUser
	// cascades says that the session deletes by foreign keys. Where the host's
	// connection does not, what hangs on a row is deleted by hand.
	cascades bool
	events   []columns // kept back
	waiting  waiting
	wrote    bool
	failed   error // of the first statement that failed
}

var _ store.Tx = (*tx)(nil)

// heldOrganization is an organization that this Update holds or has created.
type heldOrganization struct {
	there    bool
	created  bool // in this Update
	deleted  bool // in this Update, which has compared it
	changed  bool
	revision uint64 // as it was read, and must still be
	read     orgs.Organization
	record   orgs.Organization
}

// heldUser is a user that this Update holds.
type heldUser struct {
	there    bool
	changed  bool
	revision uint64
	record   orgs.User
}

// write runs change, after what waits, unless t is over.
func (t *tx) write(ctx context.Context, doing string, change func() error) error {
	return t.note(ctx, doing, func() error {
		if err := t.flush(ctx); err != nil {
			return err
		}
		return change()
	})
}

// note calls change, which runs no statement that others must not overtake, unless
// t is over. A transaction of which one statement failed is lost: Update returns the
// error of that one, whatever fn makes of it.
func (t *tx) note(ctx context.Context, doing string, change func() error) error {
	err := t.over(ctx, doing)
	if err == nil && t.failed == nil {
		t.wrote = true
		err = change()
	}
	return t.lost(err)
}

// lost returns the first error of t, which is err if there was none before.
func (t *tx) lost(err error) error {
	if errors.Is(err, store.ErrTxDone) {
		return err
	}
	if t.failed == nil {
		t.failed = err
	}
	return t.failed
}

// run is write with a single statement.
func (t *tx) run(ctx context.Context, doing string, q *query) error {
	return t.write(ctx, doing, func() error {
		_, err := t.exec(ctx, doing, q)
		return err
	})
}

// moved is a conflict that no driver reported: a comparison failed.
func (s *session) moved(doing string) error {
	return &failure{doing: doing, class: s.conflict, cause: errMoved}
}

// finish writes what was kept back and compares, organizations first, then users,
// in ascending order (C7, C9).
func (t *tx) finish(ctx context.Context) error {
	if t.failed != nil || !t.wrote {
		return cmp.Or(t.failed, t.fail(ctx, "update", ctx.Err()))
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	f := &finale{kept: t.insertsInside(`charter_events`, t.events)}
	for _, id := range slices.Sorted(maps.Keys(t.orgs)) {
		if err := t.finishOrganization(ctx, f, id, t.orgs[id]); err != nil {
			return err
		}
	}
	if err := t.finishUsers(ctx, f); err != nil {
		return err
	}
	if err := t.atEnd(ctx, t.session, f); err != nil {
		return err
	}
	// A context that is done stops no statement midway, so this is the last look.
	return t.fail(ctx, "update", ctx.Err())
}
