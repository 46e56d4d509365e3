// Package casbin is the workload on Casbin: RBAC with domains, and grants as links
// between users and devices.
package casbin

import (
	"fmt"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Kinds are Casbin with one enforcer for all organizations, with one that remembers its
// answers, and with one enforcer for each organization.
func Kinds() []measure.Kind {
	return []measure.Kind{
		{Name: "Casbin v2", Load: func(d *workload.Data) (measure.System, error) {
			e, err := casbin.NewEnforcer(rules())
			if err != nil {
				return nil, err
			}
			return &system{Enforcer: e, enforce: e.Enforce}, fill(e, d.Orgs)
		}},
		{
			Name: "Casbin v2, cached", Note: "answers from before a change until something clears its cache; every check is a hit",
			Stale: true, Asked: 1024, Sizes: []string{"S"},
			Load: func(d *workload.Data) (measure.System, error) {
				e, err := casbin.NewCachedEnforcer(rules())
				if err != nil {
					return nil, err
				}
				return &system{Enforcer: e.Enforcer, enforce: e.Enforce}, fill(e.Enforcer, d.Orgs)
			},
		},
		{
			Name: "Casbin v2, per tenant", Note: "the application shards by hand", Sizes: []string{"S", "L"},
			Load: func(d *workload.Data) (measure.System, error) { return shard(d) },
		},
	}
}

// rules returns the model. What is cheap to compare comes first.
func rules() model.Model {
	m := model.NewModel()
	m.AddDef("r", "r", "user, org, permission, device")
	m.AddDef("p", "p", "role, org, permission")
	m.AddDef("g", "g", "_, _, _")  // user, role, organization
	m.AddDef("g", "g2", "_, _, _") // user, device, organization: a grant
	m.AddDef("g", "g3", "_, _")    // device, organization
	m.AddDef("e", "e", "some(where (p.eft == allow))")
	m.AddDef("m", "m", "r.org == p.org && r.permission == p.permission && g(r.user, p.role, r.org) && "+
		"g3(r.device, r.org) && (p.role == 'admin' || g2(r.user, r.device, r.org))")
	return m
}

// fill adds organizations to an enforcer.
func fill(e *casbin.Enforcer, list []workload.Org) error {
	for i := range list {
		if err := add(e, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// add adds an organization: what each role may do, who has which, the devices, and the
// grants.
func add(e *casbin.Enforcer, o *workload.Org) error {
	var may, have, granted, devices [][]string
	for _, role := range workload.Roles() {
		for _, p := range load.Permissions(role) {
			may = append(may, []string{name(role), o.ID, p})
		}
	}
	for _, device := range o.Devices {
		devices = append(devices, []string{device, o.ID})
	}
	for _, m := range o.Members {
		have = append(have, []string{m.User, name(m.Role), o.ID})
		for _, device := range m.Grants {
			granted = append(granted, []string{m.User, o.Devices[device], o.ID})
		}
	}
	if _, err := e.AddPolicies(may); err != nil {
		return err
	}
	for ptype, links := range map[string][][]string{"g": have, "g2": granted, "g3": devices} {
		if _, err := e.AddNamedGroupingPolicies(ptype, links); err != nil {
			return fmt.Errorf("%s: %w", ptype, err)
		}
	}
	return nil
}

func name(role workload.Role) string { return string(load.Role(role)) }
