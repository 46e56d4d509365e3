package main

import (
	"maps"
	"net/url"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// column is one of the list, which sorts by it.
type column struct {
	Title string
	Sort  orgs.Sort
}

func columns() []column {
	return []column{
		{"First name", orgs.ByFirstName}, {"Last name", orgs.ByLastName}, {"E-mail", orgs.ByEmail},
		{"Role", orgs.ByRole}, {"Invited", orgs.ByInvited},
	}
}

type usersData struct {
	list
	Members charter.Page[orgs.Member]
	Roles   []charter.RoleCount
	By      map[orgs.UserID]string // names of who invited
	Total   int
}

// list is a query of the member list, as the address has it.
type list struct{ charter.MemberQuery }

// query reads the address. What it does not say is the zero value; what is wrong
// in it, charter refuses.
func (r *request) query() (list, error) {
	form := r.URL.Query()
	q := list{charter.MemberQuery{
		Search: form.Get("q"), Descending: form.Has("desc"), Last: form.Has("last"), Cursor: charter.Cursor(form.Get("cursor")),
	}}
	for _, status := range form["status"] {
		q.Status = append(q.Status, orgs.Status(status))
	}
	for _, role := range form["role"] {
		q.Roles = append(q.Roles, roles.ID(role))
	}
	var err error
	q.Sort, err = orgs.ParseSort(form.Get("sort"))
	return q, err
}

// HasStatus and HasRole tick the filters that are set.
func (q list) HasStatus(s orgs.Status) bool { return slices.Contains(q.Status, s) }
func (q list) HasRole(id roles.ID) bool     { return slices.Contains(q.Roles, id) }

// Columns are those of the table.
func (list) Columns() []column { return columns() }

// address returns the one of this list in another order or place.
func (q list) address(change url.Values) string {
	form := url.Values{"sort": {q.Sort.String()}}
	for _, status := range q.Status {
		form.Add("status", string(status))
	}
	for _, role := range q.Roles {
		form.Add("role", string(role))
	}
	if q.Search != "" {
		form.Set("q", q.Search)
	}
	if q.Descending {
		form.Set("desc", "1")
	}
	maps.Copy(form, change)
	return "?" + form.Encode()
}

// SortedBy returns the address of the list sorted by s: the other way round when it is
// already.
func (q list) SortedBy(s orgs.Sort) string {
	q.Descending = q.Sort == s && !q.Descending
	return q.address(url.Values{"sort": {s.String()}})
}

// The ends of the list, and the page at a cursor.
func (q list) First() string { return q.address(nil) }
func (q list) End() string   { return q.address(url.Values{"last": {"1"}}) }
func (q list) At(cursor charter.Cursor) string {
	return q.address(url.Values{"cursor": {string(cursor)}})
}

// Sorted says to a screen reader which way column s is sorted.
func (q list) Sorted(s orgs.Sort) string {
	switch {
	case q.Sort != s:
		return "none"
	case q.Descending:
		return "descending"
	}
	return "ascending"
}

// users is the member list.
func (r *request) users() (view, error) {
	q, err := r.query()
	if err != nil {
		return view{}, err
	}
	ctx := r.Context()
	page, err := r.svc.Members.Page(ctx, r.as, q.MemberQuery)
	if err != nil {
		return view{}, err
	}
	f, err := r.frame("users")
	if err != nil {
		return view{}, err
	}
	counts, err := r.svc.Roles.List(ctx, r.as)
	if err != nil {
		return view{}, err
	}
	data := usersData{list: q, Members: page, Roles: counts}
	for _, c := range counts {
		data.Total += c.Active + c.Invited
	}
	var inviters []orgs.UserID
	for _, m := range page.Items {
		inviters = append(inviters, m.InvitedBy)
	}
	data.By, err = r.names(inviters...)
	return view{page: "users", Title: "Users", Org: f, Data: data}, err
}

// names returns what to call users.
func (r *request) names(ids ...orgs.UserID) (map[orgs.UserID]string, error) {
	known, err := r.svc.Users(r.Context(), ids...)
	names := make(map[orgs.UserID]string, len(known))
	for id, user := range known {
		names[id] = nameOf(user.Profile)
	}
	return names, err
}
