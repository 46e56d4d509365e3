package main

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

//go:embed static templates
var files embed.FS

// request is one request and who sent it.
type request struct {
	*app
	*http.Request
	w  http.ResponseWriter
	me account       // zero for nobody
	as charter.Actor // me in the organization that the address names
}

// Context is the request's; the app has none.
func (r *request) Context() context.Context { return r.Request.Context() }

// path returns the address without the host, for a link back.
func (r *request) path() string { return r.URL.RequestURI() }

// view is what a template gets.
type view struct {
	page   string // the template
	status int    // 0 is 200
	Title  string
	Data   any

	// What answers fill in.
	Me      account
	Org     *frame     // nil where the address names no organization
	Then    string     // where to go after signing in
	Form    url.Values // what was posted, when it was refused
	Done    string     // what the action before this page did
	Problem string     // what was wrong with what was posted
	Field   string     // which input
}

// frame is what surrounds every page of an organization.
type frame struct {
	charter.Organization
	Me   orgs.Member
	Mine []charter.Membership // the first of the user's organizations
	More bool                 // there are more
	May  may
	Here string // the menu's entry
}

// may says which menus and buttons the actor has. What they do asks again.
type may struct {
	AccessUsers, Invite, ChangeRoles, Remove, Rename, Billing, AddDevices, AddDashboards bool
}

// Settings reports whether the actor sees the organization's settings.
func (m may) Settings() bool { return m.Rename || m.Billing }

// mayDo asks what the actor may, all in one.
func (r *request) mayDo() (m may, err error) {
	questions := []grants.Question{
		{Permission: roles.AccessUsers}, {Permission: roles.InviteUsers}, {Permission: roles.ChangeRoles},
		{Permission: roles.RemoveUsers}, {Permission: roles.RenameOrganization}, {Permission: roles.ChangeBilling},
		{Permission: device.add}, {Permission: dashboard.add},
	}
	yes, err := r.svc.CanEach(r.Context(), r.as, questions)
	if err != nil {
		return may{}, err
	}
	return may{yes[0], yes[1], yes[2], yes[3], yes[4], yes[5], yes[6], yes[7]}, nil
}

// inMenu is how many organizations the menu shows.
const inMenu = 8

// frame returns what surrounds the page that the menu's entry here leads to.
func (r *request) frame(here string) (*frame, error) {
	org, err := r.svc.Orgs.Get(r.Context(), r.as)
	if err != nil {
		return nil, err
	}
	me, err := r.svc.Members.Me(r.Context(), r.as)
	if err != nil {
		return nil, err
	}
	allowed, err := r.mayDo()
	if err != nil {
		return nil, err
	}
	mine, err := r.svc.Orgs.Page(r.Context(), r.me.ID, charter.OrgQuery{Limit: inMenu})
	if err != nil {
		return nil, err
	}
	return &frame{Organization: org, Me: me, Mine: mine.Items, More: mine.Next != "", May: allowed, Here: here}, nil
}

// pages are the templates by name.
type pages map[string]*template.Template

func parsePages() pages {
	layout := template.Must(template.New("layout.html").Funcs(helpers).ParseFS(files, "templates/layout.html", "templates/parts.html"))
	list := pages{}
	for _, name := range []string{
		"sign-in", "sign-up", "refused", "failed", "help", "organizations", "received", "invitation",
		"users", "invite", "member", "assigned", "roles", "role", "settings", "leave", "things", "thing", "history", "why",
	} {
		list[name] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/"+name+".html"))
	}
	return list
}

// show answers with v.
func (r *request) show(status int, v view) {
	v.Me = r.me
	if status == http.StatusOK {
		v.Done = done[r.URL.Query().Get("done")]
	}
	if v.Form == nil {
		v.Form = url.Values{}
	}
	var page bytes.Buffer
	if err := r.pages[v.page].Execute(&page, v); err != nil {
		r.log.ErrorContext(r.Context(), "page not made", "page", v.page, "error", err)
		http.Error(r.w, "internal error", http.StatusInternalServerError)
		return
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.WriteHeader(status)
	if _, err := page.WriteTo(r.w); err != nil {
		r.log.DebugContext(r.Context(), "answer not sent", "error", err) // the client has left
	}
}

// refuse is the one answer to who may not, whatever the reason, and about what is
// not there (G6).
func (r *request) refuse() {
	r.show(http.StatusForbidden, view{page: "refused", Title: "Not available"})
}

// fail answers an error that no form can show.
func (r *request) fail(err error) {
	code, text := charter.Status(err)
	switch code {
	case http.StatusForbidden, http.StatusNotFound, http.StatusBadRequest:
		r.refuse()
		return
	case http.StatusInternalServerError:
		r.log.ErrorContext(r.Context(), "request failed", "pattern", r.Pattern, "error", err)
	default:
		r.log.DebugContext(r.Context(), "request failed", "pattern", r.Pattern, "error", err)
	}
	r.show(code, view{page: "failed", Title: "That did not work", Data: text})
}

// get answers with the page that load returns.
func (r *request) get(load loader) {
	v, err := load(r)
	if err != nil {
		r.fail(err)
		return
	}
	r.show(cmp.Or(v.status, http.StatusOK), v)
}

// post does what act does and goes where it says, or shows the page that was
// posted from again, with what was wrong.
func (r *request) post(act action, load loader) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // "" for one that is none
	if r.ParseForm() != nil || r.Method == http.MethodPost && kind != "application/x-www-form-urlencoded" {
		r.refuse() // too long, or no form of these pages
		return
	}
	to, err := act(r)
	if err == nil {
		http.Redirect(r.w, r.Request, to, http.StatusSeeOther)
		return
	}
	problem, field, code := explain(err)
	if problem == "" || load == nil {
		r.fail(err)
		return
	}
	v, again := load(r)
	if again != nil {
		r.fail(again)
		return
	}
	v.Problem, v.Field, v.Form = problem, field, r.PostForm
	r.show(code, v)
}

// explain returns what a form says about err: the rule that refused, or the input
// that was bad. It returns "" for errors that are no matter of a form.
func explain(err error) (problem, field string, code int) {
	code, text := charter.Status(err)
	var invalid *charter.InvalidError
	switch {
	case errors.As(err, &invalid):
		return invalid.Problem, invalid.Field, code
	case errors.Is(err, errChanged):
		return errChanged.Error(), "", http.StatusConflict
	case errors.Is(err, errTaken):
		return errTaken.Error(), "email", http.StatusConflict
	case errors.Is(err, charter.ErrEscalation), errors.Is(err, charter.ErrWrongAddress):
		return text, "", code
	case code == http.StatusConflict, code == http.StatusServiceUnavailable:
		return text, "", code
	}
	return "", "", code
}

// lines returns a field of several lines, which browsers end with two characters.
func (r *request) lines(field string) string {
	return strings.ReplaceAll(r.PostFormValue(field), "\r\n", "\n")
}

// orgPath returns the address of a page of the organization.
func (r *request) orgPath(parts ...string) string { return pathOf(r.as.Org, parts...) }

func pathOf(org orgs.ID, parts ...string) string {
	escaped := make([]string, 0, len(parts))
	for _, part := range parts {
		escaped = append(escaped, url.PathEscape(part))
	}
	return "/o/" + url.PathEscape(string(org)) + "/" + strings.Join(escaped, "/")
}
