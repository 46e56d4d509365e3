// Package cached puts a cache in front of any store, and lets each caller say how
// old an answer may be:
//
//	cache, err := cached.New(st, cached.Options{Bytes: 256 << 20})
//	…
//	svc, err := charter.New(cache.Latest(), charter.Options{…})
//	fast := svc.With(cache.AtMostOld(time.Second))
//
//	ok, err := fast.Can(ctx, as, "devices.view", device) // from memory, where it is known
//	err = svc.Grants.Give(ctx, as, member, grant)        // seen by fast at once
//
// It keeps what Facts and FactsMany answer: what Can, Require, Holds, CanEach, Filter
// and Explain ask a store for. All else, Access, MembersFor and the other lists,
// records, View and Update, goes to the store behind it, whatever the reading.
//
// # What is promised
//
// Whatever the reading:
//
//   - After an Update through the Cache has returned, whatever it returned, no check
//     that begins then, on any reading of this Cache, is answered from what was read
//     before. That is also so for changes that were announced by [InTx], [Cache.Bind] or
//     [Cache.Forget].
//   - Every answer is one that the store gave, at a revision of the organization that
//     it says; the answers of one FactsMany are of one revision.
//   - An error is never kept, and never becomes an answer.
//
// And by reading, also for what other processes write:
//
//   - [Cache.Latest]: what the store itself would answer (C10).
//   - [Cache.AtMostOld]: what was the latest within the given time before the check
//     began. The time counts from before the store was asked.
//   - [Cache.AtLeast]: of a revision that is not lower than the given one. It bounds
//     no time: what other processes write after that revision may stay unseen until
//     something else asks the store.
//
// An organization that is not there, and a user that is not in it, are known like
// everything else, by revision 0 and without a row. Whoever creates the organization
// in this process is seen at once; from another process, as the reading says.
//
// # How
//
// The revision of an organization moves with everything that its facts are made of
// (C7), so facts of one revision are right for ever. They are kept by organization and
// user, together with the revision; whether the organization is still at that revision
// is one small record beside them, with the time when the store was asked. A
// write makes that record void, and the next check asks once for the revision,
// for everybody.
//
// # Cost
//
//   - Known and young enough: two lookups in hash tables, without allocation or lock
//     once the question was asked some times in the organization. An answer takes
//     about 10 bytes, each user of an organization some 400, each question that was
//     asked in it another 400; [Stats] says how many are in use.
//   - Latest, known: one call of Revision, which is one point query on sqlstore. With
//     [Options.SoleWriter] none.
//   - AtMostOld, known, and older: one call of Revision for the organization, shared by
//     all who need it.
//   - Unknown: one call of Facts, shared by all who ask the same at the same time and
//     may be told what it finds. It goes on when the first of them leaves, and ends
//     when all have left.
//   - FactsMany: one call with what is not known, and a second one where the
//     organization has moved on between what was known and what was not.
//   - Update: nothing but taking note of the organizations.
//
// # When not to use it
//
// In front of memstore, whose checks cost no more than these. Where nearly every check
// is a new question. Where organizations change more often than they are asked about.
// And do not use AtMostOld for what must not be old, such as the last check
// before something irreversible: that is what Latest is for.
package cached
