package sqltest

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// TestMachineOnSQLite runs the same steps on SQLite and in memory.
func TestMachineOnSQLite(t *testing.T) {
	servicetest.RunMachine(t, effort(10_000, 1_000), 8, func(testing.TB) store.Store { return memstore.New() }, copies(t))
}
