package store

import "errors"

// The errors that an adapter answers with, wrapped or as they are.
var (
	// ErrNotFound: a Reader was asked for a record that is not there, or not in
	// the organization named.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the transaction lost against another one and left nothing
	// behind; run again, it may succeed (C4).
	ErrConflict = errors.New("store: conflict")
	// ErrHostConflict is an ErrConflict that only the host can resolve, by
	// running its own transaction again: the store is bound to it.
	ErrHostConflict error = hostConflictError{}
	// ErrUnknownOutcome: the commit was asked for and no answer came. It may
	// have happened or not. It is never an ErrConflict (C13).
	ErrUnknownOutcome = errors.New("store: outcome of the commit is unknown")
	// ErrUnavailable: the database cannot be reached or has ended the connection,
	// and nothing is left of the call; it may go well later. An adapter says so of
	// what it can tell from its own mistakes.
	ErrUnavailable = errors.New("store: the database is unavailable")
	// ErrTxDone: a Reader or Tx was used after its function returned (C5).
	ErrTxDone = errors.New("store: transaction has ended")
	// ErrNested: Update was called within the function of a View or Update of the
	// same store (C12).
	ErrNested = errors.New("store: Update within Update")
	// ErrLateHold: Hold was called after a write in the same Tx (C6).
	ErrLateHold = errors.New("store: Hold after a write")
)

type hostConflictError struct{}

func (hostConflictError) Error() string {
	return "store: conflict inside the host's transaction, which must be run again"
}
func (hostConflictError) Unwrap() error { return ErrConflict }
