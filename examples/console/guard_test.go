package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestOtherName finds that a name of somebody else's that leads here reaches nothing.
func TestOtherName(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	for host, want := range map[string]int{
		"evil.example": http.StatusMisdirectedRequest, "evil.example:8080": http.StatusMisdirectedRequest, "localhost.evil.example": http.StatusMisdirectedRequest,
		"console.example": http.StatusOK, "localhost:1": http.StatusOK, "[::1]:1": http.StatusOK,
	} {
		r := b.request(http.MethodGet, "/help", "")
		r.Host = host
		b.want(want, b.send(r))
	}
}

// TestStatic finds the files that pages use, and nothing beside them.
func TestStatic(t *testing.T) {
	s := newStage(t, false)
	b := s.nobody()
	page := b.open("/sign-in")
	_, address, _ := strings.Cut(page.body, `<link rel="stylesheet" href="`)
	address, _, _ = strings.Cut(address, `"`)
	if css := b.want(http.StatusOK, b.get(address)); !strings.Contains(css.header.Get("Cache-Control"), "immutable") || !strings.Contains(css.body, "color-scheme") {
		t.Errorf("%s is no style sheet to keep", address)
	}
	for _, path := range []string{"/static/", "/static/v/", "/static/v/..", "/static/v/%2e%2e", "/static/%2e%2e/templates/users.html", "/static/v/..%2ftemplates%2fusers.html", "/static/v/users.html", "/static/v/%2e%2e/"} {
		if got := b.get(path); got.status == http.StatusOK || strings.Contains(got.body, "{{") {
			t.Errorf("%s: %d %s", path, got.status, text(got.body))
		}
	}
}

// TestOtherForms sends what is no form of these pages.
func TestOtherForms(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	path := pathOf(s.park().Org) + "roles"
	for _, kind := range []string{"", "application/json", "text/plain", "multipart/form-data; boundary=x"} {
		r := b.request(http.MethodPost, path+"?name=Query", `{"name":"JSON"}`)
		r.Header.Set("Content-Type", kind)
		b.want(http.StatusForbidden, b.send(r))
	}
	b.says(b.want(http.StatusBadRequest, b.post(path+"?name=Query")), "Name is empty")
	for _, account := range []string{"\x00", "\xff", "user-ada ", "USER-ADA", strings.Repeat("x", 5000)} {
		nobody := s.nobody()
		nobody.want(http.StatusForbidden, nobody.post("/sign-in", "account", account))
	}
}

// TestSessions finds that a cookie that was not made here is nobody's.
func TestSessions(t *testing.T) {
	s := newStage(t, false)
	other := newStage(t, false) // another secret
	value, err := other.app.sessions.Encode(sessionCookie, []byte(ada.ID))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := s.app.sessions.Encode(sessionCookie, []byte(ada.ID))
	if err != nil {
		t.Fatal(err)
	}
	gone, err := s.app.sessions.Encode(sessionCookie, []byte("user-gone"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cookie string
		in     bool
	}{{value, false}, {mine, true}, {mine[:len(mine)-2], false}, {"user-ada", false}, {"", false}, {gone, false}} {
		b := s.nobody()
		r := b.request(http.MethodGet, "/organizations", "")
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: c.cookie})
		if got := b.send(r); (got.status == http.StatusOK) != c.in {
			t.Errorf("%q: %d", c.cookie, got.status)
		}
	}
	two := s.nobody()
	r := two.request(http.MethodGet, "/organizations", "")
	r.Header.Set("Cookie", sessionCookie+"=; "+sessionCookie+"="+mine)
	two.want(http.StatusOK, two.send(r))
	b := s.as(ada)
	b.want(http.StatusSeeOther, b.post("/sign-out"))
	b.want(http.StatusSeeOther, b.get("/organizations"))
}

// TestThen goes nowhere but to this application after signing in.
func TestThen(t *testing.T) {
	s := newStage(t, false)
	for then, want := range map[string]string{
		"/received": "/received", "": "/", "https://evil.example/": "/", "//evil.example/": "/", `/\evil.example/`: "/", "/\t/evil.example": "/", "javascript:alert(1)": "/",
		"/" + strings.Repeat("x", maxThen-1): "/" + strings.Repeat("x", maxThen-1), "/" + strings.Repeat("x", maxThen): "/",
	} {
		b := s.nobody()
		if got := b.want(http.StatusSeeOther, b.post("/sign-in", "account", "user-ada", "then", then)); got.to != want {
			t.Errorf("%q goes to %q", then, got.to)
		}
	}
}

// TestEscaping puts markup into everything that people write.
func TestEscaping(t *testing.T) {
	const markup = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	s := newStage(t, true)
	b := s.nobody()
	b.want(http.StatusSeeOther, b.post("/sign-up", "email", "x@markup.example", "first-name", markup, "last-name", markup))
	b.open("/")
	b.does("/organizations", "name", markup)
	home := b.get("/")
	org := home.to
	b.does(org+"things/device", "name", markup)
	b.does(org+"roles", "name", markup)
	b.does(org+"invite", "email", "y@markup.example", "role", "viewer", "message", markup)
	b.does(org+"settings/billing", "billing.company", markup, "billing.address", markup)
	refused := b.want(http.StatusBadRequest, b.post(org+"invite", "email", markup, "role", "viewer", "message", markup))
	pages := []answer{refused, b.open("/"), b.open("/organizations?q=" + "%3Cscript%3E"), b.open(org + "users?q=%3Cscript%3E%22"), b.open(org + "roles"),
		b.open(org + "settings"), b.open(org + "things/device"), b.open(org + "history"), b.open("/sign-in")}
	for _, page := range pages {
		if strings.Contains(page.body, "<script>") || strings.Contains(page.body, "<img") {
			t.Errorf("%s has markup that people wrote", page.asked)
		}
	}
}

// TestHeaders finds every answer guarded.
func TestHeaders(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	for _, got := range []answer{b.open("/"), b.get("/no/such/page"), b.get("/"), b.post("/sign-in", "account", "nobody"), b.get("/static/v/console.css")} {
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
			"Cache-Control":           "",
		} {
			if have := got.header.Get(name); have == "" || !strings.HasPrefix(have, want) {
				t.Errorf("%s has %s: %q", got.asked, name, have)
			}
		}
	}
}
