// Package memstore keeps the records in memory: for tests, for trying things
// out, and for small services of a single process that can do without their
// data. Nothing survives the process.
//
//	svc, err := charter.New(memstore.New(), charter.Options{…})
//
// # Concurrency
//
// A [Store] is one immutable state at a time behind an atomic pointer. Readers
// load it and take no lock: they never wait, neither for each other nor for a
// writer, and a View is the state that was there when it began, however long it
// takes. One Update runs at a time, on a copy of its own of what it changes,
// which replaces the state when it commits; rolling back is forgetting the copy.
// The others wait for their turn, or until their context is done.
//
// So an Update never conflicts with another one. What an fn holds cannot move
// until it commits, and the comparison that the contract asks for (C7) is settled
// before fn begins. [store.ErrConflict] comes only from a write that breaks
// uniqueness (C20).
//
// # Cost
//
// Rows and resources have numbers, and what leads from one to another is made of
// those. The facts about a question are three lookups in hash tables, of the
// organization, the user and the resource, and a look through the member's grants;
// they make no garbage and do not grow with anything but the logarithm of the
// member's own grants, where these are more than 64. A page of a list is a seek and
// its rows, also of members with a filter, for each status and each role in it. A
// search for members costs what it finds; where that is much, a walk to as many as
// the page shows.
//
// A change copies the nodes on the way to what it changes, some kilobytes, and nothing
// of other organizations. Once in a doubling of an organization a change copies what
// leads to all parts of an index, some 200 kB for a million members. A member takes
// 1 to 2 kB, with its user and 20 grants.
//
// An old state lives as long as somebody reads it: a View that does not end keeps
// what was replaced meanwhile from being freed.
package memstore
