package servicetest

import (
	"context"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
)

// faultBulk are the operations on many rows, each with one batch of them.
func faultBulk() []faultCase {
	return []faultCase{
		{name: "Members.Import", make: func(s *stage) call {
			s.SignIn("eve")
			rows := []charter.ImportedMember{
				{User: "dee", Profile: Profile("dee"), Role: s.role.ID, Grants: []grants.Grant{grants.All("dashboard")}}, // is invited
				{User: "eve", Profile: Profile("fay"), Role: roles.Viewer, Grants: ones(s.things...)},                    // is known by another profile
				{User: "cy", Profile: Profile("cy"), Role: roles.Admin},                                                  // is a member
			}
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Members.Import(ctx, charter.Host(s.ada.Org), charter.Rows(rows), charter.Bulk{})
			})
		}},
		{name: "Members.RemoveMany", make: func(s *stage) call {
			bo := s.Me(s.bo)
			rows := []charter.Removal{
				{Member: s.cyRow.ID, Confirmation: s.cyRow.Email}, {Member: s.dee.Member.ID, Confirmation: s.dee.Member.Email},
				{Member: bo.ID, Confirmation: bo.Email},
			}
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Members.RemoveMany(ctx, s.ada, charter.Rows(rows), charter.Bulk{})
			})
		}},
		{name: "Grants.GiveMany", make: func(s *stage) call {
			rows := []charter.MemberGrants{
				{Member: s.cyRow.ID, Grants: ones(s.things...)}, {Member: s.dee.Member.ID, Grants: ones(s.things[0])},
			}
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Grants.GiveMany(ctx, s.ada, charter.Rows(rows), charter.Bulk{})
			})
		}},
		{name: "Grants.TakeMany", make: func(s *stage) call {
			rows := []charter.MemberGrants{
				{Member: s.cyRow.ID, Grants: ones(s.things...)}, {Member: s.dee.Member.ID, Grants: []grants.Grant{grants.All("device")}},
			}
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Grants.TakeMany(ctx, s.ada, charter.Rows(rows), charter.Bulk{})
			})
		}},
		{name: "Resources.RegisterMany", make: func(s *stage) call {
			rows := []grants.Resource{{Kind: "device", ID: "d-new"}, s.things[0]}
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Resources.RegisterMany(ctx, s.ada, charter.Rows(rows), charter.Bulk{})
			})
		}},
		{name: "Resources.UnregisterMany", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Done, error) {
				return s.Svc.Resources.UnregisterMany(ctx, s.ada, charter.Rows(s.things), charter.Bulk{})
			})
		}},
	}
}
