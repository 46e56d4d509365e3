package browsertest

// joining: Gia has no account, signs up, and sees what was assigned to her and no more.
func (s *story) joining() {
	s.wrongPerson()
	p := s.nobody()
	p.opens(s.gia)
	p.heading("Invitation to Windpark North")
	p.reads("Ada Vale invites "+gia, "as Viewer", "You have no account yet.")
	p.looksAt(phone, light)
	p.shot("invitation")
	p.looksAt(desk, light)
	p.goes("Sign up to accept")
	p.fills("E-mail", cleo)
	p.isRefused("Sign up", "sign in with it")
	p.fills("E-mail", gia)
	p.fills("First name", "Gia")
	p.fills("Last name", "Lund")
	p.shot("sign-up")
	p.goes("Sign up")
	p.heading("Invitation to Windpark North")
	p.goes("Accept")
	p.reads("Welcome. You have joined the organization.")
	p.heading("Devices")
	p.offers("Organization Windpark North", "Turbine 1")
	p.offersNo("Turbine 2", "Users", "Roles", "History", "Invite member")
	p.in("Main").goes("Dashboards")
	p.reads("None that you may see.")
	p.presses("Organization Windpark North")
	p.offersNo("Organization settings", "Gia Lund (personal)") // no organization on top
	p.shot("viewer")
	s.usedLink()
}

// wrongPerson: the link alone proves nothing.
func (s *story) wrongPerson() {
	p := s.person("Mallory Quick", "mallory@elsewhere.example")
	p.opens(s.gia)
	p.heading("Invitation to Windpark North")
	p.reads("You are signed in as mallory@elsewhere.example.")
	p.offersNo("Accept")
	p.shot("wrong-person")
	p.goes("Sign out")
	p.heading("Sign in")
}

// usedLink: an invitation is accepted once.
func (s *story) usedLink() {
	p := s.nobody()
	if status := p.opens(s.gia); status < 400 {
		s.Errorf("a used link: status %d", status)
	}
	p.heading("Not available")
}

// receiving: Dan, who has an account, finds his invitation there.
func (s *story) receiving() {
	p := s.person("Dan Hale", dan)
	p.heading("Users 1") // of his own organization
	p.in("Main").goes("Invitations I received")
	p.reads("Windpark North", "As Editor, invited by Ada Vale", "Welcome to the park, Dan.")
	p.shot("received")
	p.goes("Open the invitation to Windpark North")
	p.goes("Accept")
	p.reads("Welcome. You have joined the organization.")
	p.offers("Organization Windpark North")
	p.presses("Dan Hale")
	p.shot("avatar")
	s.ada.goes("Users")
	s.ada.heading("Users 7")
	s.ada.filters("Invited")
	s.ada.sorts("E-mail", "ascending")
	s.ada.rows(inEmail, eve, finn)
}

// viewing: who may not see others sees themselves, and what they type by hand is
// refused as if it were not there.
func (s *story) viewing() {
	p := s.person("Cleo Moor", cleo)
	p.heading("Devices")
	p.presses("Cleo Moor")
	p.goes("My membership")
	p.heading("Cleo Moor (you)")
	p.reads("Viewer", "Ada Vale")
	p.offersNo("Change role", "Remove member")
	p.shot("own-row")
	mine := p.address().Path
	p.goes("Link to this page")
	if at := p.address().Path; at != mine {
		s.Errorf("the link to %s leads to %s", mine, at)
	}
	organization := mine[:len("/o/")+len("00000000-0000-0000-0000-000000000000")]
	for _, path := range []string{"/users", "/invite", "/roles", "/settings", "/history", "/why?member=x", "/nonsense"} {
		if status := p.opens(organization + path); status != 403 {
			s.Errorf("%s: status %d", path, status)
		}
		p.heading("Not available")
		p.readsNo("Why?", "role", "permission")
	}
	p.shot("refused")
	p.goes("To the start page")
	p.heading("Devices")
	s.ada.opens(mine) // what Cleo passes around
	s.ada.heading("Cleo Moor")
}
