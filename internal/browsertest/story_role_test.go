package browsertest

import "slices"

// customRoles: created, filled with permissions, given, counted, and not deleted while
// somebody has it.
func (s *story) customRoles() {
	p := s.ada
	p.goes("Roles")
	p.shots("roles")
	p.fills("Name of the role", "editor")
	p.isRefused("Create role", "Another role has this name.")
	p.fills("Name of the role", "Technician")
	p.goes("Create role")
	p.reads("The role is created. Say what it may do.")
	p.in("Device Management Service").ticks("View devices", "Edit data of device")
	p.in("User Management Service").ticks("Access Smart Service")
	p.shot("role")
	p.goes("Save")
	p.reads("The role is saved.")
	p.opensMember(cleo)
	p.chooses("Role", "Technician")
	p.goes("Change role")
	p.goes("Roles")
	chart := p.texts("tr")
	for _, want := range []string{"Admin 1 0", "Editor 2 0", "Viewer 1 2", "Technician 1 0"} {
		if !slices.Contains(chart, want) {
			s.Errorf("no row %q in %q", want, chart[:5])
		}
	}
	p.shot("roles-after")
	p.goes("Technician")
	p.presses("Delete role")
	p.isRefused("Delete role", "The role is in use.")
	s.technician()
}

// technician: what the role says counts at once for who has it.
func (s *story) technician() {
	p := s.person("Cleo Moor", cleo)
	p.offers("Users", "Roles")
	p.offersNo("Invite member")
	p.in("Main").goes("Devices")
	p.goes("Turbine 2")
	p.offers("Rename")
	p.offersNo("Update firmware")
	p.fills("Name", "Turbine two")
	p.goes("Rename")
	p.heading("Turbine two")
}
