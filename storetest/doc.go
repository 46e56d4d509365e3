// Package storetest proves that a store keeps the contract of package store. It
// is also the guide for whoever writes one.
//
// The whole test of an adapter is one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) store.Store {
//			return mystore.New(t.TempDir())
//		})
//	}
//
// # What Run does
//
// Run goes through [Cases] in order, each as a subtest. For each of them it calls
// the function once, which returns a fresh, empty store and closes it with
// t.Cleanup. The name of a case begins with the number of the sentence that it is
// about, so that
//
//	go test -run 'TestStore/C7'
//
// runs what shows that a lost comparison keeps nothing. A failure prints the
// sentence. A case that does not end is given up after a minute ([Watchdog]), with
// the stacks of all goroutines.
//
// A store that keeps the contract never fails. In particular a case tries an
// Update again that ended in ErrConflict, up to a hundred times, as the Service
// would; it looks at no order that is not promised, and takes nil and empty lists
// for the same. Where two transactions should meet, each having read before the
// other writes, they wait for each other for 100 milliseconds at most ([Grace]): a
// store that lets one in at a time is as right as one that compares at the end,
// and just pays that time.
//
// In memory all of it takes a few seconds, or some ten seconds under the race
// detector. Most of that is spent in the cases marked Bulk, with 40,000 records
// each: more than a single statement of any known engine takes parameters.
//
// The last case is a model: pgregory.net/rapid draws plans, which are carried out
// in the store and in memstore, and what both answer is compared after each step.
// Its flags apply: -rapid.checks for another number of plans, -rapid.steps for
// longer ones, -rapid.seed to repeat one that failed. A failing plan is kept by the
// name of the subtest in testdata/rapid of the adapter, and tried first the next time.
//
// To look harder, repeat what is about concurrency:
//
//	go test -race -count=100 -run 'TestStore/C(7|8|9|11|15|16|17)_'
//
// Whether records outlive the process the contract leaves to the store. One that
// promises it has a second test, [Reopen], which opens its records again after each
// kind of write:
//
//	func TestReopen(t *testing.T) {
//		storetest.Reopen(t, func(t testing.TB) func() store.Store {
//			folder := t.TempDir()
//			var s *mystore.Store
//			t.Cleanup(func() { s.Close() })
//			return func() store.Store {
//				if s != nil {
//					s.Close()
//				}
//				s = mystore.New(folder)
//				return s
//			}
//		})
//	}
//
// # Order of work
//
//  1. CreateOrganization, UpdateOrganization, Organization, PutUser and User, with
//     an Update that keeps all or nothing (C1 to C5). Hold of Want.Org and
//     Want.Users, with the comparison at the end (C6 to C8). Nearly every case
//     needs these.
//  2. Rows and roles: CreateMember and its neighbours, Member, MemberOf, Role,
//     Roles, and the rest of Hold. The cases set a scene with all kinds of records
//     before they begin, so most fail until every write is there.
//  3. Resources and grants, then Facts and FactsMany.
//  4. The pages: Members last, since it has five orders, two directions, filters
//     and a search.
//  5. Deletion, tombstones and the history; then the Bulk cases, and the model.
//
// The Service never reads after its first write. So an engine that lets one writer in
// at a time, or none beside a reader, can read in Hold without a transaction, keep the
// writes as functions, and compare and write in one transaction at the end: that is
// the least work, and nobody waits while fn runs.
//
// # What is hard
//
// Hold, then compare. A lock taken by Hold is no replacement for comparing: it is
// the comparison, as part of the commit, that decides (C7). It is about what was
// held, not about what was written: a transaction that holds a user and writes
// only a row must fail when the user moved. What was not there when it was held
// counts as revision 0, and appearing is moving. A transaction without a write
// moves nothing. A second Hold adds to the first one, and what it holds once more is
// compared with what the first one returned.
//
// Want.Member. The user of the row is known only when the row is read. Hold the
// organization, read the row, then hold all users in ascending order together
// (C9): whoever holds Want.Users first and the row's user afterwards will meet
// somebody who does it the other way around.
//
// Profiles (C17). Rows have a copy of the profile. UpdateMember changes two
// fields, in a transaction that need not hold the user. A store that reads the
// row, changes it and writes the whole of it back undoes a PutProfile that came
// between. Write the two fields, or compare the row as well and let the conflict
// be tried again.
//
// Pages (C24). After is a place in the order, not a row: the row may be gone.
// Compare the pair of key and ID with it, greater when ascending and less when
// descending, for both of the pair. Counting rows skips some when others go. Apply
// filters before the limit: a page that is shorter than its limit is the last.
//
// Bytes (C21). Compare and sort as bytes whatever the engine's collation. Compute
// [orgs.Member.Key] when a row is written and keep it beside the row; a search is
// a range of keys. There is no text above all that begin with a prefix: use the
// prefix with its last byte one higher, compared as bytes. If LIKE is used after
// all, escape %, _ and the escape character.
//
// Contexts (C13). A rollback needs a context of its own, since the caller's may be
// the reason for it: context.WithoutCancel. Look at the context right before the
// commit, also when fn dropped the error of a write that saw it, and also where the
// commit had to wait.
//
// Dropped errors (C1). When a write failed, fn may still return nil. Remember the
// first failure in the Tx, and let Update return it.
//
// Copies (C22). Clone what comes in when it comes in, not when it is committed;
// clone what goes out; sort a copy when a list must be sorted. The Clone methods
// of the records do that. The lists of a query must not be sorted in place either.
//
// Values (C23). Times are kept to the microsecond, for years from 1 to 9999, which
// a number of nanoseconds does not cover, and come back with Location
// [time.UTC]. The zero time is no NULL that becomes 1970. Event numbers use all 64
// bits and are ordered unsigned.
//
// # Checklist
//
//   - Update and View call fn once, and give it the context from store.Enter; Update
//     looks with store.Inside before it waits for anything.
//   - A deferred rollback covers errors, panics and runtime.Goexit.
//   - After fn, every method of its Tx and Reader answers ErrTxDone, Hold too.
//   - Whatever the engine says about deadlocks, lock timeouts, serialization and
//     broken uniqueness is wrapped in ErrConflict, and nothing else is. A commit
//     without an answer is ErrUnknownOutcome.
//   - Organizations and users held are compared with what the first Hold of them
//     returned, and moved, in the commit, once each, written or not, there or not.
//   - Each lookup and each write has the organization in its condition.
//   - Uniqueness is the engine's to enforce, not a read before the write: one row
//     per organization and user, one invited row per organization and folded
//     address, one custom role per organization and folded name, one organization
//     per resource.
//   - Deleting a row, a resource or an organization takes its grants along, in the
//     same transaction.
//   - Long lists are written and asked for in parts, inside one transaction and
//     one snapshot.
//   - An empty page still has the Asker's Facts; a page without an Asker has none.
package storetest
