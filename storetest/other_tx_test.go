package storetest

import (
	"context"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// otherTx is a Tx of which some methods are replaced: those that are not nil.
type otherTx struct {
	store.Tx
	hold               func(ctx context.Context, want store.Want) (store.Held, error)
	ended              *atomic.Bool // set once fn has returned
	createOrganization func(ctx context.Context, o orgs.Organization) error
	updateOrganization func(ctx context.Context, o orgs.Organization) error
	deleteOrganization func(ctx context.Context, id orgs.ID, last store.Event) error
	deleteTombstone    func(ctx context.Context, id orgs.ID) error
	putUser            func(ctx context.Context, u orgs.User) error
	putProfile         func(ctx context.Context, id orgs.UserID, p orgs.Profile) error
	createMember       func(ctx context.Context, m orgs.Member) error
	updateMember       func(ctx context.Context, m orgs.Member) error
	joinMember         func(ctx context.Context, m orgs.Member) error
	deleteMember       func(ctx context.Context, org orgs.ID, id orgs.MemberID) error
	createRole         func(ctx context.Context, org orgs.ID, r roles.Role) error
	updateRole         func(ctx context.Context, org orgs.ID, r roles.Role) error
	deleteRole         func(ctx context.Context, org orgs.ID, id roles.ID) error
	register           func(ctx context.Context, org orgs.ID, list []grants.Resource) error
	unregister         func(ctx context.Context, org orgs.ID, list []grants.Resource) error
	give               func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error
	take               func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error
	giveEach           func(ctx context.Context, org orgs.ID) error
	append             func(ctx context.Context, e store.Event) error
}

func (x otherTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	if x.hold != nil && !x.ended.Load() {
		return x.hold(ctx, want)
	}
	return x.Tx.Hold(ctx, want)
}

func (x otherTx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	if x.createOrganization != nil && !x.ended.Load() {
		return x.createOrganization(ctx, o)
	}
	return x.Tx.CreateOrganization(ctx, o)
}

func (x otherTx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	if x.updateOrganization != nil && !x.ended.Load() {
		return x.updateOrganization(ctx, o)
	}
	return x.Tx.UpdateOrganization(ctx, o)
}

func (x otherTx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	if x.deleteOrganization != nil && !x.ended.Load() {
		return x.deleteOrganization(ctx, id, last)
	}
	return x.Tx.DeleteOrganization(ctx, id, last)
}

func (x otherTx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	if x.deleteTombstone != nil && !x.ended.Load() {
		return x.deleteTombstone(ctx, id)
	}
	return x.Tx.DeleteTombstone(ctx, id)
}

func (x otherTx) PutUser(ctx context.Context, u orgs.User) error {
	if x.putUser != nil && !x.ended.Load() {
		return x.putUser(ctx, u)
	}
	return x.Tx.PutUser(ctx, u)
}

func (x otherTx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	if x.putProfile != nil && !x.ended.Load() {
		return x.putProfile(ctx, id, p)
	}
	return x.Tx.PutProfile(ctx, id, p)
}

func (x otherTx) CreateMember(ctx context.Context, m orgs.Member) error {
	if x.createMember != nil && !x.ended.Load() {
		return x.createMember(ctx, m)
	}
	return x.Tx.CreateMember(ctx, m)
}

func (x otherTx) UpdateMember(ctx context.Context, m orgs.Member) error {
	if x.updateMember != nil && !x.ended.Load() {
		return x.updateMember(ctx, m)
	}
	return x.Tx.UpdateMember(ctx, m)
}

func (x otherTx) JoinMember(ctx context.Context, m orgs.Member) error {
	if x.joinMember != nil && !x.ended.Load() {
		return x.joinMember(ctx, m)
	}
	return x.Tx.JoinMember(ctx, m)
}

func (x otherTx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	if x.deleteMember != nil && !x.ended.Load() {
		return x.deleteMember(ctx, org, id)
	}
	return x.Tx.DeleteMember(ctx, org, id)
}

func (x otherTx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	if x.createRole != nil && !x.ended.Load() {
		return x.createRole(ctx, org, r)
	}
	return x.Tx.CreateRole(ctx, org, r)
}

func (x otherTx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	if x.updateRole != nil && !x.ended.Load() {
		return x.updateRole(ctx, org, r)
	}
	return x.Tx.UpdateRole(ctx, org, r)
}

func (x otherTx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	if x.deleteRole != nil && !x.ended.Load() {
		return x.deleteRole(ctx, org, id)
	}
	return x.Tx.DeleteRole(ctx, org, id)
}

func (x otherTx) Register(ctx context.Context, org orgs.ID, list []grants.Resource) error {
	if x.register != nil && !x.ended.Load() {
		return x.register(ctx, org, list)
	}
	return x.Tx.Register(ctx, org, list)
}

func (x otherTx) Unregister(ctx context.Context, org orgs.ID, list []grants.Resource) error {
	if x.unregister != nil && !x.ended.Load() {
		return x.unregister(ctx, org, list)
	}
	return x.Tx.Unregister(ctx, org, list)
}

func (x otherTx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	if x.give != nil && !x.ended.Load() {
		return x.give(ctx, org, id, list)
	}
	return x.Tx.Give(ctx, org, id, list)
}

func (x otherTx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	if x.take != nil && !x.ended.Load() {
		return x.take(ctx, org, id, list)
	}
	return x.Tx.Take(ctx, org, id, list)
}

func (x otherTx) GiveEach(ctx context.Context, org orgs.ID) error {
	if x.giveEach != nil && !x.ended.Load() {
		return x.giveEach(ctx, org)
	}
	return x.Tx.GiveEach(ctx, org)
}

func (x otherTx) Append(ctx context.Context, e store.Event) error {
	if x.append != nil && !x.ended.Load() {
		return x.append(ctx, e)
	}
	return x.Tx.Append(ctx, e)
}
