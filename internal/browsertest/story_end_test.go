package browsertest

import "strings"

// settings: the name and where bills go, and no end while others are in it.
func (s *story) settings() {
	p := s.ada
	p.presses("Organization Windpark North")
	p.goes("Organization settings")
	p.fills("Name", " ")
	p.isRefused("Rename", "Name is empty.")
	p.fills("Name", "Windpark North Sea")
	p.goes("Rename")
	p.reads("The organization is renamed.")
	p.offers("Organization Windpark North Sea")
	p.fills("Company", "Windpark North Sea Ltd")
	p.fills("Address", "1 Harbour Road")
	p.fills("VAT ID", "DE123456789")
	p.fills("E-mail", "bills@windpark.example")
	p.fills("Reference", "PO 4711")
	p.goes("Save")
	p.reads("The billing details are saved.")
	p.has("Company", "Windpark North Sea Ltd")
	p.has("Address", "1 Harbour Road")
	p.presses("Delete organization")
	p.shots("settings")
	p.fills("Type Windpark North Sea to confirm", "Windpark North Sea")
	p.isRefused("Delete organization", "The organization has other members or pending invitations.")
}

// history: shows it all.
func (s *story) history() {
	p := s.ada
	p.goes("History")
	p.heading("History")
	p.reads("Ada Vale changed the billing details", "Ada Vale renamed the organization: “Windpark North Sea”, before “Windpark North”",
		"Ada Vale made a new invitation link", "Ada Vale revoked an invitation", "Ada Vale removed Bob Reed", "Ada Vale changed the role: Technician, before Editor",
		"Ada Vale created a role: “Technician”", "Ada Vale took away: Turbine 1, Turbine 3", "Ada Vale assigned: Turbine two, Turbine 3, Turbine 12",
		"Gia Lund joined", "Dan Hale joined", "Ada Vale invited", "Ada Vale founded the organization")
	p.shots("history")
}

// organizations: switched among, searched, founded.
func (s *story) organizations() {
	p := s.ada
	p.presses("Organization Windpark North Sea")
	p.goes("Ada Vale (personal)")
	p.heading("Users 1")
	p.offers("Organization Ada Vale (personal)")
	p.presses("Organization Ada Vale (personal)")
	p.goes("Create organization")
	p.heading("My organizations")
	p.fills("Name", "Harbour")
	p.shots("organizations")
	p.goes("Create")
	p.reads("The organization is founded. You are its Admin.")
	p.offers("Organization Harbour")
	p.presses("Organization Harbour")
	p.in("").fills("Search my organizations", "NORTH")
	p.goes("Search")
	p.rows(0, "Windpark North Sea")
	p.goes("Switch to Windpark North Sea")
	p.offers("Organization Windpark North Sea")
}

// lastAdmin: cannot leave before there is another.
func (s *story) lastAdmin() {
	p := s.ada
	p.leaves("Windpark North Sea")
	p.isRefused("Leave organization", "The last active Admin stays until there is another one.")
	p.shot("last-admin")
	p.opensMember(dan)
	p.chooses("Role", "Admin")
	p.goes("Change role")
	p.leaves("Windpark North Sea")
	p.goes("Leave organization")
	p.reads("You have left the organization.")
	p.presses("Ada Vale")
	p.goes("My organizations")
	names := strings.Join(p.cells(0), ", ")
	if strings.Contains(names, "Windpark") || !strings.Contains(names, "Harbour") {
		s.Errorf("Ada is in %s", names)
	}
}

// leaves goes to the page that asks whether somebody is sure.
func (p *person) leaves(organization string) {
	p.t.Helper()
	p.presses("Organization " + organization)
	p.goes("Leave organization")
	p.heading("Leave " + organization + "?")
}

// deleting: by its Admin, when nobody else is left. It cannot be undone.
func (s *story) deleting() {
	p := s.person("Dan Hale", dan)
	for _, email := range []string{cleo, finn, gia} {
		p.opensMember(email)
		p.presses("Remove member")
		p.fills("Type "+email+" to confirm", email)
		p.goes("Remove member")
	}
	p.heading("Users 1")
	p.presses("Organization Windpark North Sea")
	p.goes("Organization settings")
	here := p.address().Path
	p.presses("Delete organization")
	p.fills("Type Windpark North Sea to confirm", "Windpark")
	p.isRefused("Delete organization", "is not the organization's name")
	p.fills("Type Windpark North Sea to confirm", "Windpark North Sea")
	p.goes("Delete organization")
	p.reads("The organization is deleted.")
	p.offers("Organization Dan Hale (personal)")
	if status := p.opens(here); status != 403 {
		s.Errorf("the settings of what is deleted: status %d", status)
	}
}
