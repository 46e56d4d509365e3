package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/roles"
)

// start runs the program with args and returns its address and what ends it.
func start(t *testing.T, args ...string) (address string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended, drained := make(chan error, 1), make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "localhost:0"}, args...), in, t.Output())
		in.CloseWithError(err)
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		_, err := io.Copy(io.Discard, out)
		drained <- err
	}()
	address, found := strings.CutPrefix(strings.TrimSpace(line), "console: ")
	if !found {
		t.Errorf("the first line is %q", line)
	}
	return address, func() error {
		cancel()
		return errors.Join(<-ended, <-drained)
	}
}

func read(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestRun starts the program twice on one file: the second finds what the first
// one made, and nothing is prepared twice.
func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "console.db")
	for range 2 {
		address, stop := start(t, "-db", file)
		if page := read(t, address); strings.Count(page, "@windpark.example") != 3 || !strings.Contains(page, "Ada Vale") {
			t.Errorf("%s says\n%s", address, page)
		}
		if err := stop(); err != nil {
			t.Errorf("it ends with %v", err)
		}
	}
	if _, err := os.Stat(file + ".key"); err != nil {
		t.Error(err)
	}
}

// TestRunEmpty starts on a database that is gone afterwards, with nobody in it.
func TestRunEmpty(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	address, stop := start(t, "-empty")
	if page := read(t, address); strings.Contains(page, "Ada") || !strings.Contains(page, "Sign up") {
		t.Errorf("%s says\n%s", address, page)
	}
	if err := stop(); err != nil {
		t.Errorf("it ends with %v", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

func TestRunRefuses(t *testing.T) {
	short := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(short, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-no-such-flag"}, {"what"}, {"-db", "x", "-dsn", "mysql://y"}, {"-dsn", "oracle://y"}, {"-smtp", "localhost"}, {"-smtp", "smtp://localhost", "-from", "nobody"}, {"-url", "console.example"}, {"-url", "javascript:alert(1)"}, {"-db", ":memory:"}, {"-addr", "nowhere"}, {"-key", short},
		{"-db", filepath.Join(t.TempDir(), "no", "such", "folder", "x.db")},
	} {
		t.Chdir(t.TempDir())
		if err := run(t.Context(), append([]string{"-addr", "localhost:0"}, args...), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is fine", args)
		}
	}
	if err := run(t.Context(), []string{"-help"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-help is %v", err)
	}
}

// TestPrepareWhole finds that what cannot be prepared whole is not begun.
func TestPrepareWhole(t *testing.T) {
	s := newStage(t, true)
	p := dan.Profile()
	if _, err := s.app.signUp(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	before := s.dump()
	if err := s.app.prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "-empty") {
		t.Errorf("with others there: %v", err)
	}
	if s.dump() != before {
		t.Error("something was begun")
	}
}

// TestFileNames opens databases by names that mean something in an address.
func TestFileNames(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a?b.db", "a#b.db", "x%41.db", "with space.db"} {
		_, stop := start(t, "-empty", "-db", filepath.Join(folder, name))
		if err := stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// inbox is a mail server that keeps what it is sent.
type inbox struct {
	mu    sync.Mutex
	mails []string
}

func (i *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &letter{inbox: i}, nil }

type letter struct {
	inbox *inbox
	head  string
}

func (l *letter) Mail(from string, _ *smtp.MailOptions) error { l.head = "from " + from; return nil }
func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error   { l.head += " to " + to + "\n"; return nil }
func (l *letter) Reset()                                      {}
func (l *letter) Logout() error                               { return nil }

func (l *letter) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	l.inbox.mu.Lock()
	defer l.inbox.mu.Unlock()
	l.inbox.mails = append(l.inbox.mails, l.head+string(body))
	return err
}

// TestMail sends an invitation by SMTP, and finds it made when the server is gone.
func TestMail(t *testing.T) {
	s := newStage(t, false)
	box := &inbox{}
	server := smtp.NewServer(box)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if s.app.mail, err = newMailer("smtp://"+listener.Addr().String(), "park@windpark.example", io.Discard); err != nil {
		t.Fatal(err)
	}
	b, org := s.as(ada), pathOf(s.park().Org)
	made := b.does(org+"invite", "email", "fay@windpark.example", "role", "viewer", "message", "Grüße, Fay\r\n.\r\n")
	b.says(made, "on its way by mail")
	if len(box.mails) != 1 {
		t.Fatalf("%d mails", len(box.mails))
	}
	for _, part := range []string{"from park@windpark.example to fay@windpark.example", "Subject: Invitation to Windpark North", "Ada Vale invites you", "http://console.example/i/"} {
		if !strings.Contains(box.mails[0], part) {
			t.Errorf("no %q in\n%s", part, box.mails[0])
		}
	}
	b.says(b.does(org+"invite", "email", "gil@elsewhere.example", "role", "viewer"), "pass the link on yourself")
	if len(box.mails) != 1 {
		t.Error("a mail goes to another domain")
	}
	if err := errors.Join(server.Close(), <-served); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
		t.Fatal(err)
	}
	b.says(b.does(org+"invite", "email", "hal@windpark.example", "role", "viewer"), "the mail could not be sent")
	s.row("hal@windpark.example")
}

// TestPrintedMail finds that nobody writes a mail of their own into the terminal.
func TestPrintedMail(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	b.does(pathOf(s.park().Org)+"invite", "email", "fay@windpark.example", "role", "viewer", "message", "Hello\x1b[2J\u202eFay\r\nBye\r\n\r\nTo: bob")
	if mail := s.mails.String(); !strings.Contains(mail, "/i/") || strings.ContainsAny(mail, "\x1b\r\u202e") || strings.Contains(mail, "\nTo: bob") || !strings.Contains(mail, "Fay\n    Bye") {
		t.Errorf("the mail is %q", mail)
	}
}

// TestInWords finds a word for each event and each step, so that no page says
// nothing.
func TestInWords(t *testing.T) {
	s := newStage(t, false)
	ctx, park := t.Context(), s.park()
	role, err := s.app.svc.Roles.Create(ctx, park, "Guest")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		s.app.svc.Roles.Rename(ctx, park, role.ID, "Visitor"),
		s.app.svc.Roles.SetPermissions(ctx, park, role.ID, "devices.view"),
		s.app.svc.Members.ChangeRole(ctx, park, s.row(cleo.Email).ID, role.ID),
		s.app.svc.Members.ChangeRole(ctx, park, s.row(cleo.Email).ID, roles.Viewer),
		s.app.svc.Roles.Delete(ctx, park, role.ID),
		s.app.svc.Orgs.SetBilling(ctx, park, billing()),
		s.app.svc.Grants.Introduce(ctx, park),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b := s.as(ada)
	page := b.open(pathOf(park.Org) + "history")
	b.says(page, "created a role: “Guest”", "changed a role: “Visitor”, before “Guest”", "+1 permissions",
		"changed the role: Viewer, before a role that is gone", "deleted a role: “Visitor”", "changed the billing details", "assigned everything to everybody",
		"Turbine 1, Turbine 2, Turbine 3", "founded the organization: Admin")
	for event, err := range s.app.svc.History.All(ctx, park, charter.HistoryQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if what[event.Action] == "" {
			t.Errorf("there is no word for %s", event.Action)
		}
	}
	var w words
	if got := fmt.Sprint(w.list(touched(charter.Event{Detail: registered(few + 3)}))); !strings.HasSuffix(got, "a device that is gone 3 more]") {
		t.Errorf("many are %s", got)
	}
}
