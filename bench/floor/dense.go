package floor

import (
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Dense answers like [Cow], about numbers instead of names: what is left of a check
// once all names have been looked up. It has no lists.
type Dense struct {
	orgs [][]atomic.Pointer[cowState] // the members, by number
}

// Key is a question in numbers, each a position in the workload's data. Numbers of
// what is not there are too large.
type Key struct{ Org, User, Device uint32 }

// NewDense loads a Dense.
func NewDense(d *workload.Data) *Dense {
	dense := &Dense{orgs: make([][]atomic.Pointer[cowState], len(d.Orgs))}
	for i, o := range d.Orgs {
		members := make([]atomic.Pointer[cowState], len(o.Members))
		for n, m := range o.Members {
			members[n].Store(newState(m))
		}
		dense.orgs[i] = members
	}
	return dense
}

// newState returns what a member is.
func newState(m workload.Member) *cowState {
	state := &cowState{role: m.Role, grants: make([]uint32, len(m.Grants))}
	for i, device := range m.Grants {
		state.grants[i] = uint32(device)
	}
	return state
}

// Can answers a question.
func (d *Dense) Can(k Key) bool {
	if int(k.Org) >= len(d.orgs) {
		return false
	}
	members := d.orgs[k.Org]
	if int(k.User) >= len(members) {
		return false
	}
	state := members[k.User].Load()
	return state.role.Holds() && state.reaches(k.Device)
}
