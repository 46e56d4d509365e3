package boltstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// direct answers one question from a snapshot of its own: the latest one (C10).
func direct[T any](ctx context.Context, s *Store, ask func(*reader) (T, error)) (answer T, err error) {
	err = s.snapshot(ctx, func(r *reader) error {
		answer, err = ask(r)
		return err
	})
	return answer, err
}

// User implements [store.Reader].
func (s *Store) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	return direct(ctx, s, func(r *reader) (orgs.User, error) { return r.User(ctx, id) })
}

// Users implements [store.Reader].
func (s *Store) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	return direct(ctx, s, func(r *reader) ([]orgs.User, error) { return r.Users(ctx, ids) })
}

// Known implements [store.Reader].
func (s *Store) Known(ctx context.Context, address string) (bool, error) {
	return direct(ctx, s, func(r *reader) (bool, error) { return r.Known(ctx, address) })
}

// Organization implements [store.Reader].
func (s *Store) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	return direct(ctx, s, func(r *reader) (orgs.Organization, error) { return r.Organization(ctx, id) })
}

// Revision implements [store.Reader].
func (s *Store) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	return direct(ctx, s, func(r *reader) (uint64, error) { return r.Revision(ctx, org) })
}

// Member implements [store.Reader].
func (s *Store) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	return direct(ctx, s, func(r *reader) (orgs.Member, error) { return r.Member(ctx, org, id) })
}

// MemberOf implements [store.Reader].
func (s *Store) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	return direct(ctx, s, func(r *reader) (orgs.Member, error) { return r.MemberOf(ctx, org, user) })
}

// Role implements [store.Reader].
func (s *Store) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	return direct(ctx, s, func(r *reader) (roles.Role, error) { return r.Role(ctx, org, id) })
}

// Roles implements [store.Reader].
func (s *Store) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	return direct(ctx, s, func(r *reader) ([]roles.Role, error) { return r.Roles(ctx, org) })
}

// Facts implements [store.Reader].
func (s *Store) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	return direct(ctx, s, func(r *reader) (grants.Facts, error) { return r.Facts(ctx, org, user, q) })
}

// FactsMany implements [store.Reader].
func (s *Store) FactsMany(
	ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question,
) ([]grants.Facts, error) {
	return direct(ctx, s, func(r *reader) ([]grants.Facts, error) { return r.FactsMany(ctx, org, user, questions) })
}

// Members implements [store.Reader].
func (s *Store) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	return direct(ctx, s, func(r *reader) (store.MemberPage, error) { return r.Members(ctx, q) })
}

// Memberships implements [store.Reader].
func (s *Store) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	return direct(ctx, s, func(r *reader) ([]store.Membership, error) { return r.Memberships(ctx, q) })
}

// Invitations implements [store.Reader].
func (s *Store) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	return direct(ctx, s, func(r *reader) ([]store.Invitation, error) { return r.Invitations(ctx, q) })
}

// Resources implements [store.Reader].
func (s *Store) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	return direct(ctx, s, func(r *reader) (store.ResourcePage, error) { return r.Resources(ctx, q) })
}

// Grants implements [store.Reader].
func (s *Store) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	return direct(ctx, s, func(r *reader) (store.GrantPage, error) { return r.Grants(ctx, q) })
}

// Grantees implements [store.Reader].
func (s *Store) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	return direct(ctx, s, func(r *reader) (store.MemberPage, error) { return r.Grantees(ctx, q) })
}

// Events implements [store.Reader].
func (s *Store) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	return direct(ctx, s, func(r *reader) (store.EventPage, error) { return r.Events(ctx, q) })
}

// Tombstones implements [store.Reader].
func (s *Store) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	return direct(ctx, s, func(r *reader) ([]store.Event, error) { return r.Tombstones(ctx, after, limit) })
}
