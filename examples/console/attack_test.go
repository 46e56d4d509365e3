package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/roles"
)

// target names the rows that attackers ask for by hand.
type target struct {
	org, member, role, kind, id string
}

// address fills the pattern's path in.
func (t target) address(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	return strings.NewReplacer("{org}", t.org, "{member}", t.member, "{role}", t.role, "{kind}", t.kind, "{id}", t.id, "{$}", "").Replace(path)
}

// sent returns what the form of pattern would send, if it were shown.
func (t target) sent(s *stage, pattern string) []string {
	s.Helper()
	forms := map[string][]string{
		"POST /o/{org}/invite":                     {"email", "new@elsewhere.example", "role", "viewer"},
		"POST /o/{org}/users/{member}/role":        {"role", "viewer"},
		"POST /o/{org}/users/{member}/remove":      {"confirmation", ada.Email},
		"POST /o/{org}/users/{member}/revoke":      {"confirmation", ada.Email},
		"POST /o/{org}/users/{member}/reissue":     {},
		"POST /o/{org}/users/{member}/{kind}/give": {"id", "*"},
		"POST /o/{org}/users/{member}/{kind}/take": {"id", t.id},
		"POST /o/{org}/roles":                      {"name", "Attacker"},
		"POST /o/{org}/roles/{role}":               {"name", "Attacker", "permission", "devices.view"},
		"POST /o/{org}/roles/{role}/delete":        {},
		"POST /o/{org}/settings/name":              {"name", "Attacked"},
		"POST /o/{org}/settings/billing":           {"billing.company", "Attacked"},
		"POST /o/{org}/settings/delete":            {"confirmation", "Windpark North"},
		"POST /o/{org}/leave":                      {},
		"POST /o/{org}/things/{kind}":              {"name", "Attacked"},
		"POST /o/{org}/things/{kind}/{id}/name":    {"name", "Attacked"},
		"POST /o/{org}/things/{kind}/{id}/update":  {},
		"POST /o/{org}/things/{kind}/{id}/delete":  {},
	}
	pairs, ok := forms[pattern]
	if !ok {
		s.Fatalf("%s: what would its form send?", pattern)
	}
	return pairs
}

// ask sends what the route of pattern takes.
func (b *browser) ask(t target, pattern string) answer {
	b.Helper()
	if strings.HasPrefix(pattern, "POST") {
		return b.post(t.address(pattern), t.sent(b.stage, pattern)...)
	}
	path := t.address(pattern)
	if strings.HasSuffix(path, "/why") {
		path += "?member=" + t.member + "&permission=devices.view&id=" + t.id
	}
	return b.get(path)
}

// dump returns every row of every table.
func (s *stage) dump() string {
	s.Helper()
	var tables []string
	if err := s.app.db.Select(&tables, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`); err != nil {
		s.Fatal(err)
	}
	var all []string
	for _, table := range tables {
		all = append(all, s.rows(table)...)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func (s *stage) rows(table string) (all []string) {
	s.Helper()
	rows, err := s.app.db.Queryx(`SELECT * FROM "` + table + `"`)
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.SliceScan()
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %q", table, row))
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	return all
}

// TestAttack calls every address and form of the prepared organization by hand, as
// people who may not: only refusals, all alike, and nothing changes.
func TestAttack(t *testing.T) {
	s := newStage(t, false)
	park := s.park()
	role, err := s.app.svc.Roles.Create(t.Context(), park, "Technician", "devices.view")
	if err != nil {
		t.Fatal(err)
	}
	devices := s.devices()
	// Cleo, a viewer, has the first device alone, Bob, an editor, the first three.
	aim := target{string(park.Org), string(s.row(ada.Email).ID), string(role.ID), "device", string(devices[5].ID)}
	member := map[string]string{
		"GET /o/{org}/{$}":           "goes on to their devices",
		"GET /o/{org}/things/{kind}": "lists their devices",
		"GET /o/{org}/leave":         "everybody may leave",
		"POST /o/{org}/leave":        "everybody may leave",
	}
	for name, c := range map[string]struct {
		who     *browser
		allowed map[string]string
	}{
		"viewer":        {s.as(cleo), member},
		"editor":        {s.as(bob), member},
		"invited":       {s.as(dan), nil},
		"other's Admin": {s.as(mallory), nil},
		"unknown":       {s.as(stranger(s)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.who.stage = &stage{t, s.app, s.url, s.mails}
			before := c.who.dump()
			refusal := c.who.want(http.StatusForbidden, c.who.get("/no/such/page"))
			for _, each := range organizational {
				if c.allowed[each.pattern] != "" {
					continue
				}
				got := c.who.want(http.StatusForbidden, c.who.ask(aim, each.pattern))
				if got.body != refusal.body || len(got.header["Set-Cookie"]) > 0 {
					t.Errorf("%s is refused in another way:\n%s", each.pattern, text(got.body))
				}
				if !strings.HasPrefix(each.pattern, "POST") {
					continue
				}
				if got := c.who.post(aim.address(each.pattern)); got.body != refusal.body || got.status != refusal.status {
					t.Errorf("an empty form is refused in another way:\n%s %s", got.asked, text(got.body))
				}
			}
			if c.who.dump() != before {
				t.Error("something has changed")
			}
		})
	}
}

// stranger signs somebody up who has never been here.
func stranger(s *stage) account {
	s.Helper()
	p := mallory.Profile()
	p.Email = "stranger@elsewhere.example"
	who, err := s.app.signUp(s.Context(), p)
	if err != nil {
		s.Fatal(err)
	}
	return who
}

// TestAttackByHalf sends bad forms from pages that a member sees for another reason:
// who may not is refused before anything is said about the form.
func TestAttackByHalf(t *testing.T) {
	s := newStage(t, false)
	ctx, park := t.Context(), s.park()
	org := pathOf(park.Org)
	half := func(who account, permissions ...roles.Permission) *browser {
		role, err := s.app.svc.Roles.Create(ctx, park, who.First, permissions...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.app.svc.Members.ChangeRole(ctx, park, s.row(who.Email).ID, role.ID); err != nil {
			t.Fatal(err)
		}
		return s.as(who)
	}
	renames, sees := half(bob, roles.RenameOrganization), half(cleo, roles.AccessUsers, "devices.view")
	own, dans := org+"users/"+string(s.row(cleo.Email).ID), org+"users/"+string(s.row(dan.Email).ID)
	before := s.dump()
	refusal := renames.want(http.StatusForbidden, renames.get("/no/such/page"))
	for path, form := range map[string][]string{"settings/billing": {"billing.email", "x"}, "settings/delete": {"confirmation", "x"}, "things/device": {"name", ""}} {
		if got := renames.want(http.StatusForbidden, renames.post(org+path, form...)); got.body != refusal.body {
			t.Errorf("%s is refused in another way", path)
		}
	}
	for path, form := range map[string][]string{
		own + "/role": {"role", ""}, dans + "/role": {"role", ""}, dans + "/revoke": {"confirmation", "x"}, dans + "/reissue": nil, dans + "/device/give": nil,
		dans + "/device/take": nil, org + "roles": {"name", ""}, org + "things/device/" + string(s.devices()[0].ID) + "/name": {"name", ""},
	} {
		sees.want(http.StatusForbidden, sees.post(path, form...))
	}
	if s.dump() != before {
		t.Error("something has changed")
	}
}

// TestAttackByNobody finds that who has not signed in is sent to do so, whatever
// is asked for.
func TestAttackByNobody(t *testing.T) {
	s := newStage(t, false)
	park := s.park()
	aim := target{string(park.Org), string(s.row(bob.Email).ID), "admin", "device", string(s.devices()[0].ID)}
	none := target{"no-such-org", "no-such-member", "no-such-role", "device", "no-such-device"}
	before, b := s.dump(), s.nobody()
	for _, each := range organizational {
		for _, at := range []target{aim, none} {
			got := b.want(http.StatusSeeOther, b.ask(at, each.pattern))
			if !strings.HasPrefix(got.to, "/sign-in") || len(text(got.body)) > len(`<a href="/sign-in">See Other</a>.`)+len(got.to) {
				t.Errorf("%s goes to %s and says %s", each.pattern, got.to, got.body)
			}
		}
	}
	for _, path := range []string{"/", "/organizations", "/received"} {
		if got := b.want(http.StatusSeeOther, b.get(path)); !strings.HasPrefix(got.to, "/sign-in?then=") {
			t.Errorf("%s goes to %s", path, got.to)
		}
	}
	if s.dump() != before {
		t.Error("something has changed")
	}
}

// names reports whether the address of pattern names a row of the organization.
func names(pattern string) bool {
	return strings.Contains(pattern, "{member}") || strings.Contains(pattern, "{role}") || strings.Contains(pattern, "{id}") || strings.HasSuffix(pattern, "/why")
}

// TestAttackFromInside uses rows of another organization within one's own: they are
// not there, exactly as rows that never were.
func TestAttackFromInside(t *testing.T) {
	s := newStage(t, false)
	role, err := s.app.svc.Roles.Create(t.Context(), s.park(), "Technician")
	if err != nil {
		t.Fatal(err)
	}
	user, err := s.app.svc.User(t.Context(), mallory.ID)
	if err != nil {
		t.Fatal(err)
	}
	own := charter.ActorOf(user)
	me, err := s.app.svc.Members.Me(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(mallory)
	before := s.dump()
	foreign := target{string(own.Org), string(s.row(bob.Email).ID), string(role.ID), "device", string(s.devices()[0].ID)}
	none := target{string(own.Org), "6f1c7e8a-0000-4000-8000-000000000000", "01900000-0000-7000-8000-000000000000", "device", "01900000-0000-7000-8000-000000000001"}
	for _, each := range organizational {
		if !names(each.pattern) {
			continue // about the organization as a whole
		}
		got, other := b.ask(foreign, each.pattern), b.ask(none, each.pattern)
		same := strings.NewReplacer(none.member, foreign.member, none.role, foreign.role, none.id, foreign.id).Replace(other.body)
		if got.status != http.StatusForbidden || got.body != same {
			t.Errorf("%s: %d\n%s\nand for what is not there\n%s", each.pattern, got.status, text(got.body), text(other.body))
		}
	}
	// A foreign device is no device when it is given to one's own member.
	give := "/o/" + foreign.org + "/users/" + string(me.ID) + "/device/give"
	got, other := b.want(http.StatusBadRequest, b.post(give, "id", foreign.id)), b.want(http.StatusBadRequest, b.post(give, "id", none.id))
	if got.body != other.body {
		t.Error("a foreign device is told from none")
	}
	b.want(http.StatusForbidden, b.post("/organizations/switch", "org", string(s.park().Org)))
	if s.dump() != before {
		t.Error("something has changed")
	}
}

// TestInvitationAttack tries links that do not work, and one that is another's.
func TestInvitationAttack(t *testing.T) {
	s := newStage(t, false)
	issued, err := s.app.svc.Invites.Link(t.Context(), s.park(), s.row(dan.Email).ID)
	if err != nil {
		t.Fatal(err)
	}
	token := issued.Link.Token()
	altered := "B" + token[1:]
	if token[0] == 'B' {
		altered = "C" + token[1:]
	}
	b := s.as(mallory)
	before := s.dump()
	refusal := b.want(http.StatusForbidden, b.get("/no/such/page"))
	for _, bad := range []string{altered, token[:len(token)-1], token + "A", "x", "%00", strings.Repeat("A", 3000)} {
		for _, got := range []answer{b.get("/i/" + bad), b.post("/i/" + bad)} {
			if got.status != http.StatusForbidden || got.body != refusal.body {
				t.Errorf("%s: %d %s", got.asked, got.status, text(got.body))
			}
		}
	}
	b.says(b.want(http.StatusOK, b.get("/i/"+token)), "Windpark North", "Sign out, and in with the invited address")
	b.says(b.want(http.StatusForbidden, b.post("/i/"+token)), "the invitation is for another e-mail address")
	if s.dump() != before {
		t.Error("something has changed")
	}
}

// TestCrossOrigin posts a form as a page of another site would, with the victim's
// cookies.
func TestCrossOrigin(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	before := s.dump()
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		for _, each := range slices.Concat(personal, organizational, public) {
			if !strings.HasPrefix(each.pattern, "POST") {
				continue
			}
			r := b.request(http.MethodPost, target{string(s.park().Org), "m", "r", "device", "d"}.address(each.pattern), "name=Attacked")
			r.Header.Set(header[0], header[1])
			b.want(http.StatusForbidden, b.send(r))
		}
	}
	if s.dump() != before {
		t.Error("something has changed")
	}
}
