package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/roles"
)

type rolesData struct {
	Counts   []bar
	Services []matrix
}

// bar is a role in the chart, with the parts of its members in percent of the
// most that a role has.
type bar struct {
	charter.RoleCount
	ActiveWidth, InvitedWidth int
}

// matrix is a service's permissions, with a mark for each role.
type matrix struct {
	roles.Service
	Rows []row
}

type row struct {
	roles.Declaration
	Held []bool
}

// roles shows how many hold each, and what each may do.
func (r *request) roles() (view, error) {
	counts, err := r.svc.Roles.List(r.Context(), r.as)
	if err != nil {
		return view{}, err
	}
	f, err := r.frame("roles")
	if err != nil {
		return view{}, err
	}
	return view{page: "roles", Title: "Roles", Org: f, Data: rolesData{bars(counts), r.matrix(counts)}}, nil
}

func bars(counts []charter.RoleCount) []bar {
	most := 1
	for _, c := range counts {
		most = max(most, c.Active+c.Invited)
	}
	var list []bar
	for _, c := range counts {
		list = append(list, bar{c, 100 * c.Active / most, 100 * c.Invited / most})
	}
	return list
}

func (r *request) matrix(counts []charter.RoleCount) []matrix {
	catalogue := r.svc.Catalogue()
	var list []matrix
	for _, service := range catalogue.Services() {
		m := matrix{Service: service}
		for _, p := range service.Permissions {
			held := make([]bool, len(counts))
			for i, c := range counts {
				held[i] = catalogue.Holds(catalogue.Of(c.Role), p.Permission)
			}
			m.Rows = append(m.Rows, row{p, held})
		}
		list = append(list, m)
	}
	return list
}

func (r *request) createRole() (string, error) {
	role, err := r.svc.Roles.Create(r.Context(), r.as, r.PostFormValue("name"))
	return r.orgPath("roles", string(role.ID)) + "?done=role-created", err
}

func (r *request) roleID() roles.ID { return roles.ID(r.PathValue("role")) }

type roleData struct {
	charter.RoleCount
	Editable bool
	Shown    string
	Services []boxes
}

// boxes are a service's permissions to tick: those that the actor does not hold
// cannot be given (M7).
type boxes struct {
	roles.Service
	Boxes []box
}

type box struct {
	roles.Declaration
	Held, Mine bool
}

// role shows a role, as a form to who may change it.
func (r *request) role() (view, error) {
	ctx := r.Context()
	counts, err := r.svc.Roles.List(ctx, r.as)
	if err != nil {
		return view{}, err
	}
	at := -1
	for i, c := range counts {
		if c.Role.ID == r.roleID() {
			at = i
		}
	}
	if at < 0 {
		return view{}, charter.ErrNotFound
	}
	mine, err := r.svc.Roles.Mine(ctx, r.as)
	if err != nil {
		return view{}, err
	}
	f, err := r.frame("roles")
	if err != nil {
		return view{}, err
	}
	data := roleData{RoleCount: counts[at], Shown: shown(counts[at].Role)}
	data.Editable = f.May.ChangeRoles && !data.Role.ID.BuiltIn() && data.Role.ID != mine.ID &&
		r.rank(mine).MayGive(r.rank(data.Role)) == nil
	data.Services = r.boxes(data.Role, mine)
	return view{page: "role", Title: data.Role.Name, Org: f, Data: data}, nil
}

func (r *request) boxes(shown, mine roles.Role) []boxes {
	catalogue := r.svc.Catalogue()
	held, own := catalogue.Of(shown), catalogue.Of(mine)
	var list []boxes
	for _, service := range catalogue.Services() {
		b := boxes{Service: service}
		for _, p := range service.Permissions {
			b.Boxes = append(b.Boxes, box{p, catalogue.Holds(held, p.Permission), catalogue.Holds(own, p.Permission)})
		}
		list = append(list, b)
	}
	return list
}

// changeRoleItself renames the role and sets what it holds: both, or neither.
func (r *request) changeRoleItself() (string, error) {
	var holds []roles.Permission
	for _, p := range r.PostForm["permission"] {
		holds = append(holds, roles.Permission(p))
	}
	err := r.inTx(r.Context(), func(ctx context.Context, _ *sql.Tx, svc *charter.Service) error {
		if err := r.unchanged(ctx, svc); err != nil {
			return err
		}
		if err := svc.Roles.Rename(ctx, r.as, r.roleID(), r.PostFormValue("name")); err != nil {
			return err
		}
		return svc.Roles.SetPermissions(ctx, r.as, r.roleID(), holds...)
	})
	return r.orgPath("roles", string(r.roleID())) + "?done=role-changed", err
}

var errChanged = errors.New("somebody has changed the role meanwhile: look at it again")

// unchanged refuses when the role is no longer what the form was made of.
func (r *request) unchanged(ctx context.Context, svc *charter.Service) error {
	counts, err := svc.Roles.List(ctx, r.as)
	if err != nil {
		return err
	}
	for _, c := range counts {
		if c.Role.ID == r.roleID() && shown(c.Role) != r.PostFormValue("shown") {
			return errChanged
		}
	}
	return nil
}

// shown returns what a form says about the role that it was made of.
func shown(role roles.Role) string { return fmt.Sprint(role.Name, role.Permissions) }

func (r *request) deleteRole() (string, error) {
	err := r.svc.Roles.Delete(r.Context(), r.as, r.roleID())
	return r.orgPath("roles") + "?done=role-deleted", err
}
