package servicetest

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// faultQuestions are what changes nothing: an error never comes with an answer.
func faultQuestions() []faultCase {
	all := slices.Concat(faultChecks(), faultUsing(), faultAccess(), faultReads(), faultReceived(), faultLists())
	for i := range all {
		all[i].asks = true
	}
	return all
}

// viewDevices is the permission that the checks ask about.
const viewDevices roles.Permission = "devices.view"

func faultChecks() []faultCase {
	return []faultCase{
		{name: "Can", make: func(s *stage) call {
			return gives(func(ctx context.Context) (bool, error) { return s.Svc.Can(ctx, s.cy, viewDevices, s.things[0]) })
		}},
		{name: "Require", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Require(ctx, s.cy, viewDevices, s.things[0]) })
		}},
		{name: "CanEach", make: func(s *stage) call {
			return gives(func(ctx context.Context) ([]bool, error) {
				return s.Svc.CanEach(ctx, s.cy, []grants.Question{{Permission: viewDevices, Resource: s.things[0]}})
			})
		}},
		{name: "Filter", make: func(s *stage) call {
			return gives(func(ctx context.Context) ([]grants.Resource, error) {
				return s.Svc.Filter(ctx, s.cy, viewDevices, s.things)
			})
		}},
		{name: "Holds", make: func(s *stage) call {
			return gives(func(ctx context.Context) (bool, error) { return s.Svc.Holds(ctx, s.cy, viewDevices) })
		}},
		{name: "Explain", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Explanation, error) {
				return s.Svc.Explain(ctx, s.cy, viewDevices, s.things[0])
			})
		}},
		{name: "ResourcesFor", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[grants.Resource], error) {
				return s.Svc.ResourcesFor(ctx, s.cy, viewDevices, charter.PageQuery{})
			})
		}},
		{name: "AllResourcesFor", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[grants.Resource, error] {
				return s.Svc.AllResourcesFor(ctx, s.ada, viewDevices, charter.PageQuery{})
			})
		}},
		{name: "Resources.Page", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[grants.Resource], error) {
				return s.Svc.Resources.Page(ctx, s.cy, charter.ResourceQuery{})
			})
		}},
		{name: "Resources.All", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[grants.Resource, error] {
				return s.Svc.Resources.All(ctx, s.ada, charter.ResourceQuery{})
			})
		}},
	}
}

func faultUsing() []faultCase {
	return []faultCase{
		{name: "MembersFor", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[orgs.Member], error) {
				return s.Svc.MembersFor(ctx, s.ada.Org, viewDevices, s.things[0], charter.PageQuery{})
			})
		}},
		{name: "AllMembersFor", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[orgs.Member, error] {
				return s.Svc.AllMembersFor(ctx, s.ada.Org, viewDevices, s.things[0], charter.PageQuery{})
			})
		}},
		{name: "UsersFor", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[orgs.UserID], error) {
				return s.Svc.UsersFor(ctx, s.ada.Org, viewDevices, s.things[0], charter.PageQuery{})
			})
		}},
		{name: "AllUsersFor", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[orgs.UserID, error] {
				return s.Svc.AllUsersFor(ctx, s.ada.Org, viewDevices, s.things[0], charter.PageQuery{})
			})
		}},
	}
}

func faultAccess() []faultCase {
	return []faultCase{
		{name: "Access/built-in role", make: func(s *stage) call {
			return gives(func(ctx context.Context) (*charter.Access, error) { return s.Svc.Access(ctx, s.cy) })
		}},
		{name: "Access/custom role", make: func(s *stage) call {
			s.Must(s.Svc.Members.ChangeRole(s.Ctx, s.ada, s.cyRow.ID, s.role.ID)) // a custom role costs one read more
			return gives(func(ctx context.Context) (*charter.Access, error) { return s.Svc.Access(ctx, s.cy) })
		}},
	}
}

func faultReads() []faultCase {
	return []faultCase{
		{name: "SignIn/nothing new", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.SignIn(ctx, "cy", Profile("cy")) })
		}},
		{name: "User", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.User(ctx, "cy") })
		}},
		{name: "Users", make: func(s *stage) call {
			return gives(func(ctx context.Context) (map[orgs.UserID]orgs.User, error) {
				return s.Svc.Users(ctx, "cy", "", "nobody")
			})
		}},
		{name: "Orgs.Get", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Organization, error) { return s.Svc.Orgs.Get(ctx, s.cy) })
		}},
		{name: "Orgs.Billing", make: func(s *stage) call {
			s.Must(s.Svc.Orgs.SetBilling(s.Ctx, s.ada, orgs.Billing{Company: "Acme Ltd"}))
			return gives(func(ctx context.Context) (orgs.Billing, error) { return s.Svc.Orgs.Billing(ctx, s.ada) })
		}},
		{name: "Members.Me", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.Member, error) { return s.Svc.Members.Me(ctx, s.cy) })
		}},
		{name: "Members.Get", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.Member, error) { return s.Svc.Members.Get(ctx, s.ada, s.cyRow.ID) })
		}},
		{name: "Roles.List", make: func(s *stage) call {
			return gives(func(ctx context.Context) ([]charter.RoleCount, error) { return s.Svc.Roles.List(ctx, s.ada) })
		}},
		{name: "Roles.Mine/a built-in role", make: func(s *stage) call {
			return gives(func(ctx context.Context) (roles.Role, error) { return s.Svc.Roles.Mine(ctx, s.ada) })
		}},
		{name: "Roles.Mine/a custom role", make: func(s *stage) call {
			s.Must(s.Svc.Members.ChangeRole(s.Ctx, s.ada, s.cyRow.ID, s.role.ID))
			return gives(func(ctx context.Context) (roles.Role, error) { return s.Svc.Roles.Mine(ctx, s.cy) })
		}},
		{name: "Invites.Link", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Issued, error) {
				return s.Svc.Invites.Link(ctx, s.ada, s.dee.Member.ID)
			})
		}},
		{name: "Invites.Open", make: func(s *stage) call {
			s.Must(s.Svc.Members.ChangeRole(s.Ctx, s.ada, s.dee.Member.ID, s.role.ID))
			return gives(func(ctx context.Context) (charter.Preview, error) { return s.Svc.Invites.Open(ctx, s.dee.Link.URL()) })
		}},
		{name: "Invites.Accept/again", make: func(s *stage) call {
			s.Accept(s.dee, "dee")
			return acceptingDee(s, Profile("dee"))
		}},
		{name: "History.Deletions", make: func(s *stage) call {
			_, err := s.Svc.Orgs.Delete(s.Ctx, charter.Actor{User: "eve", Org: s.SignIn("eve").Active})
			s.Must(err)
			return gives(func(ctx context.Context) ([]store.Event, error) { return s.Svc.History.Deletions(ctx, "", 0) })
		}},
	}
}

func faultReceived() []faultCase {
	return []faultCase{
		{name: "Invites.Received/some", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[charter.Received], error) {
				return s.Svc.Invites.Received(ctx, s.dee.Member.Email, charter.PageQuery{})
			})
		}},
		{name: "Invites.Received/none", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[charter.Received], error) {
				return s.Svc.Invites.Received(ctx, "nobody@acme.example", charter.PageQuery{})
			})
		}},
		{name: "Invites.AllReceived", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[charter.Received, error] {
				return s.Svc.Invites.AllReceived(ctx, s.dee.Member.Email, charter.PageQuery{})
			})
		}},
	}
}

func faultLists() []faultCase {
	return []faultCase{
		{name: "Orgs.Page", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[charter.Membership], error) {
				return s.Svc.Orgs.Page(ctx, "ada", charter.OrgQuery{})
			})
		}},
		{name: "Orgs.All", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[charter.Membership, error] {
				return s.Svc.Orgs.All(ctx, "ada", charter.OrgQuery{})
			})
		}},
		{name: "Members.Page", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[orgs.Member], error) {
				return s.Svc.Members.Page(ctx, s.ada, charter.MemberQuery{})
			})
		}},
		{name: "Members.Page/backwards", make: func(s *stage) call {
			q := charter.MemberQuery{Limit: 1, Last: true}
			last, err := s.Svc.Members.Page(s.Ctx, s.ada, q)
			s.Must(err)
			q.Cursor, q.Last = last.Previous, false
			return gives(func(ctx context.Context) (charter.Page[orgs.Member], error) { return s.Svc.Members.Page(ctx, s.ada, q) })
		}},
		{name: "Members.All", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[orgs.Member, error] {
				return s.Svc.Members.All(ctx, s.ada, charter.MemberQuery{})
			})
		}},
		{name: "Grants.Page", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[grants.Grant], error) {
				return s.Svc.Grants.Page(ctx, s.cy, s.cyRow.ID, charter.GrantQuery{})
			})
		}},
		{name: "Grants.All", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[grants.Grant, error] {
				return s.Svc.Grants.All(ctx, s.cy, s.cyRow.ID, charter.GrantQuery{})
			})
		}},
		{name: "History.Page", make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Page[charter.Event], error) {
				return s.Svc.History.Page(ctx, s.ada, charter.HistoryQuery{})
			})
		}},
		{name: "History.Page/backwards", make: func(s *stage) call {
			q := charter.HistoryQuery{Limit: 1, Last: true}
			last, err := s.Svc.History.Page(s.Ctx, s.ada, q)
			s.Must(err)
			q.Cursor, q.Last = last.Previous, false
			return gives(func(ctx context.Context) (charter.Page[charter.Event], error) {
				return s.Svc.History.Page(ctx, s.ada, q)
			})
		}},
		{name: "History.All", make: func(s *stage) call {
			return walks(func(ctx context.Context) iter.Seq2[charter.Event, error] {
				return s.Svc.History.All(ctx, s.ada, charter.HistoryQuery{})
			})
		}},
	}
}
