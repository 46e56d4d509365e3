package servicetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// listRoles is M6 and R1: every role with what it holds and who has it.
type listRoles struct{ as charter.Actor }

func (c listRoles) ask(s *subject) (any, error) {
	list, err := s.Svc.Roles.List(s.Ctx, c.as)
	for i := range list { // in the order of declaration, which the model does not keep
		slices.Sort(list[i].Role.Permissions)
	}
	return list, err
}

func (c listRoles) want(m *model) (any, refusals) {
	if bad := badActor(c.as); len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.AccessUsers) {
		return nil, refusals{denied}
	}
	t := m.orgs[c.as.Org]
	all := []roles.Role{{ID: "admin", Name: "Admin"}, {ID: "editor", Name: "Editor"}, {ID: "viewer", Name: "Viewer"}}
	all = slices.AppendSeq(all, slices.Values(t.dump().Roles)) // by age, which is by ID
	var list []charter.RoleCount
	for _, r := range all {
		count := charter.RoleCount{Role: r}
		count.Role.Permissions = nil
		for _, p := range everyPermission() {
			if t.holds(r.ID, p) {
				count.Role.Permissions = append(count.Role.Permissions, p)
			}
		}
		for _, row := range t.rows {
			switch {
			case row.Role != r.ID:
			case row.Status == orgs.Active:
				count.Active++
			default:
				count.Invited++
			}
		}
		list = append(list, count)
	}
	return list, nil
}

// taken is R3: names are unique, ignoring case, and never a built-in's.
func (t *tenant) taken(name string, except roles.ID) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return slices.Contains([]string{"admin", "editor", "viewer"}, name) ||
		slices.ContainsFunc(t.roles, func(r roles.Role) bool { return r.ID != except && strings.ToLower(r.Name) == name })
}

// tidy returns permissions sorted, each once.
func tidy(permissions []roles.Permission) []roles.Permission {
	set := map[roles.Permission]bool{}
	for _, p := range permissions {
		set[p] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func badPermissions(permissions []roles.Permission) (bad refusals) {
	for i, p := range permissions {
		_, ok := catalogue[p]
		bad.when(!ok, invalid(fmt.Sprintf("permissions[%d]", i)))
	}
	return bad
}

// createRole is R3 and M7.
type createRole struct {
	as          charter.Actor
	name        string
	permissions []roles.Permission
}

func (c createRole) ask(s *subject) (any, error) {
	return s.Svc.Roles.Create(s.Ctx, c.as, c.name, c.permissions...)
}

func (c createRole) want(m *model) (any, refusals) {
	bad := append(badActor(c.as), badPermissions(c.permissions)...)
	bad.when(!validLine(c.name, 1, 100), invalid("name"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.ChangeRoles) {
		return nil, refusals{denied}
	}
	t, own := m.orgs[c.as.Org], m.rowOf(c.as.Org, c.as.User)
	var no refusals
	no.when(t.lacksAny(own.Role, c.permissions), escalation)
	no.when(t.taken(c.name, ""), nameTaken)
	if len(no) > 0 {
		return nil, no
	}
	r := roles.Role{ID: m.fresh.role(t.id), Name: strings.TrimSpace(c.name), Permissions: tidy(c.permissions), CreatedAt: m.now}
	t.roles = append(t.roles, r)
	m.event(t, c.as.User, store.RoleCreated, store.Detail{Role: r.ID, After: stateOf(r)})
	return r, nil
}

func stateOf(r roles.Role) store.State { return store.State{Name: r.Name, Permissions: r.Permissions} }

// editable is what every change of a custom role asks for.
func (m *model) editable(as charter.Actor, id roles.ID) (*tenant, *row, roles.Role, refusals) {
	if !m.may(as, roles.ChangeRoles) {
		return nil, nil, roles.Role{}, refusals{denied}
	}
	t, own := m.orgs[as.Org], m.rowOf(as.Org, as.User)
	r, ok := t.custom(id)
	switch {
	case builtIn(id):
		return nil, nil, roles.Role{}, refusals{builtInRole}
	case !ok:
		return nil, nil, roles.Role{}, refusals{notFound}
	}
	var no refusals
	no.when(t.lacks(own.Role, id), escalation)
	return t, own, r, no
}

// edit stores r as changed.
func (m *model) edit(t *tenant, as charter.Actor, before, after roles.Role) {
	if before.Name == after.Name && slices.Equal(before.Permissions, after.Permissions) {
		return
	}
	for i := range t.roles {
		if t.roles[i].ID == before.ID {
			t.roles[i] = after
		}
	}
	m.event(t, as.User, store.RoleChanged, store.Detail{Role: before.ID, Before: stateOf(before), After: stateOf(after)})
}

// renameRole is R3.
type renameRole struct {
	as   charter.Actor
	id   roles.ID
	name string
}

func makeRenameRole(g *gen) step {
	as := g.boss(hasCustom)
	return renameRole{as, g.customRole(as.Org), g.name()}
}

func (c renameRole) ask(s *subject) (any, error) {
	return nil, s.Svc.Roles.Rename(s.Ctx, c.as, c.id, c.name)
}

func (c renameRole) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("role"))
	bad.when(!validLine(c.name, 1, 100), invalid("name"))
	if len(bad) > 0 {
		return nil, bad
	}
	t, _, before, no := m.editable(c.as, c.id)
	no.when(t != nil && t.taken(c.name, c.id), nameTaken)
	if len(no) > 0 {
		return nil, no
	}
	after := before
	after.Name = strings.TrimSpace(c.name)
	m.edit(t, c.as, before, after)
	return nil, nil
}

// setPermissions is R3, M4 and M7.
type setPermissions struct {
	as          charter.Actor
	id          roles.ID
	permissions []roles.Permission
}

func makeSetPermissions(g *gen) step {
	as := g.boss(hasCustom)
	return setPermissions{as, g.customRole(as.Org), pick(g, bundles)}
}

func (c setPermissions) ask(s *subject) (any, error) {
	return nil, s.Svc.Roles.SetPermissions(s.Ctx, c.as, c.id, c.permissions...)
}

func (c setPermissions) want(m *model) (any, refusals) {
	bad := append(badActor(c.as), badPermissions(c.permissions)...)
	bad.when(!validID(string(c.id)), invalid("role"))
	if len(bad) > 0 {
		return nil, bad
	}
	t, own, before, no := m.editable(c.as, c.id)
	if t != nil {
		no.when(own.Role == c.id, ownRole)
		no.when(t.lacksAny(own.Role, c.permissions), escalation)
	}
	if len(no) > 0 {
		return nil, no
	}
	after := before
	after.Permissions = tidy(c.permissions)
	m.edit(t, c.as, before, after)
	return nil, nil
}

// deleteRole is R3: a role in use, by an invitation too, stays.
type deleteRole struct {
	as charter.Actor
	id roles.ID
}

func makeDeleteRole(g *gen) step {
	as := g.boss(hasCustom)
	return deleteRole{as, g.customRole(as.Org)}
}

func (c deleteRole) ask(s *subject) (any, error) { return nil, s.Svc.Roles.Delete(s.Ctx, c.as, c.id) }

func (c deleteRole) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("role"))
	if len(bad) > 0 {
		return nil, bad
	}
	t, _, r, no := m.editable(c.as, c.id)
	no.when(t != nil && slices.ContainsFunc(t.rows, func(row *row) bool { return row.Role == c.id }), roleInUse)
	if len(no) > 0 {
		return nil, no
	}
	t.roles = slices.DeleteFunc(t.roles, func(other roles.Role) bool { return other.ID == c.id })
	m.event(t, c.as.User, store.RoleDeleted, store.Detail{Role: c.id, Before: stateOf(r)})
	return nil, nil
}
