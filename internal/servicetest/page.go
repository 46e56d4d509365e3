package servicetest

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// KeepPage fails t where the page of the documentation at path is not page, which command
// writes. With update it writes it.
func KeepPage(t testing.TB, path, page string, update bool, command string) {
	t.Helper()
	if update {
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page, string(kept)); diff != "" {
		t.Errorf("%s is stale; %s (-want +kept):\n%s", path, command, diff)
	}
}
