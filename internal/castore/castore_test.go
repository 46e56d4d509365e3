package castore_test

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return castore.New() })
}
