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
	holds   [3]map[string]struct{} // permissions, by role
}

type cowOrg struct {
	members map[string]*cowMember
	devices map[string]*cowDevice
	names   []string // of devices, by number
	users   []string // by number
	// byNumber are the members, and admins the numbers of those, ascending.
	byNumber []*cowMember
	admins   atomic.Pointer[[]uint32]
	counts   [3]atomic.Int64 // of members, by role
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

// NewCow loads a Cow, whose roles hold the permissions that holds returns.
func NewCow(d *workload.Data, holds func(workload.Role) []string) *Cow {
	c := &Cow{orgs: make(map[string]*cowOrg, len(d.Orgs))}
	for _, role := range workload.Roles() {
		c.holds[role] = map[string]struct{}{}
		for _, permission := range holds(role) {
			c.holds[role][permission] = struct{}{}
		}
	}
	for _, o := range d.Orgs {
		org := &cowOrg{
			members: make(map[string]*cowMember, len(o.Members)), devices: make(map[string]*cowDevice, len(o.Devices)),
			names: o.Devices,
		}
		holders, admins := make([][]uint32, len(o.Devices)), []uint32{}
		for n, m := range o.Members {
			for _, device := range m.Grants {
				holders[device] = append(holders[device], uint32(n))
			}
			member := &cowMember{number: uint32(n)}
			member.state.Store(newState(m))
			org.counts[m.Role].Add(1)
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
func (c *Cow) Can(org, user, permission, device string) bool {
	o, ok := c.orgs[org]
	if !ok {
		return false
	}
	m, ok := o.members[user]
	if !ok {
		return false
	}
	state := m.state.Load()
	if _, ok := c.holds[state.role][permission]; !ok {
		return false
	}
	d, ok := o.devices[device]
	if !ok {
		return false
	}
	return state.reaches(d.number)
}

// reaches reports whether the member reaches a device.
func (s *cowState) reaches(device uint32) bool {
	if s.role == workload.Admin {
		return true
	}
	_, has := slices.BinarySearch(s.grants, device)
	return has
}

// CanEach answers whether a user may do one thing with each of devices.
func (c *Cow) CanEach(org, user, permission string, devices []string) []bool {
	answers := make([]bool, len(devices))
	o, ok := c.orgs[org]
	if !ok {
		return answers
	}
	m, ok := o.members[user]
	if !ok {
		return answers
	}
	state := m.state.Load()
	if _, ok := c.holds[state.role][permission]; ok {
		for i, device := range devices {
			d, ok := o.devices[device]
			answers[i] = ok && state.reaches(d.number)
		}
	}
	return answers
}

// Devices calls fn with each device that a user may do one thing with, in order.
func (c *Cow) Devices(org, user, permission string, fn func(string)) {
	o, ok := c.orgs[org]
	if !ok {
		return
	}
	m, ok := o.members[user]
	if !ok {
		return
	}
	state := m.state.Load()
	if _, ok := c.holds[state.role][permission]; !ok {
		return
	}
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
