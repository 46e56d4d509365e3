package storetest_test

import (
	"testing"

	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
	"github.com/seed-5b9f5318/charter/storetest"
)

// The whole test of an adapter. In a _test.go file of its own the function is
// called TestStore.
func ExampleRun() {
	testStore := func(t *testing.T) {
		storetest.Run(t, func(testing.TB) store.Store { return memstore.New() })
	}
	_ = testStore
}
