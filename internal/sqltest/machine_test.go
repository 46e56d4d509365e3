package sqltest

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// TestMachine runs the same steps on the engine and in memory: ten thousand, or two
// thousand on a server unless many rounds are asked for, since after each of them all
// that is stored is looked at.
func TestMachine(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) {
		steps := effort(10_000, 1_000)
		if e.server != nil && !inFull() {
			steps = effort(2_000, 1_000)
		}
		servicetest.RunMachine(t, steps, 8, func(testing.TB) store.Store { return memstore.New() }, e.stores())
	})
}
