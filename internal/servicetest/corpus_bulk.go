package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// bulkInputs are the fields of operations on many rows, in a row after a good one,
// which must not be kept either.
func bulkInputs() []corpusInput {
	imports := func(change func(*charter.ImportedMember, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			rows := make([]charter.ImportedMember, 2)
			for i := range rows {
				id := orgs.UserID(s.fresh("i"))
				rows[i] = charter.ImportedMember{User: id, Profile: Profile(id), Role: roles.Viewer}
			}
			change(&rows[1], v)
			return errOf(s.Svc.Members.Import(s.Ctx, charter.Host(s.ada.Org), charter.Rows(rows), charter.Bulk{}))
		}
	}
	return append(changedInputs(), []corpusInput{
		{"import", "rows[1].user", badID, imports(func(r *charter.ImportedMember, v string) { r.User = orgs.UserID(v) }), nil, nil},
		{"import", "rows[1].email", badAddress, imports(func(r *charter.ImportedMember, v string) { r.Profile.Email = v }), nil, nil},
		{"import", "rows[1].first-name", badLine(0, 100), imports(func(r *charter.ImportedMember, v string) { r.Profile.FirstName = v }), nil, nil},
		{"import", "rows[1].last-name", badLine(0, 100), imports(func(r *charter.ImportedMember, v string) { r.Profile.LastName = v }), nil, nil},
		{"import", "rows[1].role", always, imports(func(r *charter.ImportedMember, v string) { r.Role = roles.ID(v) }), nil, unless(badID)},
		{"import", "rows[1].grants[0].resource", always, imports(func(r *charter.ImportedMember, v string) {
			r.Grants = []grants.Grant{grants.One(device, grants.ResourceID(v))}
		}), nil, unless(badID)},
		{"import", "actor.org", badID, func(s *corpusStage, v string) error {
			rows := charter.Rows([]charter.ImportedMember{{User: "i", Profile: Profile("i"), Role: roles.Viewer}})
			return errOf(s.Svc.Members.Import(s.Ctx, charter.Host(orgs.ID(v)), rows, charter.Bulk{}))
		}, []error{charter.ErrNotFound}, nil},
	}...)
}

// changedInputs are those of the operations on many members and resources that are
// there.
func changedInputs() []corpusInput {
	given := func(change func(v string) charter.MemberGrants) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			rows := []charter.MemberGrants{{Member: s.invited(), Grants: []grants.Grant{grants.All(dashboard)}}, change(v)}
			return errOf(s.Svc.Grants.GiveMany(s.Ctx, s.ada, charter.Rows(rows), charter.Bulk{}))
		}
	}
	removes := func(member orgs.MemberID, confirmation string) func(s *corpusStage) error {
		return func(s *corpusStage) error {
			rows := []charter.Removal{{Member: "no-such-row", Confirmation: "a@b"}, {Member: member, Confirmation: confirmation}}
			return errOf(s.Svc.Members.RemoveMany(s.Ctx, s.ada, charter.Rows(rows), charter.Bulk{}))
		}
	}
	return []corpusInput{
		{"give to many", "rows[1].member", badID, given(func(v string) charter.MemberGrants {
			return charter.MemberGrants{Member: orgs.MemberID(v)}
		}), []error{charter.ErrNotFound}, nil},
		{"give to many", "rows[1].grants[0].kind", allBut("device"), given(func(v string) charter.MemberGrants {
			return charter.MemberGrants{Member: "no-such-row", Grants: []grants.Grant{grants.All(roles.Kind(v))}}
		}), []error{charter.ErrNotFound}, nil},
		{"take from many", "rows[0].member", badID, func(s *corpusStage, v string) error {
			rows := []charter.MemberGrants{{Member: orgs.MemberID(v)}}
			return errOf(s.Svc.Grants.TakeMany(s.Ctx, s.ada, charter.Rows(rows), charter.Bulk{}))
		}, []error{charter.ErrNotFound}, nil},
		{"remove many", "rows[1].member", badID, func(s *corpusStage, v string) error {
			return removes(orgs.MemberID(v), "a@b")(s)
		}, nil, nil},
		{"remove many", "rows[1].confirmation", always, func(s *corpusStage, v string) error {
			return removes(s.invited(), v)(s)
		}, nil, unless(badAddress)},
		{"register many", "rows[1].id", badID, func(s *corpusStage, v string) error {
			rows := []grants.Resource{s.device(), {Kind: device, ID: grants.ResourceID(v)}}
			return errOf(s.Svc.Resources.RegisterMany(s.Ctx, s.ada, charter.Rows(rows), charter.Bulk{}))
		}, nil, nil},
		{"unregister many", "rows[0].kind", allBut("device"), func(s *corpusStage, v string) error {
			rows := []grants.Resource{{Kind: roles.Kind(v), ID: "none"}}
			return errOf(s.Svc.Resources.UnregisterMany(s.Ctx, s.ada, charter.Rows(rows), charter.Bulk{}))
		}, nil, nil},
	}
}
