package servicetest

import (
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// tale is an organization as its history tells it, event by event.
type tale struct {
	org       orgs.ID
	name      string // empty until it was renamed: the first name is not told
	rows      map[orgs.MemberID]*told
	roles     map[roles.ID]store.State
	resources map[grants.Resource]bool
}

// told is a member row as the history tells it.
type told struct {
	user   orgs.UserID // empty while invited
	role   roles.ID
	issue  int
	grants map[grants.Grant]bool
}

// verifyHistory is point 6: the history has no gap, each event was possible when
// it happened, and together they give the state. It is point 1 and 2 as well: at
// every event there was an active Admin, and nobody changed their own role.
func (o DumpedOrg) verifyHistory() error {
	if o.Record.Events != uint64(len(o.Events)) {
		return broken(6, "organization %s counts %d events and has %d", o.Record.ID, o.Record.Events, len(o.Events))
	}
	t := &tale{
		org: o.Record.ID, rows: map[orgs.MemberID]*told{},
		roles: map[roles.ID]store.State{}, resources: map[grants.Resource]bool{},
	}
	for i, e := range o.Events {
		if e.Number != uint64(i+1) || e.Org != t.org {
			return broken(6, "event %d of organization %s is number %d of %s", i+1, t.org, e.Number, e.Org)
		}
		if err := t.tell(e); err != nil {
			return broken(6, "event %d of organization %s, %s: %v", e.Number, t.org, e.Action, err)
		}
		if !t.administered() {
			return broken(1, "organization %s had no active Admin after event %d, %s", t.org, e.Number, e.Action)
		}
	}
	return t.matches(o)
}

func (t *tale) administered() bool {
	for _, row := range t.rows {
		if row.user != "" && row.role == roles.Admin {
			return true
		}
	}
	return false
}

// rowOf returns the row of user, nil when it has none.
func (t *tale) rowOf(user orgs.UserID) *told {
	for _, row := range t.rows {
		if row.user == user && user != "" {
			return row
		}
	}
	return nil
}

// tell applies e, or says why it cannot have happened.
func (t *tale) tell(e store.Event) error {
	actor := t.rowOf(e.Actor)
	switch e.Action {
	case store.OrganizationFounded, store.InvitationAccepted:
		if e.Actor != e.Detail.User || actor != nil {
			return fmt.Errorf("actor %q joined as %q", e.Actor, e.Detail.User)
		}
	case store.ResourcesRegistered, store.ResourcesUnregistered, store.GrantsIntroduced,
		store.GrantsGiven, store.GrantsTaken, store.MemberImported,
		store.InvitationRevoked: // the host may, and names whom it likes
	default:
		if actor == nil {
			return fmt.Errorf("actor %q was no member", e.Actor)
		}
	}
	switch e.Action {
	case store.OrganizationFounded, store.MemberInvited, store.InvitationAccepted, store.MemberImported:
		return t.comes(e)
	case store.InvitationReissued, store.MemberRoleChanged:
		return t.changes(e, actor)
	case store.InvitationRevoked, store.MemberLeft, store.MemberRemoved:
		return t.goes(e, actor)
	case store.RoleCreated, store.RoleChanged, store.RoleDeleted:
		return t.role(e, actor)
	case store.ResourcesRegistered, store.ResourcesUnregistered:
		return t.places(e)
	case store.GrantsGiven, store.GrantsTaken, store.GrantsIntroduced:
		return t.grants(e)
	case store.OrganizationRenamed:
		if t.name != "" && t.name != e.Detail.Before.Name || e.Detail.After.Name == e.Detail.Before.Name {
			return fmt.Errorf("was named %q, not %q", t.name, e.Detail.Before.Name)
		}
		t.name = e.Detail.After.Name
		return nil
	case store.BillingChanged:
		return nil
	default:
		return fmt.Errorf("unknown action")
	}
}

func (t *tale) hasRole(id roles.ID) bool {
	_, ok := t.roles[id]
	return ok || id.BuiltIn()
}

// comes tells of a row that is new, or that joins.
func (t *tale) comes(e store.Event) error {
	row := t.rows[e.Detail.Member]
	if e.Action == store.InvitationAccepted {
		if row == nil || row.user != "" {
			return fmt.Errorf("row %s was not pending", e.Detail.Member)
		}
		row.user = e.Detail.User
		return nil
	}
	if row != nil || !t.hasRole(e.Detail.After.Role) || (e.Action == store.OrganizationFounded) != (e.Number == 1) {
		return fmt.Errorf("row %s with role %s could not come", e.Detail.Member, e.Detail.After.Role)
	}
	if e.Action == store.MemberImported && (e.Detail.User == "" || t.rowOf(e.Detail.User) != nil) {
		return fmt.Errorf("user %q could not be imported", e.Detail.User)
	}
	row = &told{user: e.Detail.User, role: e.Detail.After.Role, grants: map[grants.Grant]bool{}}
	t.rows[e.Detail.Member] = row
	return t.give(row, e.Detail.Grants)
}

func (t *tale) changes(e store.Event, actor *told) error {
	row := t.rows[e.Detail.Member]
	switch {
	case row == nil:
		return fmt.Errorf("row %s was not there", e.Detail.Member)
	case e.Action == store.InvitationReissued:
		if row.user != "" {
			return fmt.Errorf("row %s was not pending", e.Detail.Member)
		}
		row.issue++
		return nil
	case row == actor:
		return broken(2, "user %q changed its own role", e.Actor)
	case row.role != e.Detail.Before.Role || row.role == e.Detail.After.Role || !t.hasRole(e.Detail.After.Role):
		return fmt.Errorf("row %s with role %s could not change from %s to %s", e.Detail.Member, row.role, e.Detail.Before.Role, e.Detail.After.Role)
	}
	row.role = e.Detail.After.Role
	return nil
}

func (t *tale) goes(e store.Event, actor *told) error {
	row := t.rows[e.Detail.Member]
	if row == nil || row.role != e.Detail.Before.Role || row.user != e.Detail.User ||
		(row.user == "") != (e.Action == store.InvitationRevoked) || (row == actor) != (e.Action == store.MemberLeft) {
		return fmt.Errorf("row %s of %q with role %s could not go", e.Detail.Member, e.Detail.User, e.Detail.Before.Role)
	}
	delete(t.rows, e.Detail.Member)
	return nil
}

func (t *tale) role(e store.Event, actor *told) error {
	was, there := t.roles[e.Detail.Role]
	if there == (e.Action == store.RoleCreated) || !sameState(was, e.Detail.Before) {
		return fmt.Errorf("role %s was %v, not %v", e.Detail.Role, was, e.Detail.Before)
	}
	if e.Action == store.RoleDeleted {
		for id, row := range t.rows {
			if row.role == e.Detail.Role {
				return fmt.Errorf("row %s had role %s", id, e.Detail.Role)
			}
		}
		delete(t.roles, e.Detail.Role)
		return nil
	}
	if there && actor.role == e.Detail.Role && !slices.Equal(was.Permissions, e.Detail.After.Permissions) {
		return broken(2, "user %q changed what its own role holds", e.Actor)
	}
	t.roles[e.Detail.Role] = e.Detail.After
	return nil
}

func sameState(a, b store.State) bool {
	return a.Name == b.Name && a.Role == b.Role && slices.Equal(a.Permissions, b.Permissions)
}

func (t *tale) places(e store.Event) error {
	register := e.Action == store.ResourcesRegistered
	for _, res := range e.Detail.Resources {
		if t.resources[res] == register {
			return fmt.Errorf("%s %q was registered: %t", res.Kind, res.ID, t.resources[res])
		}
		if register {
			t.resources[res] = true
			continue
		}
		delete(t.resources, res)
		for _, row := range t.rows {
			delete(row.grants, grants.One(res.Kind, res.ID))
		}
	}
	return nil
}

func (t *tale) grants(e store.Event) error {
	if e.Action == store.GrantsIntroduced {
		for _, row := range t.rows {
			for res := range t.resources {
				row.grants[grants.One(res.Kind, res.ID)] = true
			}
		}
		return nil
	}
	row := t.rows[e.Detail.Member]
	if row == nil {
		return fmt.Errorf("row %s was not there", e.Detail.Member)
	}
	if e.Action == store.GrantsGiven {
		return t.give(row, e.Detail.Grants)
	}
	for _, g := range e.Detail.Grants {
		if !row.grants[g] {
			return fmt.Errorf("row %s did not have %v", e.Detail.Member, g)
		}
		delete(row.grants, g)
	}
	return nil
}

func (t *tale) give(row *told, give []grants.Grant) error {
	for _, g := range give {
		if row.grants[g] || !g.All && !t.resources[grants.Resource{Kind: g.Kind, ID: g.Resource}] {
			return fmt.Errorf("%v could not be given", g)
		}
		row.grants[g] = true
	}
	return nil
}

// matches compares what the history told with what is stored.
func (t *tale) matches(o DumpedOrg) error {
	if t.name != "" && t.name != o.Record.Name {
		return broken(6, "organization %s is named %q, its history says %q", t.org, o.Record.Name, t.name)
	}
	if len(t.rows) != len(o.Members) || len(t.roles) != len(o.Roles) || len(t.resources) != len(o.Resources) {
		return broken(6, "organization %s has %d rows, %d roles, %d resources, its history says %d, %d, %d", t.org,
			len(o.Members), len(o.Roles), len(o.Resources), len(t.rows), len(t.roles), len(t.resources))
	}
	for _, m := range o.Members {
		row := t.rows[m.ID]
		if row == nil || row.user != m.User || row.role != m.Role || row.issue != m.Issue {
			return broken(6, "row %s is %v, its history says %v", m.ID, m, row)
		}
		if len(row.grants) != len(o.Grants[m.ID]) {
			return broken(6, "row %s has grants %v, its history says %v", m.ID, o.Grants[m.ID], row.grants)
		}
		for _, g := range o.Grants[m.ID] {
			if !row.grants[g] {
				return broken(6, "row %s has grant %v, its history says %v", m.ID, g, row.grants)
			}
		}
	}
	for _, r := range o.Roles {
		if was, ok := t.roles[r.ID]; !ok || was.Name != r.Name || !slices.Equal(was.Permissions, r.Permissions) {
			return broken(6, "role %s is %v, its history says %v", r.ID, r, was)
		}
	}
	for _, res := range o.Resources {
		if !t.resources[res] {
			return broken(6, "%s %q is registered with organization %s, its history does not say so", res.Kind, res.ID, t.org)
		}
	}
	return nil
}
