package charter_test

import (
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

func onMemory(testing.TB) store.Store { return memstore.New() }

// onCompareAndSet opens a store that lets races happen at all.
func onCompareAndSet(testing.TB) store.Store { return castore.New() }

func TestMachine(t *testing.T) { servicetest.RunMachine(t, 10_000, 1, onMemory, onCompareAndSet) }

// TestMachineGoesOn asks for fewer steps than it takes to see every refusal.
func TestMachineGoesOn(t *testing.T) { servicetest.RunMachine(t, 200, 1, onMemory) }

func TestMachineFindsMutants(t *testing.T) { servicetest.RunMutants(t, onMemory) }

// rounds is how often each race is run, and perStore how many of them share a
// store.
const (
	rounds   = 1000
	perStore = 10
)

func TestRaces(t *testing.T) {
	t.Run("memstore", func(t *testing.T) { servicetest.RunRaces(t, onMemory, rounds, perStore) })
	t.Run("castore", func(t *testing.T) { servicetest.RunRaces(t, onCompareAndSet, rounds, perStore) })
}

func TestContention(t *testing.T) {
	t.Run("memstore", func(t *testing.T) { servicetest.RunContention(t, onMemory, 5*time.Second) })
	t.Run("castore", func(t *testing.T) { servicetest.RunContention(t, onCompareAndSet, 5*time.Second) })
	t.Run("slow castore", func(t *testing.T) { servicetest.RunContention(t, onSlow, time.Minute) })
}

// onSlow opens a store whose transactions take as long as on a distant database
// and lock nothing: where most attempts are lost.
func onSlow(testing.TB) store.Store {
	s := castore.New()
	s.AfterHold = func() { time.Sleep(50 * time.Millisecond) } // decides nothing: it is the distance
	return s
}

func TestFaults(t *testing.T) {
	t.Run("memstore", func(t *testing.T) { servicetest.RunFaults(t, onMemory) })
	t.Run("castore", func(t *testing.T) { servicetest.RunFaults(t, onCompareAndSet) })
}
