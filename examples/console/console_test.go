package main

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// stage is a console on a database of its own, served over HTTP.
type stage struct {
	*testing.T
	app   *app
	url   string
	mails *strings.Builder
}

func newStage(t *testing.T, empty bool) *stage {
	t.Helper()
	mails := &strings.Builder{}
	folder := t.TempDir()
	c := config{file: filepath.Join(folder, "console.db"), key: filepath.Join(folder, "key"), url: "http://console.example", empty: empty}
	a, err := open(t.Context(), c, mails, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.handler())
	t.Cleanup(func() {
		server.Close()
		a.db.Close()
	})
	return &stage{t, a, server.URL, mails}
}

// browser is somebody at a browser without JavaScript.
type browser struct {
	*stage
	client *http.Client
	who    account
}

// nobody opens a browser.
func (s *stage) nobody() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{stage: s, client: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// as signs who in.
func (s *stage) as(who account) *browser {
	s.Helper()
	b := s.nobody()
	b.who = who
	b.want(http.StatusSeeOther, b.post("/sign-in", "account", string(who.ID)))
	return b
}

// answer is what came back.
type answer struct {
	status int
	to     string // where to go on
	body   string
	header http.Header
	asked  string
}

func (b *browser) send(r *http.Request) answer {
	b.Helper()
	w, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{w.StatusCode, w.Header.Get("Location"), string(body), w.Header, r.Method + " " + r.URL.RequestURI()}
}

func (b *browser) request(method, path, body string) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (b *browser) get(path string) answer {
	b.Helper()
	return b.send(b.request(http.MethodGet, path, ""))
}

// post sends a form of names and values.
func (b *browser) post(path string, pairs ...string) answer {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.send(b.request(http.MethodPost, path, form.Encode()))
}

// want checks the status of got, and returns it.
func (b *browser) want(status int, got answer) answer {
	b.Helper()
	if got.status != status {
		b.Fatalf("%s as %q: %d to %q, want %d\n%s", got.asked, b.who.ID, got.status, got.to, status, text(got.body))
	}
	return got
}

// open follows every redirect from path and returns the page.
func (b *browser) open(path string) answer {
	b.Helper()
	for range 5 {
		got := b.get(path)
		if got.status != http.StatusSeeOther {
			return b.want(http.StatusOK, got)
		}
		path = got.to
	}
	b.Fatalf("%s goes in circles", path)
	return answer{}
}

// does posts, and follows to the page that tells that it was done.
func (b *browser) does(path string, pairs ...string) answer {
	b.Helper()
	return b.open(b.want(http.StatusSeeOther, b.post(path, pairs...)).to)
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// text returns what a page says.
func text(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		page = "<main" + main
	}
	return html.UnescapeString(strings.TrimSpace(spaces.ReplaceAllString(tags.ReplaceAllString(page, " "), " ")))
}

func (b *browser) says(got answer, words ...string) {
	b.Helper()
	for _, each := range words {
		if !strings.Contains(text(got.body), each) {
			b.Errorf("%s as %q does not say %q:\n%s", got.asked, b.who.ID, each, text(got.body))
		}
	}
}

func (b *browser) saysNot(got answer, words ...string) {
	b.Helper()
	for _, each := range words {
		if strings.Contains(got.body, each) {
			b.Errorf("%s as %q says %q:\n%s", got.asked, b.who.ID, each, text(got.body))
		}
	}
}

// park returns Ada acting in the prepared organization.
func (s *stage) park() charter.Actor {
	s.Helper()
	user, err := s.app.svc.User(s.Context(), ada.ID)
	if err != nil {
		s.Fatal(err)
	}
	return charter.ActorOf(user)
}

// row returns the row of the prepared organization with address email.
func (s *stage) row(email string) orgs.Member {
	s.Helper()
	page, err := s.app.svc.Members.Page(s.Context(), s.park(), charter.MemberQuery{Search: email})
	if err != nil || len(page.Items) != 1 {
		s.Fatalf("%s: %d rows, %v", email, len(page.Items), err)
	}
	return page.Items[0]
}

// devices returns those of the prepared organization, in order.
func (s *stage) devices() []thing {
	s.Helper()
	page, err := s.app.svc.Resources.Page(s.Context(), s.park(), charter.ResourceQuery{Kinds: []roles.Kind{device.Kind}})
	if err != nil {
		s.Fatal(err)
	}
	list, err := s.app.named(s.Context(), s.park().Org, page.Items)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// registered is the detail of an event about n devices.
func registered(n int) store.Detail {
	var d store.Detail
	for i := range n {
		d.Resources = append(d.Resources, grants.Resource{Kind: device.Kind, ID: grants.ResourceID(strconv.Itoa(i))})
	}
	return d
}

func billing() orgs.Billing { return orgs.Billing{Company: "Windpark North Ltd"} }
