package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

// ErrNotFound says that an engine, or a part of it, is not installed. The error that
// wraps it names the engine and the Debian package.
var ErrNotFound = errors.New("not installed")

// ErrNoDisk says that who runs the tests may not mount a file system, as Options.Disk
// asks for.
var ErrNoDisk = errors.New("a disk of a server's own needs the right to mount")

// enginesVar is the environment variable that demands engines: "all", or nothing.
const enginesVar = "CHARTER_ENGINES"

// Need ends the test unless err is nil: it skips where err is ErrNotFound, unless the
// environment variable CHARTER_ENGINES is "all", and where it is ErrNoDisk, which nothing
// can install. It fails where err is any other.
func Need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrNotFound) && os.Getenv(enginesVar) != "all", errors.Is(err, ErrNoDisk):
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// Own starts a server that is t's alone and is closed with it. If it cannot, Need
// ends the test.
func Own[S Engine](t testing.TB, start func(context.Context, Options) (S, error), o Options) S {
	t.Helper()
	s, err := start(t.Context(), o)
	Need(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// Missing returns why tests will be skipped here, as Need says it: an error for each
// program that is not installed, and one where nobody may mount. None is nil.
func Missing() []error {
	var missing []error
	for _, find := range []func() (string, error){
		postgresProgram, pgbouncerProgram, mariadbProgram, mariadbInstaller, galeraLibrary, galeraCopier,
	} {
		if _, err := find(); err != nil {
			missing = append(missing, err)
		}
	}
	if err := mountable(); err != nil {
		missing = append(missing, err)
	}
	return missing
}

// mountable returns what Options.Disk would say.
func mountable() error {
	dir, err := os.MkdirTemp("", "charter-disk-")
	if err != nil {
		return err
	}
	err = mount(dir, 1<<20)
	unmount(dir)
	return errors.Join(err, os.Remove(dir))
}

// Find returns where the program name of engine is: in PATH, or in one of dirs, which
// may be patterns; of several matches the one with the highest number in it. The error
// is ErrNotFound and names the Debian package.
func Find(engine, debian, name string, dirs ...string) (string, error) {
	if runtime.GOOS == "linux" {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, dir := range dirs {
			found, err := filepath.Glob(filepath.Join(dir, name))
			if err != nil {
				return "", err
			}
			if len(found) > 0 {
				return slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }), nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w: %s of the Debian package %s", engine, ErrNotFound, name, debian)
}

// version returns the number that is an element of path, or 0.
func version(path string) int {
	for dir := path; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if n, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			return n
		}
	}
	return 0
}
