package browsertest

import "strings"

// changingRoles: of a pending member and of an active one, but not one's own.
func (s *story) changingRoles() {
	p := s.ada
	p.opensMember(finn)
	p.chooses("Role", "Viewer")
	p.goes("Change role")
	p.reads("The role is changed.")
	p.has("Role", "Viewer")
	p.opensMember(cleo)
	p.chooses("Role", "Editor")
	p.goes("Change role")
	p.has("Role", "Editor")
	p.shots("member")
	p.opensMember(ada)
	p.heading("Ada Vale (you)")
	p.offersNo("Change role", "Remove member")
	p.goes("Users")
	p.sorts("E-mail", "ascending")
	p.rows(inRole, "Admin", "Editor", "Editor", "Editor", "Viewer", "Viewer", "Viewer")
}

// assigning: several at once, every one of a kind, and some taken away.
func (s *story) assigning() {
	p := s.ada
	p.opensMember(cleo)
	p.in("Tabs").goes("Devices")
	p.ticks("Turbine 2", "Turbine 3", "Turbine 12")
	p.shot("assign")
	p.goes("Assign")
	p.reads("Assigned.")
	p.ticks("Turbine 1", "Turbine 3")
	p.goes("Take away")
	p.reads("Taken away.")
	p.in("Tabs").goes("Dashboards")
	p.ticks("Every dashboard, present and future")
	p.goes("Assign")
	p.reads("Every dashboard, present and future.")
	p.offersNo("Assign")
	p.shot("assigned")

	viewer := s.person("Cleo Moor", cleo)
	viewer.offers("Turbine 2", "Turbine 12")
	viewer.offersNo("Turbine 1", "Turbine 3", "Turbine 4")
	viewer.in("Main").goes("Dashboards")
	viewer.offers("Park output", "Maintenance", "Grid feed-in", "Weather")
	viewer.in("Main").goes("Devices")
	viewer.goes("Turbine 12")
	viewer.reads("Firmware 1")
	viewer.goes("Update firmware") // an editor may
	viewer.reads("Firmware 2")
	viewer.looksAt(phone, dark)
	viewer.shot("device")

	p.goes("Take away")
	p.reads("Taken away.")
	viewer.in("Main").goes("Dashboards")
	viewer.reads("None that you may see.")
}

// why: an Admin reads, step by step, why somebody may and why not.
func (s *story) why() {
	p := s.ada
	p.opensMember(cleo)
	p.goes("Why can or can't they?")
	p.chooses("Permission", "View devices")
	p.chooses("Device or dashboard where the permission is about one", "Turbine two")
	p.goes("Explain")
	p.heading("Why can or can't they?")
	p.reads("Yes", "the user is a member of the organization", "the member's role holds the permission")
	p.chooses("Device or dashboard where the permission is about one", "Turbine 3")
	p.goes("Explain")
	p.reads("No", "does not hold: the member is Admin or has a grant that covers the resource")
	p.shot("why")
}

// removing: with the address typed, a member as well as an invitation.
func (s *story) removing() {
	p := s.ada
	p.opensMember(bob)
	p.presses("Remove member")
	p.fills("Type "+bob+" to confirm", "rob@windpark.example")
	p.isRefused("Remove member", "Confirmation is not the member's e-mail address.")
	p.shot("wrong-address")
	p.fills("Type "+bob+" to confirm", strings.ToUpper(bob))
	p.goes("Remove member")
	p.reads("Removed.")
	removed := s.person("Bob Reed", bob)
	removed.offers("Organization Bob Reed (personal)")

	p.opensMember(eve)
	link := p.element("Invitation link", "textbox").value
	p.presses("Revoke invitation")
	p.fills("Type "+eve+" to confirm", eve)
	p.goes("Revoke invitation")
	p.reads("Removed.")
	p.sorts("E-mail", "ascending")
	p.rows(inEmail, ada, cleo, dan, finn, gia)
	s.refused(link)
}

// reissuing: the earlier link does not work any more, the new one does.
func (s *story) reissuing() {
	p := s.ada
	p.opensMember(finn)
	p.goes("Make a new link")
	p.reads("There is a new link. Earlier ones no longer work.")
	link := p.element("Invitation link", "textbox").value
	if link == s.finn {
		s.Error("the new link is the earlier one")
	}
	s.refused(s.finn)
	invited := s.nobody()
	invited.opens(link)
	invited.reads("as Viewer", "Welcome, Finn.")
	invited.goes("Sign up to accept")
	invited.fills("E-mail", finn)
	invited.goes("Sign up")
	invited.goes("Accept")
	invited.reads("Welcome. You have joined the organization.")
	invited.offers("Turbine 4", "Turbine 5")
}

// refused opens a link that does not work.
func (s *story) refused(link string) {
	s.Helper()
	p := s.nobody()
	if status := p.opens(link); status != 403 {
		s.Errorf("a link that does not work: status %d", status)
	}
	p.heading("Not available")
}
