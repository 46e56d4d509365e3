// Package opa is the workload on OPA: nested objects, in which everything is found by
// its key, and prepared queries.
package opa

import (
	"context"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

const policy = `package bench

default allow := false

allow if {
	org := data.orgs[input.org]
	org.devices[input.device]
	member := org.members[input.user]
	data.roles[member.role][input.permission]
	reaches(member, input.device)
}

reaches(member, _) if member.role == "admin"

reaches(member, device) if member.grants[device]

devices contains device if {
	org := data.orgs[input.org]
	org.members[input.user].role == "admin"
	some device, _ in org.devices
}

devices contains device if {
	member := data.orgs[input.org].members[input.user]
	member.role != "admin"
	some device, _ in member.grants
}

users contains user if {
	org := data.orgs[input.org]
	org.devices[input.device]
	some user, member in org.members
	data.roles[member.role][input.permission]
	reaches(member, input.device)
}`

// Kind is OPA.
func Kind() measure.Kind {
	return measure.Kind{Name: "OPA, prepared", Load: func(d *workload.Data) (measure.System, error) { return newSystem(d) }}
}

// The keys of the data's objects. Sets are objects whose values are true.
const (
	orgs, members, grants = "orgs", "members", "grants"
)

type system struct {
	ctx                   context.Context //nolint:containedctx // one for the whole measurement
	data                  storage.Store
	allow, devices, users rego.PreparedEvalQuery
}

func newSystem(d *workload.Data) (*system, error) {
	s := &system{ctx: context.Background(), data: inmem.NewFromObjectWithOpts(object(d), inmem.OptRoundTripOnWrite(false))}
	for query, prepared := range map[string]*rego.PreparedEvalQuery{
		"data.bench.allow": &s.allow, "data.bench.devices": &s.devices, "data.bench.users": &s.users,
	} {
		var err error
		*prepared, err = rego.New(rego.Query(query), rego.Module("bench.rego", policy), rego.Store(s.data)).PrepareForEval(s.ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	return s, nil
}

// object returns the data as OPA has it.
func object(d *workload.Data) map[string]any {
	held, all := map[string]any{}, make(map[string]any, len(d.Orgs))
	for _, r := range workload.Roles() {
		set := map[string]any{}
		for _, p := range load.Permissions(r) {
			set[p] = true
		}
		held[name(r)] = set
	}
	for _, o := range d.Orgs {
		devices, people := make(map[string]any, len(o.Devices)), make(map[string]any, len(o.Members))
		for _, device := range o.Devices {
			devices[device] = true
		}
		for _, m := range o.Members {
			granted := make(map[string]any, len(m.Grants))
			for _, device := range m.Grants {
				granted[o.Devices[device]] = true
			}
			people[m.User] = map[string]any{"role": name(m.Role), grants: granted}
		}
		all[o.ID] = map[string]any{"devices": devices, members: people}
	}
	return map[string]any{"roles": held, orgs: all}
}

func name(r workload.Role) string { return string(load.Role(r)) }

// ask evaluates a query with an input of these names and values.
func (s *system) ask(query rego.PreparedEvalQuery, input ...[2]*ast.Term) (any, error) {
	results, err := query.Eval(s.ctx, rego.EvalParsedInput(ast.NewObject(input...)))
	if err != nil {
		return nil, err
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, errors.New("opa: no single result")
	}
	return results[0].Expressions[0].Value, nil
}

func in(name, value string) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(name), ast.StringTerm(value)}
}

func (s *system) Can(org, user, device string) (bool, error) {
	answer, err := s.ask(s.allow, in("org", org), in("user", user), in("device", device), in("permission", workload.Permission))
	return answer == true, err
}

func (s *system) Devices(org, user string, fn func(string)) error {
	list, err := s.ask(s.devices, in("org", org), in("user", user))
	return each(list, err, fn)
}

func (s *system) Users(org, device string, fn func(string)) error {
	list, err := s.ask(s.users, in("org", org), in("device", device), in("permission", workload.Permission))
	return each(list, err, fn)
}

func each(list any, err error, fn func(string)) error {
	if err != nil {
		return err
	}
	items, ok := list.([]any)
	if !ok {
		return fmt.Errorf("opa: %T is no list", list)
	}
	for _, item := range items {
		name, ok := item.(string)
		if !ok {
			return fmt.Errorf("opa: %T is no name", item)
		}
		fn(name)
	}
	return nil
}

func (s *system) Give(org, user, device string) error {
	return storage.WriteOne(s.ctx, s.data, storage.AddOp, storage.Path{orgs, org, members, user, grants, device}, true)
}

func (s *system) Take(org, user, device string) error {
	return storage.WriteOne(s.ctx, s.data, storage.RemoveOp, storage.Path{orgs, org, members, user, grants, device}, nil)
}

func (s *system) SetRole(org, user string, role workload.Role) error {
	return storage.WriteOne(s.ctx, s.data, storage.ReplaceOp, storage.Path{orgs, org, members, user, "role"}, name(role))
}

func (*system) Shared() {}
