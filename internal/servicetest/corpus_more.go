package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func roleInputs() []corpusInput {
	isPermission := allBut("devices.view", "users.access")
	inputs := []corpusInput{
		{"create role", "name", badRoleName, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Roles.Create(s.Ctx, s.ada, v))
		}, []error{charter.ErrNameTaken}, nil},
		{"create role", "permissions[1]", isPermission, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Roles.Create(s.Ctx, s.ada, s.fresh("R"), series, roles.Permission(v)))
		}, nil, nil},
		{"rename role", "name", badRoleName, func(s *corpusStage, v string) error {
			return s.Svc.Roles.Rename(s.Ctx, s.ada, roles.ID(s.role), v)
		}, []error{charter.ErrNameTaken}, nil},
		{"set permissions", "permissions[0]", isPermission, func(s *corpusStage, v string) error {
			return s.Svc.Roles.SetPermissions(s.Ctx, s.ada, roles.ID(s.role), roles.Permission(v))
		}, nil, nil},
	}
	for name, op := range customOperations() {
		inputs = append(inputs, corpusInput{name, "role", badID, func(s *corpusStage, v string) error {
			return op(s, s.ada, roles.ID(v))
		}, []error{charter.ErrNotFound}, nil})
	}
	return inputs
}

func grantInputs() []corpusInput {
	change := func(op func(*corpusStage, grants.Grant) error, g func(string) grants.Grant) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error { return op(s, g(v)) }
	}
	all := func(v string) grants.Grant { return grants.All(roles.Kind(v)) }
	one := func(v string) grants.Grant { return grants.One(device, grants.ResourceID(v)) }
	give := func(s *corpusStage, g grants.Grant) error { return s.Svc.Grants.Give(s.Ctx, s.ada, s.invited(), g) }
	take := func(s *corpusStage, g grants.Grant) error { return s.Svc.Grants.Take(s.Ctx, s.ada, s.invited(), g) }
	both := func(g grants.Grant, v string) grants.Grant {
		g.Resource = grants.ResourceID(v)
		return g
	}
	register := func(s *corpusStage, r grants.Resource) error { return s.Svc.Resources.Register(s.Ctx, s.ada, r) }
	unregister := func(s *corpusStage, r grants.Resource) error {
		return s.Svc.Resources.Unregister(s.Ctx, charter.Host(s.ada.Org), r)
	}
	resource := func(op func(*corpusStage, grants.Resource) error, kind bool) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			if kind {
				return op(s, grants.Resource{Kind: roles.Kind(v), ID: grants.ResourceID(s.fresh("r"))})
			}
			return op(s, grants.Resource{Kind: device, ID: grants.ResourceID(v)})
		}
	}
	return []corpusInput{
		{"give", "grants[0].kind", allBut("device"), change(give, all), nil, nil},
		{"give", "grants[0].resource", badID, change(give, one), []error{charter.ErrInvalid}, nil},
		{"give", "grants[0].all", notEmpty, change(give, func(v string) grants.Grant { return both(grants.All(device), v) }), nil, nil},
		{"take", "grants[0].kind", allBut("device"), change(take, all), nil, nil},
		{"take", "grants[0].resource", badID, change(take, one), nil, nil},
		{"register", "resources[0].kind", allBut("device"), resource(register, true), nil, nil},
		{"register", "resources[0].id", badID, resource(register, false), nil, nil},
		{"unregister", "resources[0].kind", allBut("device"), resource(unregister, true), nil, nil},
		{"unregister", "resources[0].id", badID, resource(unregister, false), nil, nil},
	}
}

// asking are the questions of one permission and one resource.
func asking() map[string]func(*corpusStage, roles.Permission, grants.Resource) error {
	return map[string]func(*corpusStage, roles.Permission, grants.Resource) error{
		"can": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			return errOf(s.Svc.Can(s.Ctx, s.ada, p, r))
		},
		"require": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			return s.Svc.Require(s.Ctx, s.ada, p, r)
		},
		"explain": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			return errOf(s.Svc.Explain(s.Ctx, s.ada, p, r))
		},
		"members for": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			return errOf(s.Svc.MembersFor(s.Ctx, s.ada.Org, p, r, charter.PageQuery{}))
		},
		"users for": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			return errOf(s.Svc.UsersFor(s.Ctx, s.ada.Org, p, r, charter.PageQuery{}))
		},
		"access can": func(s *corpusStage, p roles.Permission, r grants.Resource) error {
			access, err := s.Svc.Access(s.Ctx, s.ada)
			s.Must(err)
			return errOf(access.Can(p, r))
		},
	}
}

func questionInputs() []corpusInput {
	known := grants.Resource{Kind: device, ID: "d"}
	inputs := []corpusInput{
		{"holds", "permission", allBut("devices.view", "users.access"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Holds(s.Ctx, s.ada, roles.Permission(v)))
		}, nil, nil},
		{"resources for", "permission", allBut("devices.view"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.ResourcesFor(s.Ctx, s.ada, roles.Permission(v), charter.PageQuery{}))
		}, nil, nil},
		{"resources for", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.ResourcesFor(s.Ctx, s.ada, viewDevice, charter.PageQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"members for", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.MembersFor(s.Ctx, s.ada.Org, viewDevice, known, charter.PageQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"members for", "organization", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.MembersFor(s.Ctx, orgs.ID(v), viewDevice, known, charter.PageQuery{}))
		}, nil, nil},
		{"users for", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.UsersFor(s.Ctx, s.ada.Org, viewDevice, known, charter.PageQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"users for", "organization", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.UsersFor(s.Ctx, orgs.ID(v), viewDevice, known, charter.PageQuery{}))
		}, nil, nil},
		{"access", "kinds[1]", allBut("device"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Access(s.Ctx, s.ada, device, roles.Kind(v)))
		}, nil, nil},
		{"can each", "questions[1].permission", allBut("devices.view", "users.access"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.CanEach(s.Ctx, s.ada, []grants.Question{{Permission: series}, {Permission: roles.Permission(v), Resource: known}}))
		}, []error{charter.ErrInvalid}, nil},
		{"can each", "questions[0].resource.id", badID, func(s *corpusStage, v string) error {
			machine := grants.Resource{Kind: device, ID: grants.ResourceID(v)}
			return errOf(s.Svc.CanEach(s.Ctx, s.ada, []grants.Question{{Permission: viewDevice, Resource: machine}}))
		}, nil, nil},
		{"filter", "permission", allBut("devices.view", "users.access"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Filter(s.Ctx, s.ada, roles.Permission(v), []grants.Resource{known}))
		}, []error{charter.ErrInvalid}, nil},
		{"filter", "resources[1].resource.id", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Filter(s.Ctx, s.ada, viewDevice, []grants.Resource{known, {Kind: device, ID: grants.ResourceID(v)}}))
		}, nil, nil},
	}
	for name, ask := range asking() {
		var late func(string) bool
		if name == "access can" {
			late = always // an Access is read first
		}
		inputs = append(inputs,
			corpusInput{name, "permission", allBut("devices.view", "users.access"), func(s *corpusStage, v string) error {
				return ask(s, roles.Permission(v), known)
			}, []error{charter.ErrDenied, charter.ErrInvalid}, late},
			corpusInput{name, "resource.kind", allBut("device"), func(s *corpusStage, v string) error {
				return ask(s, viewDevice, grants.Resource{Kind: roles.Kind(v), ID: "d"})
			}, []error{charter.ErrDenied}, late},
			corpusInput{name, "resource.id", badID, func(s *corpusStage, v string) error {
				return ask(s, viewDevice, grants.Resource{Kind: device, ID: grants.ResourceID(v)})
			}, []error{charter.ErrDenied}, late},
		)
	}
	return inputs
}
