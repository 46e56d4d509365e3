package sqlstore

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// Dialect says which SQL a database speaks, and how its transactions work. Make
// one with [SQLite]. The zero value is none, and refused.
type Dialect struct{ d *dialect }

// dialect is what differs between databases. The SQL that does not differ is
// written where it is used, with ? for parameters.
type dialect struct {
	name  string // of the database, and of its folder in migrations
	goose goose.Dialect

	// hasTableSQL answers whether there is a table of the name in its parameter.
	hasTableSQL string
	// enforced stands for a table of one row, whose column foreign_keys is not 0
	// when the session enforces foreign keys, and so deletes by them.
	enforced string
	// list stands for the strings of its parameter, a JSON array.
	list string
	// listed stands for a table of what is in its parameter, a JSON array of
	// arrays of up to three strings: position n, strings a, b and c.
	listed string
	// limit ends a SELECT of so many rows.
	limit string
	// nameContains says that o.folded_name has its parameter in it.
	nameContains string
	// unlessThere ends an INSERT that leaves alone what is there already.
	unlessThere string

	// handle returns what reads outside of transactions run on.
	handle func(*sql.DB) queryer
	// judge says what an error of the driver means.
	judge func(error) verdict
	// open gets db ready and returns what begins transactions on it.
	open func(ctx context.Context, db *sql.DB) (transactions, error)
}

// transactions begins transactions on a database.
type transactions interface {
	// begin begins one that reads a single snapshot or, when writing, one that
	// writes. The caller ends it by commit or rollback.
	begin(ctx context.Context, writing bool) (transaction, error)
}

// transaction is one transaction on a connection of its own.
type transaction interface {
	queryer
	// commit ends it. After an error it has ended as well, with nothing kept
	// unless that is ErrUnknownOutcome.
	commit(ctx context.Context) error
	// rollback ends it with nothing kept, whatever state it is in and also when
	// ctx is done.
	rollback(ctx context.Context)
}

// queryer is what handles, connections and transactions of database/sql have in
// common.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
