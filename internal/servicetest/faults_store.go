package servicetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// faultStore counts every call that reaches a store and lets one of them go
// wrong. It embeds nothing, so that no call is forgotten when the contract grows.
type faultStore struct {
	faultReader
	inner store.Store
}

type faultReader struct {
	inner store.Reader
	plan  *plan
}

type faultTx struct {
	inner store.Tx
	plan  *plan
}

var (
	_ store.Store = faultStore{}
	_ store.Tx    = faultTx{}
)

func newFaultStore(s store.Store, p *plan) store.Store { return faultStore{faultReader{s, p}, s} }

// The points of a transaction that are no call of a method.
const (
	begin     = "Update"    // before fn
	commit    = "commit"    // fn has returned nil
	committed = "committed" // all is kept, and nobody was told
)

func (s faultStore) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	if err := s.plan.point("View"); err != nil {
		return err
	}
	return s.inner.View(ctx, func(ctx context.Context, r store.Reader) error { return fn(ctx, faultReader{r, s.plan}) })
}

func (s faultStore) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	s.plan.updates++
	s.plan.inside = true
	defer func() { s.plan.inside = false }()
	if err := s.plan.point(begin); err != nil {
		return err
	}
	if err := s.inner.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := fn(ctx, faultTx{tx, s.plan}); err != nil {
			return err
		}
		return s.plan.point(commit)
	}); err != nil {
		return err
	}
	return s.plan.point(committed)
}

// get passes a read on unless the plan says otherwise.
func get[T any](p *plan, name string, call func() (T, error)) (T, error) {
	if err := p.point(name); err != nil {
		var none T
		return none, err
	}
	return call()
}

// put passes a write on unless the plan says otherwise.
func put(p *plan, name string, call func() error) error {
	if err := p.point(name); err != nil {
		return err
	}
	return call()
}

func (r faultReader) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	return get(r.plan, "User", func() (orgs.User, error) { return r.inner.User(ctx, id) })
}

func (r faultReader) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	return get(r.plan, "Users", func() ([]orgs.User, error) { return r.inner.Users(ctx, ids) })
}

func (r faultReader) Known(ctx context.Context, address string) (bool, error) {
	return get(r.plan, "Known", func() (bool, error) { return r.inner.Known(ctx, address) })
}

func (r faultReader) Organization(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
	return get(r.plan, "Organization", func() (orgs.Organization, error) { return r.inner.Organization(ctx, id) })
}

func (r faultReader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	return get(r.plan, "Revision", func() (uint64, error) { return r.inner.Revision(ctx, org) })
}

func (r faultReader) Member(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
	return get(r.plan, "Member", func() (orgs.Member, error) { return r.inner.Member(ctx, org, id) })
}

func (r faultReader) MemberOf(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
	return get(r.plan, "MemberOf", func() (orgs.Member, error) { return r.inner.MemberOf(ctx, org, user) })
}

func (r faultReader) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	return get(r.plan, "Role", func() (roles.Role, error) { return r.inner.Role(ctx, org, id) })
}

func (r faultReader) Roles(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
	return get(r.plan, "Roles", func() ([]roles.Role, error) { return r.inner.Roles(ctx, org) })
}

func (r faultReader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
	return get(r.plan, "Facts", func() (grants.Facts, error) { return r.inner.Facts(ctx, org, user, q) })
}

func (r faultReader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, qs []grants.Question) ([]grants.Facts, error) {
	return get(r.plan, "FactsMany", func() ([]grants.Facts, error) { return r.inner.FactsMany(ctx, org, user, qs) })
}

func (r faultReader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	return get(r.plan, "Members", func() (store.MemberPage, error) { return r.inner.Members(ctx, q) })
}

func (r faultReader) Memberships(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
	return get(r.plan, "Memberships", func() ([]store.Membership, error) { return r.inner.Memberships(ctx, q) })
}

func (r faultReader) Invitations(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
	return get(r.plan, "Invitations", func() ([]store.Invitation, error) { return r.inner.Invitations(ctx, q) })
}

func (r faultReader) Resources(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
	return get(r.plan, "Resources", func() (store.ResourcePage, error) { return r.inner.Resources(ctx, q) })
}

func (r faultReader) Grants(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
	return get(r.plan, "Grants", func() (store.GrantPage, error) { return r.inner.Grants(ctx, q) })
}

func (r faultReader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	return get(r.plan, "Grantees", func() (store.MemberPage, error) { return r.inner.Grantees(ctx, q) })
}

func (r faultReader) GranteeIDs(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
	return get(r.plan, "GranteeIDs", func() (store.GranteePage, error) { return store.GranteeIDs(ctx, r.inner, q) })
}

func (r faultReader) Events(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
	return get(r.plan, "Events", func() (store.EventPage, error) { return r.inner.Events(ctx, q) })
}

func (r faultReader) Tombstones(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
	return get(r.plan, "Tombstones", func() ([]store.Event, error) { return r.inner.Tombstones(ctx, after, limit) })
}

func (t faultTx) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	return get(t.plan, "HoldMany", func() ([]store.Held, error) { return store.HoldMany(ctx, t.inner, wants) })
}

func (t faultTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	return get(t.plan, "Hold", func() (store.Held, error) { return t.inner.Hold(ctx, want) })
}

func (t faultTx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	return put(t.plan, "CreateOrganization", func() error { return t.inner.CreateOrganization(ctx, o) })
}

func (t faultTx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	return put(t.plan, "UpdateOrganization", func() error { return t.inner.UpdateOrganization(ctx, o) })
}

func (t faultTx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return put(t.plan, "DeleteOrganization", func() error { return t.inner.DeleteOrganization(ctx, id, last) })
}

func (t faultTx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return put(t.plan, "DeleteTombstone", func() error { return t.inner.DeleteTombstone(ctx, id) })
}

func (t faultTx) PutUser(ctx context.Context, u orgs.User) error {
	return put(t.plan, "PutUser", func() error { return t.inner.PutUser(ctx, u) })
}

func (t faultTx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return put(t.plan, "PutProfile", func() error { return t.inner.PutProfile(ctx, id, p) })
}

func (t faultTx) CreateMember(ctx context.Context, m orgs.Member) error {
	return put(t.plan, "CreateMember", func() error { return t.inner.CreateMember(ctx, m) })
}

func (t faultTx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return put(t.plan, "UpdateMember", func() error { return t.inner.UpdateMember(ctx, m) })
}

func (t faultTx) JoinMember(ctx context.Context, m orgs.Member) error {
	return put(t.plan, "JoinMember", func() error { return t.inner.JoinMember(ctx, m) })
}

func (t faultTx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return put(t.plan, "DeleteMember", func() error { return t.inner.DeleteMember(ctx, org, id) })
}

func (t faultTx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return put(t.plan, "CreateRole", func() error { return t.inner.CreateRole(ctx, org, r) })
}

func (t faultTx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	return put(t.plan, "UpdateRole", func() error { return t.inner.UpdateRole(ctx, org, r) })
}

func (t faultTx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return put(t.plan, "DeleteRole", func() error { return t.inner.DeleteRole(ctx, org, id) })
}

func (t faultTx) Register(ctx context.Context, org orgs.ID, rs []grants.Resource) error {
	return put(t.plan, "Register", func() error { return t.inner.Register(ctx, org, rs) })
}

func (t faultTx) Unregister(ctx context.Context, org orgs.ID, rs []grants.Resource) error {
	return put(t.plan, "Unregister", func() error { return t.inner.Unregister(ctx, org, rs) })
}

func (t faultTx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, gs []grants.Grant) error {
	return put(t.plan, "Give", func() error { return t.inner.Give(ctx, org, id, gs) })
}

func (t faultTx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, gs []grants.Grant) error {
	return put(t.plan, "Take", func() error { return t.inner.Take(ctx, org, id, gs) })
}

func (t faultTx) GiveEach(ctx context.Context, org orgs.ID) error {
	return put(t.plan, "GiveEach", func() error { return t.inner.GiveEach(ctx, org) })
}

func (t faultTx) Append(ctx context.Context, e store.Event) error {
	return put(t.plan, "Append", func() error { return t.inner.Append(ctx, e) })
}
