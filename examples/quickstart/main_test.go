package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

var update = flag.Bool("update", false, "write the golden files anew")

// childVariable makes the test binary be the program itself, to be killed.
const childVariable = "QUICKSTART_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := run(context.Background(), nil, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// play runs the program in the working directory and returns what it printed.
func play(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatalf("run %q: %v\n%s", args, err, out.String())
	}
	return out.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readFile(t, file), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", filepath.Base(file), diff)
	}
}

// here returns the path of a file of this package, and moves the test into a
// directory of its own.
func here(t *testing.T, names ...string) []string {
	t.Helper()
	var paths []string
	for _, name := range names {
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	t.Chdir(t.TempDir())
	return paths
}

func TestStory(t *testing.T) {
	files := here(t, "testdata/first.golden", "testdata/again.golden")
	golden(t, files[0], play(t))
	key := readFile(t, "quickstart.db.key")
	golden(t, files[1], play(t))
	if again := readFile(t, "quickstart.db.key"); again != key {
		t.Error("the second run has another key: the links of the first one no longer work")
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ending returns what a run prints under its last step: where everybody is, and
// the end of the history, which has a number too many when a step was repeated.
func ending(t *testing.T, told string) string {
	t.Helper()
	last := len(story())
	_, end, ok := strings.Cut(told, fmt.Sprintf("%3d  %s\n", last, story()[last-1].title))
	if !ok {
		t.Fatalf("the story does not end:\n%s", told)
	}
	return end
}

// brokenPipe fails at the write after the first ones, and calls then.
type brokenPipe struct {
	first int
	then  func()
}

var errBrokenPipe = errors.New("nobody reads any longer")

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.first == 0 {
		b.then()
		return 0, errBrokenPipe
	}
	b.first--
	return len(p), nil
}

// The story cut off at any line goes on, and ends where it always ends: the line
// that cannot be written also cancels whatever the step still does.
func TestCutOffAtEveryLine(t *testing.T) {
	want, lines := tellOn(t, memstore.New()), 0
	for cut := true; cut; lines++ {
		records := memstore.New()
		ctx, cancel := context.WithCancel(t.Context())
		err := tell(ctx, serviceOn(t, records), &report{w: &brokenPipe{first: lines, then: cancel}})
		if cut = err != nil; cut && !errors.Is(err, errBrokenPipe) && !errors.Is(err, context.Canceled) {
			t.Fatalf("cut off at line %d: %v", lines, err)
		}
		cancel()
		if diff := cmp.Diff(ending(t, want), ending(t, tellOn(t, records))); diff != "" {
			t.Errorf("cut off at line %d (-want +got):\n%s", lines, diff)
		}
	}
	if lines < 3*len(story()) {
		t.Errorf("the story was cut off at %d lines only", lines)
	}
}

func tellOn(t *testing.T, records store.Store) string {
	t.Helper()
	var out bytes.Buffer
	if err := tell(t.Context(), serviceOn(t, records), &report{w: &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func serviceOn(t *testing.T, records store.Store) *charter.Service {
	t.Helper()
	keys, err := invites.NewKeys(make([]byte, invites.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	svc, err := newService(records, keys)
	if err != nil {
		t.Fatal(err)
	}
	return svc
}

// A process that is killed at any step goes on as well when it is started again.
func TestKilledAtEveryStep(t *testing.T) {
	file := here(t, "testdata/first.golden")[0]
	whole := readFile(t, file)
	for n := range story() {
		t.Chdir(t.TempDir())
		killAt(t, n+1)
		if diff := cmp.Diff(ending(t, whole), ending(t, play(t))); diff != "" {
			t.Errorf("killed at step %d (-want +got):\n%s", n+1, diff)
		}
	}
}

// killAt runs the program as a process of its own until it says that it begins
// step.
func killAt(t *testing.T, step int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1")
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Wait() }() // it was killed
	begins := regexp.MustCompile(fmt.Sprintf(`^ *%d  `, step))
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if begins.MatchString(lines.Text()) {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("step %d did not begin", step)
}

func TestBadFlags(t *testing.T) {
	here(t)
	for args, want := range map[string]string{
		"-help":              flag.ErrHelp.Error(),
		"-nonsense":          "not defined",
		"people.csv":         `what is "people.csv"?`,
		"-db no/such/dir/db": "no such file",
		"-import nobody.csv": "no such file",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run %s: %v, want %q", args, err, want)
		}
	}
}

// A key that is cut short is refused and not replaced: the links that wait
// elsewhere were made with the whole one.
func TestBadKey(t *testing.T) {
	here(t)
	if err := os.WriteFile("quickstart.db.key", []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), nil, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "quickstart.db.key") {
		t.Errorf("run with a bad key: %v", err)
	}
}

// When the library lets through what the story says is refused, the story fails.
func TestRefusalsAreReal(t *testing.T) {
	s := scene{out: &report{w: io.Discard}}
	if err := s.refused("She tries:", charter.ErrLastAdmin, charter.ErrLastAdmin); err != nil {
		t.Errorf("the refusal that was expected: %v", err)
	}
	for _, got := range []error{nil, charter.ErrDenied} {
		if err := s.refused("She tries:", got, charter.ErrLastAdmin); err == nil {
			t.Errorf("%v passes for a refusal by the last Admin's rule", got)
		}
	}
}
