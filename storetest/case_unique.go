package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func uniqueCases() []Case {
	return []Case{
		numbered(20, "a user has one row in an organization", caseOneRowPerUser),
		numbered(20, "an address has one invitation in an organization", caseOneInvitation),
		numbered(20, "a role name is one role's in an organization", caseOneRoleName),
		numbered(20, "a resource is one organization's", caseOneOrganization),
	}
}

func caseOneRowPerUser(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme, Users: []orgs.UserID{bob, uma}}
	t.conflicts("CreateMember for a user who has a row", sceneScope(), in,
		appendEvent(event(acme, 3)), createMember(active(acme, newRow, user(bob), roles.Viewer)))
	t.conflicts("JoinMember by a user who has a row", sceneScope(), in,
		appendEvent(event(acme, 3)), joinMember(joined(invited(acme, cleoRow, "", ""), user(bob))))
	t.do(in, createMember(active(acme, newRow, user(uma), roles.Viewer))) // hers in umbra stays
	t.rows(active(umbra, umaRow, user(uma), roles.Admin), active(acme, newRow, user(uma), roles.Viewer))
	t.do(in, deleteMember(acme, bobRow), joinMember(joined(invited(acme, cleoRow, "", ""), user(bob))))
	t.rows(joined(invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer), user(bob)))
	return t.err
}

func caseOneInvitation(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme, Users: []orgs.UserID{eve, zoe}}
	for _, address := range []string{"Cleo@mail.example", "CLEO@MAIL.EXAMPLE", "cleo@mail.example"} {
		t.conflicts("CreateMember for an address that is invited", sceneScope(), in,
			appendEvent(event(acme, 3)), createMember(invited(acme, newRow, address, roles.Viewer)))
	}
	t.do(in,
		createMember(invited(acme, "m-1", "cleo+1@mail.example", roles.Viewer)),
		createMember(invited(acme, "m-2", "cl\u00e9o@mail.example", roles.Viewer)),
		createMember(invited(acme, "m-3", "CL\u00c9O@mail.example", roles.Viewer)), // only ASCII is folded
	)
	t.do(store.Want{Org: umbra}, createMember(invited(umbra, "n-cleo", "cleo@mail.example", roles.Viewer)))
	// Active rows may share an address, with each other and with an invitation.
	e, z := user(eve), user(zoe)
	e.Email, z.Email = "cleo@mail.example", "CLEO@mail.example"
	t.do(in, createMember(active(acme, "m-eve", e, roles.Viewer)), joinMember(joined(invited(acme, danRow, "", ""), z)))
	// An address is free again when its invitation is accepted or revoked.
	t.do(in, createMember(invited(acme, newRow, "dan@mail.example", roles.Viewer)))
	t.do(in, deleteMember(acme, cleoRow), createMember(invited(acme, "m-again", "cleo@mail.example", roles.Viewer)))
	t.rows(invited(acme, "m-again", "cleo@mail.example", roles.Viewer), active(acme, "m-eve", e, roles.Viewer))
	// PutProfile takes no address from anybody.
	same := e
	same.Profile = orgs.Profile{Email: "dan@mail.example"}
	t.do(in, putUser(e), putProfile(eve, same.Profile))
	t.rows(active(acme, "m-eve", same, roles.Viewer), invited(acme, newRow, "dan@mail.example", roles.Viewer))
	return t.err
}

func caseOneRoleName(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: acme}
	t.do(in, createRole(acme, custom("r-1", "\u00c9cole")))
	for _, name := range []string{"Auditor", "AUDITOR", "\u00e9cole"} {
		t.conflicts("CreateRole with a name that is taken", sceneScope(), in,
			appendEvent(event(acme, 3)), createRole(acme, custom(clerk, name)))
		t.conflicts("UpdateRole to a name that is taken", sceneScope(), in,
			appendEvent(event(acme, 3)), updateRole(acme, custom(spare, name)))
	}
	t.do(in,
		createRole(acme, custom("r-2", "Ecole")),
		createRole(acme, custom("r-3", "Audi_or")),
		updateRole(acme, custom(auditor, "AUDITOR")), // its own name
		updateRole(acme, custom(spare, "Reserve")),
		createRole(acme, custom("r-4", "SPARE")), // which spare no longer has
		deleteRole(acme, "r-1"),
		createRole(acme, custom("r-5", "\u00c9COLE")),
	)
	for name, id := range map[string]roles.ID{
		"auditor": auditor, "audi_or": "r-3", "reserve": spare, "spare": "r-4", "\u00e9cole": "r-5", "ecole": "r-2", "audi%": "",
	} {
		held := t.hold(store.Want{Org: acme, RoleName: name})
		t.same("the role called "+name, held.RoleNamed.ID, id)
	}
	return t.err
}

func caseOneOrganization(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	in := store.Want{Org: umbra}
	t.conflicts("Register of what another organization has", sceneScope(), in, appendEvent(event(umbra, 2)), register(umbra, thing("d1")))
	t.conflicts("Register of several, of which another organization has one", sceneScope(), in, register(umbra, thing("d8"), thing("d1"), thing("d9")))
	t.do(in, register(umbra, board("d1"), thing("d8"), thing("d9"), thing("D1"), thing("d1 ")))
	t.do(store.Want{Org: acme}, unregister(acme, thing("d1")))
	t.do(in, register(umbra, thing("d1")))
	t.conflicts("Register by who had it before", sceneScope(), store.Want{Org: acme}, register(acme, thing("d1")))
	return t.err
}
