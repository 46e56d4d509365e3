package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// told is an event in words.
type told struct {
	charter.Event
	Who, What, Whom, Detail string
}

// history pages through what happened, newest first.
func (r *request) history() (view, error) {
	form := r.URL.Query()
	page, err := r.svc.History.Page(r.Context(), r.as, charter.HistoryQuery{
		Descending: true, Last: form.Has("last"), Cursor: charter.Cursor(form.Get("cursor")),
	})
	if err != nil {
		return view{}, err
	}
	f, err := r.frame("history")
	if err != nil {
		return view{}, err
	}
	data := charter.Page[told]{Next: page.Next, Previous: page.Previous}
	data.Items, err = r.tell(page.Items)
	return view{page: "history", Title: "History", Org: f, Data: data}, err
}

// tell puts events into words. They name everything by ID (H1): what a page shows
// is called as it is now.
func (r *request) tell(events []charter.Event) ([]told, error) {
	var users []orgs.UserID
	var resources []grants.Resource
	for _, e := range events {
		users = append(users, e.Actor, e.Detail.User)
		resources = append(resources, touched(e)...)
	}
	names, err := r.names(users...)
	if err != nil {
		return nil, err
	}
	things, err := r.named(r.Context(), r.as.Org, resources)
	if err != nil {
		return nil, err
	}
	counts, err := r.svc.Roles.List(r.Context(), r.as)
	if err != nil {
		return nil, err
	}
	w := words{map[roles.ID]string{}, map[grants.Resource]string{}}
	for _, c := range counts {
		w.roles[c.Role.ID] = c.Role.Name
	}
	for _, t := range things {
		w.things[t.resource()] = t.Name
	}
	list := make([]told, 0, len(events))
	for _, e := range events {
		t := told{Event: e, Who: cmp.Or(names[e.Actor], string(e.Actor), "The service"), What: what[e.Action], Detail: w.detail(e)}
		if e.Detail.User != e.Actor {
			t.Whom = cmp.Or(names[e.Detail.User], string(e.Detail.User))
		}
		list = append(list, t)
	}
	return list, nil
}

// touched returns the single things that e is about.
func touched(e charter.Event) []grants.Resource {
	list := slices.Clone(e.Detail.Resources)
	for _, g := range e.Detail.Grants {
		if !g.All {
			list = append(list, g.Target())
		}
	}
	return list
}

// what says what an event was.
var what = map[store.Action]string{
	store.OrganizationFounded:   "founded the organization",
	store.OrganizationRenamed:   "renamed the organization",
	store.BillingChanged:        "changed the billing details",
	store.MemberInvited:         "invited",
	store.InvitationReissued:    "made a new invitation link",
	store.InvitationAccepted:    "joined",
	store.InvitationRevoked:     "revoked an invitation",
	store.MemberImported:        "added",
	store.MemberLeft:            "left",
	store.MemberRemoved:         "removed",
	store.MemberRoleChanged:     "changed the role",
	store.RoleCreated:           "created a role",
	store.RoleChanged:           "changed a role",
	store.RoleDeleted:           "deleted a role",
	store.ResourcesRegistered:   "added",
	store.ResourcesUnregistered: "deleted",
	store.GrantsGiven:           "assigned",
	store.GrantsTaken:           "took away",
	store.GrantsIntroduced:      "assigned everything to everybody",
}

// words are what roles and things are called.
type words struct {
	roles  map[roles.ID]string
	things map[grants.Resource]string
}

// detail says what was before and after, and which things it was about.
func (w words) detail(e charter.Event) string {
	before, after := e.Detail.Before, e.Detail.After
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	role := func(id roles.ID) string { return cmp.Or(w.roles[id], "a role that is gone") }
	switch {
	case before.Name != "" && after.Name != "" && before.Name != after.Name:
		add("“%s”, before “%s”", after.Name, before.Name)
	case before.Name != "" || after.Name != "":
		add("“%s”", cmp.Or(after.Name, before.Name))
	}
	switch {
	case before.Role != "" && after.Role != "":
		add("%s, before %s", role(after.Role), role(before.Role))
	case before.Role != "" || after.Role != "":
		add("%s", role(cmp.Or(after.Role, before.Role)))
	}
	if n := len(after.Permissions) - len(before.Permissions); n != 0 {
		add("%+d permissions", n)
	}
	for _, g := range e.Detail.Grants {
		if g.All {
			add("every %s", g.Kind)
		}
	}
	return strings.Join(append(parts, w.list(touched(e))...), ", ")
}

// few is how many things are named before the rest is counted.
const few = 4

func (w words) list(resources []grants.Resource) []string {
	var parts []string
	for i, resource := range resources {
		if i == few {
			return append(parts, fmt.Sprintf("%d more", len(resources)-few))
		}
		parts = append(parts, cmp.Or(w.things[resource], "a "+string(resource.Kind)+" that is gone"))
	}
	return parts
}
