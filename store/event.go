package store

import (
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Event is one change of an organization, as its history tells it (H1). It
// names rows and users by ID and carries no name, address or message, so that
// the history holds no more about a person than the host's own ID.
type Event struct {
	Org    orgs.ID
	Number uint64      // from 1, without gaps, in the order of the commits
	At     time.Time   // UTC, whole microseconds
	Actor  orgs.UserID // who did it; empty when the host itself did
	Action Action
	Detail Detail
}

// Action says what an event is about.
type Action string

// The actions.
const (
	OrganizationFounded   Action = "organization.founded"         // Member, User, After.Role
	OrganizationRenamed   Action = "organization.renamed"         // Before.Name, After.Name
	BillingChanged        Action = "organization.billing-changed" // nothing more: billing details are not for every reader
	OrganizationDeleted   Action = "organization.deleted"         // Resources; the tombstone (O5)
	MemberInvited         Action = "member.invited"               // Member, After.Role, Grants
	InvitationReissued    Action = "member.reissued"              // Member
	InvitationAccepted    Action = "member.accepted"              // Member, User
	InvitationRevoked     Action = "member.revoked"               // Member, Before.Role
	MemberImported        Action = "member.imported"              // Member, User, After.Role, Grants
	MemberLeft            Action = "member.left"                  // Member, User, Before.Role
	MemberRemoved         Action = "member.removed"               // Member, User, Before.Role
	MemberRoleChanged     Action = "member.role-changed"          // Member, Before.Role, After.Role
	RoleCreated           Action = "role.created"                 // Role, After.Name, After.Permissions
	RoleChanged           Action = "role.changed"                 // Role, Before and After: Name and Permissions
	RoleDeleted           Action = "role.deleted"                 // Role, Before.Name, Before.Permissions
	ResourcesRegistered   Action = "resources.registered"         // Resources
	ResourcesUnregistered Action = "resources.unregistered"       // Resources
	GrantsGiven           Action = "grants.given"                 // Member, Grants
	GrantsTaken           Action = "grants.taken"                 // Member, Grants
	GrantsIntroduced      Action = "grants.introduced"            // nothing more: every member, every resource (G3)
)

// Detail is what an event says beyond its action. Each [Action] lists the
// fields it sets; the others are zero. A store keeps it as it is, for example as
// the JSON that encoding/json makes of it.
type Detail struct {
	Member    orgs.MemberID     `json:"member,omitempty"`
	User      orgs.UserID       `json:"user,omitempty"` // whom the row is bound to
	Role      roles.ID          `json:"role,omitempty"` // the custom role it is about
	Before    State             `json:"before,omitzero"`
	After     State             `json:"after,omitzero"`
	Grants    []grants.Grant    `json:"grants,omitempty"`
	Resources []grants.Resource `json:"resources,omitempty"`
}

// State is what something was or became.
type State struct {
	Name        string             `json:"name,omitempty"`
	Role        roles.ID           `json:"role,omitempty"`
	Permissions []roles.Permission `json:"permissions,omitempty"`
}

// Clone returns a copy that shares nothing with e.
func (e Event) Clone() Event {
	e.Detail.Grants = slices.Clone(e.Detail.Grants)
	e.Detail.Resources = slices.Clone(e.Detail.Resources)
	e.Detail.Before.Permissions = slices.Clone(e.Detail.Before.Permissions)
	e.Detail.After.Permissions = slices.Clone(e.Detail.After.Permissions)
	return e
}
