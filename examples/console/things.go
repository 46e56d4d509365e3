package main

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// category is a kind of thing that this host keeps, and the permissions that it
// asks for.
type category struct {
	Kind                           roles.Kind
	One, Many                      string
	see, add, edit, update, remove roles.Permission
}

var (
	device = category{
		Kind: "device", One: "device", Many: "Devices", see: "devices.view", add: "devices.add",
		edit: "devices.edit", update: "devices.update-firmware", remove: "devices.delete",
	}
	dashboard = category{
		Kind: "dashboard", One: "dashboard", Many: "Dashboards", see: "emma.view-dashboards", add: "emma.create-dashboard",
		edit: "emma.edit-dashboard", remove: "emma.delete-dashboard",
	}
)

// categories are the kinds in the order of the menu.
func categories() []category { return []category{device, dashboard} }

// category returns what the address says it is about.
func (r *request) category() (category, error) {
	for _, s := range categories() {
		if r.PathValue("kind") == string(s.Kind) {
			return s, nil
		}
	}
	return category{}, charter.ErrNotFound
}

// thing is a row of the host's own table. Charter knows its kind, ID and
// organization, and who may use it.
type thing struct {
	Kind     roles.Kind        `db:"kind"`
	ID       grants.ResourceID `db:"id"`
	Name     string            `db:"name"`
	Firmware int               `db:"firmware"`
}

func (t thing) resource() grants.Resource { return grants.Resource{Kind: t.Kind, ID: t.ID} }

// named returns the rows of resources of org, in their order. Who may open members or
// the history learns by it what things are called, whether they may see them or not.
func (a *app) named(ctx context.Context, org orgs.ID, resources []grants.Resource) ([]thing, error) {
	list := make([]thing, 0, len(resources))
	if len(resources) == 0 {
		return list, nil
	}
	ids := make([]string, 0, len(resources))
	for _, r := range resources {
		ids = append(ids, string(r.ID))
	}
	query, args, err := sqlx.In(`SELECT kind, id, name, firmware FROM things WHERE org = ? AND id IN (?)`, org, ids)
	if err != nil {
		return nil, err
	}
	var rows []thing
	if err := a.db.SelectContext(ctx, &rows, a.db.Rebind(query), args...); err != nil {
		return nil, err
	}
	found := make(map[grants.Resource]thing, len(rows))
	for _, t := range rows {
		found[t.resource()] = t
	}
	for _, r := range resources {
		if t, ok := found[r]; ok {
			list = append(list, t)
		}
	}
	return list, nil
}

// create adds a thing to the host's table and registers it: both, or neither. Who
// made it and is no Admin would not reach it, so it is given to them at once.
func (a *app) create(ctx context.Context, as charter.Actor, s category, name string) (thing, error) {
	made, err := newThing(s, name)
	if err != nil {
		return thing{}, err
	}
	err = a.inTx(ctx, func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		return a.createIn(ctx, tx, svc, as, s, made)
	})
	return made, err
}

func newThing(s category, name string) (thing, error) {
	id, err := uuid.NewV7() // lists come by ID: in the order of making
	return thing{Kind: s.Kind, ID: grants.ResourceID(id.String()), Name: name, Firmware: 1}, err
}

func (a *app) createIn(ctx context.Context, tx *sql.Tx, svc *charter.Service, as charter.Actor, s category, made thing) error {
	if err := svc.Require(ctx, as, s.add, grants.Resource{}); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, a.db.Rebind(`INSERT INTO things (org, kind, id, name, firmware) VALUES (?, ?, ?, ?, ?)`),
		as.Org, made.Kind, made.ID, made.Name, made.Firmware)
	if err != nil {
		return err
	}
	host := charter.HostFor(as)
	if err := svc.Resources.Register(ctx, host, made.resource()); err != nil {
		return err
	}
	me, err := svc.Members.Me(ctx, as)
	if err != nil || me.Role == roles.Admin {
		return err
	}
	return svc.Grants.Give(ctx, host, me.ID, grants.One(made.Kind, made.ID))
}

// change does one thing to thing t, in the transaction that asks whether the actor
// may.
func (r *request) change(p roles.Permission, t grants.Resource, query string, args ...any) error {
	return r.inTx(r.Context(), func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		if err := svc.Require(ctx, r.as, p, t); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, r.db.Rebind(query), append(args, r.as.Org, t.Kind, t.ID)...)
		return err
	})
}

type thingsData struct {
	category
	Items []thing
	Next  charter.Cursor
	Add   bool
}

// things lists what the actor may see of a kind: for an Admin all there is.
func (r *request) things() (view, error) {
	s, err := r.category()
	if err != nil {
		return view{}, err
	}
	f, err := r.frame(string(s.Kind))
	if err != nil {
		return view{}, err
	}
	page, err := r.svc.ResourcesFor(r.Context(), r.as, s.see, charter.PageQuery{Cursor: charter.Cursor(r.URL.Query().Get("cursor"))})
	if err != nil {
		return view{}, err
	}
	items, err := r.named(r.Context(), r.as.Org, page.Items)
	data := thingsData{category: s, Items: items, Next: page.Next, Add: f.May.AddDevices}
	if s == dashboard {
		data.Add = f.May.AddDashboards
	}
	return view{page: "things", Title: s.Many, Org: f, Data: data}, err
}

func (r *request) addThing() (string, error) {
	s, err := r.category()
	if err != nil {
		return "", err
	}
	if err := r.svc.Require(r.Context(), r.as, s.add, grants.Resource{}); err != nil {
		return "", err
	}
	name, err := orgs.Name(r.PostFormValue("name"))
	if err != nil {
		return "", err
	}
	made, err := r.create(r.Context(), r.as, s, name)
	return r.orgPath("things", string(s.Kind), string(made.ID)) + "?done=added", err
}

type thingData struct {
	category
	Thing                thing
	Edit, Update, Remove bool
	Users                []orgs.Member // who may see it; nil for who may not know them
	Next                 charter.Cursor
}

// resource returns the resource that the address names, and its kind.
func (r *request) resource() (category, grants.Resource, error) {
	s, err := r.category()
	return s, grants.Resource{Kind: s.Kind, ID: grants.ResourceID(r.PathValue("id"))}, err
}

// thing shows one of them, its buttons and, to who may know them, who else sees it.
func (r *request) thing() (view, error) {
	s, resource, err := r.resource()
	if err != nil {
		return view{}, err
	}
	ctx := r.Context()
	may, err := r.mayUse(s, resource)
	if err != nil {
		return view{}, err
	}
	if !may[s.see] {
		return r.notYours(s.see, resource)
	}
	f, err := r.frame(string(s.Kind))
	if err != nil {
		return view{}, err
	}
	list, err := r.named(ctx, r.as.Org, []grants.Resource{resource})
	if err != nil {
		return view{}, err
	}
	if len(list) == 0 {
		return view{}, charter.ErrNotFound
	}
	data := thingData{category: s, Thing: list[0], Edit: may[s.edit], Update: may[s.update], Remove: may[s.remove]}
	if f.May.AccessUsers {
		users, err := r.svc.MembersFor(ctx, r.as.Org, s.see, resource, charter.PageQuery{Cursor: charter.Cursor(r.URL.Query().Get("cursor"))})
		if err != nil {
			return view{}, err
		}
		data.Users, data.Next = users.Items, users.Next
	}
	return view{page: "thing", Title: data.Thing.Name, Org: f, Data: data}, nil
}

// mayUse asks what the actor may do with resource, all in one.
func (r *request) mayUse(s category, resource grants.Resource) (map[roles.Permission]bool, error) {
	var questions []grants.Question
	for _, p := range []roles.Permission{s.see, s.edit, s.update, s.remove} {
		if p != "" {
			questions = append(questions, grants.Question{Permission: p, Resource: resource})
		}
	}
	yes, err := r.svc.CanEach(r.Context(), r.as, questions)
	if err != nil {
		return nil, err
	}
	may := map[roles.Permission]bool{}
	for i, q := range questions {
		may[q.Permission] = yes[i]
	}
	return may, nil
}

func (r *request) renameThing() (string, error) {
	s, t, err := r.resource()
	if err != nil {
		return "", err
	}
	if err := r.svc.Require(r.Context(), r.as, s.edit, t); err != nil {
		return "", err
	}
	name, err := orgs.Name(r.PostFormValue("name"))
	if err != nil {
		return "", err
	}
	err = r.change(s.edit, t, `UPDATE things SET name = ? WHERE org = ? AND kind = ? AND id = ?`, name)
	return r.orgPath("things", string(s.Kind), string(t.ID)) + "?done=renamed", err
}

func (r *request) updateThing() (string, error) {
	s, t, err := r.resource()
	if err != nil || s.update == "" {
		return "", charter.ErrNotFound
	}
	err = r.change(s.update, t, `UPDATE things SET firmware = firmware + 1 WHERE org = ? AND kind = ? AND id = ?`)
	return r.orgPath("things", string(s.Kind), string(t.ID)) + "?done=updated", err
}

func (r *request) deleteThing() (string, error) {
	s, t, err := r.resource()
	if err != nil {
		return "", err
	}
	err = r.inTx(r.Context(), func(ctx context.Context, tx *sql.Tx, svc *charter.Service) error {
		if err := svc.Require(ctx, r.as, s.remove, t); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, r.db.Rebind(`DELETE FROM things WHERE org = ? AND kind = ? AND id = ?`), r.as.Org, t.Kind, t.ID)
		if err != nil {
			return err
		}
		return svc.Resources.Unregister(ctx, charter.HostFor(r.as), t)
	})
	return r.orgPath("things", string(s.Kind)) + "?done=deleted", err
}
