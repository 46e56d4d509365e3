package charter_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What an importer compiles is part of the promise: deps.txt lists it, and a new
// line in it is a decision.
func TestDependencies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("deps.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			want = append(want, line)
		}
	}
	got := strings.Fields(command(t, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}",
		".", "./store/memstore"))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("an importer of charter and store/memstore compiles other packages than deps.txt lists, in order "+
			"(- listed, + compiled). If that is meant, change deps.txt and say why in the commit.\n%s", diff)
	}
}

// The released module requires these modules and no others.
func TestRequirements(t *testing.T) {
	t.Parallel()
	var mod struct {
		Require []struct {
			Path     string `json:"path"`
			Indirect bool   `json:"indirect"`
		} `json:"require"`
	}
	if err := json.Unmarshal([]byte(command(t, "go", "mod", "edit", "-json")), &mod); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range mod.Require {
		if !r.Indirect {
			got = append(got, r.Path)
		}
	}
	slices.Sort(got)
	want := []string{
		"github.com/google/go-cmp", // tests
		"github.com/google/uuid",
		"github.com/maypok86/otter/v2", // store/cached
		"github.com/pressly/goose/v3",  // store/sqlstore
		"pgregory.net/rapid",           // tests
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("go.mod requires other modules than were agreed on (- agreed, + required):\n%s", diff)
	}
}

// command returns what name with args prints.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	return string(out)
}
