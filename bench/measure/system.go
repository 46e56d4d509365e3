// Package measure times systems that answer the same questions on the same data. They
// take turns, round by round, and a ratio is the median of the rounds' ratios, for on
// a machine that others use too nothing else means much. Every answer of a check is
// compared with the right one while it is timed, lists before.
package measure

import "github.com/seed-5b9f5318/charter/bench/workload"

// Floor is the name of the kind that most groups have first: one that does the least.
const Floor = "floor: string keys"

// Kind is a kind of system.
type Kind struct {
	Name string
	// Load makes a system that has d. A [System] that is an io.Closer too is closed
	// after it was measured.
	Load func(d *workload.Data) (System, error)
	// Note is what readers of the figures must know. It may be empty.
	Note string
	// Stale says that it answers from before a change that was made since.
	Stale bool
	// Asked is how many different questions it is asked, and each once before it is
	// timed: a power of two. 0 means all, and not before.
	Asked int
	// Sizes are the names of those that it can load in reasonable time; empty means
	// all.
	Sizes []string
	// Beside names the kind of the same group that this one is compared with; empty
	// means the first that can do the same.
	Beside string
}

// Group are kinds of systems that are loaded and timed together, so that they can be
// compared. Other groups are not in memory meanwhile.
type Group struct {
	Name  string
	Kinds []Kind
}

// System has data, and implements those of the interfaces below that it can. In what
// it cannot it has no figure. Everything but changes may be called by several at the
// same time.
type System any

// Checker answers questions.
type Checker interface {
	// Can reports whether a user may do what the workload's permission names with a
	// device.
	Can(org, user, device string) (bool, error)
}

// Resolver answers questions whose names it may look up beforehand.
type Resolver interface {
	// Resolve returns a function that answers the nth question.
	Resolve(questions []workload.Question) (func(n int) (bool, error), error)
}

// Batcher answers many questions of one user at once.
type Batcher interface {
	// CanEach answers about each of devices, in their order.
	CanEach(org, user string, devices []string) ([]bool, error)
}

// Lister calls fn with what a list has, in any order.
type Lister interface {
	// Devices are those that a user may use.
	Devices(org, user string, fn func(string)) error
	// Users are those who may use a device.
	Users(org, device string, fn func(string)) error
}

// Giver changes grants.
type Giver interface {
	// Give gives a user a device that it does not have.
	Give(org, user, device string) error
	// Take takes a device back that the user has.
	Take(org, user, device string) error
}

// RoleSetter changes roles.
type RoleSetter interface {
	// SetRole gives a member, who is no Admin, another role.
	SetRole(org, user string, role workload.Role) error
}

// Shared is a [Giver] that may be called while others ask.
type Shared interface {
	Giver
	// Shared does nothing.
	Shared()
}

// MemberLister lists members and roles, for an Admin.
type MemberLister interface {
	// Page returns a function that reads the page of up to limit users after the
	// first skip ones, by name.
	Page(org string, skip, limit int) (func() ([]string, error), error)
	// CountRoles returns how many members have each role.
	CountRoles(org string) (map[workload.Role]int, error)
}

// Filter is which members a list is of: those with a role, when there are Roles, and
// those whose names begin with Search.
type Filter struct {
	Roles  []workload.Role
	Search string
}

// Filterer lists members by more than their names, for an Admin.
type Filterer interface {
	// Ordered returns a function that reads a page of up to limit users whom f lets
	// pass and returns how many there are: the first and the last page in each order
	// that there is, one after the other.
	Ordered(org string, f Filter, limit int) (func(n int) (int, error), error)
}

// Mover lets members come and go.
type Mover interface {
	// Join makes a user an Editor of an organization that it is no member of.
	Join(org, user string) error
	// Remove removes a member, for an Admin.
	Remove(org, user string) error
	// Leave is the member's own way to go.
	Leave(org, user string) error
	// RefuseDeletion asks for an organization to be deleted that has other members,
	// and returns an error unless that is refused.
	RefuseDeletion(org string) error
}

// Pinger is a system that is somewhere else.
type Pinger interface {
	// Ping goes there and back and asks nothing.
	Ping() error
}

// Sizer is a system that does not keep its data in the heap.
type Sizer interface {
	// Bytes returns how many the data takes.
	Bytes() (uint64, error)
}
