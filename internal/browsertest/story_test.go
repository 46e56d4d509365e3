package browsertest

import (
	"testing"
	"time"
)

// story is the one of an organization, Windpark North: Ada, its Admin, Bob and Cleo, its
// members, Dan and Eve, whom Ada has invited, and Mallory, who is of another one. The
// console has prepared them.
type story struct {
	*testing.T
	c       *console
	scripts bool
	ada     *person // at her window throughout
	finn    string  // the address that invites him
	gia     string
}

// TestStory tells the whole story, chapter by chapter, on each engine, with JavaScript
// and without.
func TestStory(t *testing.T) {
	for _, e := range engines() {
		for _, scripts := range []bool{true, false} {
			t.Run(e.name+"/"+map[bool]string{true: "JavaScript", false: "plain"}[scripts], func(t *testing.T) {
				c := e.start(t)
				s := &story{T: t, c: c, scripts: scripts, ada: c.person(t, scripts)}
				for _, chapter := range chapters() {
					began := time.Now()
					chapter.tell(s)
					t.Logf("%s: %.1f s", chapter.name, time.Since(began).Seconds())
				}
			})
		}
	}
}

type chapter struct {
	name string
	tell func(*story)
}

// chapters returns them in the order in which they must be told.
func chapters() []chapter {
	return []chapter{
		{"Ada signs in", (*story).arrival},
		{"the list of users", (*story).list},
		{"inviting", (*story).inviting},
		{"joining", (*story).joining},
		{"invitations received", (*story).receiving},
		{"what a viewer sees", (*story).viewing},
		{"changing roles", (*story).changingRoles},
		{"assigning", (*story).assigning},
		{"roles of one's own", (*story).customRoles},
		{"why", (*story).why},
		{"removing", (*story).removing},
		{"links anew", (*story).reissuing},
		{"settings", (*story).settings},
		{"history", (*story).history},
		{"organizations", (*story).organizations},
		{"the last Admin", (*story).lastAdmin},
		{"the end", (*story).deleting},
	}
}

// person opens a window for somebody, who signs in.
func (s *story) person(name, email string) *person {
	s.Helper()
	p := s.nobody()
	p.opens("/")
	p.signsIn(name, email)
	return p
}

// nobody opens a window for somebody who does not sign in.
func (s *story) nobody() *person {
	s.Helper()
	return s.c.person(s.T, s.scripts)
}

// signsIn picks an account.
func (p *person) signsIn(name, email string) {
	p.t.Helper()
	p.heading("Sign in")
	p.goes(name + " " + email)
}

// opensMember goes to the page of the member with an address, through the list.
func (p *person) opensMember(email string) {
	p.t.Helper()
	p.goes("Users")
	p.goes(email)
}
