package main

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// memberPage is what the tabs of a member have in common.
type memberPage struct {
	Member orgs.Member
	Tab    string
	Tabs   []category
	Mine   bool // it is the actor's own row
	Link   string
	Role   roles.Role
	Roles  []charter.RoleCount // those there are; nil for who may not know
	By     string              // who invited
	Share  string              // the row's own address, to pass around
}

func (r *request) memberID() orgs.MemberID { return orgs.MemberID(r.PathValue("member")) }

// memberPage reads the row that the address names. Who may not open members gets
// their own row alone (M1).
func (r *request) memberPage(tab string) (memberPage, *frame, error) {
	ctx := r.Context()
	m, err := r.svc.Members.Get(ctx, r.as, r.memberID())
	if err != nil {
		return memberPage{}, nil, err
	}
	f, err := r.frame("users")
	if err != nil {
		return memberPage{}, nil, err
	}
	names, err := r.names(m.InvitedBy)
	if err != nil {
		return memberPage{}, nil, err
	}
	p := memberPage{
		Member: m, Tab: tab, Tabs: categories(), Mine: m.User == r.me.ID, By: names[m.InvitedBy],
		Share: r.orgPath("users", string(m.ID)),
	}
	if p.Role, p.Roles, err = r.rolesFor(m, f.May); err != nil || m.Status != orgs.Invited || !f.May.Invite {
		return p, f, err
	}
	p.Link, err = r.link(m.ID)
	return p, f, err
}

// link returns the link of invitation id, and none where there is none for the actor
// now: it was accepted or revoked meanwhile, or its role is above the actor's.
func (r *request) link(id orgs.MemberID) (string, error) {
	issued, err := r.svc.Invites.Link(r.Context(), r.as, id)
	switch {
	case errors.Is(err, charter.ErrNotPending), errors.Is(err, charter.ErrNotFound), errors.Is(err, charter.ErrDenied):
		return "", nil
	case err != nil:
		return "", err
	}
	return issued.Link.URL(), nil
}

// rolesFor returns m's role, and those there are to who may know them.
func (r *request) rolesFor(m orgs.Member, may may) (roles.Role, []charter.RoleCount, error) {
	if !may.AccessUsers {
		mine, err := r.svc.Roles.Mine(r.Context(), r.as)
		return mine, nil, err
	}
	counts, err := r.svc.Roles.List(r.Context(), r.as)
	for _, c := range counts {
		if c.Role.ID == m.Role {
			return c.Role, counts, err
		}
	}
	return roles.Role{ID: m.Role, Name: string(m.Role)}, counts, err // deleted between the two reads
}

// member is the tab "Information".
func (r *request) member() (view, error) {
	p, f, err := r.memberPage("information")
	return view{page: "member", Title: nameOf(p.Member.Profile), Org: f, Data: p}, err
}

func (r *request) changeRole() (string, error) {
	err := r.svc.Members.ChangeRole(r.Context(), r.as, r.memberID(), roles.ID(r.PostFormValue("role")))
	return r.orgPath("users", string(r.memberID())) + "?done=role", err
}

// revoke revokes the invitation, and refuses when it was accepted since the form was
// shown.
func (r *request) revoke() (string, error) {
	m, err := r.svc.Members.Get(r.Context(), r.as, r.memberID())
	if err != nil {
		return "", err
	}
	if err := m.Confirm(r.PostFormValue("confirmation")); err != nil {
		return "", err
	}
	return r.orgPath("users") + "?done=removed", r.svc.Invites.Revoke(r.Context(), r.as, m.ID)
}

// remove removes the member. Who removed themselves goes to where they work now.
func (r *request) remove() (string, error) {
	me, err := r.svc.Members.Me(r.Context(), r.as)
	if err != nil {
		return "", err
	}
	err = r.svc.Members.Remove(r.Context(), r.as, r.memberID(), r.PostFormValue("confirmation"))
	if me.ID == r.memberID() {
		return "/?done=left", err
	}
	return r.orgPath("users") + "?done=removed", err
}

func (r *request) reissue() (string, error) {
	_, err := r.svc.Invites.Reissue(r.Context(), r.as, r.memberID())
	return r.orgPath("users", string(r.memberID())) + "?done=reissued", err
}

// assignedData is the tab of a kind: what the member has, and what it could be
// given.
type assignedData struct {
	memberPage
	category
	All   bool
	Has   []thing
	Next  charter.Cursor
	Other charter.Page[thing] // which the actor reaches and the member does not have
}

// assigned is the tab "Devices" or "Dashboards".
func (r *request) assigned() (view, error) {
	s, err := r.category()
	if err != nil {
		return view{}, err
	}
	p, f, err := r.memberPage(string(s.Kind))
	if err != nil {
		return view{}, err
	}
	data := assignedData{memberPage: p, category: s}
	if err := r.readGrants(&data); err != nil {
		return view{}, err
	}
	if f.May.ChangeRoles && !data.All && p.Member.Role != roles.Admin {
		err = r.readOthers(&data)
	}
	return view{page: "assigned", Title: nameOf(p.Member.Profile), Org: f, Data: data}, err
}

// readGrants reads a page of what the member has.
func (r *request) readGrants(data *assignedData) error {
	page, err := r.svc.Grants.Page(r.Context(), r.as, data.Member.ID, charter.GrantQuery{
		Kinds: []roles.Kind{data.Kind}, Cursor: charter.Cursor(r.URL.Query().Get("has")),
	})
	if err != nil {
		return err
	}
	var has []grants.Resource
	for _, g := range page.Items {
		if g.All {
			data.All = true
			continue
		}
		has = append(has, g.Target())
	}
	data.Next = page.Next
	data.Has, err = r.named(r.Context(), r.as.Org, has)
	return err
}

// readOthers reads a page of what the actor may give, without what is on the page
// of what the member has. To give that again would change nothing.
func (r *request) readOthers(data *assignedData) error {
	page, err := r.svc.Resources.Page(r.Context(), r.as, charter.ResourceQuery{
		Kinds: []roles.Kind{data.Kind}, Cursor: charter.Cursor(r.URL.Query().Get("other")),
	})
	if err != nil {
		return err
	}
	has := map[grants.Resource]bool{}
	for _, t := range data.Has {
		has[t.resource()] = true
	}
	var others []grants.Resource
	for _, resource := range page.Items {
		if !has[resource] {
			others = append(others, resource)
		}
	}
	data.Other.Next = page.Next
	data.Other.Items, err = r.named(r.Context(), r.as.Org, others)
	return err
}

// ticked returns the grants that the form's boxes name: single things, or all of
// the kind.
func (r *request) ticked(field string, s category) []grants.Grant {
	var list []grants.Grant
	for _, id := range r.PostForm[field] {
		if id == allOfKind {
			list = append(list, grants.All(s.Kind))
			continue
		}
		list = append(list, grants.One(s.Kind, grants.ResourceID(id)))
	}
	return list
}

// allOfKind is the box that stands for everything, present and future. No ID of
// this host has a star.
const allOfKind = "*"

func (r *request) give() (string, error) { return r.assign(r.svc.Grants.Give, "given") }
func (r *request) take() (string, error) { return r.assign(r.svc.Grants.Take, "taken") }

// assign gives or takes what is ticked.
func (r *request) assign(
	change func(context.Context, charter.Actor, orgs.MemberID, ...grants.Grant) error, done string,
) (string, error) {
	s, err := r.category()
	if err != nil {
		return "", err
	}
	ticked := r.ticked("id", s)
	if len(ticked) == 0 {
		return "", &charter.InvalidError{Field: "selection", Problem: "is empty: tick what it is about"}
	}
	err = change(r.Context(), r.as, r.memberID(), ticked...)
	return r.orgPath("users", string(r.memberID()), string(s.Kind)) + "?done=" + done, err
}

// initials returns what an avatar shows of a name.
func initials(name string) string {
	var letters []rune
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		letters = append(letters, first)
	}
	if len(letters) > 2 {
		letters = []rune{letters[0], letters[len(letters)-1]}
	}
	return strings.ToUpper(string(letters))
}
