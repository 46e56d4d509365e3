// Package sqlstore keeps the records in a database that database/sql reaches.
// It imports no driver: the host opens the handle, with a driver of its choice,
// and says which SQL the database speaks: [SQLite], [PostgreSQL], or [MySQL],
// which is also MariaDB's.
//
//	db, err := sql.Open("sqlite", "charter.db")
//	…
//	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite()); err != nil { … }
//	s, err := sqlstore.New(ctx, db, sqlstore.SQLite())
//	…
//	svc, err := charter.New(s, charter.Options{…})
//
// # Schema
//
// All tables begin with "charter_". [Migrate] brings them up to date; a host that
// has a tool for that takes the files from [Migrations] instead. [New] refuses a
// schema that is missing, older or newer than the code: [ErrSchemaMissing],
// [ErrSchemaOld], [ErrSchemaNew].
//
// # The host's own transaction
//
// What the Service changes and the host's own rows commit or vanish together in
// [Store.InTx], which runs the transaction again where it loses:
//
//	err := st.InTx(ctx, func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
//		issued, err := svc.With(bound).Invites.Invite(ctx, as, request)
//		if err != nil {
//			return err
//		}
//		_, err = tx.ExecContext(ctx, "INSERT INTO seats …", issued.Member.ID)
//		return err
//	})
//
// [Store.Bind] gives such a store inside a transaction that the host has begun
// itself. An Update is then a savepoint. A conflict is a [store.ErrHostConflict]: the
// host rolls back and runs its whole transaction again.
//
// Inside either, a call of the Service that is not bound waits for the transaction
// that it is in, as any other writer does. InTx gives fn a context that tells it.
//
// # SQLite
//
// No setting of the handle matters to what is right, and the Store needs no
// parameter in the data source name. It switches a database file to WAL mode,
// begins what writes with BEGIN IMMEDIATE, enforces foreign keys in its own
// transactions and gives each connection back as it was. Where another process
// has the database it waits, up to five seconds, and then calls it a conflict,
// which the Service tries again; give operations a deadline.
// Inside one process the Updates of a Store queue up in order and do not poll. A
// busy_timeout of the handle is waited for first, during which a context that is
// done is not noticed.
//
// It needs SQLite 3.38 or later and a database in UTF-8, which is the default. A
// database in memory belongs to one connection: set db.SetMaxOpenConns(1). Some
// drivers close a connection when a context ends in the middle of a read outside
// of View and Update, and such a database is gone with it. With one connection, a
// call of the Store within the fn of its own View or Update waits for that
// connection until its context is done, so use what fn is given. How much an
// acknowledged commit outlives is up to "PRAGMA synchronous": FULL, SQLite's
// default, keeps it through a power cut, NORMAL through the end of the process.
//
// A transaction that the host begins for Bind is the host's to begin well: with BEGIN
// IMMEDIATE, since one that reads first and writes later loses against whoever wrote
// in between, and with a busy_timeout, since SQLite does not wait without one. In
// modernc.org/sqlite these are the parameters _txlock=immediate and
// _pragma=busy_timeout(5000). What SQLite says to the host's own BEGIN and statements
// is the driver's SQLITE_BUSY, and no ErrConflict. InTx needs none of that. A bound
// store changes no setting of the connection, and its Updates do not commit: until
// the host has, other writers wait.
//
// # PostgreSQL
//
// It needs PostgreSQL 12 or later, a database in UTF8, and sessions that have no other
// client_encoding. Their isolation level, time zone, collation and search_path may be
// any; the tables are where the search_path says. Nothing is prepared, set or locked for longer than a
// transaction, so that PgBouncer may pool by transaction. Drivers, though, prepare
// by themselves: behind PgBouncer open pgx with default_query_exec_mode=exec, or
// simple_protocol or cache_describe.
//
// # MySQL and MariaDB
//
// It needs MariaDB 10.6 or later, or MySQL 8.0.19 or later. The collation of the
// server, and the parameters parseTime, clientFoundRows and interpolateParams, may
// be any: the Store has no driver write a text into a statement. Each connection keeps
// up to a hundred statements prepared, for what reads outside of transactions.
//
// New refuses tables in another engine than InnoDB, and sessions
//   - at READ UNCOMMITTED, with autocommit off, or with another completion_type than
//     NO_CHAIN;
//   - whose character_set_client is neither utf8mb4 nor latin1, or is not their
//     character_set_connection: utf8 is neither;
//   - with a sql_select_limit, or with a max_sort_length below 806;
//   - with unique_checks or sql_big_selects off, with sql_safe_updates on, or with
//     EMPTY_STRING_IS_NULL in sql_mode.
//
// It looks at one session. Set those of a handle alike, in its data source name or on
// the server, and not by a statement that one of them runs.
//
// A Galera cluster that aborts a transaction for another node's may say so in answer
// to the preparing or closing of a statement, where nobody hears it: what follows is
// then committed statement by statement. The Store prepares nothing in transactions.
// Let the host's own transactions do likewise, in most drivers with the parameter
// interpolateParams=true.
//
// Inside a transaction of the host's that has read before, a Hold sees what that
// transaction sees. At REPEATABLE READ, the default, that may be old: then the
// comparison fails, and the host runs its transaction again.
//
// # Errors
//
// A connection that is lost while it commits, or a server that answers something
// else than that it has rolled back, is a [store.ErrUnknownOutcome]. Read what was
// to be written, and repeat what is not there.
//
// Besides those of package store, every error of the database comes back with
// what was being done and the database's own code. Its text does not: drivers
// quote SQL and values. errors.As finds the driver's error itself.
package sqlstore
