package servicetest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// A declared permission: the kind it is about, and who holds it besides Admins.
type declared struct {
	kind           roles.Kind
	editor, viewer bool
}

// catalogue is what the machine's host declares, as the model reads it.
var catalogue = map[roles.Permission]declared{
	"devices.view":       {"device", true, true},
	"devices.edit":       {"device", true, false},
	"devices.add":        {"", false, false},
	"boards.view":        {"dashboard", true, true},
	"boards.edit":        {"dashboard", true, false},
	"boards.export":      {"", true, true},
	roles.AccessUsers:    {"", false, false},
	roles.InviteUsers:    {"", false, false},
	roles.ChangeRoles:    {"", false, false},
	roles.RemoveUsers:    {"", false, false},
	"organization.audit": {"", false, false},

	roles.CreateOrganization: {"", true, true},
	roles.RenameOrganization: {"", false, false},
	roles.ChangeBilling:      {"", false, false},
}

// holds is R1, R2 and R4: what role id holds in t.
func (t *tenant) holds(id roles.ID, p roles.Permission) bool {
	d, ok := catalogue[p]
	if !ok {
		return false
	}
	switch id {
	case "admin":
		return true
	case "editor":
		return d.editor
	case "viewer":
		return d.viewer
	}
	r, _ := t.custom(id)
	return slices.Contains(r.Permissions, p)
}

// lacks reports whether role who lacks something that role what holds, or is
// (M7).
func (t *tenant) lacks(who, what roles.ID) bool {
	if what == "admin" && who != "admin" {
		return true
	}
	for p := range catalogue {
		if t.holds(what, p) && !t.holds(who, p) {
			return true
		}
	}
	return false
}

// lacksAny reports whether role who lacks one of permissions (M7).
func (t *tenant) lacksAny(who roles.ID, permissions []roles.Permission) bool {
	for _, p := range permissions {
		if !t.holds(who, p) {
			return true
		}
	}
	return false
}

// reaches reports whether r has what g would give: nobody hands out what they do
// not have.
func (r *row) reaches(g grants.Grant) bool {
	return r.Role == "admin" || r.grants[g] || r.grants[grants.Grant{Kind: g.Kind, All: true}]
}

// hidden is the service's own restriction on dashboards (G5): this one is out of
// sight, about that one it fails, about the third it panics.
func hidden(r grants.Resource) bool {
	return r.Kind == "dashboard" && (r.ID == "b-hidden" || r.ID == "b-error" || r.ID == "b-panic")
}

// explain is G1: the conditions in order, up to the first that fails.
func (m *model) explain(as charter.Actor, p roles.Permission, res grants.Resource) (steps []grants.Outcome, allowed bool) {
	t, r := m.orgs[as.Org], m.rowOf(as.Org, as.User)
	type condition struct {
		step  grants.Step
		holds func() bool
	}
	conditions := []condition{
		{grants.IsMember, func() bool { return r != nil }},
		{grants.IsActive, func() bool { return r.Status == orgs.Active }},
		{grants.RoleHolds, func() bool { return t.holds(r.Role, p) }},
	}
	if catalogue[p].kind != "" {
		conditions = append(conditions,
			condition{grants.IsRegistered, func() bool { return t.resources[res] }},
			condition{grants.IsCovered, func() bool { return r.reaches(grants.Grant{Kind: res.Kind, Resource: res.ID}) }})
	}
	if catalogue[p].kind == "dashboard" { // the only kind with a restriction
		conditions = append(conditions, condition{grants.IsUnrestricted, func() bool { return !hidden(res) }})
	}
	for _, c := range conditions {
		ok := c.holds()
		steps = append(steps, grants.Outcome{Step: c.step, OK: ok})
		if !ok {
			return steps, false
		}
	}
	return steps, true
}

func (m *model) can(as charter.Actor, p roles.Permission, res grants.Resource) bool {
	_, ok := m.explain(as, p, res)
	return ok
}

// may reports whether the actor is an active member whose role holds p; "" asks
// only for the first.
func (m *model) may(as charter.Actor, p roles.Permission) bool {
	r := m.rowOf(as.Org, as.User)
	return r != nil && r.Status == orgs.Active && (p == "" || m.orgs[as.Org].holds(r.Role, p))
}

// class is the kind of an error: which sentinel, or which field is invalid.
type class string

const (
	success        class = "success"
	denied         class = "denied"
	escalation     class = "escalation"
	notFound       class = "not found"
	lastAdmin      class = "last Admin"
	ownRole        class = "own role"
	othersRemain   class = "others remain"
	alreadyMember  class = "already a member"
	alreadyInvited class = "already invited"
	builtInRole    class = "built-in role"
	roleInUse      class = "role in use"
	nameTaken      class = "name taken"
	holdsAll       class = "holds all"
	elsewhere      class = "registered elsewhere"
	invalidLink    class = "invalid link"
	wrongAddress   class = "wrong address"
	notPending     class = "not pending"
)

// invalid is the class of an InvalidError that names field.
func invalid(field string) class { return class("invalid " + field) }

// refusals are the classes of which the answer must have one. Where one rule
// refuses there is one; where several do, any of them is right. Bad input goes
// before a denial, a denial before everything else.
type refusals []class

func (r *refusals) when(refused bool, c class) {
	if refused {
		*r = append(*r, c)
	}
}

// badActor is SPEC 8 on an actor.
func badActor(as charter.Actor) (r refusals) {
	r.when(!validID(string(as.Org)), invalid("actor.org"))
	r.when(!validID(string(as.User)), invalid("actor.user"))
	return r
}

func validID(s string) bool {
	return s != "" && len(s) <= 255 && utf8.ValidString(s) && !strings.Contains(s, "\x00")
}

// validLine reports whether s, trimmed, is one line of least to most characters.
func validLine(s string, least, most int) bool {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most && !strings.ContainsFunc(s, unseen) && (s == "" || strings.Trim(s, joiners) != "")
}

func validAddress(s string) bool {
	s = strings.TrimSpace(s)
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && len(s) <= 254 && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, unseen) && !strings.ContainsAny(s, joiners) && !strings.ContainsAny(domain, "@") && !strings.ContainsAny(s, " <>")
}

// badProfile is SPEC 8 on a profile.
func badProfile(p orgs.Profile) (r refusals) {
	r.when(!validAddress(p.Email), invalid("email"))
	r.when(!validLine(p.FirstName, 0, 100), invalid("first-name"))
	r.when(!validLine(p.LastName, 0, 100), invalid("last-name"))
	return r
}

func trimmed(p orgs.Profile) orgs.Profile {
	return orgs.Profile{
		Email:     strings.TrimSpace(p.Email),
		FirstName: strings.TrimSpace(p.FirstName),
		LastName:  strings.TrimSpace(p.LastName),
	}
}
