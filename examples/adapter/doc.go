// Package boltstore keeps the records of charter in one file of bbolt. It is an
// example of a third adapter, complete and durable, written from the package
// documentation of store alone; package storetest proves it in one line.
//
//	s, err := boltstore.Open("charter.db")
//	defer s.Close()
//	svc, err := charter.New(s, options)
//
// # How it is built
//
// Bbolt is a tree of buckets, each a sorted map from bytes to bytes, with one
// writer at a time and readers that each see one moment. That is most of the
// contract: a rollback forgets the pages (C1, C3), a reader's pages never change
// under it (C11), and since whoever writes is alone from Hold to commit, what
// Hold returned is still true at the end. To compare revisions would compare them
// with themselves, so they are counted up and nothing more (C7, C8).
//
// Each organization is a bucket of its own, with its rows, roles, resources,
// grants and events inside. A lookup that is given an organization opens its
// bucket first and finds nothing of another one (C19); deleting it is deleting the
// bucket (C25). Outside are users, the tombstones, and what has to be found across
// organizations: where a resource is registered, which rows a user has, and which
// an address is invited to.
//
// Keys are parts with a NUL between, which no ID contains: "a" comes before
// "a-b", and all that begins with a part lies together. Sort keys may hold any
// byte, so they are escaped. Numbers are eight bytes, big-endian. Times that sort
// newest first are stored as their complement. See keys.go for every key.
//
// Each order of the member list is kept once for each pair of status and role. A
// page is a merge of the pairs that its filter allows, so that it costs one seek a
// pair and then its own length, filtered or not, whichever page it is. A search
// costs what its matches cost. A list of who reaches a resource is the same merge,
// of grants and roles. What is linear: names searched for among a user's
// organizations; PutProfile in these; GiveEach, and deleting an organization.
//
// Values are the JSON of the library's own types. As long as these may still be
// renamed, a file is good for one version of the library; the format number in it
// makes Open refuse the wrong one, once somebody counts it up.
//
// # What was hard
//
// Waiting for bbolt's writer cannot be given up, and the contract says that a
// context must be able to (C13). So writers queue at a channel, and bbolt's own
// lock is always free for the one who passed.
//
// A file that outgrows its memory map is mapped anew, and for that bbolt waits
// until all readers have ended. A View that waits for an Update of somebody else
// would never end. The map is large from the start; see MapSize.
//
// What one call of fn may ignore, the commit may not: a write that was refused
// fails the Update even if fn returned nil (C1, C20).
//
// When bbolt's Commit fails it does not say how far it came. The number of the
// newest transaction in the file does: when it is still the one before, nothing
// was kept; otherwise the answer is ErrUnknownOutcome (C13).
//
// Within a transaction bbolt keeps each leaf as one slice and splits it at the
// commit, so keys in bulk go in ascending order, each index for itself: in another
// order GiveEach moves a slice that has everything for every key.
//
// An empty value and no value are different in a file and the same to a reader
// that got nil for it within the writing transaction: values are never nil.
package boltstore
