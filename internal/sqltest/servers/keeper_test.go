package servers

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// victimVar says how the process ends that has it.
const victimVar = "CHARTER_SERVERS_VICTIM"

// TestKeeper ends a process that has servers, of which one is busy: by SIGKILL and by
// a panic. No server is left, and no folder.
func TestKeeper(t *testing.T) {
	for _, end := range []string{"kill", "panic"} {
		t.Run(end, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), victimVar+"="+end)
			var said bytes.Buffer
			cmd.Stderr = &said
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			root, err := bufio.NewReader(out).ReadString('\n')
			root = strings.TrimSpace(root)
			if root == "" {
				_ = cmd.Wait()
				if strings.Contains(said.String(), ErrNotFound.Error()) {
					err = fmt.Errorf("%w: %s", ErrNotFound, &said)
				}
				Need(t, err)
			}
			running := below(t, cmd.Process.Pid)
			if len(running) < 5 { // two keepers, the server, some that it forks
				t.Errorf("running: %q", running)
			}
			if end == "kill" {
				err = cmd.Process.Kill()
			}
			if err != nil {
				t.Fatal(err)
			}
			in.Close()
			if _, err := io.Copy(io.Discard, out); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed, or says that it panicked
			err = until(t.Context(), "something is left", func(context.Context) error {
				left := alive(t, running)
				if _, err := os.Stat(root); err == nil {
					return fmt.Errorf("%s and %q", root, left)
				}
				if len(left) > 0 {
					return fmt.Errorf("%q", left)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// victim starts servers, tells where they are and panics when its input ends.
func victim(end string) error {
	ctx := context.Background()
	p, err := StartPostgres(ctx, Options{Cheap: true})
	if err == nil && end == "kill" {
		_, err = StartMariaDB(ctx, Options{Cheap: true})
	}
	if err != nil {
		return err
	}
	go func() { // what serves this looks at no signal of its parent's
		_, _ = p.admin.ExecContext(ctx, "DO $$ BEGIN LOOP END LOOP; END $$")
	}()
	err = until(ctx, "it is not busy", func(ctx context.Context) error {
		var pid int
		return p.admin.QueryRowContext(ctx,
			"SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'").Scan(&pid)
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, here.root)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	panic("as a test may")
}

// process tells processes apart, also those that have the same number in turn.
type process struct{ pid, name, started string }

// below returns the processes that descend from pid.
func below(t *testing.T, pid int) []process {
	t.Helper()
	all, children := processes(t)
	var found []process
	for left := children[strconv.Itoa(pid)]; len(left) > 0; left = left[1:] {
		found = append(found, all[left[0]])
		left = append(left, children[left[0]]...)
	}
	return found
}

// alive returns those of some processes that there still are.
func alive(t *testing.T, some []process) []process {
	t.Helper()
	all, _ := processes(t)
	return slices.DeleteFunc(slices.Clone(some), func(p process) bool { return all[p.pid] != p })
}

// processes returns those that have not ended, and which of them are whose children.
func processes(t *testing.T) (all map[string]process, children map[string][]string) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	all, children = map[string]process{}, map[string][]string{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// "pid (name) state parent …", and as the 22nd when it started.
		name := text[bytes.IndexByte(text, '(')+1 : bytes.LastIndexByte(text, ')')]
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if fields[0] == "Z" {
			continue // has ended, and its parent has not asked
		}
		pid := filepath.Base(filepath.Dir(path))
		all[pid] = process{pid, string(name), fields[19]}
		children[fields[1]] = append(children[fields[1]], pid)
	}
	return all, children
}
