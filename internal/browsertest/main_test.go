package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

// built is the console's executable.
var built string

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run builds the console for all tests, and ends what they have started.
func run(m *testing.M) (code int, err error) {
	folder, err := os.MkdirTemp("", "charter-browsertest-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	built = filepath.Join(folder, "console")
	build := exec.CommandContext(context.Background(), "go", "build", "-C", "../../examples", "-o", built, "./console")
	if said, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the console: %w\n%s", err, said)
	}
	code = m.Run()
	return code, errors.Join(stopBrowser(), servers.StopAll())
}

const (
	patience = 15 * time.Second // with what must appear
	poll     = 10 * time.Millisecond
)

// until returns once ready does, which it asks again and again. Out of patience, it
// ends the test with what ready said last.
func until(t testing.TB, ready func() error) {
	t.Helper()
	deadline := time.After(patience)
	for {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatal(err)
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(poll):
		}
	}
}
