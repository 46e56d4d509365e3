package floor

import (
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Users calls fn with each user who may do one thing with a device: the Admins, who
// hold every permission, then those who hold this one and have a grant.
func (c *Cow) Users(org, permission, device string, fn func(string)) {
	o, ok := c.orgs[org]
	if !ok {
		return
	}
	d, ok := o.devices[device]
	if !ok {
		return
	}
	for _, admin := range *o.admins.Load() {
		fn(o.users[admin])
	}
	var holds [3]bool
	for role := range c.holds {
		_, holds[role] = c.holds[role][permission]
	}
	for _, n := range *d.holders.Load() {
		if role := o.byNumber[n].state.Load().role; role != workload.Admin && holds[role] {
			fn(o.users[n])
		}
	}
}

// Page returns up to limit users of an organization after the first skip ones, in the
// order of their names.
func (c *Cow) Page(org string, skip, limit int) []string {
	o, ok := c.orgs[org]
	if !ok {
		return nil
	}
	return slices.Clone(o.users[min(skip, len(o.users)):min(skip+limit, len(o.users))])
}

// CountRoles returns how many members of an organization have each role.
func (c *Cow) CountRoles(org string) map[workload.Role]int {
	o, ok := c.orgs[org]
	if !ok {
		return nil
	}
	counts := make(map[workload.Role]int, len(o.counts))
	for role := range o.counts {
		counts[workload.Role(role)] = int(o.counts[role].Load())
	}
	return counts
}
