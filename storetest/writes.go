package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// The writes of a Tx as values.

func createOrganization(o orgs.Organization) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.CreateOrganization(ctx, o) }
}

func updateOrganization(o orgs.Organization) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.UpdateOrganization(ctx, o) }
}

func deleteOrganization(id orgs.ID, last store.Event) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.DeleteOrganization(ctx, id, last) }
}

func deleteTombstone(id orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.DeleteTombstone(ctx, id) }
}

func putUser(u orgs.User) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutUser(ctx, u) }
}

func putProfile(id orgs.UserID, p orgs.Profile) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutProfile(ctx, id, p) }
}

func createMember(m orgs.Member) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.CreateMember(ctx, m) }
}

func updateMember(m orgs.Member) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.UpdateMember(ctx, m) }
}

func joinMember(m orgs.Member) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.JoinMember(ctx, m) }
}

func deleteMember(org orgs.ID, id orgs.MemberID) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.DeleteMember(ctx, org, id) }
}

func createRole(org orgs.ID, r roles.Role) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.CreateRole(ctx, org, r) }
}

func updateRole(org orgs.ID, r roles.Role) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.UpdateRole(ctx, org, r) }
}

func deleteRole(org orgs.ID, id roles.ID) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.DeleteRole(ctx, org, id) }
}

func register(org orgs.ID, resources ...grants.Resource) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.Register(ctx, org, resources) }
}

func unregister(org orgs.ID, resources ...grants.Resource) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.Unregister(ctx, org, resources) }
}

func give(org orgs.ID, id orgs.MemberID, list ...grants.Grant) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.Give(ctx, org, id, list) }
}

func take(org orgs.ID, id orgs.MemberID, list ...grants.Grant) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.Take(ctx, org, id, list) }
}

func giveEach(org orgs.ID) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.GiveEach(ctx, org) }
}

func appendEvent(e store.Event) op {
	return func(ctx context.Context, tx store.Tx) error { return tx.Append(ctx, e) }
}
