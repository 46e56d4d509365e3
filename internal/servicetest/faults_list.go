package servicetest

import (
	"context"
	"iter"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// actors are the people of a stage: ada, who has a personal organization too, bo
// and cy, who have this one only, and an invitation for dee.
type actors struct {
	ada, bo, cy charter.Actor // Admin, Admin, Viewer
	cyRow       orgs.Member
	dee         charter.Issued
	role        roles.Role // that nobody has
	things      []grants.Resource
}

func newActors(w *World) (a actors) {
	a.ada = w.Found("ada", "Acme")
	a.bo = w.Join(a.ada, "bo", roles.Admin)
	a.things = w.Devices(a.ada, 2)
	a.cy = w.Join(a.ada, "cy", roles.Viewer, grants.One("device", a.things[0].ID))
	a.cyRow = w.Me(a.cy)
	a.dee = w.Invite(a.ada, "dee", roles.Editor, grants.All("device"))
	role, err := w.Svc.Roles.Create(w.Ctx, a.ada, "Operators", "devices.view")
	w.Must(err)
	a.role = role
	return a
}

// does makes a call of an operation that returns an error only.
func does(fn func(context.Context) error) call {
	return func(ctx context.Context) (any, error) { return nil, fn(ctx) }
}

// gives makes a call of one that returns a value too.
func gives[T any](fn func(context.Context) (T, error)) call {
	return func(ctx context.Context) (any, error) {
		value, err := fn(ctx)
		return value, err
	}
}

// walks makes a call of an iterator: what it gave, until it failed.
func walks[T any](fn func(context.Context) iter.Seq2[T, error]) call {
	return func(ctx context.Context) (any, error) {
		var all []T
		for item, err := range fn(ctx) {
			if err != nil {
				return all, err
			}
			all = append(all, item)
		}
		return all, nil
	}
}

// faultOperations are the operations, each where it changes something.
func faultOperations() []faultCase {
	all := faultOrgs()
	all = append(all, faultMembers()...)
	all = append(all, faultInvites()...)
	all = append(all, faultGrants()...)
	return append(all, faultBulk()...)
}

func faultOrgs() []faultCase {
	return []faultCase{
		{name: "SignIn/first", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.SignIn(ctx, "eve", Profile("eve")) })
		}},
		{name: "SignIn/new profile", make: func(s *stage) call {
			return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.SignIn(ctx, "cy", Profile("eve")) })
		}},
		{name: "Orgs.Create", grows: true, make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Organization, error) { return s.Svc.Orgs.Create(ctx, "ada", "Beta") })
		}},
		{name: "Orgs.Rename", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Orgs.Rename(ctx, s.ada, "Beta") })
		}},
		{name: "Orgs.SetBilling", make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Orgs.SetBilling(ctx, s.ada, orgs.Billing{Company: "Acme Ltd"})
			})
		}},
		{name: "Orgs.Leave/last membership", again: denied, make: func(s *stage) call { return leaving(s, s.cy) }},
		{name: "Orgs.Leave/another one left", again: denied, make: func(s *stage) call { return leaving(s, s.ada) }},
		{name: "Orgs.Delete/another one left", again: denied, make: func(s *stage) call {
			org, err := s.Svc.Orgs.Create(s.Ctx, "ada", "Beta")
			s.Must(err)
			return deleting(s, charter.Actor{User: "ada", Org: org.ID})
		}},
		{name: "Orgs.Delete/last membership", again: denied, make: func(s *stage) call {
			return deleting(s, charter.Actor{User: "eve", Org: s.SignIn("eve").Active})
		}},
		{name: "Orgs.Switch", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Orgs.Switch(ctx, "ada", s.ada.Org) })
		}},
		{name: "History.Purged", make: func(s *stage) call {
			eve := charter.Actor{User: "eve", Org: s.SignIn("eve").Active}
			_, err := s.Svc.Orgs.Delete(s.Ctx, eve)
			s.Must(err)
			return does(func(ctx context.Context) error { return s.Svc.History.Purged(ctx, eve.Org) })
		}},
	}
}

func leaving(s *stage, as charter.Actor) call {
	return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.Orgs.Leave(ctx, as) })
}

func deleting(s *stage, as charter.Actor) call {
	return gives(func(ctx context.Context) (orgs.User, error) { return s.Svc.Orgs.Delete(ctx, as) })
}

func faultMembers() []faultCase {
	return []faultCase{
		{name: "Members.ChangeRole", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Members.ChangeRole(ctx, s.ada, s.cyRow.ID, s.role.ID) })
		}},
		{name: "Members.Remove/last membership", again: notFound, make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Members.Remove(ctx, s.ada, s.cyRow.ID, s.cyRow.Email)
			})
		}},
		{name: "Members.Remove/another one left", again: notFound, make: func(s *stage) call {
			ada := s.Me(s.ada)
			return does(func(ctx context.Context) error { return s.Svc.Members.Remove(ctx, s.bo, ada.ID, ada.Email) })
		}},
		{name: "Members.Remove/invited", again: notFound, make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Members.Remove(ctx, s.ada, s.dee.Member.ID, s.dee.Member.Email)
			})
		}},
		{name: "Roles.Create", again: nameTaken, make: func(s *stage) call {
			return gives(func(ctx context.Context) (roles.Role, error) {
				return s.Svc.Roles.Create(ctx, s.ada, "Guides", "devices.view")
			})
		}},
		{name: "Roles.Rename", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Roles.Rename(ctx, s.ada, s.role.ID, "Guides") })
		}},
		{name: "Roles.SetPermissions", make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Roles.SetPermissions(ctx, s.ada, s.role.ID, "devices.edit")
			})
		}},
		{name: "Roles.Delete", again: notFound, make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Roles.Delete(ctx, s.ada, s.role.ID) })
		}},
	}
}

func faultInvites() []faultCase {
	return []faultCase{
		{name: "Invites.Invite", again: alreadyInvited, make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Issued, error) {
				return s.Svc.Invites.Invite(ctx, s.ada, invites.Request{
					Email: "eve@other.example", Role: s.role.ID, Message: "Hello",
					Grants: []grants.Grant{grants.All("dashboard"), grants.One("device", s.things[1].ID)},
				})
			})
		}},
		{name: "Invites.Reissue", grows: true, make: func(s *stage) call {
			return gives(func(ctx context.Context) (charter.Issued, error) {
				return s.Svc.Invites.Reissue(ctx, s.ada, s.dee.Member.ID)
			})
		}},
		{name: "Invites.Revoke", again: notFound, make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Invites.Revoke(ctx, s.ada, s.dee.Member.ID) })
		}},
		{name: "Invites.Accept/unknown user", make: func(s *stage) call { return acceptingDee(s, Profile("dee")) }},
		{name: "Invites.Accept/known user with a new profile", make: func(s *stage) call {
			s.SignIn("dee")
			return acceptingDee(s, Profile("eve"))
		}},
	}
}

func acceptingDee(s *stage, p orgs.Profile) call {
	return gives(func(ctx context.Context) (orgs.Member, error) {
		return s.Svc.Invites.Accept(ctx, s.dee.Link.URL(), charter.Invitee{
			User: "dee", Profile: p, Verified: []string{Profile("dee").Email},
		})
	})
}

func faultGrants() []faultCase {
	return []faultCase{
		{name: "Resources.Register", make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Resources.Register(ctx, s.ada, grants.Resource{Kind: "device", ID: "d-new"}, s.things[0])
			})
		}},
		{name: "Resources.Unregister", make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Resources.Unregister(ctx, s.ada, s.things...) })
		}},
		{name: "Grants.Give", make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Grants.Give(ctx, s.ada, s.cyRow.ID, grants.All("dashboard"), grants.One("device", s.things[1].ID))
			})
		}},
		{name: "Grants.Take", make: func(s *stage) call {
			return does(func(ctx context.Context) error {
				return s.Svc.Grants.Take(ctx, s.ada, s.cyRow.ID, grants.One("device", s.things[0].ID))
			})
		}},
		{name: "Grants.Introduce", grows: true, make: func(s *stage) call {
			return does(func(ctx context.Context) error { return s.Svc.Grants.Introduce(ctx, charter.Host(s.ada.Org)) })
		}},
	}
}
