// Package cow has the collections that memstore keeps its records in: a [Vector]
// of what has a number, a [Table] that finds numbers by hash, a [Sorted] list, and
// a [Map] for small things. All are persistent: copying the value is a snapshot,
// for the price of a few words, and a change copies only the nodes on the way to
// what it changes. A snapshot that nobody changes may be read by any number of
// goroutines without a lock.
//
// A change names the [Edit] it belongs to. Nodes that the Edit has made itself
// are changed in place, so that a transaction of many changes copies each node
// once. Hence the one rule: whoever takes a snapshot to keep, by publishing it to
// readers, lets go of the Edit.
package cow

// Edit marks the nodes that one transaction made and may still change: whoever has
// several transactions counts them, from 1 on, those that came to nothing too. An Edit
// is for one goroutine.
type Edit uint64
