package main

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// loader reads what a page shows.
type loader func(*request) (view, error)

// action changes something, and says where to go on.
type action func(*request) (to string, err error)

// route is one address. One without an action is a page; one with an action does
// it, goes where that says and, when it was refused, shows the page again.
type route struct {
	pattern string
	page    loader
	act     action
	// needs is asked for before a form is looked at, so that who may not is refused
	// alike, whatever the form says. What the operation needs, it asks itself.
	needs roles.Permission
}

// Everybody may ask for these.
var public = []route{
	{"GET /sign-in", (*request).signInPage, nil, ""},
	{"POST /sign-in", (*request).signInPage, (*request).signIn, ""},
	{"GET /sign-up", (*request).signUpPage, nil, ""},
	{"POST /sign-up", (*request).signUpPage, (*request).signUpNow, ""},
	{"POST /sign-out", nil, (*request).signOut, ""},
	{"GET /help", (*request).help, nil, ""},
	{"GET /i/{token}", (*request).invitation, nil, ""},
}

// These ask for somebody who signed in.
var personal = []route{
	{"GET /{$}", nil, (*request).home, ""},
	{"GET /organizations", (*request).organizations, nil, ""},
	{"POST /organizations", (*request).organizations, (*request).createOrganization, ""},
	{"POST /organizations/switch", nil, (*request).switchTo, ""},
	{"GET /received", (*request).received, nil, ""},
	{"POST /i/{token}", (*request).invitation, (*request).accept, ""},
}

// These are about the organization that their address names, and ask for a member of
// it. It need not be the one that / leads to: two windows can be at work in two.
var organizational = []route{
	{"GET /o/{org}/{$}", nil, (*request).orgHome, ""},

	{"GET /o/{org}/users", (*request).users, nil, ""},
	{"GET /o/{org}/invite", (*request).inviteForm, nil, ""},
	{"POST /o/{org}/invite", (*request).inviteForm, (*request).invite, roles.InviteUsers},
	{"GET /o/{org}/users/{member}", (*request).member, nil, ""},
	{"GET /o/{org}/users/{member}/{kind}", (*request).assigned, nil, ""},
	{"POST /o/{org}/users/{member}/role", (*request).member, (*request).changeRole, roles.ChangeRoles},
	{"POST /o/{org}/users/{member}/remove", (*request).member, (*request).remove, ""},
	{"POST /o/{org}/users/{member}/revoke", (*request).member, (*request).revoke, roles.RemoveUsers},
	{"POST /o/{org}/users/{member}/reissue", (*request).member, (*request).reissue, roles.InviteUsers},
	{"POST /o/{org}/users/{member}/{kind}/give", (*request).assigned, (*request).give, roles.ChangeRoles},
	{"POST /o/{org}/users/{member}/{kind}/take", (*request).assigned, (*request).take, roles.ChangeRoles},

	{"GET /o/{org}/roles", (*request).roles, nil, ""},
	{"POST /o/{org}/roles", (*request).roles, (*request).createRole, roles.ChangeRoles},
	{"GET /o/{org}/roles/{role}", (*request).role, nil, ""},
	{"POST /o/{org}/roles/{role}", (*request).role, (*request).changeRoleItself, roles.ChangeRoles},
	{"POST /o/{org}/roles/{role}/delete", (*request).role, (*request).deleteRole, roles.ChangeRoles},

	{"GET /o/{org}/settings", (*request).settings, nil, ""},
	{"POST /o/{org}/settings/name", (*request).settings, (*request).rename, roles.RenameOrganization},
	{"POST /o/{org}/settings/billing", (*request).settings, (*request).setBilling, roles.ChangeBilling},
	{"POST /o/{org}/settings/delete", (*request).settings, (*request).deleteOrganization, ""},
	{"GET /o/{org}/leave", (*request).leavePage, nil, ""},
	{"POST /o/{org}/leave", (*request).leavePage, (*request).leave, ""},

	{"GET /o/{org}/things/{kind}", (*request).things, nil, ""},
	{"POST /o/{org}/things/{kind}", (*request).things, (*request).addThing, ""},
	{"GET /o/{org}/things/{kind}/{id}", (*request).thing, nil, ""},
	{"POST /o/{org}/things/{kind}/{id}/name", (*request).thing, (*request).renameThing, ""},
	{"POST /o/{org}/things/{kind}/{id}/update", (*request).thing, (*request).updateThing, ""},
	{"POST /o/{org}/things/{kind}/{id}/delete", (*request).thing, (*request).deleteThing, ""},

	{"GET /o/{org}/history", (*request).history, nil, ""},
	{"GET /o/{org}/why", (*request).why, nil, ""},
}

// maxBody is the longest body of a request, in bytes: a page of ticked boxes.
const maxBody = 1 << 20

// handler returns the whole application.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{version}/{name}", static)
	for _, each := range public {
		mux.HandleFunc(each.pattern, a.answer(each, (*request).anybody))
	}
	for _, each := range personal {
		mux.HandleFunc(each.pattern, a.answer(each, (*request).signedIn))
	}
	for _, each := range organizational {
		mux.HandleFunc(each.pattern, a.answer(each, (*request).inOrganization))
	}
	mux.HandleFunc("/", a.answer(route{}, (*request).nowhere))

	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(a.answer(route{}, (*request).nowhere))
	return guarded(a.atHome(http.MaxBytesHandler(sameOrigin.Handler(mux), maxBody)))
}

// atHome refuses requests by another name than this application's: on a page of
// somebody whose name leads here, every origin check would be true.
func (a *app) atHome(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := (&url.URL{Host: r.Host}).Hostname()
		if r.Host != a.host && name != "localhost" && name != "127.0.0.1" && name != "::1" {
			http.Error(w, "misdirected request", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guarded tells browsers to take nothing from elsewhere and to keep nothing.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // links to invitations are secrets
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// static answers with a file of the folder of that name. Its address has a version, so
// that browsers may keep it.
func static(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	http.ServeFileFS(w, r, files, "static/"+path.Base(r.PathValue("name")))
}

// answer returns what serves to, once enter lets the request in.
func (a *app) answer(to route, enter func(*request, route)) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		me, err := a.login(hr)
		r := &request{app: a, Request: hr, w: w, me: me}
		if err != nil {
			r.fail(err) //nolint:contextcheck // r carries it
			return
		}
		enter(r, to)
	}
}

func (r *request) anybody(to route) {
	if to.act == nil {
		r.get(to.page)
		return
	}
	r.post(to.act, to.page)
}

// signedIn sends nobody to the sign-in page, whatever was asked for.
func (r *request) signedIn(to route) {
	if r.me.ID != "" {
		r.anybody(to)
		return
	}
	address := "/sign-in"
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		address += "?then=" + url.QueryEscape(r.path())
	case strings.HasPrefix(r.URL.Path, "/i/"):
		address += "?then=" + url.QueryEscape(r.URL.Path)
	}
	http.Redirect(r.w, r.Request, address, http.StatusSeeOther)
}

func (r *request) inOrganization(to route) {
	r.as = charter.Actor{User: r.me.ID, Org: orgs.ID(r.PathValue("org"))}
	if to.needs != "" && r.me.ID != "" {
		if err := r.svc.Require(r.Context(), r.as, to.needs, grants.Resource{}); err != nil {
			r.fail(err)
			return
		}
	}
	r.signedIn(to)
}

// nowhere answers what is no address of the application, and what a form on
// another site sent.
func (r *request) nowhere(route) { r.refuse() }

// home goes to where the user was working. Who came by an invitation and goes here
// without accepting it has not signed in yet.
func (r *request) home() (string, error) {
	user, err := r.svc.SignIn(r.Context(), r.me.ID, r.me.Profile())
	if err != nil {
		return "", err
	}
	return r.onwards(pathOf(user.Active)), nil
}

// onwards returns address to, which will tell what was done as this one would.
func (r *request) onwards(to string) string {
	if code := r.URL.Query().Get("done"); code != "" {
		to += "?done=" + url.QueryEscape(code)
	}
	return to
}

// orgHome goes to the first page that the actor has.
func (r *request) orgHome() (string, error) {
	if _, err := r.svc.Members.Me(r.Context(), r.as); err != nil {
		return "", err
	}
	m, err := r.mayDo()
	if err != nil {
		return "", err
	}
	if m.AccessUsers {
		return r.onwards(r.orgPath("users")), nil
	}
	return r.onwards(r.orgPath("things", string(device.Kind))), nil
}

func (r *request) help() (view, error) { return view{page: "help", Title: "Help"}, nil }
