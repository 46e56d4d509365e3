package browsertest

import (
	"fmt"
	"slices"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Columns of the list.
const (
	inFirst = iota
	inLast
	inEmail
	inRole
	inInvited
	inBy
	inStatus
)

// arrival: the header and the menu are what the sources say.
func (s *story) arrival() {
	p := s.ada
	p.opens("/")
	p.shot("sign-in")
	p.signsIn("Ada Vale", ada)
	p.heading("Users 5")
	menu := "Organization Windpark North"
	p.offers(menu, "Help", "Ada Vale", "Users", "Roles", "Devices", "Dashboards", "History", "Invite member")
	p.shots("users")
	p.presses(menu)
	p.offers("Ada Vale (personal)", "Create organization", "Organization settings", "Leave organization")
	p.element("Search my organizations", "searchbox")
	p.shots("menu")
	if p.scripts {
		do(p, chromedp.KeyEvent(kb.Escape))
		p.offersNo("Create organization")
	}
	p.goes("Help")
	p.heading("Help")
	p.shot("help")
	p.goes("To the start page")
}

// list: pending members are grey and labelled; filters and sorting are those of the
// sources.
func (s *story) list() {
	p := s.ada
	p.goes("Users")
	p.rows(inStatus, "invitation pending", "invitation pending", "active", "active", "active")
	pending, active := p.element(dan, "link"), p.element(bob, "link")
	const colour = "function () { return getComputedStyle(this.closest('tr')).color }"
	if p.evaluates(pending, colour) == p.evaluates(active, colour) {
		s.Error("pending members look like active ones")
	}
	s.sorting()
	s.filtering()
}

// People by their addresses.
const (
	ada  = "ada@windpark.example"
	bob  = "bob@windpark.example"
	cleo = "cleo@rotorcare.example"
	dan  = "dan@windpark.example"
	eve  = "eve@rotorcare.example"
	finn = "finn@windpark.example"
	gia  = "gia@elsewhere.example"
)

// sorting: by each column, and the other way round. Who has no name yet comes first.
func (s *story) sorting() {
	p := s.ada
	p.sorts("Last name", "ascending") // the list was sorted by the first
	for _, order := range []struct {
		column string
		shown  int
		want   []string
	}{
		{"First name", inFirst, []string{"", "", "Ada", "Bob", "Cleo"}},
		{"Last name", inLast, []string{"", "", "Moor", "Reed", "Vale"}},
		{"Role", inRole, []string{"Admin", "Editor", "Editor", "Viewer", "Viewer"}},
		{"Invited", inEmail, []string{ada, bob, cleo, dan, eve}},
		{"E-mail", inEmail, []string{ada, bob, cleo, dan, eve}},
	} {
		p.sorts(order.column, "ascending")
		p.rows(order.shown, order.want...)
		people := p.cells(inEmail)
		p.sorts(order.column, "descending")
		slices.Reverse(people)
		p.rows(inEmail, people...)
	}
	p.sorts("E-mail", "ascending")
}

// filtering: by several choices of status and role, and by a name. The order stays.
func (s *story) filtering() {
	p := s.ada
	p.filters("Invited")
	p.rows(inEmail, dan, eve)
	p.filters("Active")
	p.rows(inEmail, ada, bob, cleo, dan, eve)
	p.filters("Active", "Editor")
	p.rows(inEmail, dan)
	p.filters("Viewer")
	p.rows(inEmail, dan, eve)
	p.shot("filtered")
	p.filters("Invited")
	p.rows(inEmail, bob, cleo, dan, eve)
	p.filters("Editor", "Viewer", "Admin")
	p.rows(inEmail, ada)
	p.filters("Admin")
	p.rows(inEmail, ada, bob, cleo, dan, eve)
	p.searches("CLE")
	p.rows(inEmail, cleo)
	p.searches("zoe")
	p.rows(0, "Nobody is like that.")
	p.searches("")
	p.rows(inEmail, ada, bob, cleo, dan, eve)
}

// filters ticks boxes of the filter and, where no script does, applies it.
func (p *person) filters(boxes ...string) {
	p.t.Helper()
	for _, box := range boxes {
		p.applies(func() { p.ticks(box) })
	}
}

// searches fills the field of the filter.
func (p *person) searches(text string) {
	p.t.Helper()
	p.applies(func() { p.fills("Search", text) })
}

// applies makes a change of the filter and waits until the list is that of the filter:
// what leads on from the one before knows nothing of it.
func (p *person) applies(change func()) {
	p.t.Helper()
	before := p.address().RawQuery
	change()
	if !p.scripts {
		p.goes("Apply")
		return
	}
	until(p.t, func() error {
		if p.address().RawQuery == before {
			return fmt.Errorf("the filter is not applied: still %q", before)
		}
		return nil
	})
}

// sorts follows the heading of a column, after which the list is sorted by it.
func (p *person) sorts(column, direction string) {
	p.t.Helper()
	if p.scripts {
		p.presses(column)
	} else {
		p.goes(column)
	}
	until(p.t, func() error {
		sorted := do(p, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll("th")].find(th => th.innerText == %q).ariaSort`, column)))
		if sorted != direction {
			return fmt.Errorf("the list is sorted by %q: %s, want %s", column, sorted, direction)
		}
		return nil
	})
}
