package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// refusal is what a page says to a form.
type refusal struct {
	path   string
	form   []string
	status int
	says   string
}

// TestRefusals finds each rule that refuses said in plain words, on the page that
// was posted from.
func TestRefusals(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	role, err := s.app.svc.Roles.Create(t.Context(), s.park(), "Technician", "devices.view")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.svc.Members.ChangeRole(t.Context(), s.park(), s.row(cleo.Email).ID, role.ID); err != nil {
		t.Fatal(err)
	}
	before := s.dump()
	for _, c := range slices.Concat(s.memberRefusals(), s.otherRefusals(role)) {
		b.says(b.want(c.status, b.post(c.path, c.form...)), c.says)
	}
	if s.dump() != before {
		t.Error("something has changed")
	}
}

// memberRefusals are those on the pages of members: Ada is the only Admin, Cleo has
// joined, Dan has not.
func (s *stage) memberRefusals() []refusal {
	s.Helper()
	row := func(who account) string { return pathOf(s.park().Org, "users", string(s.row(who.Email).ID)) }
	self, cleos, dans := row(ada), row(cleo), row(dan)
	return []refusal{
		{self + "/role", []string{"role", "viewer"}, http.StatusConflict, "own role"},
		{self + "/remove", []string{"confirmation", ada.Email}, http.StatusConflict, "stays until there is another one"},
		{cleos + "/role", []string{"role", "no-such-role"}, http.StatusBadRequest, "Role"},
		{cleos + "/remove", []string{"confirmation", bob.Email}, http.StatusBadRequest, "Confirmation"},
		{cleos + "/reissue", nil, http.StatusConflict, "no invitation left"},
		{cleos + "/device/give", []string{"id", "no-such-device"}, http.StatusBadRequest, "Selection is not registered"},
		{cleos + "/device/give", nil, http.StatusBadRequest, "tick"},
		{cleos + "/device/take", nil, http.StatusBadRequest, "tick"},
		{cleos + "/revoke", []string{"confirmation", cleo.Email}, http.StatusConflict, "no invitation left"},
		{dans + "/revoke", []string{"confirmation", cleo.Email}, http.StatusBadRequest, "Confirmation"},
	}
}

// otherRefusals are those on all other pages; role is in use.
func (s *stage) otherRefusals(role roles.Role) []refusal {
	s.Helper()
	org := pathOf(s.park().Org)
	technician := org + "roles/" + string(role.ID)
	holds, _ := s.app.svc.Catalogue().BuiltIn(roles.Viewer)
	viewer := shown(roles.Role{Name: "Viewer", Permissions: s.app.svc.Catalogue().Permissions(holds)})
	return []refusal{
		{org + "leave", nil, http.StatusConflict, "the last active Admin stays until there is another one"},
		{org + "settings/delete", []string{"confirmation", "Windpark North"}, http.StatusConflict, "the organization has other members or pending invitations"},
		{org + "settings/delete", []string{"confirmation", "windpark north"}, http.StatusBadRequest, "Confirmation is not the organization's name"},
		{org + "settings/name", []string{"name", ""}, http.StatusBadRequest, "Name is empty"},
		{org + "settings/billing", []string{"billing.email", "x"}, http.StatusBadRequest, "E-mail"},
		{org + "invite", []string{"email", bob.Email, "role", "viewer"}, http.StatusConflict, "already a member"},
		{org + "invite", []string{"email", " DAN@windpark.example", "role", "viewer"}, http.StatusConflict, "invit"},
		{org + "invite", []string{"email", "nobody", "role", "viewer"}, http.StatusBadRequest, "E-mail"},
		{org + "invite", []string{"email", "x@y.example", "role", "viewer", "message", strings.Repeat("x", 2001)}, http.StatusBadRequest, "Message"},
		{org + "roles", []string{"name", "EDITOR"}, http.StatusConflict, "another role has this name"},
		{technician, []string{"shown", shown(role), "name", "Viewer", "permission", "devices.view"}, http.StatusConflict, "another role has this name"},
		{technician, []string{"shown", shown(role), "name", "Mechanic", "permission", "no.such"}, http.StatusBadRequest, "Permissions"},
		{technician, []string{"shown", "what it was", "name", "Mechanic"}, http.StatusConflict, "somebody has changed the role"},
		{technician + "/delete", nil, http.StatusConflict, "the role is in use"},
		{org + "roles/viewer", []string{"shown", viewer, "name", "Guest"}, http.StatusConflict, "a built-in role cannot be changed"},
		{org + "things/device", []string{"name", " "}, http.StatusBadRequest, "Name is empty"},
		{"/organizations", []string{"name", strings.Repeat("x", 101)}, http.StatusBadRequest, "Name"},
		{"/sign-up", []string{"email", "ada@WINDPARK.example"}, http.StatusConflict, "E-mail has an account already: sign in with it"},
		{"/sign-up", []string{"email", "ada"}, http.StatusBadRequest, "E-mail"},
	}
}

// TestRefusedForm finds what was typed still there.
func TestRefusedForm(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	again := b.post(pathOf(s.park().Org, "invite"), "email", "no address", "role", "editor", "message", "Hello", "dashboard", "*")
	for _, kept := range []string{`value="no address"`, `value="editor" selected`, `>Hello</textarea>`, `name="dashboard" value="*" checked`, `aria-invalid="true"`} {
		if !strings.Contains(again.body, kept) {
			t.Errorf("the form has lost %s", kept)
		}
	}
}

// TestBadAddresses finds what is typed into the address bar refused, not broken.
func TestBadAddresses(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	org := pathOf(s.park().Org)
	for _, path := range []string{
		"/o/x/", "/o/%00/users", "/o/" + strings.Repeat("x", 300) + "/users", org + "users?cursor=x", org + "users?sort=x", org + "users?status=x",
		org + "users?role=%ff", org + "users/x", org + "users/%ff", org + "users/x/device", org + "users/x/spoon", org + "roles/x",
		org + "things/spoon", org + "things/device/x", org + "things/device?cursor=x", org + "history?cursor=x", org + "why?member=x", "/i/x",
		"/organizations?cursor=x", "/received?cursor=x", org + "users?q=" + strings.Repeat("x", 301),
	} {
		b.says(b.want(http.StatusForbidden, b.get(path)), "Not available")
	}
	b.want(http.StatusForbidden, b.post(org+"roles", "name", strings.Repeat("x", maxBody+1)))
}

// TestOwnRow finds that everybody sees their own row and nobody else's.
func TestOwnRow(t *testing.T) {
	s := newStage(t, false)
	b := s.as(cleo)
	org, own := pathOf(s.park().Org), s.row(cleo.Email)
	page := b.open(org + "users/" + string(own.ID))
	b.says(page, "Cleo Moor (you)", "Viewer", "Ada Vale")
	b.saysNot(page, "Change role", "Remove member", "Why can")
	devices := b.open(org + "users/" + string(own.ID) + "/device")
	b.says(devices, "Turbine 1")
	b.saysNot(devices, "Turbine 2", "Take away", "Assign devices")
	b.want(http.StatusForbidden, b.get(org+"why?member="+string(own.ID)+"&permission=users.access"))
	b.saysNot(b.open("/"), "/users\"", "/roles\"", "/history\"", "/settings\"", "Add device")
}

// TestCustomRole finds that an actor who is no Admin gives what they hold alone,
// and that somebody in a custom role reads its name.
func TestCustomRole(t *testing.T) {
	s := newStage(t, false)
	ctx, park := t.Context(), s.park()
	lead, err := s.app.svc.Roles.Create(ctx, park, "Lead", roles.AccessUsers, roles.InviteUsers, roles.ChangeRoles, "devices.view")
	if err != nil {
		t.Fatal(err)
	}
	guest, err := s.app.svc.Roles.Create(ctx, park, "Guest", "devices.view")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.svc.Members.ChangeRole(ctx, park, s.row(bob.Email).ID, lead.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.app.svc.Members.ChangeRole(ctx, park, s.row(cleo.Email).ID, guest.ID); err != nil {
		t.Fatal(err)
	}
	b, org := s.as(bob), pathOf(park.Org)
	form := b.open(org + "invite")
	for role, want := range map[roles.ID]bool{guest.ID: true, roles.Admin: false, roles.Editor: false} {
		if open := strings.Contains(form.body, `value="`+string(role)+`">`) || strings.Contains(form.body, `value="`+string(role)+`" selected>`); open != want {
			t.Errorf("role %s can be chosen: %v", role, open)
		}
	}
	editor := b.open(org + "roles/" + string(guest.ID))
	if !strings.Contains(editor.body, `value="devices.view" checked>`) || !strings.Contains(editor.body, `value="devices.delete" disabled>`) {
		t.Error("the editor does not tell what can be given")
	}
	b.says(b.want(http.StatusForbidden, b.post(org+"roles/"+string(guest.ID), "shown", shown(guest), "name", "Guest", "permission", "devices.delete")), "what they do not have")
	b.does(org+"roles/"+string(guest.ID), "shown", shown(guest), "name", "Visitor", "permission", "devices.view", "permission", "users.invite")
	b.says(b.want(http.StatusForbidden, b.post(org+"invite", "email", "x@windpark.example", "role", "editor")), "what they do not have")
	cleos := s.as(cleo)
	cleos.says(cleos.open(org+"users/"+string(s.row(cleo.Email).ID)), "Visitor")
	// Cleo invites now, and knows neither the members nor the custom roles.
	made := cleos.does(org+"invite", "email", "y@windpark.example", "role", string(guest.ID))
	if !strings.Contains(made.body, "http://console.example/i/") {
		t.Errorf("who invited has no link:\n%s", text(made.body))
	}
}

// TestThings finds that who adds one without being an Admin reaches it, and that
// what is deleted is gone for everybody.
func TestThings(t *testing.T) {
	s := newStage(t, false)
	b, org := s.as(bob), pathOf(s.park().Org)
	added := b.does(org+"things/dashboard", "name", "Bob's board")
	b.says(added, "Bob's board", "Added.")
	b.saysNot(added, "Delete dashboard")
	self, _, _ := strings.Cut(strings.TrimPrefix(added.asked, "GET "), "?")
	b.says(b.does(self+"/name", "name", "Bob's own board"), "Bob's own board", "Renamed.")
	b.want(http.StatusForbidden, b.post(self+"/delete"))
	b.want(http.StatusForbidden, b.post(self+"/update"))
	first := org + "things/device/" + string(s.devices()[0].ID)
	b.says(b.does(first+"/update"), "Firmware 2")
	a := s.as(ada)
	a.says(a.open(self), "Who sees it", "Bob Reed", "Ada Vale")
	a.saysNot(a.does(self+"/delete"), "Bob's own board")
	b.want(http.StatusForbidden, b.get(self))
	a.says(a.open(org+"history"), "Bob Reed added: a dashboard that is gone", "Ada Vale deleted")
}

// TestWhy finds the reasons told to an Admin.
func TestWhy(t *testing.T) {
	s := newStage(t, false)
	b, org := s.as(ada), pathOf(s.park().Org)
	why := org + "why?member=" + string(s.row(cleo.Email).ID)
	devices := s.devices()
	b.says(b.open(why+"&permission=devices.view&id="+string(devices[0].ID)), "Yes")
	b.says(b.open(why+"&permission=devices.view&id="+string(devices[1].ID)), "No", "does not hold")
	b.says(b.open(why+"&permission=users.access"), "No")
	b.says(b.open(why+"&permission=devices.view"), "Device or dashboard is empty")
	b.says(b.open(org+"why?member="+string(s.row(dan.Email).ID)), "pending")
	refused := b.want(http.StatusForbidden, b.get(org+"things/device/gone"))
	_, link, _ := strings.Cut(refused.body, `<a href="`+org+`why`)
	link, _, _ = strings.Cut(link, `"`)
	b.says(b.open(org+"why"+strings.ReplaceAll(link, "&amp;", "&")), "No", "the one that was asked for")
}

// TestDelete deletes an organization with the host's rows in it.
func TestDelete(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	founded := b.does("/organizations", "name", "Short-lived")
	org, _, _ := strings.Cut(strings.TrimPrefix(founded.asked, "GET "), "users")
	b.does(org+"things/device", "name", "Lamp")
	b.says(b.does(org+"settings/delete", "confirmation", "Short-lived"), "The organization is deleted.")
	var left int
	if err := s.app.db.Get(&left, `SELECT count(*) FROM things WHERE name = 'Lamp'`); err != nil || left != 0 {
		t.Errorf("%d rows of the host are left, %v", left, err)
	}
	if list, err := s.app.svc.History.Deletions(t.Context(), "", 0); err != nil || len(list) != 0 {
		t.Errorf("%d deletions wait to be purged, %v", len(list), err)
	}
	b.want(http.StatusForbidden, b.get(org+"users"))
}

// TestSignUpByInvitation finds that who signs up to accept has no other
// organization, and who signs up otherwise a personal one.
func TestSignUpByInvitation(t *testing.T) {
	s := newStage(t, false)
	issued, err := s.app.svc.Invites.Link(t.Context(), s.park(), s.row(eve).ID)
	if err != nil {
		t.Fatal(err)
	}
	link := "/i/" + issued.Link.Token()
	b := s.nobody()
	b.says(b.get(link), "Invitation to Windpark North", "Sign up to accept")
	if got := b.want(http.StatusSeeOther, b.post(link)); got.to != "/sign-in?then=%2Fi%2F"+issued.Link.Token() {
		t.Errorf("nobody who accepts goes to %s", got.to)
	}
	b.says(b.does("/sign-up", "then", link, "email", eve, "first-name", "Eve"), "Accept")
	b.says(b.does(link), "Welcome")
	b.says(b.does(link), "Welcome") // it may be repeated by the same user (I6)
	mine := b.open("/organizations")
	b.says(mine, "Windpark North")
	b.saysNot(mine, "Eve (personal)")
	other := s.nobody()
	if page := other.does("/sign-up", "email", "new@elsewhere.example", "first-name", "Nia"); !strings.Contains(page.body, "<b>Nia (personal)</b>") {
		t.Errorf("who signs up works in\n%s", page.body)
	}
}

// TestMenu finds more organizations than the menu shows.
func TestMenu(t *testing.T) {
	s := newStage(t, false)
	b := s.as(ada)
	b.saysNot(b.open("/"), "All my organizations")
	for range inMenu {
		if _, err := s.app.svc.Orgs.Create(t.Context(), ada.ID, "Yard"); err != nil {
			t.Fatal(err)
		}
	}
	if page := b.open("/"); !strings.Contains(page.body, "All my organizations") {
		t.Error("the menu does not say that there are more")
	}
	found := b.open("/organizations?q=WINDPARK")
	b.says(found, "Windpark North")
	b.saysNot(found, "Yard")
	b.says(b.open("/organizations?q=nowhere"), "None of yours has a name like that.")
	var personal orgs.ID
	for m, err := range s.app.svc.Orgs.All(t.Context(), ada.ID, charter.OrgQuery{Search: "personal"}) {
		if err != nil {
			t.Fatal(err)
		}
		personal = m.Org
	}
	b.does("/organizations/switch", "org", string(personal))
	if user, err := s.app.svc.User(t.Context(), ada.ID); err != nil || user.Active != personal {
		t.Errorf("works in %s, %v", user.Active, err)
	}
}

// TestStaleForms finds that a form is refused that no longer says what it was made of.
func TestStaleForms(t *testing.T) {
	s := newStage(t, false)
	b, d := s.as(ada), s.as(dan)
	org, row := pathOf(s.park().Org), s.row(dan.Email)
	self := org + "users/" + string(row.ID)
	if page := b.open(self); !strings.Contains(page.body, self+"/revoke") {
		t.Error("a pending member is not revoked")
	}
	issued, err := s.app.svc.Invites.Link(t.Context(), s.park(), row.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.says(b.open(org+"invite?made="+string(row.ID)), "Invitation link")
	d.does("/i/" + issued.Link.Token())
	if again := b.open(org + "invite?made=" + string(row.ID)); strings.Contains(text(again.body), "Invitation link") {
		t.Error("there is a link to an accepted invitation")
	}
	b.says(b.want(http.StatusConflict, b.post(self+"/revoke", "confirmation", dan.Email)), "no invitation left", "Remove member")
	if s.row(dan.Email).Status != orgs.Active {
		t.Error("who joined meanwhile is gone")
	}
	b.does(self+"/remove", "confirmation", dan.Email)
}

// TestRefusedBeside finds that a page on which one form was refused has the others as
// they were.
func TestRefusedBeside(t *testing.T) {
	s := newStage(t, false)
	b, org := s.as(ada), pathOf(s.park().Org)
	role, err := s.app.svc.Roles.Create(t.Context(), s.park(), "Technician", "devices.view")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.svc.Members.ChangeRole(t.Context(), s.park(), s.row(cleo.Email).ID, role.ID); err != nil {
		t.Fatal(err)
	}
	page := b.want(http.StatusConflict, b.post(org+"roles/"+string(role.ID)+"/delete"))
	if !strings.Contains(page.body, `value="Technician"`) || !strings.Contains(page.body, `value="devices.view" checked`) {
		t.Errorf("the form beside is\n%s", page.body)
	}
}

// TestFirstVisit finds that who signs up on the way to another page is known there.
func TestFirstVisit(t *testing.T) {
	s := newStage(t, true)
	b := s.nobody()
	page := b.does("/sign-up", "then", "/organizations", "email", "new@elsewhere.example")
	b.says(page, "new@elsewhere.example (personal)")
}
