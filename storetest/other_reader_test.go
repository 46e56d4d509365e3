package storetest

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// otherReader is a Reader of which some methods are replaced: those that are not
// nil, and while the View lasts.
type otherReader struct {
	store.Reader
	ended        *atomic.Bool // set once fn has returned
	user         func(ctx context.Context, id orgs.UserID) (orgs.User, error)
	users        func(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error)
	known        func(ctx context.Context, address string) (bool, error)
	organization func(ctx context.Context, id orgs.ID) (orgs.Organization, error)
	revision     func(ctx context.Context, org orgs.ID) (uint64, error)
	member       func(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error)
	memberOf     func(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error)
	role         func(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error)
	roles        func(ctx context.Context, org orgs.ID) ([]roles.Role, error)
	facts        func(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error)
	factsMany    func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error)
	members      func(ctx context.Context, q store.MemberQuery) (store.MemberPage, error)
	memberships  func(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error)
	invitations  func(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error)
	resources    func(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error)
	grants       func(ctx context.Context, q store.GrantQuery) (store.GrantPage, error)
	grantees     func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error)
	granteeIDs   func(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error)
	events       func(ctx context.Context, q store.EventQuery) (store.EventPage, error)
	tombstones   func(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error)
}

func (x otherReader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	if x.user != nil && !x.ended.Load() {
		return x.user(ctx, id)
	}
	return x.Reader.User(ctx, id)
}

func (x otherReader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	if x.users != nil && !x.ended.Load() {
		return x.users(ctx, ids)
	}
	return x.Reader.Users(ctx, ids)
}

func (x otherReader) Known(ctx context.Context, address string) (bool, error) {
	if x.known != nil && !x.ended.Load() {
		return x.known(ctx, address)
	}
	return x.Reader.Known(ctx, address)
}

func (x otherReader) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	if x.organization != nil && !x.ended.Load() {
		return x.organization(ctx, id)
	}
	return x.Reader.Organization(ctx, id)
}

func (x otherReader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	if x.revision != nil && !x.ended.Load() {
		return x.revision(ctx, org)
	}
	return x.Reader.Revision(ctx, org)
}

func (x otherReader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	if x.member != nil && !x.ended.Load() {
		return x.member(ctx, org, id)
	}
	return x.Reader.Member(ctx, org, id)
}

func (x otherReader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	if x.memberOf != nil && !x.ended.Load() {
		return x.memberOf(ctx, org, user)
	}
	return x.Reader.MemberOf(ctx, org, user)
}

func (x otherReader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	if x.role != nil && !x.ended.Load() {
		return x.role(ctx, org, id)
	}
	return x.Reader.Role(ctx, org, id)
}

func (x otherReader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	if x.roles != nil && !x.ended.Load() {
		return x.roles(ctx, org)
	}
	return x.Reader.Roles(ctx, org)
}

func (x otherReader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	if x.facts != nil && !x.ended.Load() {
		return x.facts(ctx, org, user, q)
	}
	return x.Reader.Facts(ctx, org, user, q)
}

func (x otherReader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
	if x.factsMany != nil && !x.ended.Load() {
		return x.factsMany(ctx, org, user, list)
	}
	return x.Reader.FactsMany(ctx, org, user, list)
}

func (x otherReader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	if x.members != nil && !x.ended.Load() {
		return x.members(ctx, q)
	}
	return x.Reader.Members(ctx, q)
}

func (x otherReader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	if x.memberships != nil && !x.ended.Load() {
		return x.memberships(ctx, q)
	}
	return x.Reader.Memberships(ctx, q)
}

func (x otherReader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	if x.invitations != nil && !x.ended.Load() {
		return x.invitations(ctx, q)
	}
	return x.Reader.Invitations(ctx, q)
}

func (x otherReader) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	if x.resources != nil && !x.ended.Load() {
		return x.resources(ctx, q)
	}
	return x.Reader.Resources(ctx, q)
}

func (x otherReader) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	if x.grants != nil && !x.ended.Load() {
		return x.grants(ctx, q)
	}
	return x.Reader.Grants(ctx, q)
}

func (x otherReader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	if x.grantees != nil && !x.ended.Load() {
		return x.grantees(ctx, q)
	}
	return x.Reader.Grantees(ctx, q)
}

// GranteeIDs makes every otherReader a GranteeLister. Where it is not replaced it is
// what Grantees says.
func (x otherReader) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	if x.granteeIDs != nil && !x.ended.Load() {
		return x.granteeIDs(ctx, q)
	}
	return store.GranteeIDs(ctx, struct{ store.Reader }{x}, q)
}

func (x otherReader) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	if x.events != nil && !x.ended.Load() {
		return x.events(ctx, q)
	}
	return x.Reader.Events(ctx, q)
}

func (x otherReader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	if x.tombstones != nil && !x.ended.Load() {
		return x.tombstones(ctx, after, limit)
	}
	return x.Reader.Tombstones(ctx, after, limit)
}
