package charter

import (
	"cmp"
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// InvalidError says which input was refused. It has two fields, both strings:
// Field names the input, for example "email" or "grants[3].resource", as the
// operations list it under Errors, and Problem says what is wrong with it in
// words. Neither quotes the value, which may be secret, huge or not text at all.
// It answers to errors.Is with [ErrInvalid]; find it with errors.As:
//
//	var invalid *charter.InvalidError
//	if errors.As(err, &invalid) { … invalid.Field … }
type InvalidError = input.Error

// The classes of errors. Every operation may also return the context's error
// and what the store reports, wrapped.
var (
	// ErrInvalid: the input is bad; find an [InvalidError] with errors.As.
	// Nothing was changed.
	ErrInvalid = input.ErrInvalid
	// ErrDenied: the actor may not. The same for a missing role, a missing
	// grant, another tenant's resource and one that does not exist (G6).
	ErrDenied = roles.ErrDenied
	// ErrNotFound: no such row in the actor's organization, for somebody who may
	// see what there is.
	ErrNotFound = store.ErrNotFound
	// ErrConflict: other writers kept winning until the attempts were used up.
	// Nothing was changed; it may be tried again later.
	ErrConflict = store.ErrConflict
	// ErrUnknownOutcome: the connection was lost while committing. The change was
	// made whole or not at all; repeat the operation or look.
	ErrUnknownOutcome = store.ErrUnknownOutcome
	// ErrUnavailable: the database cannot be reached or has ended the connection.
	// Nothing was changed; it may be tried again later.
	ErrUnavailable = store.ErrUnavailable
)

// The refusals of single rules.
var (
	// ErrLastAdmin: the organization would be without an active Admin (O4, M4, M5).
	ErrLastAdmin = orgs.ErrLastAdmin
	// ErrOwnRole: nobody changes their own role, nor what it holds (M4).
	ErrOwnRole = orgs.ErrOwnRole
	// ErrOthersRemain: an organization with another member or a pending
	// invitation is not deleted (O5).
	ErrOthersRemain = orgs.ErrOthersRemain
	// ErrAlreadyMember: the address or user is a member already (I1, I8).
	ErrAlreadyMember = orgs.ErrAlreadyMember
	// ErrAlreadyInvited: the address has an invitation already (I1).
	ErrAlreadyInvited = orgs.ErrAlreadyInvited
	// ErrEscalation: nobody gives, or touches a member or role with, what they do
	// not have themselves, and only Admins give Admin or touch one (M7). It is an
	// ErrDenied.
	ErrEscalation = roles.ErrEscalation
	// ErrBuiltInRole: Admin, Editor and Viewer cannot be edited or deleted (R1).
	ErrBuiltInRole = roles.ErrBuiltIn
	// ErrRoleInUse: a role that a member has is not deleted (R3).
	ErrRoleInUse = roles.ErrInUse
	// ErrNameTaken: another role has this name, ignoring case (R3).
	ErrNameTaken = roles.ErrNameTaken
	// ErrHoldsAll: one resource is not taken from who has all of the kind (G2).
	ErrHoldsAll = grants.ErrHoldsAll
	// ErrRegisteredElsewhere: a resource belongs to exactly one organization (G4).
	ErrRegisteredElsewhere = errors.New("the resource is registered with another organization")
	// ErrInvalidLink: the one answer to every link that does not work (I6).
	ErrInvalidLink = invites.ErrInvalidLink
	// ErrWrongAddress: the user has not verified the invited address (I6).
	ErrWrongAddress = invites.ErrWrongAddress
	// ErrNotPending: the member has joined, there is no invitation left.
	ErrNotPending = invites.ErrNotPending
)

// Status returns the HTTP status of an error that charter returned, wrapped or not,
// and the text that a client may read: that of the [InvalidError] or of the refusal
// that matched, or for trouble with the store what to do about it, and nothing else
// of err's. For nil it is 200 and no text. The first that matches counts:
//
//   - [ErrInvalid] 400, also where it is the host's own mistake: an [Actor] of nobody,
//     a permission that the catalogue does not declare. The field says whose it is.
//   - [ErrUnknownOutcome] 500: what happened is to be looked up before anything is
//     repeated.
//   - [ErrEscalation], [ErrDenied] and [ErrWrongAddress] 403.
//   - [ErrNotFound] and [ErrInvalidLink] 404.
//   - The other refusals of single rules 409. What [ErrRegisteredElsewhere] gives away
//     the overview says, under Errors.
//   - [ErrConflict], [ErrUnavailable] and [context.DeadlineExceeded] 503, which
//     clients may repeat.
//   - [context.Canceled] 499, which is for logs: who has gone reads nothing. It is no
//     trouble of the service's, so it is none of the 500s. RFC 9110 has no such
//     number, nginx does.
//   - Anything else 500 and "internal error": it is for the host's log.
//
// Look for errors of the host's own first. It is safe for concurrent use.
func Status(err error) (code int, message string) {
	if err == nil {
		return 200, ""
	}
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		return 400, invalid.Error()
	}
	for _, s := range statuses() {
		if errors.Is(err, s.err) {
			return s.code, cmp.Or(s.text, s.err.Error())
		}
	}
	return 500, "internal error"
}

type status struct {
	err  error
	code int
	text string // where err's own says nothing to a client
}

// statuses returns the status of each error. What wraps another comes before it.
func statuses() []status {
	const busy = "not possible at the moment, try again"
	return []status{
		{ErrInvalid, 400, ""},
		{ErrUnknownOutcome, 500, "it is not known whether this was done: look before doing it again"},
		{ErrEscalation, 403, ""}, {ErrDenied, 403, ""}, {ErrWrongAddress, 403, ""},
		{ErrNotFound, 404, ""}, {ErrInvalidLink, 404, ""},
		{ErrLastAdmin, 409, ""}, {ErrOwnRole, 409, ""}, {ErrOthersRemain, 409, ""},
		{ErrAlreadyMember, 409, ""}, {ErrAlreadyInvited, 409, ""}, {ErrNotPending, 409, ""},
		{ErrBuiltInRole, 409, ""}, {ErrRoleInUse, 409, ""}, {ErrNameTaken, 409, ""},
		{ErrHoldsAll, 409, ""}, {ErrRegisteredElsewhere, 409, ""},
		{ErrConflict, 503, busy}, {ErrUnavailable, 503, busy}, {context.DeadlineExceeded, 503, busy},
		{context.Canceled, 499, ""},
	}
}
