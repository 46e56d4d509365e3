package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter"
)

// client sends requests of one person.
type client struct {
	*testing.T
	server *server
	web    http.Handler
	user   string
}

func newServer(t *testing.T) client {
	t.Helper()
	s, err := open(t.Context(), filepath.Join(t.TempDir(), "test.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	return client{t, s, s.routes(), ""}
}

// as returns a client of user, whose address is user@acme.example.
func (c client) as(user string) client {
	c.user = user
	return c
}

// send returns the status and the body of the answer.
func (c client) send(method, path, body string) (int, map[string]any) {
	c.Helper()
	r := httptest.NewRequestWithContext(c.Context(), method, path, strings.NewReader(body))
	if c.user != "" {
		r.Header.Set("Demo-User", c.user)
		r.Header.Set("Demo-Email", c.user+"@acme.example")
		r.Header.Set("Demo-Name", c.user)
	}
	w := httptest.NewRecorder()
	c.web.ServeHTTP(w, r)
	var answer map[string]any
	if w.Header().Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			c.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return w.Code, answer
}

// want sends and checks the status.
func (c client) want(code int, method, path, body string) map[string]any {
	c.Helper()
	got, answer := c.send(method, path, body)
	if got != code {
		c.Fatalf("%s %s %s as %q: %d %v, want %d", method, path, body, c.user, got, answer, code)
	}
	return answer
}

// devices returns the devices that c may see, by name.
func (c client) devices() string {
	c.Helper()
	var names []string
	for _, d := range c.want(200, "GET", "/devices", "")["devices"].([]any) {
		names = append(names, d.(map[string]any)["name"].(string))
	}
	return strings.Join(names, " ")
}

// invited returns the token of an invitation by c.
func (c client) invited(body string) string {
	c.Helper()
	return c.want(200, "POST", "/invitations", body)["link"].(string)
}

// team signs Ada in, adds two devices and makes Bob an editor with one of them.
func team(t *testing.T) (ada, bob client) {
	c := newServer(t)
	ada, bob = c.as("ada"), c.as("bob")
	ada.want(200, "POST", "/sign-in", "")
	ada.want(200, "POST", "/devices", `{"id":"d-1","name":"Pump"}`)
	ada.want(200, "POST", "/devices", `{"id":"d-2","name":"Valve"}`)
	token := ada.invited(`{"email":"bob@acme.example","role":"editor","devices":["d-1"]}`)
	bob.want(200, "POST", "/invitations/"+token, "")
	return ada, bob
}

func TestInvitation(t *testing.T) {
	c := newServer(t)
	ada, bob := c.as("ada"), c.as("bob")
	ada.want(200, "POST", "/sign-in", "")
	issued := ada.want(200, "POST", "/invitations", `{"email":"bob@acme.example","role":"viewer","message":"Hi"}`)
	if issued["deliver"] != "by mail" {
		t.Errorf("delivery is %v", issued["deliver"])
	}
	link := "/invitations/" + issued["link"].(string)

	want := map[string]any{
		"organization": "Personal organization", "inviter": "ada", "role": "Viewer",
		"email": "bob@acme.example", "message": "Hi", "next": "sign up",
	}
	if diff := cmp.Diff(want, c.want(200, "GET", link, "")); diff != "" {
		t.Errorf("preview, -want +got:\n%s", diff)
	}
	c.want(401, "POST", link, "")
	c.as("mallory").want(403, "POST", link, "")
	joined := bob.want(200, "POST", link, "")
	if again := bob.want(200, "POST", link, ""); again["organization"] != joined["organization"] {
		t.Errorf("accepted again: %v, want %v", again, joined)
	}
	c.as("mallory").want(404, "POST", link, "")
	c.want(404, "GET", link+"x", "")
	ada.want(409, "POST", "/invitations", `{"email":"BOB@acme.example","role":"viewer"}`)
	bob.want(403, "POST", "/invitations", `{"email":"eve@acme.example","role":"viewer"}`)
}

func TestDevices(t *testing.T) {
	ada, bob := team(t)
	if got := ada.devices(); got != "Pump Valve" {
		t.Errorf("Ada sees %q", got)
	}
	if got := bob.devices(); got != "Pump" {
		t.Errorf("Bob sees %q", got)
	}
	bob.want(200, "PUT", "/devices/d-1/name", `{"name":"Big pump"}`)
	if got := ada.devices(); got != "Big pump Valve" {
		t.Errorf("after Bob renamed d-1 Ada sees %q", got)
	}

	// What he may not touch and what is not there answer alike (G6).
	_, denied := bob.send("PUT", "/devices/d-2/name", `{"name":"Mine"}`)
	_, nowhere := bob.send("PUT", "/devices/d-9/name", `{"name":"Mine"}`)
	if diff := cmp.Diff(denied, nowhere); diff != "" {
		t.Errorf("denied and nowhere differ:\n%s", diff)
	}
	bob.want(403, "PUT", "/devices/d-2/name", `{"name":"Mine"}`)
	bob.want(403, "POST", "/devices", `{"id":"d-3","name":"Mine"}`)
	if got := ada.devices(); got != "Big pump Valve" {
		t.Errorf("after the denials Ada sees %q", got)
	}
}

// The host's row and the registration come together or not at all.
func TestOneTransaction(t *testing.T) {
	ada, _ := team(t)
	eve := ada.as("eve")
	eve.want(200, "POST", "/sign-in", "")
	eve.want(409, "POST", "/devices", `{"id":"d-1","name":"Stolen"}`)
	ada.want(409, "POST", "/devices", `{"id":"d-1","name":"Twice"}`)

	var names string
	err := ada.server.db.QueryRowContext(t.Context(),
		`SELECT group_concat(name, ' ') FROM (SELECT name FROM devices ORDER BY name)`).Scan(&names)
	if err != nil || names != "Pump Valve" {
		t.Errorf("the host's table has %q, %v", names, err)
	}
}

func TestSwitch(t *testing.T) {
	ada, _ := team(t)
	eve := ada.as("eve")
	own := eve.want(200, "POST", "/sign-in", "")["organization"]
	token := ada.invited(`{"email":"eve@acme.example","role":"viewer","devices":["d-2"]}`)
	joined := eve.want(200, "POST", "/invitations/"+token, "")["organization"]

	if got := eve.devices(); got != "" {
		t.Errorf("in her own organization Eve sees %q", got)
	}
	eve.want(200, "PUT", "/organization", fmt.Sprintf(`{"organization":%q}`, joined))
	if got := eve.devices(); got != "Valve" {
		t.Errorf("in Ada's organization Eve sees %q", got)
	}
	ada.want(403, "PUT", "/organization", fmt.Sprintf(`{"organization":%q}`, own))
}

func TestBadRequests(t *testing.T) {
	ada, _ := team(t)
	for _, each := range []struct {
		as                 string
		method, path, body string
		code               int
		says               string
	}{
		{"", "GET", "/devices", "", 401, "sign in"},
		{"stranger", "GET", "/devices", "", 401, "sign in"},
		{"ada", "POST", "/devices", "{", 400, "JSON"},
		{"ada", "POST", "/devices", `{"id":"` + strings.Repeat("x", maxBody) + `"}`, 400, "JSON"},
		{"ada", "POST", "/devices", `{"id":"","name":"None"}`, 400, "resources[0].id"},
		{"ada", "PUT", "/organization", `{}`, 400, "organization"},
		{"ada", "POST", "/invitations", `{"email":"nobody","role":"viewer"}`, 400, "email"},
		{"ada", "POST", "/invitations", `{"email":"x@acme.example","role":"chief"}`, 400, "role"},
		{"ada", "POST", "/invitations", `{"email":"x@acme.example","role":"viewer","devices":["d-9"]}`, 400, "grants[0].resource"},
		{"ada", "GET", "/devices?cursor=forged", "", 400, "cursor"},
	} {
		answer := ada.as(each.as).want(each.code, each.method, each.path, each.body)
		if text := fmt.Sprint(answer["error"]); !strings.Contains(text, each.says) {
			t.Errorf("%s %s: %q, want %q in it", each.method, each.path, text, each.says)
		}
	}
	ada.want(404, "GET", "/nowhere", "")
	ada.want(405, "DELETE", "/devices", "")
}

// Many at once wait for each other and none fails.
func TestCrowd(t *testing.T) {
	ada, bob := team(t)
	var crowd sync.WaitGroup
	for n := range 20 {
		crowd.Go(func() {
			if code, answer := ada.send("POST", "/devices", fmt.Sprintf(`{"id":"n-%d","name":"N"}`, n)); code != 200 {
				t.Errorf("add %d: %d %v", n, code, answer)
			}
			if code, answer := bob.send("PUT", "/devices/d-1/name", fmt.Sprintf(`{"name":"Pump %d"}`, n)); code != 200 {
				t.Errorf("rename %d: %d %v", n, code, answer)
			}
		})
	}
	crowd.Wait()
	if got := strings.Count(ada.devices(), "N"); got != 20 {
		t.Errorf("%d devices were added, want 20", got)
	}
}

func TestStatus(t *testing.T) {
	for err, want := range map[error]int{
		errAnonymous: 401, errBadBody: 400, errTaken: 409, charter.ErrDenied: 403, charter.ErrRegisteredElsewhere: 409,
	} {
		if code, text := status(fmt.Errorf("somewhere: %w", err)); code != want || text != err.Error() {
			t.Errorf("status of %q is %d %q", err, code, text)
		}
	}
	if code, text := status(errors.New("SELECT secret FROM table")); code != 500 || strings.Contains(text, "secret") {
		t.Errorf("an unknown error gives %d %q", code, text)
	}
}
