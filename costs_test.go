package charter_test

import (
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// TestAllocationsOfChecks pins what a check allocates in memory: nothing, by an Access
// or by the Service, and for many at once what it hands out and asks with.
func TestAllocationsOfChecks(t *testing.T) {
	w := servicetest.New(t, func(testing.TB) store.Store { return memstore.New() })
	admin := w.Found("ada", "Acme")
	devices := w.Devices(admin, 1000)
	editor := w.Join(admin, "eve", roles.Editor, grants.One(devices[0].Kind, devices[0].ID))
	access, err := w.Svc.Access(w.Ctx, editor, devices[0].Kind)
	w.Must(err)
	questions := make([]grants.Question, 100)
	for i := range questions {
		questions[i] = grants.Question{Permission: firmware, Resource: devices[i]}
	}
	for name, c := range map[string]struct {
		most float64
		ask  func() (bool, error)
	}{
		"Can, allowed": {0, func() (bool, error) { return w.Svc.Can(w.Ctx, editor, firmware, devices[0]) }},
		"Can, denied":  {0, func() (bool, error) { return w.Svc.Can(w.Ctx, editor, firmware, devices[1]) }},
		"Can, of no member": {0, func() (bool, error) {
			return w.Svc.Can(w.Ctx, charter.Actor{User: "eve", Org: "x"}, firmware, devices[0])
		}},
		"Holds":              {0, func() (bool, error) { return w.Svc.Holds(w.Ctx, editor, firmware) }},
		"Access.Can":         {0, func() (bool, error) { return access.Can(firmware, devices[0]) }},
		"Access.Can, denied": {0, func() (bool, error) { return access.Can(firmware, devices[1]) }},
		"CanEach of 100": {3, func() (bool, error) {
			answers, err := w.Svc.CanEach(w.Ctx, editor, questions)
			return answers[0], err
		}},
	} {
		allocated := testing.AllocsPerRun(100, func() {
			if _, err := c.ask(); err != nil {
				t.Fatal(err)
			}
		})
		if allocated > c.most {
			t.Errorf("%s: %v allocations, want %v at most", name, allocated, c.most)
		}
	}
}
