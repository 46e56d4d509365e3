package servers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
)

// A keeper is this executable with a variable in its environment. It must not get as
// far as to run tests.
func init() { //nolint:gochecknoinits // before main, whoever imports this
	if spec, ok := os.LookupEnv(keeperVar); ok {
		os.Exit(keep(spec))
	}
}

// keep runs the command spec, as its parent and as the adoptive parent of all that it
// forks. It ends when they have. A byte on standard input is a signal for the command;
// the end of the input is SIGKILL for all.
func keep(spec string) int {
	var c command
	if err := json.Unmarshal([]byte(spec), &c); err != nil {
		return complain(err)
	}
	// Not signal.Ignore: what is ignored here would be in the server.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	if c.Path == "" {
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
			return complain(err)
		}
		return complain(remove(c.Dir))
	}
	const subreaper = 36 // PR_SET_CHILD_SUBREAPER
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, subreaper, 1, 0, 0, 0, 0); errno != 0 {
		return complain(errno)
	}
	pid, err := fork(c)
	if err != nil {
		return complain(err)
	}
	go func() {
		for sig := range signals() {
			_ = syscall.Kill(pid, sig) // it may have ended
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}()
	return reap(pid)
}

// complain writes err to the log, unless it is nil, and returns the exit code.
func complain(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "keeper:", err)
	return 1
}

// signals returns what comes on standard input, until it ends.
func signals() <-chan syscall.Signal {
	all := make(chan syscall.Signal)
	go func() {
		defer close(all)
		for b := []byte{0}; ; {
			if _, err := os.Stdin.Read(b); err != nil {
				return
			}
			all <- syscall.Signal(b[0])
		}
	}()
	return all
}

// fork starts c, in a session of its own. It dies with this thread, the main one,
// should the keeper itself be killed.
func fork(c command) (pid int, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	attr := &syscall.ProcAttr{
		Dir:   c.Dir,
		Env:   c.Env,
		Files: []uintptr{null.Fd(), os.Stdout.Fd(), os.Stderr.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	}
	if c.As != nil {
		attr.Sys.Credential = &syscall.Credential{Uid: c.As.UID, Gid: c.As.GID}
	}
	pid, err = syscall.ForkExec(c.Path, append([]string{c.Path}, c.Args...), attr)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", c.Path, err)
	}
	return pid, nil
}

// reap waits for pid, kills what it leaves behind, and returns its exit code.
func reap(pid int) int {
	code := 0
	for ended := false; ; {
		if ended {
			for _, child := range children() {
				_ = syscall.Kill(child, syscall.SIGKILL)
			}
		}
		var status syscall.WaitStatus
		switch got, err := syscall.Wait4(-1, &status, 0, nil); {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return code // there is nobody left
		case got == pid:
			ended, code = true, status.ExitStatus()
			if status.Signaled() {
				code = 128 + int(status.Signal())
			}
		}
	}
}

// children returns the processes whose parent is this one.
func children() []int {
	var pids []int
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// The name, in parentheses, may have any character.
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && len(fields) > 1 && string(fields[1]) == strconv.Itoa(os.Getpid()) {
			pids = append(pids, pid)
		}
	}
	return pids
}
