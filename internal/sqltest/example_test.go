package sqltest

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTogether runs the example of that name on each server: what charter keeps
// and the host's rows commit together and vanish together.
func TestTogether(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		dsn := addressOf(e.blank(t).dsn)
		cmd := osexec.CommandContext(t.Context(), "go", "run", "./together", "-dsn", dsn)
		cmd.Dir = "../../examples"
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "invited: 1, desks taken: 1") != 2 {
			t.Errorf("%v:\n%s", err, out)
		}
	})
}

// addressOf returns a driver's name for a database as the examples take it.
func addressOf(dsn string) string {
	if strings.Contains(dsn, "://") {
		return dsn
	}
	return "mysql://" + dsn
}

// TestConsole starts the console on each server, twice: the second finds what the
// first has made.
func TestConsole(t *testing.T) {
	program := filepath.Join(t.TempDir(), "console")
	build := osexec.CommandContext(t.Context(), "go", "build", "-o", program, "./console")
	build.Dir = "../../examples"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	eachServer(t, func(t *testing.T, e *engine) {
		dsn, key := addressOf(e.blank(t).dsn), filepath.Join(t.TempDir(), "key")
		for range 2 {
			page := consolePage(t, program, "-addr", "localhost:0", "-dsn", dsn, "-key", key)
			for _, each := range []string{"Users <small>5</small>", "Ada", "bob@windpark.example", "Moor", "invitation pending", "Windpark North"} {
				if !strings.Contains(page, each) {
					t.Errorf("no %q in\n%s", each, page)
				}
			}
		}
	})
}

// consolePage returns the first page that Ada sees of the console.
func consolePage(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err != nil {
			t.Errorf("it ends with %v", err)
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(strings.TrimPrefix(line, "console: "))
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	form := strings.NewReader("account=user-ada")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"sign-in", form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Client{Jar: jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
