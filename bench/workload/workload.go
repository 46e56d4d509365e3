// Package workload makes the data and the questions that every system is timed with,
// and says what the right answers are.
package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Permission is what every question asks for. Admins and Editors hold it, Viewers do
// not.
const Permission = "devices.update-firmware"

// Size is how much data there is.
type Size struct {
	Name    string `json:"name"`
	Orgs    int    `json:"organizations"`
	Members int    `json:"members"` // of each organization
	Devices int    `json:"devices"` // of each organization
	Grants  int    `json:"grants"`  // of one device each, of each member but the Admins
}

// Sizes are those that are measured, the smallest first.
func Sizes() []Size {
	return []Size{
		{"S", 10, 100, 100, 10},
		{"L", 100, 1_000, 1_000, 20},
		{"whale", 1, 100_000, 10_000, 20},
	}
}

// Growth are sizes that differ in nothing but the number of members, of a single
// organization, the smallest first.
func Growth() []Size {
	return []Size{
		{"100", 1, 100, 1_000, 2},
		{"1,000", 1, 1_000, 1_000, 2},
		{"10,000", 1, 10_000, 1_000, 2},
		{"100,000", 1, 100_000, 1_000, 2},
		{"1,000,000", 1, 1_000_000, 1_000, 2},
	}
}

// Role is what a member is.
type Role uint8

// Of a hundred members two are Admins; of the others every second one is a Viewer.
const (
	Admin Role = iota
	Editor
	Viewer
)

// Roles are all roles.
func Roles() []Role { return []Role{Admin, Editor, Viewer} }

// Holds reports whether the role holds Permission.
func (r Role) Holds() bool { return r != Viewer }

// Member is a member of one organization.
type Member struct {
	User   string
	Role   Role
	Grants []int // positions in Org.Devices, ascending
}

// Org is one organization.
type Org struct {
	ID      string
	Members []Member
	Devices []string
}

// Data is what a system is loaded with. It is the same at every call of [Make].
type Data struct{ Orgs []Org }

// Make makes data of a size.
func Make(size Size) *Data {
	random := rand.New(rand.NewPCG(20260301, uint64(size.Orgs))) //nolint:gosec // the same at each call
	d := &Data{Orgs: make([]Org, size.Orgs)}
	for i := range d.Orgs {
		o := Org{ID: fmt.Sprintf("organization-%04d", i)}
		for n := range size.Devices {
			o.Devices = append(o.Devices, fmt.Sprintf("device-%04d-%05d", i, n))
		}
		for n := range size.Members {
			m := Member{User: fmt.Sprintf("user-%04d-%06d", i, n), Role: roleOf(n)}
			if m.Role != Admin {
				m.Grants = some(random, size.Devices, size.Grants)
			}
			o.Members = append(o.Members, m)
		}
		d.Orgs[i] = o
	}
	return d
}

// some returns k of the numbers below n, ascending.
func some(random *rand.Rand, n, k int) []int {
	list := make([]int, 0, k)
	for len(list) < k {
		one := random.IntN(n)
		if at, has := slices.BinarySearch(list, one); !has {
			list = slices.Insert(list, at, one)
		}
	}
	return list
}

func roleOf(n int) Role {
	switch {
	case n%100 < 2:
		return Admin
	case n%2 == 0:
		return Editor
	}
	return Viewer
}

// Kind is what a question is about.
type Kind uint8

// Of a hundred questions 50 are allowed, 25 are denied for the role, 15 for want of a
// grant and 10 because the member asks in another organization.
const (
	Allowed Kind = iota
	ByRole
	ByGrant
	ByOrg
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{Allowed, ByRole, ByGrant, ByOrg} }

// String returns it in words.
func (k Kind) String() string {
	return [...]string{"allowed", "by role", "by grant", "by organization"}[k]
}

// Question is whether a user may do what Permission names with a device.
type Question struct {
	Org, User, Device string
	Kind              Kind
}

// Want is the right answer.
func (q Question) Want() bool { return q.Kind == Allowed }

// Mix is how many of a hundred questions are of each kind.
func Mix() map[Kind]int { return map[Kind]int{Allowed: 50, ByRole: 25, ByGrant: 15, ByOrg: 10} }

// Questions returns n questions of the mix, in a shuffled order.
func (d *Data) Questions(n int) []Question {
	var kinds []Kind
	for _, k := range Kinds() {
		kinds = append(kinds, slices.Repeat([]Kind{k}, n*Mix()[k]/100)...)
	}
	for len(kinds) < n {
		kinds = append(kinds, Allowed)
	}
	random := rand.New(rand.NewPCG(20260302, uint64(n))) //nolint:gosec // the same at each call
	random.Shuffle(n, func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	questions := make([]Question, n)
	for i, k := range kinds {
		questions[i] = d.question(random, k)
	}
	return questions
}

// OfKind returns n questions of one kind.
func (d *Data) OfKind(n int, k Kind) []Question {
	random := rand.New(rand.NewPCG(20260303, uint64(k))) //nolint:gosec // the same at each call
	questions := make([]Question, n)
	for i := range questions {
		questions[i] = d.question(random, k)
	}
	return questions
}

func (d *Data) question(random *rand.Rand, k Kind) Question {
	for {
		o := &d.Orgs[random.IntN(len(d.Orgs))]
		m := &o.Members[random.IntN(len(o.Members))]
		q := Question{Org: o.ID, User: m.User, Kind: k}
		device := random.IntN(len(o.Devices))
		switch {
		case k == Allowed && m.Role.Holds():
			if m.Role != Admin {
				device = m.Grants[random.IntN(len(m.Grants))]
			}
		case k == ByRole && m.Role == Viewer:
			device = m.Grants[random.IntN(len(m.Grants))]
		case k == ByGrant && m.Role == Editor:
			if _, has := slices.BinarySearch(m.Grants, device); has {
				continue
			}
		case k == ByOrg && m.Role.Holds():
			q.Org = d.otherThan(random, o)
			if m.Role != Admin {
				device = m.Grants[random.IntN(len(m.Grants))]
			}
		default:
			continue
		}
		q.Device = o.Devices[device]
		return q
	}
}

// otherThan returns the ID of another organization, or of one that is not there where
// there is no other.
func (d *Data) otherThan(random *rand.Rand, o *Org) string {
	if len(d.Orgs) == 1 {
		return "organization-none"
	}
	for {
		if other := &d.Orgs[random.IntN(len(d.Orgs))]; other != o {
			return other.ID
		}
	}
}

// Grants returns how many grants there are.
func (d *Data) Grants() (n int) {
	for _, o := range d.Orgs {
		for _, m := range o.Members {
			n += len(m.Grants)
		}
	}
	return n
}
