package roles_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter/roles"
)

var update = flag.Bool("update", false, "write docs/permissions.md instead of comparing it")

// docs/permissions.md is what this test would write; run it with -update to do so.
func TestPermissionsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "permissions.md")
	want := page(roles.SmartServices())
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is stale; go test ./roles -run TestPermissionsPage -update (-want +got):\n%s", path, diff)
	}
}

// page returns a catalogue as a page in Markdown.
func page(c *roles.Catalogue) string {
	var b strings.Builder
	b.WriteString(`<!-- Written by go test ./roles -run TestPermissionsPage -update; do not edit. -->
# The ready catalogue

The permissions of ` + "`roles.SmartServices()`" + `, what each is about, and which built-in roles hold it besides Admin, who holds all. A
catalogue of your own is a table of the same columns (` + "`roles.ParseCatalogue`" + `) or Go values (` + "`roles.NewCatalogue`" + `).
`)
	for _, s := range c.Services() {
		fmt.Fprintf(&b, "\n## %s\n\n| Permission | | About | Editor | Viewer |\n|---|---|---|---|---|\n", s.Title)
		for _, p := range s.Permissions {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", p.Permission, p.Title, p.Kind, mark(p.Editor), mark(p.Viewer))
		}
	}
	return b.String()
}

func mark(holds bool) string {
	if holds {
		return "x"
	}
	return ""
}
