// Package floor is what an engineer would write by hand for this one question and
// nothing else: the least that it can cost. It checks no input, keeps no history, and
// knows neither invitations nor roles but three.
package floor

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Cow answers from maps with string keys. Readers take no lock; a writer copies what
// it changes: one member or one device, never a map.
type Cow struct {
	writing sync.Mutex
	orgs    map[string]*cowOrg
}

type cowOrg struct {
	members map[string]*cowMember
	devices map[string]*cowDevice
	names   []string // of devices, by number
	users   []string // by number
	// byNumber are the members, and admins the numbers of those, ascending.
	byNumber []*cowMember
	admins   atomic.Pointer[[]uint32]
}

type cowMember struct {
	number uint32
	state  atomic.Pointer[cowState]
}

// cowState never changes.
type cowState struct {
	role   workload.Role
	grants []uint32 // of devices, ascending
}

type cowDevice struct {
	number  uint32
	holders atomic.Pointer[[]uint32] // members, ascending
}

// NewCow loads a Cow.
func NewCow(d *workload.Data) *Cow {
	c := &Cow{orgs: make(map[string]*cowOrg, len(d.Orgs))}
	for _, o := range d.Orgs {
		org := &cowOrg{
			members: make(map[string]*cowMember, len(o.Members)), devices: make(map[string]*cowDevice, len(o.Devices)),
			names: o.Devices,
		}
		holders, admins := make([][]uint32, len(o.Devices)), []uint32{}
		for n, m := range o.Members {
			state := &cowState{role: m.Role, grants: make([]uint32, len(m.Grants))}
			for i, device := range m.Grants {
				state.grants[i] = uint32(device)
				holders[device] = append(holders[device], uint32(n))
			}
			member := &cowMember{number: uint32(n)}
			member.state.Store(state)
			org.members[m.User] = member
			org.users, org.byNumber = append(org.users, m.User), append(org.byNumber, member)
			if m.Role == workload.Admin {
				admins = append(admins, uint32(n))
			}
		}
		org.admins.Store(&admins)
		for n, name := range o.Devices {
			device := &cowDevice{number: uint32(n)}
			holders[n] = slices.Clip(holders[n])
			device.holders.Store(&holders[n])
			org.devices[name] = device
		}
		c.orgs[o.ID] = org
	}
	return c
}

// Can answers a question.
func (c *Cow) Can(org, user, device string) bool {
	o, ok := c.orgs[org]
	if !ok {
		return false
	}
	m, ok := o.members[user]
	if !ok {
		return false
	}
	state := m.state.Load()
	if !state.role.Holds() {
		return false
	}
	d, ok := o.devices[device]
	if !ok {
		return false
	}
	if state.role == workload.Admin {
		return true
	}
	_, has := slices.BinarySearch(state.grants, d.number)
	return has
}

// Devices calls fn with each device that a user may use, in order.
func (c *Cow) Devices(org, user string, fn func(string)) {
	o, ok := c.orgs[org]
	if !ok {
		return
	}
	m, ok := o.members[user]
	if !ok {
		return
	}
	state := m.state.Load()
	if state.role == workload.Admin {
		for _, name := range o.names {
			fn(name)
		}
		return
	}
	for _, n := range state.grants {
		fn(o.names[n])
	}
}

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
	return slices.DeleteFunc(slices.Clone(sorted), func(m uint32) bool { return m == n })
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
	state.role = role
	m.state.Store(&state)
}
