package charter

import (
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
	// Nothing was read or changed.
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
