package main

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

type whyData struct {
	Member     orgs.Member
	Services   []roles.Service
	Things     []thing
	Permission roles.Permission
	ID         grants.ResourceID
	Asked      bool
	Why        charter.Explanation
}

// why tells an Admin, step by step, why a member may do something or may not. The
// denied never see it (G6).
func (r *request) why() (view, error) {
	ctx := r.Context()
	if err := r.svc.Require(ctx, r.as, roles.AccessUsers, grants.Resource{}); err != nil {
		return view{}, err
	}
	form := r.URL.Query()
	m, err := r.svc.Members.Get(ctx, r.as, orgs.MemberID(form.Get("member")))
	if err != nil {
		return view{}, err
	}
	f, err := r.frame("users")
	if err != nil {
		return view{}, err
	}
	data := whyData{
		Member: m, Services: r.svc.Catalogue().Services(),
		Permission: roles.Permission(form.Get("permission")), ID: grants.ResourceID(form.Get("id")),
	}
	reach, err := r.svc.Resources.Page(ctx, r.as, charter.ResourceQuery{})
	if err != nil {
		return view{}, err
	}
	if data.Things, err = r.named(ctx, r.as.Org, reach.Items); err != nil {
		return view{}, err
	}
	if data.ID != "" && !slices.ContainsFunc(data.Things, func(t thing) bool { return t.ID == data.ID }) {
		data.Things = append(data.Things, thing{ID: data.ID, Name: "the one that was asked for"})
	}
	v := view{page: "why", Title: "Why?", Org: f}
	if data.Permission != "" && m.Status == orgs.Active {
		data.Why, err = r.explained(m, data.Permission, data.ID)
		v.Problem, v.Field, _ = explain(err)
		data.Asked = err == nil
		if v.Problem != "" {
			err = nil
		}
	}
	v.Data = data
	return v, err
}

func (r *request) explained(m orgs.Member, p roles.Permission, id grants.ResourceID) (charter.Explanation, error) {
	var resource grants.Resource
	if declared, ok := r.svc.Catalogue().Lookup(p); ok && declared.Kind != "" {
		resource = grants.Resource{Kind: declared.Kind, ID: id}
	}
	return r.svc.Explain(r.Context(), charter.Actor{User: m.User, Org: m.Org}, p, resource)
}

// notYours refuses, alike for everybody. Only who may know the members, and so the
// reasons, finds a link to them.
func (r *request) notYours(p roles.Permission, resource grants.Resource) (view, error) {
	me, err := r.svc.Members.Me(r.Context(), r.as)
	if err != nil {
		return view{}, err
	}
	know, err := r.svc.Holds(r.Context(), r.as, roles.AccessUsers)
	if err != nil {
		return view{}, err
	}
	if !know {
		return view{}, charter.ErrDenied
	}
	reasons := url.Values{"member": {string(me.ID)}, "permission": {string(p)}, "id": {string(resource.ID)}}
	return view{page: "refused", Title: "Not available", Data: r.orgPath("why") + "?" + reasons.Encode(), status: http.StatusForbidden}, nil
}
