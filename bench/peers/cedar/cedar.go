// Package cedar is the workload on Cedar's engine in Go: one policy, and what a member
// is and has as attributes.
package cedar

import (
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

const policy = `permit (principal, action, resource) when {
	principal.org == context.org && resource.org == context.org &&
	principal.role.permissions.contains(action) &&
	(principal.role == Role::"admin" || principal.grants.contains(resource))
};`

// Kind is Cedar. It lists nothing.
func Kind() measure.Kind {
	return measure.Kind{Name: "Cedar (Go)", Load: func(d *workload.Data) (measure.System, error) { return newSystem(d) }}
}

// The attributes and types.
const (
	org, role, permissions, held = "org", "role", "permissions", "grants"

	orgs, users, devices, actions, kinds cedar.EntityType = "Org", "User", "Device", "Action", "Role"
)

type system struct {
	policies *cedar.PolicySet
	entities cedar.EntityMap
	action   cedar.EntityUID
}

func newSystem(d *workload.Data) (*system, error) {
	policies, err := cedar.NewPolicySetFromBytes("policy", []byte(policy))
	if err != nil {
		return nil, err
	}
	s := &system{policies, cedar.EntityMap{}, cedar.NewEntityUID(actions, workload.Permission)}
	for _, r := range workload.Roles() {
		var list []cedar.Value
		for _, p := range load.Permissions(r) {
			list = append(list, cedar.NewEntityUID(actions, cedar.String(p)))
		}
		s.put(roleID(r), cedar.RecordMap{permissions: cedar.NewSet(list...)})
	}
	for _, o := range d.Orgs {
		own := id(orgs, o.ID)
		for _, device := range o.Devices {
			s.put(id(devices, device), cedar.RecordMap{org: own})
		}
		for _, m := range o.Members {
			list := make([]cedar.Value, len(m.Grants))
			for i, device := range m.Grants {
				list[i] = id(devices, o.Devices[device])
			}
			s.put(id(users, m.User), cedar.RecordMap{org: own, role: roleID(m.Role), held: cedar.NewSet(list...)})
		}
	}
	return s, nil
}

func (s *system) put(uid cedar.EntityUID, attributes cedar.RecordMap) {
	s.entities[uid] = cedar.Entity{UID: uid, Attributes: cedar.NewRecord(attributes)}
}

func id(of cedar.EntityType, name string) cedar.EntityUID {
	return cedar.NewEntityUID(of, cedar.String(name))
}

func roleID(r workload.Role) cedar.EntityUID { return id(kinds, string(load.Role(r))) }

func (s *system) Can(in, user, device string) (bool, error) {
	decision, diagnostic := cedar.Authorize(s.policies, s.entities, cedar.Request{
		Principal: id(users, user), Action: s.action, Resource: id(devices, device),
		Context: cedar.NewRecord(cedar.RecordMap{org: id(orgs, in)}),
	})
	if len(diagnostic.Errors) > 0 {
		return false, fmt.Errorf("cedar: %s", diagnostic.Errors[0].Message)
	}
	return bool(decision), nil
}

func (s *system) Give(_, user, device string) error {
	s.change(user, func(attributes cedar.RecordMap) {
		attributes[held] = cedar.NewSet(append(grantsOf(attributes), id(devices, device))...)
	})
	return nil
}

func (s *system) Take(_, user, device string) error {
	taken := id(devices, device)
	s.change(user, func(attributes cedar.RecordMap) {
		left := slices.DeleteFunc(grantsOf(attributes), func(v cedar.Value) bool { return v == taken })
		attributes[held] = cedar.NewSet(left...)
	})
	return nil
}

func (s *system) SetRole(_, user string, r workload.Role) error {
	s.change(user, func(attributes cedar.RecordMap) { attributes[role] = roleID(r) })
	return nil
}

// change makes a user anew with other attributes; values never change.
func (s *system) change(user string, with func(cedar.RecordMap)) {
	uid := id(users, user)
	attributes := s.entities[uid].Attributes.Map()
	with(attributes)
	s.put(uid, attributes)
}

// grantsOf returns a copy of the grants that a user has.
func grantsOf(attributes cedar.RecordMap) []cedar.Value {
	set, ok := attributes[held].(cedar.Set)
	if !ok {
		return nil
	}
	return slices.Collect(set.All())
}
