// Package castore is a store for tests, correct and as unlike memstore as the
// contract lets it be: it lets every Update run at once. Nothing is locked while
// fn runs. Hold reads what is committed at that moment, writes are kept back as
// operations, and at the end one compare-and-set decides: when every revision
// that fn held is still the newest one, the operations are applied to the newest
// data, otherwise Update answers [store.ErrConflict].
//
// It serves twice. As an oracle it answers every question by brute force over
// flat tables, straight from the definitions in package store. And since two
// transactions really do read before either commits, races can happen in it that
// a store with one writer at a time hides. [NewUnchecked] is the control of such
// a test: the same store without the comparison, where the race must do harm.
//
// Every commit copies every record: it is for small data only.
package castore
