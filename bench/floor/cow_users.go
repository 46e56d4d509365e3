package floor

import (
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Users calls fn with each user who may do what the workload's permission names with a
// device: the Admins, then those who hold it and have a grant.
func (c *Cow) Users(org, device string, fn func(string)) {
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
	for _, n := range *d.holders.Load() {
		if o.byNumber[n].state.Load().role == workload.Editor {
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
