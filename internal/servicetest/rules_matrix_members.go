package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// onMember returns what prepares op for a member that target finds or makes.
func onMember(target func(*cell) orgs.Member, op func(*cell, orgs.Member) error) func(*cell) func() error {
	return func(c *cell) func() error {
		m := target(c)
		return func() error { return op(c, m) }
	}
}

// The targets: the actor's own row, a member and an invitation with roles that
// hold nothing, and a row of another organization.
func ownRow(c *cell) orgs.Member {
	return orgs.Member{ID: c.own, Profile: Profile(c.as.User)}
}

func otherRow(c *cell) orgs.Member { return c.weak() }

func pendingRow(c *cell) orgs.Member { return c.Row(c.ada, c.waiting()) }

func foreignRow(c *cell) orgs.Member { return c.Me(c.gil) }

// memberMatrix is about members, invitations and grants. The columns are:
// Admin, Editor, Viewer; that permission, all but it; invited, foreign,
// stranger; zero Actor, host.
func memberMatrix() []matrixRow {
	get := func(c *cell, m orgs.Member) error { return errOf(c.Svc.Members.Get(c.Ctx, c.as, m.ID)) }
	change := func(c *cell, m orgs.Member) error { return c.Svc.Members.ChangeRole(c.Ctx, c.as, m.ID, c.role) }
	remove := func(c *cell, m orgs.Member) error { return c.Svc.Members.Remove(c.Ctx, c.as, m.ID, m.Email) }
	link := func(c *cell, m orgs.Member) error { return errOf(c.Svc.Invites.Link(c.Ctx, c.as, m.ID)) }
	reissue := func(c *cell, m orgs.Member) error { return errOf(c.Svc.Invites.Reissue(c.Ctx, c.as, m.ID)) }
	revoke := func(c *cell, m orgs.Member) error { return c.Svc.Invites.Revoke(c.Ctx, c.as, m.ID) }
	return []matrixRow{
		{"M1", "see one's own row", "", "", "+++ ++ ... !!", onMember(ownRow, get)},
		{"M1", "open another member", roles.AccessUsers, "", "+.. +. ... !!", onMember(otherRow, get)},
		{"M1", "open an invited member", roles.AccessUsers, "", "+.. +. ... !!", onMember(pendingRow, get)},
		{"M1", "open a member of another organization", roles.AccessUsers, "", "?.. ?. ... !!", onMember(foreignRow, get)},
		{"M1", "list members", roles.AccessUsers, "", "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Members.Page(c.Ctx, c.as, charter.MemberQuery{})) }
		}},
		{"M4", "change one's own role", roles.ChangeRoles, "", "o.. o. ... !!", onMember(secondRole(ownRow), change)},
		{"M4", "change another's role", roles.ChangeRoles, store.MemberRoleChanged, "+.. +. ... !!", onMember(secondRole(otherRow), change)},
		{"M4", "change an invited role", roles.ChangeRoles, store.MemberRoleChanged, "+.. +. ... !!", onMember(secondRole(pendingRow), change)},
		{"M4", "change a role in another organization", roles.ChangeRoles, "", "?.. ?. ... !!", onMember(secondRole(foreignRow), change)},
		{"M5", "remove oneself", roles.RemoveUsers, store.MemberLeft, "l++ ++ ... !!", onMember(ownRow, remove)},
		{"M5", "remove another member", roles.RemoveUsers, store.MemberRemoved, "+.. +. ... !!", onMember(otherRow, remove)},
		{"M5", "remove an invited member", roles.RemoveUsers, store.InvitationRevoked, "+.. +. ... !!", onMember(pendingRow, remove)},
		{"M5", "remove a member of another organization", roles.RemoveUsers, "", "?.. ?. ... !!", onMember(foreignRow, remove)},
		{"I1", "invite", roles.InviteUsers, store.MemberInvited, "+.. +. ... !!", func(c *cell) func() error {
			request := invites.Request{Email: string(c.fresh("x")) + "@x.example", Role: c.empty()}
			return func() error { return errOf(c.Svc.Invites.Invite(c.Ctx, c.as, request)) }
		}},
		{"I3", "copy the link of an invitation", roles.InviteUsers, "", "+.. .. ... !!", onMember(pendingRow, link)},
		{"I3", "copy the link of who has joined", roles.InviteUsers, "", "p.. .. ... !!", onMember(otherRow, link)},
		{"I3", "copy a link of another organization", roles.InviteUsers, "", "?.. .. ... !!", onMember(foreignRow, link)},
		{"I4", "re-issue a link", roles.InviteUsers, store.InvitationReissued, "+.. .. ... !!", onMember(pendingRow, reissue)},
		{"I4", "re-issue a link of another organization", roles.InviteUsers, "", "?.. .. ... !!", onMember(foreignRow, reissue)},
		{"I3", "revoke an invitation", roles.RemoveUsers, store.InvitationRevoked, "+.. +. ... !!", onMember(pendingRow, revoke)},
		{"I3", "revoke what is accepted", roles.RemoveUsers, "", "p.. p. ... !!", onMember(otherRow, revoke)},
		{"I3", "revoke one's own row", roles.RemoveUsers, "", "p.. p. ... !!", onMember(ownRow, revoke)},
		{"I3", "revoke in another organization", roles.RemoveUsers, "", "?.. ?. ... !!", onMember(foreignRow, revoke)},
	}
}

// secondRole is target with one more role that holds nothing, to change to.
func secondRole(target func(*cell) orgs.Member) func(*cell) orgs.Member {
	return func(c *cell) orgs.Member {
		m := target(c)
		c.role = c.empty()
		return m
	}
}

// roleMatrix is about roles and grants, in the same columns.
func roleMatrix() []matrixRow {
	role := func(id func(*cell) roles.ID, op func(*cell, roles.ID) error) func(*cell) func() error {
		return func(c *cell) func() error {
			id := id(c)
			return func() error { return op(c, id) }
		}
	}
	own := func(c *cell) roles.ID {
		m, err := c.Store.MemberOf(c.Ctx, c.as.Org, c.as.User)
		if err != nil {
			return roles.Viewer
		}
		return m.Role
	}
	builtIn := func(*cell) roles.ID { return roles.Viewer }
	foreign := func(c *cell) roles.ID { return c.Role(c.gus, string(c.fresh("Theirs"))) }
	rename := func(c *cell, id roles.ID) error { return c.Svc.Roles.Rename(c.Ctx, c.as, id, string(c.fresh("R"))) }
	set := func(c *cell, id roles.ID) error {
		return c.Svc.Roles.SetPermissions(c.Ctx, c.as, id, roles.ChangeRoles)
	}
	remove := func(c *cell, id roles.ID) error { return c.Svc.Roles.Delete(c.Ctx, c.as, id) }
	give := func(c *cell, m orgs.Member) error { return c.Svc.Grants.Give(c.Ctx, c.as, m.ID, grants.All(device)) }
	take := func(c *cell, m orgs.Member) error { return c.Svc.Grants.Take(c.Ctx, c.as, m.ID, grants.All(device)) }
	list := func(c *cell, m orgs.Member) error {
		return errOf(c.Svc.Grants.Page(c.Ctx, c.as, m.ID, charter.GrantQuery{}))
	}
	ask := func(call func(*cell) error) func(*cell) func() error {
		return func(c *cell) func() error { return func() error { return call(c) } }
	}
	holder := func(c *cell) orgs.Member {
		m := c.weak()
		c.Must(c.Svc.Grants.Give(c.Ctx, c.ada, m.ID, grants.All(device)))
		return m
	}
	return []matrixRow{
		{"M6", "see the roles", roles.AccessUsers, "", "+.. +. ... !!", ask(func(c *cell) error { return errOf(c.Svc.Roles.List(c.Ctx, c.as)) })},
		{"M1", "see one's own role", "", "", "+++ ++ ... !!", ask(func(c *cell) error { return errOf(c.Svc.Roles.Mine(c.Ctx, c.as)) })},
		{"R3", "create a role", roles.ChangeRoles, store.RoleCreated, "+.. +. ... !!", func(c *cell) func() error {
			name := string(c.fresh("New"))
			return func() error { return errOf(c.Svc.Roles.Create(c.Ctx, c.as, name, roles.ChangeRoles)) }
		}},
		{"R3", "rename a role", roles.ChangeRoles, store.RoleChanged, "+.. +. ... !!", role((*cell).empty, rename)},
		{"R3", "rename a role of another organization", roles.ChangeRoles, "", "?.. ?. ... !!", role(foreign, rename)},
		{"R1", "rename a built-in role", roles.ChangeRoles, "", "b.. b. ... !!", role(builtIn, rename)},
		{"R3", "set a role's permissions", roles.ChangeRoles, store.RoleChanged, "+.. +. ... !!", role((*cell).empty, set)},
		{"M4", "set the permissions of one's own role", roles.ChangeRoles, "", "b.. o. ... !!", role(own, set)},
		{"R3", "set permissions in another organization", roles.ChangeRoles, "", "?.. ?. ... !!", role(foreign, set)},
		{"R3", "delete a role", roles.ChangeRoles, store.RoleDeleted, "+.. +. ... !!", role((*cell).empty, remove)},
		{"R1", "delete a built-in role", roles.ChangeRoles, "", "b.. b. ... !!", role(builtIn, remove)},
		{"R3", "delete a role of another organization", roles.ChangeRoles, "", "?.. ?. ... !!", role(foreign, remove)},
		{"G2", "give another a grant", roles.ChangeRoles, store.GrantsGiven, "+.. +. ... !+", onMember(otherRow, give)},
		{"G2", "give an invited one a grant", roles.ChangeRoles, store.GrantsGiven, "+.. +. ... !+", onMember(pendingRow, give)},
		{"G2", "give a grant in another organization", roles.ChangeRoles, "", "?.. ?. ... !?", onMember(foreignRow, give)},
		{"G2", "take a grant from another", roles.ChangeRoles, store.GrantsTaken, "+.. +. ... !+", onMember(holder, take)},
		{"G2", "take a grant in another organization", roles.ChangeRoles, "", "?.. ?. ... !?", onMember(foreignRow, take)},
		{"M1", "see one's own grants", "", "", "+++ ++ ... !!", onMember(ownRow, list)},
		{"M1", "see another's grants", roles.AccessUsers, "", "+.. +. ... !!", onMember(holder, list)},
		{"M1", "see grants elsewhere, where there are none", roles.AccessUsers, "", "+.. +. ... !!", onMember(foreignRow, list)},
	}
}
