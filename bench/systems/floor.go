// Package systems has what is measured everywhere: floors, written by hand for this
// one question, and charter.
package systems

import (
	"math"

	"github.com/seed-5b9f5318/charter/bench/floor"
	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Floor is the kind that others are compared with.
func Floor() measure.Kind {
	return measure.Kind{Name: measure.Floor, Load: func(d *workload.Data) (measure.System, error) {
		return byHand{floor.NewCow(d, load.Permissions)}, nil
	}}
}

// byHand is a floor.
type byHand struct{ cow *floor.Cow }

func (b byHand) Can(org, user, device string) (bool, error) {
	return b.cow.Can(org, user, workload.Permission, device), nil
}

func (b byHand) CanEach(org, user string, devices []string) ([]bool, error) {
	return b.cow.CanEach(org, user, workload.Permission, devices), nil
}

func (b byHand) Devices(org, user string, fn func(string)) error {
	b.cow.Devices(org, user, seen, fn)
	return nil
}

func (b byHand) Users(org, device string, fn func(string)) error {
	b.cow.Users(org, workload.Permission, device, fn)
	return nil
}

func (b byHand) Give(org, user, device string) error { b.cow.Give(org, user, device); return nil }

func (b byHand) Take(org, user, device string) error { b.cow.Take(org, user, device); return nil }

func (byHand) Shared() {}

func (b byHand) SetRole(org, user string, role workload.Role) error {
	b.cow.SetRole(org, user, role)
	return nil
}

func (b byHand) Page(org string, skip, limit int) (func() ([]string, error), error) {
	return func() ([]string, error) { return b.cow.Page(org, skip, limit), nil }, nil
}

func (b byHand) CountRoles(org string) (map[workload.Role]int, error) {
	return b.cow.CountRoles(org), nil
}

// dense is a floor that has its names looked up beforehand.
func dense() measure.Kind {
	return measure.Kind{
		Name: "floor: integer keys", Note: "has each grant once, for it lists nothing",
		Load: func(d *workload.Data) (measure.System, error) { return &numbers{floor.NewDense(d), d}, nil },
	}
}

type numbers struct {
	dense *floor.Dense
	data  *workload.Data
}

func (n *numbers) Resolve(questions []workload.Question) (func(int) (bool, error), error) {
	orgs, users, devices := map[string]uint32{}, map[[2]string]uint32{}, map[[2]string]uint32{}
	for i, o := range n.data.Orgs {
		orgs[o.ID] = uint32(i)
		for j, m := range o.Members {
			users[[2]string{o.ID, m.User}] = uint32(j)
		}
		for j, name := range o.Devices {
			devices[[2]string{o.ID, name}] = uint32(j)
		}
	}
	keys := make([]floor.Key, len(questions))
	for i, q := range questions {
		keys[i] = floor.Key{
			Org: number(orgs, q.Org), User: number(users, [2]string{q.Org, q.User}), Device: number(devices, [2]string{q.Org, q.Device}),
		}
	}
	return func(i int) (bool, error) { return n.dense.Can(keys[i]), nil }, nil
}

// number returns what a name is numbered with, and a number that is too large if it is
// not there.
func number[K comparable](numbers map[K]uint32, name K) uint32 {
	if n, ok := numbers[name]; ok {
		return n
	}
	return math.MaxUint32
}
