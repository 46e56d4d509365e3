package workload_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter/bench/floor"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestMix: the questions are what they say, by the oracle, and the same at each call.
func TestMix(t *testing.T) {
	d := workload.Make(workload.Sizes()[0])
	oracle := workload.Oracle{Data: d}
	questions := d.Questions(1000)
	count := map[workload.Kind]int{}
	for _, q := range questions {
		count[q.Kind]++
		if got := oracle.Can(q); got != q.Want() {
			t.Errorf("%+v: the oracle says %v", q, got)
		}
	}
	for kind, n := range workload.Mix() {
		if count[kind] != n*10 {
			t.Errorf("%d of 1000 are %v", count[kind], kind)
		}
	}
	if !reflect.DeepEqual(workload.Make(workload.Sizes()[0]), d) || !slices.Equal(d.Questions(1000), questions) {
		t.Error("the data is another one at each call")
	}
}

// TestFloor: the floors answer as the oracle does.
func TestFloor(t *testing.T) {
	d := workload.Make(workload.Sizes()[0])
	oracle := workload.Oracle{Data: d}
	const every = "devices.view"
	cow := floor.NewCow(d, func(r workload.Role) []string {
		if r.Holds() {
			return []string{every, workload.Permission}
		}
		return []string{every}
	})
	for _, q := range d.Questions(2000) {
		if got := cow.Can(q.Org, q.User, workload.Permission, q.Device); got != q.Want() {
			t.Errorf("%+v: got %v", q, got)
		}
		var devices []string
		cow.Devices(q.Org, q.User, every, func(name string) { devices = append(devices, name) })
		if want := oracle.Devices(q.Org, q.User); !slices.Equal(devices, want) {
			t.Errorf("%+v: devices %v, want %v", q, devices, want)
		}
	}
}
