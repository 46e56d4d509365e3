package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// eachRead is a Reader with something around every call.
type eachRead struct {
	store.Reader
	around func(read func() error) error
	// from, when it is not nil, returns the Reader to read from, or the error to
	// answer with.
	from func(ctx context.Context) (store.Reader, error)
}

func readEach[T any](ctx context.Context, x eachRead, read func(store.Reader) (T, error)) (got T, err error) {
	err = x.around(func() error {
		r := x.Reader
		if x.from != nil {
			if r, err = x.from(ctx); err != nil {
				return err
			}
		}
		got, err = read(r)
		return err
	})
	return got, err
}

func (x eachRead) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	return readEach(ctx, x, func(r store.Reader) (orgs.User, error) { return r.User(ctx, id) })
}

func (x eachRead) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	return readEach(ctx, x, func(r store.Reader) ([]orgs.User, error) { return r.Users(ctx, ids) })
}

func (x eachRead) Known(ctx context.Context, address string) (bool, error) {
	return readEach(ctx, x, func(r store.Reader) (bool, error) { return r.Known(ctx, address) })
}

func (x eachRead) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	return readEach(ctx, x, func(r store.Reader) (orgs.Organization, error) { return r.Organization(ctx, id) })
}

func (x eachRead) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	return readEach(ctx, x, func(r store.Reader) (uint64, error) { return r.Revision(ctx, org) })
}

func (x eachRead) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	return readEach(ctx, x, func(r store.Reader) (orgs.Member, error) { return r.Member(ctx, org, id) })
}

func (x eachRead) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	return readEach(ctx, x, func(r store.Reader) (orgs.Member, error) { return r.MemberOf(ctx, org, user) })
}

func (x eachRead) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	return readEach(ctx, x, func(r store.Reader) (roles.Role, error) { return r.Role(ctx, org, id) })
}

func (x eachRead) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	return readEach(ctx, x, func(r store.Reader) ([]roles.Role, error) { return r.Roles(ctx, org) })
}

func (x eachRead) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	return readEach(ctx, x, func(r store.Reader) (grants.Facts, error) { return r.Facts(ctx, org, user, q) })
}

func (x eachRead) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
	return readEach(ctx, x, func(r store.Reader) ([]grants.Facts, error) { return r.FactsMany(ctx, org, user, list) })
}

func (x eachRead) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.MemberPage, error) { return r.Members(ctx, q) })
}

func (x eachRead) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	return readEach(ctx, x, func(r store.Reader) ([]store.Membership, error) { return r.Memberships(ctx, q) })
}

func (x eachRead) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	return readEach(ctx, x, func(r store.Reader) ([]store.Invitation, error) { return r.Invitations(ctx, q) })
}

func (x eachRead) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.ResourcePage, error) { return r.Resources(ctx, q) })
}

func (x eachRead) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.GrantPage, error) { return r.Grants(ctx, q) })
}

func (x eachRead) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.MemberPage, error) { return r.Grantees(ctx, q) })
}

func (x eachRead) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.GranteePage, error) { return store.GranteeIDs(ctx, r, q) })
}

func (x eachRead) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	return readEach(ctx, x, func(r store.Reader) (store.EventPage, error) { return r.Events(ctx, q) })
}

func (x eachRead) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	return readEach(ctx, x, func(r store.Reader) ([]store.Event, error) { return r.Tombstones(ctx, after, limit) })
}

// eachWrite is a Tx with something around every call.
type eachWrite struct {
	store.Tx
	around func(write func() error) error
}

func (x eachWrite) Hold(ctx context.Context, want store.Want) (held store.Held, err error) {
	err = x.around(func() error {
		held, err = x.Tx.Hold(ctx, want)
		return err
	})
	return held, err
}

func (x eachWrite) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	return x.around(func() error { return x.Tx.CreateOrganization(ctx, o) })
}

func (x eachWrite) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	return x.around(func() error { return x.Tx.UpdateOrganization(ctx, o) })
}

func (x eachWrite) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return x.around(func() error { return x.Tx.DeleteOrganization(ctx, id, last) })
}

func (x eachWrite) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return x.around(func() error { return x.Tx.DeleteTombstone(ctx, id) })
}

func (x eachWrite) PutUser(ctx context.Context, u orgs.User) error {
	return x.around(func() error { return x.Tx.PutUser(ctx, u) })
}

func (x eachWrite) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return x.around(func() error { return x.Tx.PutProfile(ctx, id, p) })
}

func (x eachWrite) CreateMember(ctx context.Context, m orgs.Member) error {
	return x.around(func() error { return x.Tx.CreateMember(ctx, m) })
}

func (x eachWrite) UpdateMember(ctx context.Context, m orgs.Member) error {
	return x.around(func() error { return x.Tx.UpdateMember(ctx, m) })
}

func (x eachWrite) JoinMember(ctx context.Context, m orgs.Member) error {
	return x.around(func() error { return x.Tx.JoinMember(ctx, m) })
}

func (x eachWrite) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return x.around(func() error { return x.Tx.DeleteMember(ctx, org, id) })
}

func (x eachWrite) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return x.around(func() error { return x.Tx.CreateRole(ctx, org, r) })
}

func (x eachWrite) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return x.around(func() error { return x.Tx.UpdateRole(ctx, org, r) })
}

func (x eachWrite) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return x.around(func() error { return x.Tx.DeleteRole(ctx, org, id) })
}

func (x eachWrite) Register(ctx context.Context, org orgs.ID, list []grants.Resource) error {
	return x.around(func() error { return x.Tx.Register(ctx, org, list) })
}

func (x eachWrite) Unregister(ctx context.Context, org orgs.ID, list []grants.Resource) error {
	return x.around(func() error { return x.Tx.Unregister(ctx, org, list) })
}

func (x eachWrite) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	return x.around(func() error { return x.Tx.Give(ctx, org, id, list) })
}

func (x eachWrite) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	return x.around(func() error { return x.Tx.Take(ctx, org, id, list) })
}

func (x eachWrite) GiveEach(ctx context.Context, org orgs.ID) error {
	return x.around(func() error { return x.Tx.GiveEach(ctx, org) })
}

func (x eachWrite) Append(ctx context.Context, e store.Event) error {
	return x.around(func() error { return x.Tx.Append(ctx, e) })
}
