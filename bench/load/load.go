// Package load puts a workload's data into a store of charter.
package load

import (
	"context"
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter/bench/workload"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Kind is that of the devices.
const Kind roles.Kind = "device"

// batch is how many members go into one transaction.
const batch = 1000

// began is when everything was.
func began() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) }

// Into loads d.
func Into(ctx context.Context, s store.Store, d *workload.Data) error {
	for i := range d.Orgs {
		o := &d.Orgs[i]
		if err := found(ctx, s, o); err != nil {
			return err
		}
		for members := range slices.Chunk(o.Members, batch) {
			if err := joinAll(ctx, s, o, members); err != nil {
				return err
			}
		}
	}
	return nil
}

// found makes the organization with its devices.
func found(ctx context.Context, s store.Store, o *workload.Org) error {
	id := orgs.ID(o.ID)
	resources := make([]grants.Resource, len(o.Devices))
	for i, name := range o.Devices {
		resources[i] = grants.Resource{Kind: Kind, ID: grants.ResourceID(name)}
	}
	return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Hold(ctx, store.Want{Org: id}); err != nil {
			return err
		}
		if err := tx.CreateOrganization(ctx, orgs.Organization{ID: id, Name: o.ID, CreatedAt: began()}); err != nil {
			return err
		}
		return tx.Register(ctx, id, resources)
	})
}

func joinAll(ctx context.Context, s store.Store, o *workload.Org, members []workload.Member) error {
	want := store.Want{Org: orgs.ID(o.ID)}
	for _, m := range members {
		want.Users = append(want.Users, orgs.UserID(m.User))
	}
	return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, want)
		if err != nil {
			return err
		}
		org := held.Org
		var give []grants.Grant // no store keeps it
		for _, m := range members {
			joined := memberOf(o, m)
			give = grantsOf(give[:0], o, m)
			if err := join(ctx, tx, joined, give); err != nil {
				return err
			}
			org.Counts = org.Counts.With(joined)
		}
		return tx.UpdateOrganization(ctx, org)
	})
}

func memberOf(o *workload.Org, m workload.Member) orgs.Member {
	return orgs.Member{
		ID: orgs.MemberID(m.User), Org: orgs.ID(o.ID), Role: Role(m.Role), Status: orgs.Active, User: orgs.UserID(m.User),
		Profile:  orgs.Profile{Email: m.User + "@mail.example", FirstName: "First", LastName: m.User},
		JoinedAt: began(),
	}
}

// grantsOf appends m's grants to list.
func grantsOf(list []grants.Grant, o *workload.Org, m workload.Member) []grants.Grant {
	for _, n := range m.Grants {
		list = append(list, grants.One(Kind, grants.ResourceID(o.Devices[n])))
	}
	return list
}

func join(ctx context.Context, tx store.Tx, m orgs.Member, give []grants.Grant) error {
	if err := tx.PutUser(ctx, orgs.User{ID: m.User, Profile: m.Profile, CreatedAt: began()}); err != nil {
		return err
	}
	if err := tx.CreateMember(ctx, m); err != nil || len(give) == 0 {
		return err
	}
	return tx.Give(ctx, m.Org, m.ID, give)
}

// Role returns charter's ID of a role.
func Role(r workload.Role) roles.ID {
	return [...]roles.ID{workload.Admin: roles.Admin, workload.Editor: roles.Editor, workload.Viewer: roles.Viewer}[r]
}

// Permissions returns what a role holds.
func Permissions(r workload.Role) []string {
	catalogue := roles.SmartServices()
	set, _ := catalogue.BuiltIn(Role(r))
	held := catalogue.Permissions(set)
	names := make([]string, len(held))
	for i, p := range held {
		names[i] = string(p)
	}
	return names
}
