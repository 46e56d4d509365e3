package cached

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// watched tells writes what is held and written to. It embeds nothing, so that no
// call is forgotten when the contract grows.
type watched struct {
	tx     store.Tx
	writes *writes
}

var (
	_ store.Tx         = watched{}
	_ store.ManyHolder = watched{}
)

// write runs a write of org, or of what is held where org is empty.
func (t watched) write(org orgs.ID, run func() error) error {
	t.writes.wrote = true
	t.writes.about(org)
	return run()
}

func (t watched) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	t.writes.about(want.Org)
	return t.tx.Hold(ctx, want)
}

func (t watched) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	for _, want := range wants {
		t.writes.about(want.Org)
	}
	return store.HoldMany(ctx, t.tx, wants)
}

func (t watched) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	return t.write(o.ID, func() error { return t.tx.CreateOrganization(ctx, o) })
}

func (t watched) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	return t.write(o.ID, func() error { return t.tx.UpdateOrganization(ctx, o) })
}

func (t watched) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return t.write(id, func() error { return t.tx.DeleteOrganization(ctx, id, last) })
}

func (t watched) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.write("", func() error { return t.tx.DeleteTombstone(ctx, id) })
}

func (t watched) PutUser(ctx context.Context, u orgs.User) error {
	return t.write("", func() error { return t.tx.PutUser(ctx, u) })
}

func (t watched) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return t.write("", func() error { return t.tx.PutProfile(ctx, id, p) })
}

func (t watched) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.write(m.Org, func() error { return t.tx.CreateMember(ctx, m) })
}

func (t watched) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.write(m.Org, func() error { return t.tx.UpdateMember(ctx, m) })
}

func (t watched) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.write(m.Org, func() error { return t.tx.JoinMember(ctx, m) })
}

func (t watched) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.write(org, func() error { return t.tx.DeleteMember(ctx, org, id) })
}

func (t watched) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.write(org, func() error { return t.tx.CreateRole(ctx, org, r) })
}

func (t watched) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return t.write(org, func() error { return t.tx.UpdateRole(ctx, org, r) })
}

func (t watched) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return t.write(org, func() error { return t.tx.DeleteRole(ctx, org, id) })
}

func (t watched) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.write(org, func() error { return t.tx.Register(ctx, org, resources) })
}

func (t watched) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.write(org, func() error { return t.tx.Unregister(ctx, org, resources) })
}

func (t watched) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	return t.write(org, func() error { return t.tx.Give(ctx, org, id, give) })
}

func (t watched) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	return t.write(org, func() error { return t.tx.Take(ctx, org, id, take) })
}

func (t watched) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.write(org, func() error { return t.tx.GiveEach(ctx, org) })
}

func (t watched) Append(ctx context.Context, e store.Event) error {
	return t.write(e.Org, func() error { return t.tx.Append(ctx, e) })
}
