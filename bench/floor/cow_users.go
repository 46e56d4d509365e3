package floor

import "github.com/seed-5b9f5318/charter/bench/workload"

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
