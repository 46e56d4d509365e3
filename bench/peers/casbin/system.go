package casbin

import (
	"github.com/casbin/casbin/v2"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// system is an enforcer.
type system struct {
	*casbin.Enforcer
	enforce func(...any) (bool, error)
}

func (s *system) Can(org, user, device string) (bool, error) {
	return s.enforce(user, org, workload.Permission, device)
}

func (s *system) Devices(org, user string, fn func(string)) error {
	role, err := s.role(org, user)
	if err != nil {
		return err
	}
	var devices []string
	if role == name(workload.Admin) {
		devices, err = s.GetNamedRoleManager("g3").GetUsers(org)
	} else {
		devices, err = s.GetNamedRoleManager("g2").GetRoles(user, org)
	}
	each(devices, fn)
	return err
}

func (s *system) Users(org, device string, fn func(string)) error {
	admins, err := s.GetNamedRoleManager("g").GetUsers(name(workload.Admin), org)
	if err != nil {
		return err
	}
	each(admins, fn)
	holders, err := s.GetNamedRoleManager("g2").GetUsers(device, org)
	if err != nil {
		return err
	}
	for _, user := range holders {
		role, err := s.role(org, user)
		if err != nil {
			return err
		}
		if role == name(workload.Editor) {
			fn(user)
		}
	}
	return nil
}

func (s *system) role(org, user string) (string, error) {
	list, err := s.GetNamedRoleManager("g").GetRoles(user, org)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

func (s *system) Give(org, user, device string) error {
	_, err := s.AddNamedGroupingPolicy("g2", user, device, org)
	return err
}

func (s *system) Take(org, user, device string) error {
	_, err := s.RemoveNamedGroupingPolicy("g2", user, device, org)
	return err
}

func (s *system) SetRole(org, user string, role workload.Role) error {
	old, err := s.role(org, user)
	if err != nil {
		return err
	}
	_, err = s.UpdateGroupingPolicy([]string{user, old, org}, []string{user, name(role), org})
	return err
}

func each(list []string, fn func(string)) {
	for _, one := range list {
		fn(one)
	}
}

// sharded has a system for each organization.
type sharded map[string]*system

func shard(d *workload.Data) (sharded, error) {
	shards := make(sharded, len(d.Orgs))
	for i := range d.Orgs {
		e, err := casbin.NewEnforcer(rules())
		if err != nil {
			return nil, err
		}
		if err := add(e, &d.Orgs[i]); err != nil {
			return nil, err
		}
		shards[d.Orgs[i].ID] = &system{Enforcer: e, enforce: e.Enforce}
	}
	return shards, nil
}

func (s sharded) Can(org, user, device string) (bool, error) {
	shard, ok := s[org]
	if !ok {
		return false, nil
	}
	return shard.Can(org, user, device)
}

func (s sharded) Devices(org, user string, fn func(string)) error {
	return s[org].Devices(org, user, fn)
}

func (s sharded) Users(org, device string, fn func(string)) error {
	return s[org].Users(org, device, fn)
}

func (s sharded) Give(org, user, device string) error { return s[org].Give(org, user, device) }

func (s sharded) Take(org, user, device string) error { return s[org].Take(org, user, device) }

func (s sharded) SetRole(org, user string, role workload.Role) error {
	return s[org].SetRole(org, user, role)
}
