package store

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Store keeps the records. It is safe for concurrent use. The package
// documentation has the numbered sentences that an adapter must keep.
type Store interface {
	// Reader's methods on the Store itself read the latest committed state,
	// each by itself (C10).
	Reader

	// View calls fn once with a Reader on one snapshot: everything it returns is
	// as of one moment (C11). The Reader is dead once fn has returned (C5). The
	// error of fn comes back (C2). The context that fn gets is ctx, marked (C12).
	View(ctx context.Context, fn func(context.Context, Reader) error) error

	// Update calls fn at most once in a new transaction and commits what it
	// wrote when fn returns nil. All of it is kept, or nothing (C1). Update makes
	// one attempt: what may succeed when run again is wrapped in [ErrConflict],
	// and the Service runs it again (C4). The context that fn gets is ctx, marked
	// (C12).
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// Reader finds records. Its methods change nothing and are safe for concurrent
// use on a Store; on the Reader of a View they are for fn alone.
type Reader interface {
	// User returns the record of id, or [ErrNotFound].
	User(ctx context.Context, id orgs.UserID) (orgs.User, error)

	// Users returns the records of those of ids that exist, by ID, ascending, each
	// once: in whatever order and however often they are asked for (C15). None is no
	// error.
	Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error)

	// Known reports whether some user's profile has an address that folds to
	// address, which is folded already (I5).
	Known(ctx context.Context, address string) (bool, error)

	// Organization returns the record of id, or [ErrNotFound].
	Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error)

	// Revision returns the revision of org, 0 when there is none (C14): the cheapest
	// way to learn whether anything in it has changed. Absence is no error.
	Revision(ctx context.Context, org orgs.ID) (uint64, error)

	// Member returns row id of org, or [ErrNotFound].
	Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error)

	// MemberOf returns the row of org that is bound to user, or [ErrNotFound].
	MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error)

	// Role returns custom role id of org, or [ErrNotFound].
	Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error)

	// Roles returns the custom roles of org, ordered by ID; none is no error.
	Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error)

	// Facts returns what decides question for user in org. Absence is no error:
	// the zero Facts deny (C14).
	Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (grants.Facts, error)

	// FactsMany returns the facts about each question, in their order, from one
	// snapshot (C15).
	FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error)

	// Members returns a page of org's member list.
	Members(ctx context.Context, q MemberQuery) (MemberPage, error)

	// Memberships returns a page of the organizations that a user is an active
	// member of, the most recently joined first, then by ID, ascending (O8).
	Memberships(ctx context.Context, q MembershipQuery) ([]Membership, error)

	// Invitations returns a page of the invited rows at an address, in whichever
	// organization, by organization ID, ascending: one has one at most (C20).
	Invitations(ctx context.Context, q InvitationQuery) ([]Invitation, error)

	// Resources returns a page of an organization's resources, by kind and ID,
	// ascending.
	Resources(ctx context.Context, q ResourceQuery) (ResourcePage, error)

	// Grants returns a page of a member's grants, by kind, all of the kind
	// first, and ID, ascending: the order of [grants.Grant.Compare].
	Grants(ctx context.Context, q GrantQuery) (GrantPage, error)

	// Grantees returns a page of the active members that reach a resource, by
	// ID, ascending (G7).
	Grantees(ctx context.Context, q GranteeQuery) (MemberPage, error)

	// Events returns a page of org's history, by number.
	Events(ctx context.Context, q EventQuery) (EventPage, error)

	// Tombstones returns what is left of deleted organizations: one event each,
	// by organization ID, ascending, those after the ID after, at most limit
	// (O5).
	Tombstones(ctx context.Context, after orgs.ID, limit int) ([]Event, error)
}

// Tx is a transaction: reads first, by [Tx.Hold], then writes. The Service
// never reads after its first write, so that an adapter may keep the writes
// back until the end. A Tx is for fn's goroutine alone and dead once fn has
// returned (C5). It has no Commit and no Rollback.
type Tx interface {
	// Hold holds the organization and the users that want names, and returns
	// them with the other records that want asks for, read after the hold or
	// together with it (C6 to C9). It may be called again before the first
	// write. What does not exist is the zero value or absent from its map or
	// slice; it is no error.
	Hold(ctx context.Context, want Want) (Held, error)

	// CreateOrganization adds o, whose ID is new, at revision 1.
	CreateOrganization(ctx context.Context, o orgs.Organization) error
	// UpdateOrganization replaces the record of o, which is held or created in
	// this Tx. Its revision is the adapter's (C7).
	UpdateOrganization(ctx context.Context, o orgs.Organization) error
	// DeleteOrganization removes id, which is held, with everything of it:
	// members, grants, resources, roles, events. Last is kept as its tombstone.
	DeleteOrganization(ctx context.Context, id orgs.ID, last Event) error

	// DeleteTombstone removes what DeleteOrganization kept of id. Nothing need be
	// held.
	DeleteTombstone(ctx context.Context, id orgs.ID) error

	// PutUser adds or replaces the record of u, which is held. It leaves the
	// copies of the profile in member rows alone.
	PutUser(ctx context.Context, u orgs.User) error
	// PutProfile sets the profile of id, which is held, in its record and in
	// every member row bound to it, in all organizations (C17).
	PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error

	// CreateMember adds m, whose ID is new, to its organization. When it is bound
	// to a user, that user is held.
	CreateMember(ctx context.Context, m orgs.Member) error
	// UpdateMember sets Role and Issue of row m.ID of m.Org, and nothing else
	// (C17).
	UpdateMember(ctx context.Context, m orgs.Member) error
	// JoinMember makes row m.ID of m.Org, an invited one, what m is: bound to
	// m.User, who is held, and active. It sets User, Profile, Status, JoinedAt.
	JoinMember(ctx context.Context, m orgs.Member) error
	// DeleteMember removes row id of org with its grants (C18).
	DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error

	// CreateRole adds custom role r, whose ID is new, to org.
	CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error
	// UpdateRole replaces custom role r.ID of org.
	UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error
	// DeleteRole removes custom role id of org, which no member has.
	DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error

	// Register adds resources, none of which is registered anywhere, to org.
	Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error
	// Unregister removes resources of org, with every grant of one of them (C18).
	Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error

	// Give adds grants, which the row has none of, to row id of org. Those of one
	// resource are of one that is registered with org.
	Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error
	// Take removes grants, which the row has, from row id of org.
	Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error
	// GiveEach gives every row of org, active and invited, a grant of each of its
	// resources, where the row has none of that resource yet (G3). A grant of all
	// of the kind is another one.
	GiveEach(ctx context.Context, org orgs.ID) error

	// Append adds e to the history of e.Org, numbered e.Number.
	Append(ctx context.Context, e Event) error
}

// Want says what a transaction is about. The zero value of a field asks for
// nothing. Org and Users are held, Users in ascending order after Org; a second
// Hold of the same Tx names no Org but the first one's.
type Want struct {
	Org   orgs.ID       // hold this organization; the fields below are inside it
	Users []orgs.UserID // hold these users, whether they exist yet or not

	Actor  orgs.UserID   // the row bound to this user
	Member orgs.MemberID // this row; when it is bound to a user, hold that user too
	// MemberAlone leaves the user of the row Member unheld, for a change that is
	// the organization's alone.
	MemberAlone bool
	// Contended says that an earlier attempt has lost against another Update. A
	// store whose locks are worth something takes them first, so that this one
	// waits for its turn; what Hold promises does not change.
	Contended bool

	Address   string            // active and invited rows whose folded address this is
	Roles     []roles.ID        // these custom roles; those of the rows Actor and Member come unasked
	RoleName  string            // the custom role whose folded name this is
	Resources []grants.Resource // where these are registered
	Grants    []grants.Grant    // which of these the rows Actor and Member have

	// EveryResource asks for all resources of Org: to delete it.
	EveryResource bool
}

// Held is what a Hold found.
type Held struct {
	Org   orgs.Organization        // zero when there is none: its ID is empty
	Users map[orgs.UserID]HeldUser // those that exist, with the user of the row Want.Member unless MemberAlone

	Actor     orgs.Member
	Member    orgs.Member
	Addressed []orgs.Member           // in any order
	Roles     map[roles.ID]roles.Role // those that exist
	RoleNamed roles.Role
	Places    map[grants.Resource]Place // those that are registered
	// ActorHas and MemberHas are those of Want.Grants that the row has, in any
	// order, each once or as often as it was asked for.
	ActorHas  []grants.Grant
	MemberHas []grants.Grant

	EveryResource []grants.Resource // in any order
}

// HeldUser is a user's record and where it goes next.
type HeldUser struct {
	orgs.User
	// Latest is the organization that the user joined most recently, among
	// those other than Want.Org that it is an active member of; of two joined at
	// the same time the one with the smaller ID. Empty when there is none.
	Latest orgs.ID
}

// Place says where a resource is registered. The zero value is nowhere.
type Place uint8

// The places, as seen from one organization. Which other organization it is, is
// not told.
const (
	Nowhere Place = iota
	Here
	Elsewhere
)

// String returns "nowhere", "here" or "elsewhere".
func (p Place) String() string {
	switch p {
	case Here:
		return "here"
	case Elsewhere:
		return "elsewhere"
	default:
		return "nowhere"
	}
}
