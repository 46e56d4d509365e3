package servers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	startMost = 60 * time.Second // from a server's start to its first answer
	stopMost  = 15 * time.Second // for a server that was asked to end
	poll      = 20 * time.Millisecond
	tailMost  = 3000 // bytes of a log that an error carries
)

// keeperVar has a command in JSON. The process that has it runs the command.
const keeperVar = "CHARTER_SERVERS_KEEPER"

// command is what a keeper runs. One without a path is that of the keeper that
// removes dir.
type command struct {
	Path string   `json:"path"`
	Args []string `json:"args"`
	Dir  string   `json:"dir"`
	Env  []string `json:"env"`
	As   *account `json:"as"` // nil: whoever runs the tests
}

// run is a keeper and what it keeps. Closing control kills all of it.
type run struct {
	pid     int // the keeper's
	control io.WriteCloser
	done    chan struct{} // closed when nothing is left
	err     error         // then
}

// launch starts a keeper for c. What it says goes to the end of the file log.
func launch(c command, log string) (*run, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	spec, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	keeper := exec.CommandContext(context.Background(), self)
	// The race detector would wait a second before the keeper's end.
	keeper.Env = append(os.Environ(), keeperVar+"="+string(spec), "GORACE=atexit_sleep_ms=0")
	keeper.Dir = "/"
	keeper.Stdout, keeper.Stderr = out, out
	keeper.SysProcAttr = detached()
	control, err := keeper.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := keeper.Start(); err != nil {
		return nil, err
	}
	r := &run{pid: keeper.Process.Pid, control: control, done: make(chan struct{})}
	go func() {
		r.err = keeper.Wait()
		close(r.done)
	}()
	return r, nil
}

// alive reports whether anything is left of r. Of nil nothing is.
func (r *run) alive() bool {
	if r == nil {
		return false
	}
	select {
	case <-r.done:
		return false
	default:
		return true
	}
}

// kill ends r by SIGKILL and returns when nothing is left of it.
func (r *run) kill() {
	r.control.Close()
	<-r.done
}

// stop ends r by sig, or after most by SIGKILL.
func (r *run) stop(sig syscall.Signal, most time.Duration) error {
	if _, err := r.control.Write([]byte{byte(sig)}); err == nil {
		select {
		case <-r.done:
			return nil
		case <-time.After(most):
			r.kill()
			return fmt.Errorf("did not end in %s after %s and was killed", most, sig)
		}
	}
	r.kill() // it is ending by itself
	return nil
}

// Process is a server that can be ended and started again, on the same port and with
// the same data. It is safe for concurrent use.
type Process struct {
	name    string // for errors
	dir     string // its folder
	as      *account
	quit    syscall.Signal
	command func(ctx context.Context) (command, error)
	ready   func(ctx context.Context) error // nil when the server answers

	mu  sync.Mutex
	run *run
}

// Start starts the server, unless it runs, and returns when it answers. The error has
// the end of the server's log.
func (p *Process) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run.alive() {
		return nil
	}
	c, err := p.command(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.run, err = here.launch(c, p.log())
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return p.answers(ctx)
}

// answers waits for the first answer.
func (p *Process) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startMost)
	defer cancel()
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.run.done:
			return fmt.Errorf("%s ended at its start: %w\n%s", p.name, errors.Join(p.run.err, err), tail(p.log()))
		case <-ctx.Done():
			p.run.kill()
			return fmt.Errorf("%s does not answer: %w\n%s", p.name, errors.Join(ctx.Err(), err), tail(p.log()))
		case <-time.After(poll):
		}
	}
}

// Kill ends the server by SIGKILL, with all that it has forked, and returns when
// nothing is left of it but its data. A server that does not run it leaves alone.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run.alive() {
		p.run.kill()
	}
}

// Stop asks the server to end and returns when it has. After 15 seconds it kills it
// and returns an error. A server that does not run it leaves alone.
func (p *Process) Stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.run.alive() {
		return nil
	}
	if err := p.run.stop(p.quit, stopMost); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// Running reports whether the server has been started and has not ended.
func (p *Process) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run.alive()
}

// Close kills the server, if it runs, and removes its folder.
func (p *Process) Close() error {
	p.Kill()
	return remove(p.dir)
}

// Ballast takes so many bytes of the disk that the server's data is on, until it is
// thrown off.
func (p *Process) Ballast(size int) (throwOff func() error, err error) {
	f, err := os.CreateTemp(filepath.Join(p.dir, "data"), "ballast-*")
	if err != nil {
		return nil, err
	}
	_, err = f.Write(bytes.Repeat([]byte{1}, size))
	return func() error { return os.Remove(f.Name()) }, errors.Join(err, f.Close())
}

// log returns the file that has what the server says.
func (p *Process) log() string { return filepath.Join(p.dir, "log") }

// tail returns the end of a file.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if len(text) > tailMost {
		text = text[len(text)-tailMost:]
	}
	return strings.TrimSpace(string(text))
}

// until calls done until it returns nil.
func until(ctx context.Context, problem string, done func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startMost)
	defer cancel()
	for {
		err := done(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", problem, errors.Join(ctx.Err(), err))
		case <-time.After(poll):
		}
	}
}
