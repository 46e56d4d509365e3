package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seed-5b9f5318/charter/internal/schema"
)

// Dialect says which SQL a database speaks, and how its transactions work. Make
// one with [SQLite], [PostgreSQL] or [MySQL]. The zero value is none, and
// refused.
type Dialect struct{ d *dialect }

// dialect is what differs between databases. The SQL that does not differ is
// written where it is used, with ? for parameters.
type dialect struct {
	name   string // of the database, and of its folder in migrations
	tables schema.Database

	// enforced is a value that is not 0 when the session enforces foreign keys, and so
	// deletes by them.
	enforced string
	// enforces says that an Update's own transaction has its session do so, so that
	// nobody has to ask.
	enforces bool
	// list stands for the strings of its parameter, made by [dialect.array].
	list string
	// listed stands for a table of what is in its parameter, made by
	// [dialect.arrays]: position n, strings a, b and c.
	listed string
	// listedStrings stands for a table listed of the strings of its parameter, made by
	// quoted or, where that is nil, by [array]: position n, string c.
	listedStrings string
	quoted        func([]string) string
	// gathered makes a text of a number of each row, with commas between; "" where that
	// may be cut off.
	gathered string
	// joins says that a join costs less than as many subqueries.
	joins bool
	// membersByUser says in which index SQLite finds what a check asks about a user's
	// row, oneByUser in which it knows that there is one, and oneWide in which that a
	// member has one wide grant of a kind; "" leaves it to the database.
	membersByUser, oneByUser, oneWide string
	// membersJoined says in which index MariaDB, where it knows of no rows yet, finds
	// the rows of a user in the order in which they joined.
	membersJoined string
	// listedInGroups is the same of questions, with those of the same permission and
	// kind together, each group an array of both, the IDs and the position of the first;
	// "" where [dialect.listed] costs as little.
	listedInGroups string
	// noName is how a column is called whose name nobody needs: drivers copy it for
	// each result.
	noName string
	// rows returns what stands for a table listed of the rows in its parameter, made
	// by [dialect.parts]: columns c0, c1 and so on, each a number or a text.
	rows func(numbers []bool) string
	// comparesAll returns an UPDATE of table from a parameter of such rows: their
	// first two columns find a record, by its ID and revision, and the others are
	// what those named become. Hurried, it waits for nobody, where waiting costs much.
	comparesAll func(table string, names []string, numbers []bool, hurried bool) string
	// element is how a string is written in those parameters; nil as it is.
	element func(string) string
	// joinEach looks up, one by one, what the rows before it name in a table. More
	// conditions may follow.
	joinEach func(table, as, on string) string
	// seeking ends a subquery that is to be run for each row, where a server has other
	// ideas: when it expects many, it would rather read all there is into memory first.
	seeking string
	// limit ends a SELECT of so many rows.
	limit string
	// nameContains says that o.folded_name has its parameter in it.
	nameContains string
	// unlessThere ends an INSERT that leaves alone what is there already.
	unlessThere string
	// merges says that the rows of several ordered SELECTs are merged as they are
	// read. Where not, each SELECT is cut to what the whole may need of it.
	merges bool
	// conditionFirst says that a condition about no row of a table is a table to begin
	// with: where it is false SQLite would read all of the other one nevertheless.
	conditionFirst bool
	// comparesRows says that (a, b) > (c, d) is a seek in an index on a and b.
	comparesRows bool
	// deletes returns a DELETE of the rows of table whose columns are those of an
	// element of its first parameter, for which listed stands, and whose organization
	// is its second one.
	deletes func(listed, table string, columns []string) string
	// wideReach returns SELECTs of all resources of the kinds of which a member has a
	// wide grant.
	wideReach wideReach
	// locks is one statement that locks records; nil where locking before reading is
	// worth nothing.
	locks func(*dialect, contested) *query

	// facts are the statements of checks, made of all that is above.
	facts factsTexts

	// translate returns a statement and its parameters as the driver takes them; nil
	// as they are.
	translate func(text string, args []any) (string, []any)
	// handle returns what reads outside of transactions run on.
	handle func(*sql.DB) queryer
	// savepoint sets the savepoint charter_update in a transaction of the host's. Where
	// that has ended behind its handle's back, it answers an error that is errEnded or
	// says that the transaction is gone.
	savepoint func(context.Context, *sql.Tx) error
	// uncut says that a statement must not be ended midway by a context: when it
	// writes, or runs in a transaction of the host's.
	uncut func(writing, bound bool) bool
	// atEnd runs the last statements of an Update (see finale).
	atEnd func(context.Context, *session, *finale) error
	// judge says what an error of the driver means.
	judge func(error) verdict
	// open gets db ready and returns what begins transactions on it.
	open func(ctx context.Context, db *sql.DB, reads queryer) (transactions, error)
}

// transactions begins transactions on a database.
type transactions interface {
	// begin begins one that reads a single snapshot or, when writing, one that
	// writes. The caller ends it by commit or rollback.
	begin(ctx context.Context, writing bool) (transaction, error)
	// within returns what statements run on inside tx, which the host has begun.
	within(tx *sql.Tx) queryer
	// beginHost begins one that writes, for the host to write in too.
	beginHost(ctx context.Context) (hostTransaction, error)
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

// hostTransaction is a transaction in which the host writes too. It is ended as any
// other, and not by its handle.
type hostTransaction interface {
	handle() *sql.Tx
	commit(ctx context.Context) error
	rollback(ctx context.Context)
}

// queryer is what handles, connections and transactions of database/sql have in
// common.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// versionNumber returns the number of a version such as 10.11.6-MariaDB, 0 for what
// is none.
func versionNumber(text string) int {
	var major, minor, patch int
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return 0
	}
	return major*1_00_00 + minor*1_00 + patch
}
