package boltstore_test

import (
	"os"
	"path/filepath"
	"testing"

	boltstore "github.com/seed-5b9f5318/charter/examples/adapter"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "charter.db")) })
}

// Everything is in the file as soon as an operation has returned: after Close, and in a
// copy of it, as a process that is killed would leave it.
func TestFileKeepsEverything(t *testing.T) {
	t.Run("after Close", func(t *testing.T) {
		storetest.Reopen(t, func(t testing.TB) func() store.Store {
			path := filepath.Join(t.TempDir(), "charter.db")
			var before *boltstore.Store
			return func() store.Store {
				if before != nil {
					check(t, before.Close())
				}
				before = open(t, path)
				return before
			}
		})
	})
	t.Run("as a kill leaves it", func(t *testing.T) {
		storetest.Reopen(t, func(t testing.TB) func() store.Store {
			path := filepath.Join(t.TempDir(), "charter.db")
			return func() store.Store {
				if bytes, err := os.ReadFile(path); err == nil {
					path += "+" // the copy
					check(t, os.WriteFile(path, bytes, 0o600))
				}
				return open(t, path)
			}
		})
	})
}

// open opens the file at path until the test ends.
func open(t testing.TB, path string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.NoSync())
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
