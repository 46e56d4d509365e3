package charter

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Roles has the operations on roles: the three built-in ones, and custom roles
// of the organization (R3).
type Roles struct{ s *Service }

// RoleCount is a role with how many members have it (M6).
type RoleCount struct {
	Role    roles.Role // with what it holds now
	Active  int
	Invited int
}

// List returns the roles of the actor's organization with what they hold and how
// many members have them: Admin, Editor, Viewer, then custom ones by age (M6). It
// needs [roles.AccessUsers], and costs what the roles cost, whatever the number
// of members. Errors: [ErrInvalid], [ErrDenied].
//
// Cost: 3 statements; grows with the roles of the organization, and not with
// its members.
func (r *Roles) List(ctx context.Context, as Actor) (list []RoleCount, err error) {
	if err := as.check(); err != nil {
		return nil, err
	}
	var org orgs.Organization
	var custom []roles.Role
	err = r.s.view(ctx, "roles", func(ctx context.Context, reader store.Reader) error {
		if _, err := r.s.facts(ctx, reader, as, roles.AccessUsers); err != nil {
			return err
		}
		if org, err = reader.Organization(ctx, as.Org); err != nil {
			return err
		}
		custom, err = reader.Roles(ctx, as.Org)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, role := range slices.Concat(roles.BuiltInRoles(), custom) {
		role.Permissions = r.s.options.Catalogue.Permissions(r.s.options.Catalogue.Of(role))
		count := org.Counts.Of(role.ID)
		list = append(list, RoleCount{Role: role, Active: count.Active, Invited: count.Invited})
	}
	return list, nil
}

// Mine returns the actor's own role, with what it holds now, which every active
// member may see as it sees its own row (M1). What the actor may give, and to whom,
// [roles.Rank] tells from it. Errors: [ErrInvalid], [ErrDenied].
//
// Cost: 1 statement for a built-in role, 2 statements for a custom one; grows with
// its permissions.
func (r *Roles) Mine(ctx context.Context, as Actor) (mine roles.Role, err error) {
	if err := as.check(); err != nil {
		return roles.Role{}, err
	}
	err = r.s.view(ctx, "own role", func(ctx context.Context, reader store.Reader) error {
		own, err := reader.MemberOf(ctx, as.Org, as.User)
		if errors.Is(err, ErrNotFound) || err == nil && own.Status != orgs.Active {
			return ErrDenied
		}
		if err != nil {
			return err
		}
		mine, err = roleOf(ctx, reader, as.Org, own.Role)
		return err
	})
	if err != nil {
		return roles.Role{}, err
	}
	mine.Permissions = r.s.options.Catalogue.Permissions(r.s.options.Catalogue.Of(mine))
	return mine, nil
}

// Create creates a custom role. It needs [roles.ChangeRoles] and every
// permission given (M7). No permission at all is fine.
//
// Errors: [ErrInvalid] naming "name" or "permissions[i]"; [ErrDenied];
// [ErrEscalation]; [ErrNameTaken].
//
// Cost: 5 statements; grows with the permissions.
func (r *Roles) Create(ctx context.Context, as Actor, name string, permissions ...roles.Permission) (created roles.Role, err error) {
	if err := as.check(); err != nil {
		return roles.Role{}, err
	}
	name, err = roles.Name(name)
	if err != nil {
		return roles.Role{}, err
	}
	permissions, err = roles.Permissions(r.s.options.Catalogue, permissions)
	if err != nil {
		return roles.Role{}, err
	}
	err = r.s.update(ctx, "create role", func(ctx context.Context, tx store.Tx) error {
		sc, err := r.s.hold(ctx, tx, as, roles.ChangeRoles, store.Want{RoleName: roles.FoldName(name)})
		if err != nil {
			return err
		}
		if err := roles.MayGive(sc.holds(sc.Actor.Role), r.s.options.Catalogue.Set(permissions...)); err != nil {
			return err
		}
		if roles.Named(name) || sc.RoleNamed.ID != "" {
			return ErrNameTaken
		}
		created, err = sc.createRole(ctx, name, permissions)
		return err
	})
	if err != nil {
		return roles.Role{}, err
	}
	return created, nil
}

func (sc *scene) createRole(ctx context.Context, name string, permissions []roles.Permission) (roles.Role, error) {
	now := sc.s.now()
	id, err := sc.s.newOrderedID(now)
	if err != nil {
		return roles.Role{}, err
	}
	role := roles.Role{ID: roles.ID(id.String()), Name: name, Permissions: permissions, CreatedAt: now}
	if err := sc.tx.CreateRole(ctx, sc.Org.ID, role); err != nil {
		return roles.Role{}, err
	}
	return role, sc.save(ctx, sc.Org, store.RoleCreated, store.Detail{Role: role.ID, After: stateOf(role)})
}

func stateOf(role roles.Role) store.State {
	return store.State{Name: role.Name, Permissions: role.Permissions}
}

// Rename renames a custom role. It needs [roles.ChangeRoles] and everything that
// the role holds (M7).
//
// Errors: [ErrInvalid] naming "role" or "name"; [ErrDenied]; [ErrNotFound];
// [ErrBuiltInRole]; [ErrEscalation]; [ErrNameTaken].
//
// Cost: 6 statements; grows with the permissions.
func (r *Roles) Rename(ctx context.Context, as Actor, id roles.ID, name string) error {
	name, err := roles.Name(name)
	if err != nil {
		return err
	}
	return r.edit(ctx, "rename role", as, id, name, func(sc *scene, role *roles.Role) error {
		if roles.Named(name) || sc.RoleNamed.ID != "" && sc.RoleNamed.ID != id {
			return ErrNameTaken
		}
		role.Name = name
		return nil
	})
}

// SetPermissions replaces what a custom role holds, at once for everybody who
// has it (R3). It needs [roles.ChangeRoles] and everything that the role held and
// will hold (M7). Nobody does it to their own role (M4).
//
// Errors: [ErrInvalid] naming "role" or "permissions[i]"; [ErrDenied];
// [ErrNotFound]; [ErrBuiltInRole]; [ErrOwnRole]; [ErrEscalation].
//
// Cost: 6 statements; grows with the permissions.
func (r *Roles) SetPermissions(ctx context.Context, as Actor, id roles.ID, permissions ...roles.Permission) error {
	permissions, err := roles.Permissions(r.s.options.Catalogue, permissions)
	if err != nil {
		return err
	}
	return r.edit(ctx, "set permissions", as, id, "", func(sc *scene, role *roles.Role) error {
		if sc.Actor.Role == id {
			return ErrOwnRole
		}
		role.Permissions = permissions
		return roles.MayGive(sc.holds(sc.Actor.Role), r.s.options.Catalogue.Set(permissions...))
	})
}

// edit saves custom role id as change leaves it. Name, when not empty, is looked
// up for change to see who has it.
func (r *Roles) edit(
	ctx context.Context, operation string, as Actor, id roles.ID, name string,
	change func(*scene, *roles.Role) error,
) error {
	if err := checkRole(as, id); err != nil {
		return err
	}
	want := store.Want{Roles: []roles.ID{id}}
	if name != "" {
		want.RoleName = roles.FoldName(name)
	}
	return r.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		sc, err := r.s.hold(ctx, tx, as, roles.ChangeRoles, want)
		if err != nil {
			return err
		}
		before, err := sc.editable(id)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := change(sc, &after); err != nil {
			return err
		}
		if after.Name == before.Name && slices.Equal(after.Permissions, before.Permissions) {
			return nil
		}
		if err := tx.UpdateRole(ctx, as.Org, after); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.RoleChanged, store.Detail{Role: id, Before: stateOf(before), After: stateOf(after)})
	})
}

// Delete deletes a custom role that nobody has, active or invited (R3). It needs
// [roles.ChangeRoles] and everything that the role holds (M7).
//
// Errors: [ErrInvalid] naming "role"; [ErrDenied]; [ErrNotFound];
// [ErrBuiltInRole]; [ErrEscalation]; [ErrRoleInUse].
//
// Cost: 4 statements; grows with the permissions.
func (r *Roles) Delete(ctx context.Context, as Actor, id roles.ID) error {
	if err := checkRole(as, id); err != nil {
		return err
	}
	return r.s.update(ctx, "delete role", func(ctx context.Context, tx store.Tx) error {
		sc, err := r.s.hold(ctx, tx, as, roles.ChangeRoles, store.Want{Roles: []roles.ID{id}})
		if err != nil {
			return err
		}
		role, err := sc.editable(id)
		if err != nil {
			return err
		}
		if count := sc.Org.Counts.Of(id); count.Active+count.Invited > 0 {
			return ErrRoleInUse
		}
		if err := tx.DeleteRole(ctx, as.Org, id); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.RoleDeleted, store.Detail{Role: id, Before: stateOf(role)})
	})
}

func checkRole(as Actor, id roles.ID) error {
	if err := as.check(); err != nil {
		return err
	}
	return input.ID("role", string(id))
}

// editable returns custom role id, or why the actor may not touch it.
func (sc *scene) editable(id roles.ID) (roles.Role, error) {
	if id.BuiltIn() {
		return roles.Role{}, ErrBuiltInRole
	}
	role, ok := sc.Roles[id]
	if !ok {
		return roles.Role{}, ErrNotFound
	}
	return role, roles.MayGive(sc.holds(sc.Actor.Role), sc.holds(id))
}
