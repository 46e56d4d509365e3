package servicetest

import (
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// actorInputs are the actor's two fields, in every operation that takes one.
func actorInputs() (inputs []corpusInput) {
	for name, op := range actorOperations() {
		inputs = append(inputs,
			corpusInput{name, "actor.user", badID, func(s *corpusStage, v string) error {
				return op(s, charter.Actor{User: orgs.UserID(v), Org: s.ada.Org})
			}, []error{charter.ErrDenied}, nil},
			corpusInput{name, "actor.org", badID, func(s *corpusStage, v string) error {
				return op(s, charter.Actor{User: s.ada.User, Org: orgs.ID(v)})
			}, []error{charter.ErrDenied}, nil},
		)
	}
	for name, op := range map[string]func(*corpusStage, charter.Actor) error{
		"register by the host":   func(s *corpusStage, as charter.Actor) error { return s.Svc.Resources.Register(s.Ctx, as, s.device()) },
		"unregister by the host": func(s *corpusStage, as charter.Actor) error { return s.Svc.Resources.Unregister(s.Ctx, as, s.device()) },
		"introduce by the host":  func(s *corpusStage, as charter.Actor) error { return s.Svc.Grants.Introduce(s.Ctx, as) },
	} {
		inputs = append(inputs, corpusInput{name, "actor.org", badID, func(s *corpusStage, v string) error {
			return op(s, charter.Host(orgs.ID(v)))
		}, []error{charter.ErrNotFound}, nil})
	}
	return inputs
}

// device returns a device that nobody has registered yet.
func (s *corpusStage) device() grants.Resource {
	return grants.Resource{Kind: device, ID: grants.ResourceID(s.fresh("d"))}
}

// fresh returns a name that nothing has yet.
func (s *corpusStage) fresh(name string) string {
	s.n++
	return fmt.Sprintf("%s-%d", name, s.n)
}

type actorOperation = func(*corpusStage, charter.Actor) error

func actorOperations() map[string]actorOperation {
	all := map[string]actorOperation{
		"get organization": func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Orgs.Get(s.Ctx, as)) },
		"billing":          func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Orgs.Billing(s.Ctx, as)) },
		"rename":           func(s *corpusStage, as charter.Actor) error { return s.Svc.Orgs.Rename(s.Ctx, as, "New") },
		"set billing": func(s *corpusStage, as charter.Actor) error {
			return s.Svc.Orgs.SetBilling(s.Ctx, as, orgs.Billing{Company: "C"})
		},
		"leave":  func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Orgs.Leave(s.Ctx, as)) },
		"delete": func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Orgs.Delete(s.Ctx, as)) },
		"me":     func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Members.Me(s.Ctx, as)) },
		"members": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.Members.Page(s.Ctx, as, charter.MemberQuery{}))
		},
		"own role": func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Roles.Mine(s.Ctx, as)) },
		"roles":    func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Roles.List(s.Ctx, as)) },
		"create role": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.Roles.Create(s.Ctx, as, s.fresh("R")))
		},
		"register":   func(s *corpusStage, as charter.Actor) error { return s.Svc.Resources.Register(s.Ctx, as, s.device()) },
		"unregister": func(s *corpusStage, as charter.Actor) error { return s.Svc.Resources.Unregister(s.Ctx, as, s.device()) },
		"introduce":  func(s *corpusStage, as charter.Actor) error { return s.Svc.Grants.Introduce(s.Ctx, as) },
		"history": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.History.Page(s.Ctx, as, charter.HistoryQuery{}))
		},
		"can":     func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Can(s.Ctx, as, series, none)) },
		"require": func(s *corpusStage, as charter.Actor) error { return s.Svc.Require(s.Ctx, as, series, none) },
		"can each": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.CanEach(s.Ctx, as, []grants.Question{{Permission: series}}))
		},
		"filter": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.Filter(s.Ctx, as, viewDevice, []grants.Resource{s.device()}))
		},
		"holds":   func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Holds(s.Ctx, as, series)) },
		"explain": func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Explain(s.Ctx, as, series, none)) },
		"access":  func(s *corpusStage, as charter.Actor) error { return errOf(s.Svc.Access(s.Ctx, as)) },
		"resources for": func(s *corpusStage, as charter.Actor) error {
			return errOf(s.Svc.ResourcesFor(s.Ctx, as, viewDevice, charter.PageQuery{}))
		},
	}
	for name, op := range rowOperations() {
		all[name] = func(s *corpusStage, as charter.Actor) error { return op(s, as, s.invited()) }
	}
	for name, op := range customOperations() {
		all[name] = func(s *corpusStage, as charter.Actor) error { return op(s, as, roles.ID(s.role)) }
	}
	all["invite"] = func(s *corpusStage, as charter.Actor) error {
		return errOf(s.Svc.Invites.Invite(s.Ctx, as, invites.Request{Email: s.fresh("x") + "@x.example", Role: roles.Viewer}))
	}
	return all
}

// rowOperations are those that name a member, here an invited one.
func rowOperations() map[string]func(*corpusStage, charter.Actor, orgs.MemberID) error {
	return map[string]func(*corpusStage, charter.Actor, orgs.MemberID) error{
		"get member": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return errOf(s.Svc.Members.Get(s.Ctx, as, id))
		},
		"change role": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return s.Svc.Members.ChangeRole(s.Ctx, as, id, roles.Editor)
		},
		"remove": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return s.Svc.Members.Remove(s.Ctx, as, id, "pam@acme.example")
		},
		"link": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return errOf(s.Svc.Invites.Link(s.Ctx, as, id))
		},
		"reissue": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return errOf(s.Svc.Invites.Reissue(s.Ctx, as, id))
		},
		"revoke": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return s.Svc.Invites.Revoke(s.Ctx, as, id)
		},
		"give": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return s.Svc.Grants.Give(s.Ctx, as, id, grants.All(dashboard))
		},
		"take": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return s.Svc.Grants.Take(s.Ctx, as, id, grants.All(dashboard))
		},
		"grants": func(s *corpusStage, as charter.Actor, id orgs.MemberID) error {
			return errOf(s.Svc.Grants.Page(s.Ctx, as, id, charter.GrantQuery{}))
		},
	}
}

// customOperations are those that name a custom role.
func customOperations() map[string]func(*corpusStage, charter.Actor, roles.ID) error {
	return map[string]func(*corpusStage, charter.Actor, roles.ID) error{
		"rename role": func(s *corpusStage, as charter.Actor, id roles.ID) error {
			return s.Svc.Roles.Rename(s.Ctx, as, id, s.fresh("R"))
		},
		"set permissions": func(s *corpusStage, as charter.Actor, id roles.ID) error {
			return s.Svc.Roles.SetPermissions(s.Ctx, as, id, series)
		},
		"delete role": func(s *corpusStage, as charter.Actor, id roles.ID) error { return s.Svc.Roles.Delete(s.Ctx, as, id) },
	}
}
