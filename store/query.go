package store

import (
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Asker is who asks for a list, and under which permission. A page carries the
// [grants.Facts] about that question, read with it in one round trip (C16), so
// that showing a list costs no check of its own. The zero Asker asks nothing
// and gets zero Facts.
type Asker struct {
	User       orgs.UserID
	Permission roles.Permission
}

// Position is where a page ends: the sort key of its last row and the row's ID.
type Position struct {
	Key string
	ID  orgs.MemberID
}

// MemberQuery asks for a page of a member list (M2).
type MemberQuery struct {
	Org   orgs.ID
	Asker Asker

	Status []orgs.Status // only these; empty means every one
	Roles  []roles.ID    // only these; empty means every one
	Search orgs.Search   // only what it matches; the zero value matches all

	// Rows are ordered by the bytes of [orgs.Member.Key] for Sort, then by the
	// bytes of the ID; both descending when Descending is set.
	Sort       orgs.Sort
	Descending bool
	After      *Position // only rows after it in that order; nil from the start
	Limit      int       // at most this many rows, 1 or more
}

// MemberPage is a page of members.
type MemberPage struct {
	Facts   grants.Facts // about the Asker
	Members []orgs.Member
}

// MembershipQuery asks for a page of a user's organizations (O8).
type MembershipQuery struct {
	User   orgs.UserID
	Search string // only names whose fold contains it, which is folded already
	After  *JoinedPosition
	Limit  int // at most this many, 1 or more
}

// JoinedPosition is where a page of memberships ends.
type JoinedPosition struct {
	JoinedAt time.Time
	Org      orgs.ID
}

// Membership is one of the organizations that a user is an active member of.
type Membership struct {
	Org      orgs.ID
	Name     string
	Member   orgs.MemberID
	Role     roles.ID
	JoinedAt time.Time
}

// InvitationQuery asks for a page of the invitations to an address (I5).
type InvitationQuery struct {
	Address string  // folded already
	After   orgs.ID // only those of organizations after it; empty from the start
	Limit   int     // at most this many, 1 or more
}

// Invitation is an invited row with what shows it to the one it is for.
type Invitation struct {
	Member       orgs.Member
	Organization string       // the name of Member.Org
	Role         string       // the name of Member.Role when that is a custom role, otherwise empty
	Inviter      orgs.Profile // of the user Member.InvitedBy, zero when there is none
}

// ResourceQuery asks for a page of an organization's resources. With a User it
// is of those that the user's row reaches: by its grants, or all of them when
// its role is in Reach or it has a grant of all of the kind (G7). A user without
// an active row reaches none.
type ResourceQuery struct {
	Org   orgs.ID
	Asker Asker

	Kinds []roles.Kind // only these; empty means every one
	User  orgs.UserID  // empty: every resource of Org
	Reach []roles.ID   // roles that reach every resource; used with User only
	After *grants.Resource
	Limit int // at most this many; 0 means no limit
}

// ResourcePage is a page of resources.
type ResourcePage struct {
	Facts     grants.Facts // about the Asker
	Resources []grants.Resource
}

// GrantQuery asks for a page of a member's grants.
type GrantQuery struct {
	Org   orgs.ID
	Asker Asker

	Member orgs.MemberID
	Kinds  []roles.Kind // only these; empty means every one
	After  *grants.Grant
	Limit  int // at most this many, 1 or more
}

// GrantPage is a page of grants.
type GrantPage struct {
	Facts  grants.Facts // about the Asker
	Grants []grants.Grant
}

// GranteeQuery asks for a page of the active members that reach a resource: by a
// grant of it, by one of all of its kind, or because their role is in Reach (G7).
// Their role must be in Roles, or be a custom role of Org that stores Permission. A
// resource that is not registered with Org is reached by nobody.
type GranteeQuery struct {
	Org   orgs.ID
	Asker Asker

	Resource   grants.Resource
	Roles      []roles.ID       // whatever they store; may be empty
	Permission roles.Permission // empty for none, which no role stores
	Reach      []roles.ID       // of all these roles, the ones that need no grant
	After      orgs.MemberID
	Limit      int // at most this many, 1 or more
}

// EventQuery asks for a page of an organization's history (H2).
type EventQuery struct {
	Org   orgs.ID
	Asker Asker

	Descending bool   // newest first
	After      uint64 // only events after this number in that order; 0 from the start
	Limit      int    // at most this many, 1 or more
}

// EventPage is a page of events.
type EventPage struct {
	Facts  grants.Facts // about the Asker
	Events []Event
}
