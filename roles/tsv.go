package roles

import (
	_ "embed" // the ready catalogue
	"strings"
	"sync"

	"github.com/seed-5b9f5318/charter/internal/input"
)

//go:embed catalogue.tsv
var smartServices string

// SmartServices returns the ready catalogue: the 58 permissions of seven
// services with the default roles that package roles carries as catalogue.tsv
// (R1); docs/permissions.md in the repository lists them. The defaults are a
// decision: the public pages name the permissions and describe the roles, but the
// marks of who holds what did not survive there. Every call returns the same value.
func SmartServices() *Catalogue { return parseSmartServices() }

var parseSmartServices = sync.OnceValue(func() *Catalogue {
	c, err := ParseCatalogue(smartServices)
	if err != nil {
		panic("charter: the embedded catalogue: " + err.Error()) //nolint:forbidigo // ours, not input; a test parses it
	}
	return c
})

// columns is the head line of a catalogue's table.
var columns = []string{"service", "service_name", "permission", "name", "resource_kind", "admin", "editor", "viewer"}

// ParseCatalogue reads a catalogue from a table: one line a permission, columns
// divided by tabs, the first line naming them:
//
//	service	service_name	permission	name	resource_kind	admin	editor	viewer
//
// The last three hold "x" for a role that holds the permission and nothing
// otherwise; admin is always "x" (R1). Lines of one service need not be
// together. Errors name the field "catalogue" and the line.
func ParseCatalogue(tsv string) (*Catalogue, error) {
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(tsv, "\r\n", "\n"), "\n"), "\n")
	if lines[0] != strings.Join(columns, "\t") {
		return nil, input.Errorf("catalogue", "line 1 does not name the columns %s", strings.Join(columns, ", "))
	}
	var services []Service
	at := make(map[string]int)
	for n, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != len(columns) {
			return nil, input.Errorf("catalogue", "line %d has %d columns, not %d", n+2, len(cells), len(columns))
		}
		for _, mark := range cells[5:] {
			if mark != "x" && mark != "" {
				return nil, input.Errorf("catalogue", "line %d has a mark that is neither x nor empty", n+2)
			}
		}
		if cells[5] != "x" {
			return nil, input.Errorf("catalogue", "line %d takes a permission from Admins, who hold every one", n+2)
		}
		i, ok := at[cells[0]]
		if !ok {
			i = len(services)
			at[cells[0]] = i
			services = append(services, Service{Key: cells[0], Title: cells[1]})
		}
		services[i].Permissions = append(services[i].Permissions, Declaration{
			Permission: Permission(cells[2]), Title: cells[3], Kind: Kind(cells[4]),
			Editor: cells[6] == "x", Viewer: cells[7] == "x",
		})
	}
	return NewCatalogue(services...)
}
