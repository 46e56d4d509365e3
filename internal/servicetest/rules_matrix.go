package servicetest

import (
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// matrixRow says who may do one operation to one target. It is written by hand
// from the specification; the library has no part in it.
type matrixRow struct {
	rule, name string
	permission roles.Permission // that the operation asks for; "" for none
	action     store.Action     // of its event; "" when it is a look, moves when it has none

	// want has one letter for each of [actorKinds], with spaces where they help:
	//
	//	+ it may    . denied    ! bad input    ? not found
	//	o own role    l last Admin    r others remain    p not pending    b built in
	want string

	// prepare sets the scene for one actor and returns the operation.
	prepare func(*cell) func() error
}

// moves is the action of what changes something without an event.
const moves = store.Action("none")

// cell is one row of the matrix for one actor.
type cell struct {
	town
	column int
	as     charter.Actor
	own    orgs.MemberID // the row that is the actor's, in whichever organization
	role   roles.ID      // one that holds nothing, where a row makes it
	names  int           // that fresh has given
}

// actorKinds are the columns of the matrix, in order.
func actorKinds() []string {
	return []string{
		"an Admin", "an Editor", "a Viewer", "a role that holds the permission alone", "a role that holds all but the permission",
		"an invited one", "an Admin of another organization", "a stranger", "the zero Actor", "the host", "the host, naming an Admin",
	}
}

// outcomes maps the letters of the matrix to errors.
func outcomes() map[rune]error {
	return map[rune]error{
		'+': nil, '.': charter.ErrDenied, '!': charter.ErrInvalid, '?': charter.ErrNotFound, 'o': charter.ErrOwnRole,
		'l': charter.ErrLastAdmin, 'r': charter.ErrOthersRemain, 'p': charter.ErrNotPending, 'b': charter.ErrBuiltInRole,
	}
}

func matrixRules() (rules []Rule) {
	for _, row := range append(append(orgMatrix(), memberMatrix()...), roleMatrix()...) {
		rules = append(rules, Rule{row.rule, "who may: " + row.name, row.run})
	}
	return rules
}

func (row matrixRow) run(w *World) {
	t := newTown(w)
	w.SignIn("pam")
	w.SignIn("sam")
	alone, rest := []roles.Permission{row.permission}, everything(w, row.permission)
	if row.permission == "" {
		alone = nil
	}
	one, zero := t.custom("one", alone...), t.custom("zero", rest...)
	named := charter.HostFor(t.ada)
	actors := []charter.Actor{
		t.ada, t.eve, t.vic, one, zero, t.pam, {User: "gus", Org: t.ada.Org}, {User: "sam", Org: t.ada.Org}, {}, charter.Host(t.ada.Org), named,
	}
	own := []orgs.MemberID{t.id(t.ada), t.id(t.eve), t.id(t.vic), t.id(one), t.id(zero), t.invited(), t.id(t.gus), "none", "none", "none", "none"}
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(one), grants.All(device)))
	letters := keep([]rune(row.want), func(r rune) bool { return r != ' ' })
	if len(letters) < len(actors) {
		// The host may no more and no less when it names an Admin, except what takes a
		// user and no actor.
		letters = append(letters, letters[len(letters)-1])
	}
	w.Same("columns", len(letters), len(actors))
	for i, as := range actors {
		w.Log(actorKinds()[i])
		row.check(&cell{town: t, column: i, as: as, own: own[i]}, outcomes()[letters[i]])
	}
}

// check fails the test unless the operation ends in want for the cell's actor.
func (row matrixRow) check(c *cell, want error) {
	c.Helper()
	op := row.prepare(c)
	switch {
	case errors.Is(want, charter.ErrDenied):
		c.Denied(op)
	case want != nil:
		c.Refused(want, op)
	case row.action == "":
		c.Idle(op)
	case row.action == moves:
		c.Must(op())
	default:
		event := c.Does(row.action, op)
		c.True("who did it", event.Actor == c.as.User || row.action == store.OrganizationDeleted)
	}
}

// weak adds a member whose role holds nothing and returns its row.
func (c *cell) weak() orgs.Member {
	c.Helper()
	return c.Me(c.Join(c.ada, c.fresh("weak"), c.empty()))
}

// waiting adds an invitation with a role that holds nothing and returns its row.
func (c *cell) waiting() orgs.MemberID {
	c.Helper()
	return c.Invite(c.ada, c.fresh("waiting"), c.empty()).Member.ID
}

// empty creates a role that holds nothing.
func (c *cell) empty() roles.ID {
	c.Helper()
	return c.Role(c.ada, string(c.fresh("Empty")))
}

// fresh returns a name that nothing has yet.
func (c *cell) fresh(name string) orgs.UserID {
	c.names++
	return orgs.UserID(fmt.Sprintf("%s-%d-%d", name, c.column, c.names))
}

// orgMatrix is about whole organizations, resources and history. The columns
// are: Admin, Editor, Viewer; that permission, all but it; invited, foreign,
// stranger; zero Actor, host.
func orgMatrix() []matrixRow {
	machine := func(c *cell) grants.Resource {
		return grants.Resource{Kind: device, ID: grants.ResourceID(c.fresh("d"))}
	}
	return []matrixRow{
		{"O1", "found an organization", "", store.OrganizationFounded, "+++ ++ +++ !! +", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Create(c.Ctx, c.as.User, "New")) }
		}},
		{"O7", "see the organization", "", "", "+++ ++ ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Get(c.Ctx, c.as)) }
		}},
		{"O3", "read billing details", roles.ChangeBilling, "", "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Billing(c.Ctx, c.as)) }
		}},
		{"O3", "change billing details", roles.ChangeBilling, store.BillingChanged, "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return c.Svc.Orgs.SetBilling(c.Ctx, c.as, orgs.Billing{Company: string(c.as.User)}) }
		}},
		{"O3", "rename the organization", roles.RenameOrganization, store.OrganizationRenamed, "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return c.Svc.Orgs.Rename(c.Ctx, c.as, "By "+string(c.as.User)) }
		}},
		{"O4", "leave", "", store.MemberLeft, "l++ ++ ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Leave(c.Ctx, c.as)) }
		}},
		{"O5", "delete an organization with others in it", "", store.OrganizationDeleted, "r.. .. ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Delete(c.Ctx, c.as)) }
		}},
		{"O7", "switch to the organization", "", moves, "+++ ++ ... !! +", func(c *cell) func() error {
			return func() error { return c.Svc.Orgs.Switch(c.Ctx, c.as.User, c.as.Org) }
		}},
		{"O8", "list one's own organizations", "", "", "+++ ++ +++ !! +", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.Orgs.Page(c.Ctx, c.as.User, charter.OrgQuery{})) }
		}},
		{"H2", "read the history", roles.AccessUsers, "", "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return errOf(c.Svc.History.Page(c.Ctx, c.as, charter.HistoryQuery{})) }
		}},
		{"G4", "register a resource", "", store.ResourcesRegistered, "+.. .. ... !+", func(c *cell) func() error {
			r := machine(c)
			return func() error { return c.Svc.Resources.Register(c.Ctx, c.as, r) }
		}},
		{"G4", "unregister a resource", "", store.ResourcesUnregistered, "+.. .. ... !+", func(c *cell) func() error {
			r := machine(c)
			c.Must(c.Svc.Resources.Register(c.Ctx, c.ada, r))
			return func() error { return c.Svc.Resources.Unregister(c.Ctx, c.as, r) }
		}},
		{"G3", "introduce resource access", "", store.GrantsIntroduced, "+.. .. ... !+", func(c *cell) func() error {
			return func() error { return c.Svc.Grants.Introduce(c.Ctx, c.as) }
		}},
		{"G1", "do what is about no resource", addDevice, "", "+.. +. ... !!", func(c *cell) func() error {
			return func() error { return c.Svc.Require(c.Ctx, c.as, addDevice, none) }
		}},
		{"G1", "use a resource, with a grant for the fourth", deleteDevice, "", "+.. +. ... !!", func(c *cell) func() error {
			r := machine(c)
			c.Must(c.Svc.Resources.Register(c.Ctx, c.ada, r))
			return func() error { return c.Svc.Require(c.Ctx, c.as, deleteDevice, r) }
		}},
	}
}
