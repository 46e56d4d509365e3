package browsertest

import "strings"

// inviting: by mail where both are of one mail domain, else by a link to pass on.
func (s *story) inviting() {
	p := s.ada
	p.goes("Users")
	p.goes("Invite member")
	p.heading("Invite member")
	p.fills("E-mail", bob)
	p.isRefused("Invite", "Already a member.")
	p.fills("E-mail", finn)
	p.chooses("Role", "Editor")
	p.fills("Message optional", "Welcome, Finn.\nYour turbines are 4 and 5.")
	p.ticks("Turbine 4", "Turbine 5", "Weather")
	p.shots("invite")
	p.goes("Invite")
	p.reads("Invited. The link is on its way by mail", "invitation pending", "Welcome, Finn.")
	p.shot("invited")
	text, link := s.c.mail(finn)
	for _, want := range []string{"Ada Vale invites you to Windpark North as Editor.", "Welcome, Finn.\n    Your turbines are 4 and 5."} {
		if !strings.Contains(text, want) {
			s.Errorf("the mail does not say %q:\n%s", want, text)
		}
	}
	p.has("Invitation link", link)
	s.finn = link
	p.in("Tabs").goes("Devices")
	p.element("Turbine 4", "checkbox")
	p.element("Turbine 5", "checkbox")
	s.copying(link)
	s.invitingStranger()
}

// invitingStranger: somebody of another mail domain gets no mail.
func (s *story) invitingStranger() {
	p := s.ada
	p.goes("Users")
	p.goes("Invite member")
	p.fills("E-mail", gia)
	p.ticks("Turbine 1") // as Viewer, which is chosen already
	p.goes("Invite")
	p.reads("The address is of another mail domain than yours: pass the link on yourself.")
	s.gia = p.element("Invitation link", "textbox").value
	if s.c.mailed(gia) {
		s.Error("a mail went to another mail domain")
	}
	p.goes("Users")
	p.goes(gia)
	p.has("Invitation link", s.gia) // the same each time
}

// copying: the link can be copied by a button, and without scripts from its field.
func (s *story) copying(link string) {
	p := s.ada
	p.in("Tabs").goes("Information")
	if !s.scripts {
		p.offersNo("Copy")
		return
	}
	p.presses("Copy")
	p.offers("Copied")
	p.goes("Users")
	p.pastes("Search")
	p.has("Search", link)
	p.rows(0, "Nobody is like that.")
}
