// Package roles says what a role may do: permissions, the catalogue that
// declares them, sets of them, and the roles that hold them.
//
// Everything here is a value or a total function: no context, clock,
// randomness or store. Rule numbers (R1, M7, …) are those of the specification
// that the README's table lists.
//
// A [Catalogue] is made once, from Go values with [NewCatalogue] or from a
// tab-separated table with [ParseCatalogue]; [SmartServices] is a ready one.
// It is immutable and safe for concurrent use.
package roles
