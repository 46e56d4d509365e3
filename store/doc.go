// Package store is the contract between the Service and whatever keeps its
// records. Two adapters come with the library, memstore and sqlstore; the suite
// in package storetest proves a third one.
//
// # Records, not rules
//
// An adapter stores and finds. It decides nothing: who may do what, what happens
// to the last Admin, what a cursor looks like and how often to retry are the
// Service's matter. Input was checked before it arrives: IDs are 1 to 255 bytes
// of UTF-8 without NUL, times are UTC in whole microseconds, names and messages
// have their documented limits, sort keys and folded forms come from package
// orgs and roles.
//
// # The contract
//
// Each sentence has a number, and package storetest a case with the same one. That
// records outlive the process is no part of it: it is for the adapter to promise, and
// for storetest.Reopen to prove.
//
// Transactions:
//
//   - C1 Atomic. When fn returns nil and Update returns nil, every write of fn is
//     kept and visible to every later read. Otherwise none is, whatever failed: a
//     write that failed fails the Update, also when fn drops its error, and then
//     the error may come from either of the two.
//   - C2 fn's error comes back such that errors.Is and errors.As find it, from
//     Update and from View, and it is never called a conflict for being fn's.
//   - C3 A panic in fn rolls back and goes on to the caller; the store stays
//     usable.
//   - C4 One attempt. Update calls fn at most once. What failed only because of
//     another transaction (a revision that moved, a deadlock, a lock that did not
//     come, a uniqueness that another writer took) is an [ErrConflict]; nothing
//     else is.
//   - C5 After fn has returned, every method of its Tx or Reader answers
//     [ErrTxDone] and does nothing.
//
// Hold, then compare:
//
//   - C6 Hold comes before the first write; later it answers [ErrLateHold] and
//     does nothing.
//   - C7 Compare at the end. If fn wrote anything, then of every organization and
//     user held, the revision must still be the one that Hold returned, the first
//     Hold where it was held twice, and becomes one more, as part of the commit.
//     What is new begins at 1. If one moved, or appeared, or went, written or not,
//     Update keeps nothing and returns [ErrConflict]. If fn wrote nothing, no
//     revision moves. A lock taken in Hold saves retries; the comparison is the
//     guarantee.
//   - C8 What Hold returns is no older than the revisions it returns: whoever
//     changed one of these records and committed before, is seen, or the
//     comparison fails.
//   - C9 Organizations first, then users in ascending order of ID: whoever locks,
//     locks in this order. A row that Want.Member names holds the user it is bound
//     to, with Want.Org held before, unless Want.MemberAlone is set.
//
// Reading:
//
//   - C10 A read on the Store, and a View, see every Update that returned nil
//     before they began.
//   - C11 A View sees one moment: what commits meanwhile is not in it. Commits may
//     wait until it ends.
//   - C12 Update with the context that fn of a View or Update of the same store
//     was given answers [ErrNested] instead of waiting for itself. [Enter] and
//     [Inside] do the marking. The Service neither begins a View in there nor reads
//     by the Store.
//   - C13 A context that is done before the commit began keeps everything out:
//     Update returns an error that answers to errors.Is with the context's, also
//     while it waits for its turn. A read under such a context answers as ever or
//     with the context's error. When nobody knows whether a commit took place, the
//     error is [ErrUnknownOutcome].
//   - C14 Revision answers the revision of the organization, 0 when there is none.
//     Facts has the same, and of the user's row what the fields say. Holds is about
//     a custom role of the same organization that stores the permission. Registered
//     is about the same organization. Coverage is about the row's own grants: with
//     one of the resource and one of all of its kind, it is CoveredByOne.
//   - C15 FactsMany answers as many Facts would, from one snapshot. Users answers as
//     many User would, from one snapshot, of those that are there.
//   - C16 A page's Facts are what Facts would answer for the Asker, without a
//     resource, from the snapshot of the page; without an Asker.User they are zero.
//
// Records:
//
//   - C17 The profile of a member row that is bound to a user is the user's.
//     PutProfile changes it in every row of the user, and an UpdateMember that
//     runs at the same time, in a transaction that does not hold the user, neither
//     undoes it nor fails for it for good.
//   - C18 Grants hang on their row and their resource: they go with either. A row
//     or resource that comes back starts without any.
//   - C19 Every lookup uses the organization it is given: an ID of another
//     organization is not found, not changed, not listed. Memberships and Invitations
//     are given none: they list the rows of their user, and those at their address,
//     and what comes with a row is its own organization's.
//   - C20 One row per organization and user; one invited row per organization and
//     folded address; one custom role per organization and folded name; one
//     organization per resource. A write that would break this is an
//     [ErrConflict] and keeps nothing.
//   - C21 IDs, keys and folded forms compare as bytes. "A", "a", "a " and "á" are
//     four.
//   - C22 Values handed out are copies, values taken in are copied: changing one
//     later changes nothing stored, and no call changes its arguments.
//   - C23 What was stored comes back equal: text byte by byte, times as the same
//     instant to the microsecond in UTC, the zero time as the zero time, integers
//     in their whole range.
//   - C24 Lists have the order their method names, pages neither skip nor repeat
//     a row that did not change, and After is exclusive, also when that row is
//     gone. A page is shorter than its limit at the end of the list alone. An
//     organization, user, row or address that is not there has empty lists; that is
//     no error.
//   - C25 A deleted organization leaves its tombstone and nothing else, until
//     DeleteTombstone removes that too; a user's record stays.
//   - C26 Writing to a row that is not there changes nothing and adds nothing, also
//     where the same Update adds the row later. It answers nil or an error that is
//     no conflict, and may count as a write in C7 or not, as may a list of
//     resources or grants that is empty: the Service does neither.
//
// Where there is more:
//
//   - C27 A Tx that is a [ManyHolder] as well answers by HoldMany, in their order,
//     what as many Holds would, and holds what they would.
//   - C28 A Reader that is a [GranteeLister] as well answers by GranteeIDs with the
//     page of Grantees, of each member the IDs alone.
//
// The Service also keeps to what the comment of each method asks of it: it writes
// to what is held, creates under new IDs, gives what is registered. An adapter need
// not check that beyond what C19 and C20 say.
package store
