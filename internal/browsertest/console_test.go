package browsertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

// console is a console that runs.
type console struct {
	t       testing.TB
	url     string // without a slash at the end
	said    transcript
	log     transcript
	process *exec.Cmd
	stopped bool
	ended   chan struct{}
	err     error // how, once it has ended
}

// engine is a database that a console can run on.
type engine struct {
	name  string
	start func(t testing.TB) *console
}

func engines() []engine {
	return []engine{
		{"SQLite", func(t testing.TB) *console {
			return start(t, "-db", filepath.Join(t.TempDir(), "console.db"))
		}},
		{"PostgreSQL", func(t testing.TB) *console {
			s := servers.Shared(t, servers.StartPostgres, servers.Options{Cheap: true})
			return start(t, "-dsn", s.DSN(servers.Fresh(t, s)), "-key", filepath.Join(t.TempDir(), "key"))
		}},
	}
}

var listening = regexp.MustCompile(`^console: (http://\S+)/\n`)

// start starts a console on a free port, for t alone, which stops it at its end if it
// still runs.
func start(t testing.TB, args ...string) *console {
	t.Helper()
	process := exec.CommandContext(context.WithoutCancel(t.Context()), built, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	c := &console{t: t, process: process, ended: make(chan struct{})}
	c.process.Stdout, c.process.Stderr = &c.said, &c.log
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.ended)
		c.err = c.process.Wait()
	}()
	t.Cleanup(c.stop)
	until(t, func() error {
		select {
		case <-c.ended:
			t.Fatalf("the console ended: %v\n%s", c.err, c.log.text())
		default:
		}
		if found := listening.FindStringSubmatch(c.said.text()); found != nil {
			c.url = found[1]
			return nil
		}
		return fmt.Errorf("the console does not say where it listens: %q", c.said.text())
	})
	return c
}

// stop asks the console to end, which it must do well, and without having logged an
// error in its life.
func (c *console) stop() {
	c.t.Helper()
	if c.stopped {
		return
	}
	c.stopped = true
	if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Error(err)
	}
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Error("the console does not end", c.process.Process.Kill())
		<-c.ended
	}
	if c.err != nil {
		c.t.Errorf("the console ended: %v\n%s", c.err, c.log.text())
	}
	if strings.Contains(c.log.text(), "level=ERROR") {
		c.t.Errorf("the console logged:\n%s", c.log.text())
	}
}

var linkInMail = regexp.MustCompile(`http://\S+/i/\S+`)

// mail returns the last mail to address, and the link in it.
func (c *console) mail(address string) (text, link string) {
	c.t.Helper()
	until(c.t, func() error {
		_, mail, ok := cutLast(c.said.text(), fmt.Sprintf("\nTo: %s\n", address))
		if text, link = mail, linkInMail.FindString(mail); !ok || link == "" {
			return errors.New("no mail to " + address)
		}
		return nil
	})
	return text, link
}

// mailed reports whether there was a mail to address.
func (c *console) mailed(address string) bool {
	return strings.Contains(c.said.text(), fmt.Sprintf("\nTo: %s\n", address))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// transcript keeps what is written to it. It is safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.Write(p)
}

func (t *transcript) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.String()
}
