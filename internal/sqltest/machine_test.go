package sqltest

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// TestMachine runs the same steps on the engine and in memory.
func TestMachine(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		servicetest.RunMachine(t, effort(10_000, 1_000), 8, func(testing.TB) store.Store { return memstore.New() }, e.stores())
	})
}
