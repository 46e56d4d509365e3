package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
	"github.com/seed-5b9f5318/charter/store"
)

var (
	errNoDialect = errors.New("sqlstore: no dialect: the zero Dialect is none")
	// errUnread: somebody else has written to the tables, or the disk has lost
	// something.
	errUnread = errors.New("a stored record that cannot be read")
	// errEnded: the database has ended the host's transaction, by a lost statement
	// whose error the host has passed over, or by one that commits by itself.
	errEnded = fmt.Errorf("a statement before this one has ended it: %w", sql.ErrTxDone)
	// errMoved is the cause of a conflict that no database reported.
	errMoved = errors.New("a held revision has moved")
)

// failure is an error of the database as hosts see it. It tells what was being
// done and the database's code, and never the driver's text, which may quote SQL
// or stored values.
type failure struct {
	doing string
	code  string // the database's own; empty when it gave none
	means string // in words, where the code is one that people should understand
	class error  // what it answers to: ErrConflict, ErrUnavailable, a context's error, …; or nil
	cause error  // the driver's error
}

func (f *failure) Error() string {
	text := cmp.Or(f.means, "the connection to the database cannot be used")
	switch {
	case f.class != nil && f.class != store.ErrUnavailable: //nolint:errorlint // as it was set
		text = f.class.Error()
	case f.means == "" && f.code != "":
		return "sqlstore: " + f.doing + ": database error " + f.code
	}
	if f.code != "" {
		text += " (database error " + f.code + ")"
	}
	return "sqlstore: " + f.doing + ": " + text
}

// Unwrap returns what f answers to with errors.Is and errors.As.
func (f *failure) Unwrap() []error {
	if f.class == nil {
		return []error{f.cause}
	}
	return []error{f.class, f.cause}
}

// fail returns err, which came while doing what it says, as hosts see it.
func (d *dialect) fail(ctx context.Context, doing string, err error) error {
	return d.failure(ctx, doing, err, store.ErrConflict)
}

// failure is fail, and calls a lost transaction conflict. That a context is done
// comes first: drivers have many errors for it (C13).
func (d *dialect) failure(ctx context.Context, doing string, err, conflict error) error {
	if err == nil {
		return nil
	}
	verdict := d.judge(err)
	f := &failure{doing: doing, code: verdict.code, means: verdict.means, cause: err}
	if f.code == "" {
		if f.code = foreignCode(err); f.code != "" {
			f.means = "the database is another one than the dialect is for"
		}
	}
	away := verdict.away || f.code == "" // nobody has answered
	if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
		f.means, away = "the database cannot be reached", true
	} else if errors.Is(err, sql.ErrTxDone) {
		f.means, away = "the transaction has ended", false
	}
	switch {
	case ctx.Err() != nil:
		f.class = ctx.Err()
		if errors.Is(err, context.Canceled) { // by us, when ctx was at its deadline
			f.cause = f.class
		}
	case verdict.lost, verdict.taken: // what is ours was free when fn looked (C4)
		f.class = conflict
	case errors.Is(err, errUnread):
		f.class = errUnread
	case away:
		f.class = store.ErrUnavailable
	}
	return f
}

// foreignCode returns the code of an error of whatever database, "" when it has none.
func foreignCode(err error) string {
	if state, _ := drivercode.Text(err, "SQLState"); state != "" {
		return state
	}
	if number, ok := drivercode.Of(err, "Number", "ExtendedCode", "Code"); ok {
		return strconv.Itoa(number)
	}
	return ""
}

// verdict is what a database means by an error.
type verdict struct {
	code   string // its own, for people
	busy   bool   // somebody else is in the way, and nothing has happened yet
	lost   bool   // the transaction lost against another one
	taken  bool   // a row is there already, or one that it hangs on is not
	undone bool   // said of a COMMIT, nothing was committed
	away   bool   // the server takes no calls, or this connection is no more
	gone   bool   // the transaction is not there any more, and its handle does not know
	means  string // what it is, where people should be told
}

// What errors of several databases mean.
const (
	diskFull      = "the disk is full, or cannot be written"
	noConnections = "the server takes no more connections"
	noDatabase    = "there is no such database"
	noRight       = "the database user lacks a right"
	notLetIn      = "the server does not let this user in"
	cancelled     = "the statement was cancelled, or took longer than the server allows"
	ended         = "the server has ended the connection"
)

// errorf returns an error that no database reported.
func errorf(format string, args ...any) error {
	return fmt.Errorf("sqlstore: "+format, args...)
}
