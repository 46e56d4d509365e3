package sqltest

import (
	osexec "os/exec"
	"strings"
	"testing"
)

// TestTogether runs the example of that name on each server: what charter keeps
// and the host's rows commit together and vanish together.
func TestTogether(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		dsn := e.blank(t).dsn
		if !strings.Contains(dsn, "://") {
			dsn = "mysql://" + dsn
		}
		cmd := osexec.CommandContext(t.Context(), "go", "run", "./together", "-dsn", dsn)
		cmd.Dir = "../../examples"
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "invited: 1, desks taken: 1") != 2 {
			t.Errorf("%v:\n%s", err, out)
		}
	})
}
