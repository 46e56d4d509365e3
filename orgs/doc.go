// Package orgs holds the values of organizations, their members and users, and
// the rules about them: who may leave, be removed or change role, what is left
// when a membership ends, and how members are ordered.
//
// Everything here is a value or a total function: no context, clock,
// randomness or store. A rule takes the facts and returns the records as they
// must be saved, or an error and nothing.
package orgs
