package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/seed-5b9f5318/charter/store"
)

// server begins transactions on a database that is a process of its own: with
// BeginTx, on which the driver knows best.
type server struct {
	d  *dialect
	db *sql.DB
	// spelled says that transactions run statements with their parameters spelled out.
	spelled bool
}

// serverUncut: a statement that is cut short costs the connection, and with it the
// transaction, which is lost anyway unless it is the host's.
func serverUncut(_, bound bool) bool { return bound }

func (s *server) begin(ctx context.Context, writing bool) (transaction, error) {
	// View has one snapshot for all its statements. Update begins as the host has set
	// its sessions, since its result does not depend on it.
	var options *sql.TxOptions
	if !writing {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	t, err := s.beginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (s *server) beginHost(ctx context.Context) (hostTransaction, error) {
	t, err := s.beginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if _, err := t.tx.ExecContext(ctx, `SAVEPOINT charter_tx`); err != nil {
		t.rollback(ctx)
		return nil, s.d.fail(ctx, "begin", err)
	}
	return hostTx{t}, nil
}

func (s *server) beginTx(ctx context.Context, options *sql.TxOptions) (*serverTx, error) {
	// What begins a transaction gives it a context for its whole life. This one
	// ends with ctx only until the transaction has begun: from then on each
	// statement has ctx, and COMMIT must not be cut short (C13).
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	begun := context.AfterFunc(ctx, cancel)
	tx, err := s.db.BeginTx(own, options)
	if err != nil {
		cancel()
		return nil, s.d.fail(ctx, "begin", err)
	}
	begun()
	return &serverTx{queryer: s.within(tx), d: s.d, tx: tx, cancel: cancel}, nil
}

func (s *server) within(tx *sql.Tx) queryer {
	if s.spelled {
		return spelledTx{tx}
	}
	return tx
}

// serverTx is a transaction of ours.
type serverTx struct {
	queryer
	d      *dialect
	tx     *sql.Tx
	cancel context.CancelFunc // of the context that the transaction lives in
}

func (t *serverTx) handle() *sql.Tx { return t.tx }

const doingCommit = "commit"

// commitWait is how long COMMIT may go on after its context is done, before
// nobody waits for its answer any more.
const commitWait = 5 * time.Second

func (t *serverTx) commit(ctx context.Context) error {
	defer t.cancel()
	late := make(chan struct{})
	done := context.AfterFunc(ctx, func() { time.AfterFunc(commitWait, func() { close(late) }) })
	defer done()
	// Some drivers have no way to end a COMMIT that waits.
	answered := make(chan error, 1)
	go func() { answered <- t.tx.Commit() }()
	var err error
	select {
	case err = <-answered:
	case <-late:
		err = ctx.Err()
	}
	if err == nil {
		return nil
	}
	// A server that says so has rolled back. Without such an answer nobody knows.
	verdict := t.d.judge(err)
	switch {
	case !verdict.undone:
		return &failure{doing: doingCommit, code: verdict.code, class: store.ErrUnknownOutcome, cause: err}
	case verdict.taken: // by a row of the host's, whose constraint was deferred
		return &failure{doing: doingCommit, code: verdict.code, cause: err}
	}
	return t.d.fail(ctx, doingCommit, err)
}

// rollback leaves it to database/sql to part with a connection that cannot be
// rolled back.
func (t *serverTx) rollback(context.Context) {
	defer t.cancel()
	defer time.AfterFunc(rollbackWait, t.cancel).Stop()
	_ = t.tx.Rollback()
}

// hostTx is a transaction of ours in which the host writes as well, and may have
// passed over an error that undid everything before it. A savepoint tells: it is gone
// with the transaction, and cannot be released in one that has failed.
type hostTx struct{ *serverTx }

func (t hostTx) commit(ctx context.Context) error {
	_, err := t.tx.ExecContext(ctx, `RELEASE SAVEPOINT charter_tx`)
	if err == nil {
		return t.serverTx.commit(ctx)
	}
	defer t.rollback(ctx)
	verdict := t.d.judge(err)
	if errors.Is(err, sql.ErrTxDone) || verdict.gone && !verdict.lost {
		return &failure{doing: doingCommit, code: verdict.code, class: store.ErrUnknownOutcome, cause: errors.Join(errEnded, err)}
	}
	return t.d.fail(ctx, doingCommit, err)
}
