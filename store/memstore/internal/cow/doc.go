// Package cow has the two collections that memstore keeps its records in: a hash
// [Map] and a [Sorted] list. Both are persistent: copying the value is a
// snapshot, for the price of a few words, and a change copies only the nodes on
// the way to what it changes. A snapshot that nobody changes may be read by any
// number of goroutines without a lock.
//
// A change names the [Edit] it belongs to. Nodes that the Edit has made itself
// are changed in place, so that a transaction of many changes copies each node
// once. Hence the one rule: whoever takes a snapshot to keep, by publishing it to
// readers, lets go of the Edit.
package cow

// Edit marks the nodes that one transaction made and may still change. Make one
// with new(Edit) for each transaction. An Edit is for one goroutine.
type Edit struct{ _ byte } // not empty: two of them must have two addresses
