package roles_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/roles"
)

var update = flag.Bool("update", false, "write docs/permissions.md instead of comparing it")

// docs/permissions.md is what this test would write; run it with -update to do so.
func TestPermissionsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "permissions.md")
	servicetest.KeepPage(t, path, permissions(roles.SmartServices()), *update, "go test ./roles -run TestPermissionsPage -update")
}

// permissions returns a catalogue as a page in Markdown.
func permissions(c *roles.Catalogue) string {
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
