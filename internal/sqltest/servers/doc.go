// Package servers starts database servers for tests: PostgreSQL, PostgreSQL behind
// PgBouncer, PostgreSQL with a standby, MariaDB, and a Galera cluster. It finds the
// programs of Debian's packages and asks for no configuration: a server lives in a
// temporary folder and listens on a free port of the loopback interface alone.
//
//	s := servers.Shared(t, servers.StartPostgres, servers.Options{Cheap: true})
//	db, err := sql.Open("pgx", s.DSN(servers.Fresh(t, s)))
//
// # Lifetime
//
// Shared starts a server at its first use, for all tests of the process; Own starts
// one for one test. StopAll, from TestMain, ends what runs and removes the folders.
// A process that ends without it, by a panic or SIGKILL, leaves nothing either:
// each server is the child of a keeper, which is this executable started once more.
// The keeper adopts what its server forks, holds one end of a pipe, and kills them
// all when the other end is closed, which the kernel does for a process that dies.
// One more keeper removes the folders.
//
// # Accounts
//
// The servers refuse to run as root. If the tests do, they get the account postgres
// or mysql, or nobody where there is no such account. The DSNs name a user that owns
// its databases and has no other rights, as that of a host would; Admin is for the rest.
//
// # What is not installed
//
// Starting an engine that is not installed returns ErrNotFound, and Need, which Shared
// and Own call, skips the test. If the environment variable CHARTER_ENGINES is "all",
// it fails. Missing names what is not there before any test runs, for go test says
// nothing of what it skips. There are servers on Linux only.
package servers
