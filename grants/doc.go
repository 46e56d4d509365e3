// Package grants decides who may use what: resources, the grants that cover
// them, and the decision about one question from the facts about it.
//
// Everything here is a value or a total function: no context, clock,
// randomness or store. [Decide] is the whole of the check (G1); the Service
// reads [Facts] from its store and asks it.
package grants
