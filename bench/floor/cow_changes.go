package floor

import (
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Give gives a member a device.
func (c *Cow) Give(org, user, device string) {
	c.writing.Lock()
	defer c.writing.Unlock()
	o := c.orgs[org]
	m, d := o.members[user], o.devices[device]
	state := *m.state.Load()
	state.grants = with(state.grants, d.number)
	m.state.Store(&state)
	holders := with(*d.holders.Load(), m.number)
	d.holders.Store(&holders)
}

// Take takes a device back from a member.
func (c *Cow) Take(org, user, device string) {
	c.writing.Lock()
	defer c.writing.Unlock()
	o := c.orgs[org]
	m, d := o.members[user], o.devices[device]
	state := *m.state.Load()
	state.grants = without(state.grants, d.number)
	m.state.Store(&state)
	holders := without(*d.holders.Load(), m.number)
	d.holders.Store(&holders)
}

// with returns a copy of sorted that has n.
func with(sorted []uint32, n uint32) []uint32 {
	at, has := slices.BinarySearch(sorted, n)
	if has {
		return sorted
	}
	longer := make([]uint32, 0, len(sorted)+1)
	longer = append(longer, sorted[:at]...)
	longer = append(longer, n)
	return append(longer, sorted[at:]...)
}

// without returns a copy of sorted that has no n.
func without(sorted []uint32, n uint32) []uint32 {
	at, has := slices.BinarySearch(sorted, n)
	if !has {
		return sorted
	}
	shorter := make([]uint32, 0, len(sorted)-1)
	return append(append(shorter, sorted[:at]...), sorted[at+1:]...)
}

// SetRole changes what a member is.
func (c *Cow) SetRole(org, user string, role workload.Role) {
	c.writing.Lock()
	defer c.writing.Unlock()
	o := c.orgs[org]
	m := o.members[user]
	state := *m.state.Load()
	if (state.role == workload.Admin) != (role == workload.Admin) {
		admins := without(*o.admins.Load(), m.number)
		if role == workload.Admin {
			admins = with(admins, m.number)
		}
		o.admins.Store(&admins)
	}
	o.counts[state.role].Add(-1)
	o.counts[role].Add(1)
	state.role = role
	m.state.Store(&state)
}
