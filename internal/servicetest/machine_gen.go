package servicetest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// gen makes a step up: most of the time one that may succeed, now and then one
// about things of others, things that are gone, or no thing at all.
type gen struct {
	*rand.Rand
	model *model
}

// people are the users of the machine's host, by its own opaque IDs.
var people = []orgs.UserID{"ada", "Ada", "auth0|12", "17", "ßen"}

// addresses are the users' and some more: case is folded, of ASCII letters only,
// and tags count.
var addresses = []string{
	"ada@acme.example", "Bo@Acme.Example", "kay@acme.example", "\u212Aay@acme.example", "eve@other.example",
	"ADA@acme.example", "bo@acme.example", "KAY@acme.example", "eve+1@other.example", " Eve@OTHER.example ",
}

// things are what the host registers.
var things = []grants.Resource{
	{Kind: "device", ID: "d-1"}, {Kind: "device", ID: "D-1"}, {Kind: "device", ID: "d-2"}, {Kind: "dashboard", ID: "b-1"},
	{Kind: "dashboard", ID: "b-hidden"}, {Kind: "dashboard", ID: "b-error"}, {Kind: "dashboard", ID: "b-panic"},
}

// bundles are sets of permissions that custom roles hold.
var bundles = [][]roles.Permission{
	{},
	{"devices.view"},
	{"devices.view", "devices.edit", "devices.view"},
	{roles.AccessUsers},
	{roles.AccessUsers, roles.InviteUsers, roles.ChangeRoles, roles.RemoveUsers},
	{roles.AccessUsers, roles.InviteUsers, roles.ChangeRoles, roles.RemoveUsers, "devices.view", "devices.edit", "boards.view", "boards.export"},
	everyPermission(),
	{"devices.view", "devices.fly"},
}

// everyPermission is what an Admin holds.
func everyPermission() []roles.Permission {
	return slices.Sorted(maps.Keys(catalogue))
}

func pick[T any](g *gen, list []T) T { return list[g.IntN(len(list))] }

// rarely is true once in n times.
func (g *gen) rarely(n int) bool { return g.IntN(n) == 0 }

// orgIDs returns the organizations in a fixed order.
func (g *gen) orgIDs() []orgs.ID {
	return slices.Sorted(maps.Keys(g.model.orgs))
}

func (g *gen) org() orgs.ID {
	ids := g.orgIDs()
	switch {
	case g.rarely(60):
		return pick(g, []orgs.ID{"", "\x00", orgs.ID(strings.Repeat("o", 256))})
	case len(ids) == 0 || g.rarely(20):
		return "0195a000-0000-7000-8000-000000000000"
	}
	a, b := pick(g, ids), pick(g, ids)
	if g.model.orgs[a].bustle() < g.model.orgs[b].bustle() {
		return b
	}
	return a
}

// bustle says how much there is to do in t: most organizations of a run are
// personal ones where nothing happens.
func (t *tenant) bustle() int {
	n := 0
	for _, r := range t.rows {
		n++
		if r.Status == orgs.Invited {
			n++
		}
	}
	return n
}

func (g *gen) user() orgs.UserID {
	if g.rarely(60) {
		return pick(g, []orgs.UserID{"", "a\xff", orgs.UserID(strings.Repeat("u", 256)), "nobody"})
	}
	return pick(g, people)
}

// actor is most of the time an active member.
func (g *gen) actor() charter.Actor {
	as := charter.Actor{User: g.user(), Org: g.org()}
	t := g.model.orgs[as.Org]
	if t == nil || g.rarely(10) {
		return as
	}
	var active []orgs.UserID
	for _, r := range t.rows {
		if r.Status == orgs.Active {
			active = append(active, r.User)
		}
	}
	as.User = pick(g, active)
	return as
}

// boss is an actor who may do most things, most of the time where wanted is
// true.
func (g *gen) boss(wanted ...func(*tenant) bool) charter.Actor {
	as := g.actor()
	if len(wanted) > 0 && !g.rarely(5) {
		for _, id := range g.orgIDs() {
			if wanted[0](g.model.orgs[id]) {
				as.Org = id
			}
		}
	}
	if t := g.model.orgs[as.Org]; t != nil && !g.rarely(4) {
		for _, r := range t.rows {
			if r.Status == orgs.Active && t.holds(r.Role, roles.ChangeRoles) && t.holds(r.Role, roles.InviteUsers) {
				as.User = r.User
			}
		}
	}
	return as
}

func hasInvited(t *tenant) bool {
	return slices.ContainsFunc(t.rows, func(r *row) bool { return r.Status == orgs.Invited })
}

func hasCustom(t *tenant) bool { return len(t.roles) > 0 }

// member is most of the time a row of org, with one of its states if any is
// given.
func (g *gen) member(org orgs.ID, status ...orgs.Status) orgs.MemberID {
	if g.rarely(15) {
		return pick(g, []orgs.MemberID{"", "b0000000-0000-4000-8000-000000000000", "\xc3\x28"})
	}
	if g.rarely(15) {
		org = g.org()
	}
	t := g.model.orgs[org]
	if t == nil {
		return "b0000000-0000-4000-8000-000000000000"
	}
	var ids []orgs.MemberID
	for _, r := range t.rows {
		if len(status) == 0 || slices.Contains(status, r.Status) || g.rarely(4) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return t.rows[0].ID
	}
	return pick(g, ids)
}

// role is a role of org, or of another, or none.
func (g *gen) role(org orgs.ID) roles.ID {
	if g.rarely(25) {
		return pick(g, []roles.ID{"", "owner", "ADMIN", "\x00"})
	}
	if g.rarely(15) {
		org = g.org()
	}
	ids := []roles.ID{"admin", "admin", "editor", "viewer"}
	if t := g.model.orgs[org]; t != nil {
		for _, r := range t.roles {
			ids = append(ids, r.ID, r.ID)
		}
	}
	return pick(g, ids)
}

// customRole is most of the time a custom role of org.
func (g *gen) customRole(org orgs.ID) roles.ID {
	t := g.model.orgs[org]
	if t == nil || len(t.roles) == 0 || g.rarely(6) {
		return g.role(org)
	}
	return pick(g, t.roles).ID
}

func (g *gen) name() string {
	if g.rarely(12) {
		return pick(g, []string{"", " \t ", strings.Repeat("é", 101), "a\nb", "a\x00", "\xff\xfe"})
	}
	return pick(g, []string{"Acme", "acme", "  Beta Works ", "Ünit", "ÜNIT", "50%_off", strings.Repeat("é", 100), "Operators", "OPERATORS", "Viewer"})
}

func (g *gen) address() string {
	if g.rarely(20) {
		return pick(g, []string{"", "nobody", "a@", "@b", "a b@c.example", strings.Repeat("a", 250) + "@b.example", "a\x00@b.example"})
	}
	return pick(g, addresses)
}

func (g *gen) profile(user orgs.UserID) orgs.Profile {
	i := max(0, slices.Index(people, user))
	p := orgs.Profile{Email: addresses[i], FirstName: "F" + string(people[i]), LastName: "Last"}
	if g.rarely(3) {
		p = orgs.Profile{
			Email:     g.address(),
			FirstName: pick(g, []string{"", "Zoë", "ZOË", " ada ", "Bo"}),
			LastName:  pick(g, []string{"", "de Vries", "B", "Lovelace"}),
		}
	}
	if g.rarely(40) {
		p.LastName = strings.Repeat("x", 101)
	}
	return p
}

func (g *gen) resources() []grants.Resource {
	var list []grants.Resource
	for range g.IntN(4) {
		list = append(list, pick(g, things))
	}
	if g.rarely(25) {
		list = append(list, pick(g, []grants.Resource{{}, {Kind: "planet", ID: "p"}, {Kind: "device"}, {Kind: "device", ID: "\x00"}}))
	}
	return list
}

// grantsIn are grants of things that org has, mostly.
func (g *gen) grantsIn(org orgs.ID) []grants.Grant {
	var list []grants.Grant
	var have []grants.Resource
	if t := g.model.orgs[org]; t != nil {
		have = sortedResources(t.resources)
	}
	if g.rarely(10) {
		have = things
	}
	for range g.IntN(4) {
		if len(have) == 0 || g.rarely(4) {
			list = append(list, grants.All(pick(g, []roles.Kind{"device", "dashboard"})))
			continue
		}
		res := pick(g, have)
		list = append(list, grants.One(res.Kind, res.ID))
	}
	if g.rarely(25) {
		list = append(list, pick(g, []grants.Grant{{}, {Kind: "planet", All: true}, {Kind: "device"}, {Kind: "device", All: true, Resource: "d-1"}}))
	}
	return list
}

// token is one that was issued, most of the time one that still works.
func (g *gen) token() string {
	links := g.model.links
	if len(links) == 0 || g.rarely(12) {
		return pick(g, []string{"", "nonsense", strings.Repeat("A", 86), strings.Repeat("A", 1<<16)})
	}
	var pending []string
	for _, l := range links {
		if t := g.model.orgs[l.org]; t != nil {
			if r := t.row(l.member); r != nil && r.Status == orgs.Invited && r.Issue == l.issue {
				pending = append(pending, l.token)
			}
		}
	}
	token := pick(g, links).token
	if len(pending) > 0 && !g.rarely(3) {
		token = pick(g, pending)
	}
	if g.rarely(15) {
		i := g.IntN(len(token))
		token = token[:i] + string('A'+rune(g.IntN(26))) + token[i+1:]
	}
	return token
}

func (g *gen) limit() int {
	if g.rarely(20) {
		return pick(g, []int{-1, 1001})
	}
	return pick(g, []int{0, 1, 2, 3, 1000})
}

// steps are the calls of the Service, with how often each is made.
var steps = []struct {
	weight int
	make   func(*gen) step
}{
	{6, func(g *gen) step { return makeSignIn(g) }},
	{3, func(g *gen) step { return makeCreate(g) }},
	{2, func(g *gen) step { return rename{g.boss(), g.name()} }},
	{2, func(g *gen) step { return makeSetBilling(g) }},
	{4, func(g *gen) step { return leave{g.actor()} }},
	{3, func(g *gen) step { return makeDelete(g) }},
	{3, func(g *gen) step { return switchOrg{g.actor()} }},
	{2, func(g *gen) step { return getOrg{g.actor()} }},
	{2, func(g *gen) step {
		return pageOrgs{g.user(), pick(g, []string{"", "ACME", "ü", "%", "\n"}), g.limit()}
	}},
	{1, func(g *gen) step { return getUser{g.user()} }},

	{6, func(g *gen) step { return makeChangeRole(g) }},
	{5, func(g *gen) step { return makeRemove(g) }},
	{2, func(g *gen) step { return makeGetMember(g) }},
	{4, func(g *gen) step { return makePageMembers(g) }},

	{4, func(g *gen) step { return createRole{g.boss(), g.name(), pick(g, bundles)} }},
	{2, func(g *gen) step { return makeRenameRole(g) }},
	{4, func(g *gen) step { return makeSetPermissions(g) }},
	{2, func(g *gen) step { return makeDeleteRole(g) }},
	{2, func(g *gen) step { return listRoles{g.boss()} }},

	{10, func(g *gen) step { return makeInvite(g) }},
	{10, func(g *gen) step { return makeAccept(g) }},
	{2, func(g *gen) step { return makeAgain(g) }},
	{3, func(g *gen) step { return makeRevoke(g) }},
	{2, func(g *gen) step { return openLink{g.token()} }},

	{5, func(g *gen) step { return makePlace(g) }},
	{5, func(g *gen) step { return makeHand(g) }},
	{1, func(g *gen) step { return makeIntroduce(g) }},
	{2, func(g *gen) step { return makePageGrants(g) }},

	{5, func(g *gen) step { return makeAskOne(g) }},
	{3, func(g *gen) step { return askAll{g.actor()} }},
	{3, func(g *gen) step { return makeUsers(g) }},
	{2, func(g *gen) step { return pageHistory{g.boss(), g.rarely(2), g.limit(), g.rarely(3)} }},
	{1, func(g *gen) step { return deletions{g.limit()} }},
	{1, func(g *gen) step { return purged{g.anyOrg()} }},
}

// anyOrg is an organization, one that was deleted, or none.
func (g *gen) anyOrg() orgs.ID {
	gone := slices.Sorted(maps.Keys(g.model.tombs))
	if len(gone) == 0 || g.rarely(4) {
		return g.org()
	}
	return pick(g, gone)
}

// prelude is how a run begins, or a part of it: an organization with somebody of
// each kind.
var prelude = []func(*gen) step{
	func(*gen) step { return signIn{people[0], orgs.Profile{Email: addresses[0], FirstName: "Ada"}} },
	func(*gen) step { return signIn{people[1], orgs.Profile{Email: addresses[1], FirstName: "Bo"}} },
	func(*gen) step { return create{people[0], "Acme"} },
	func(g *gen) step { return place{hostOr{as: g.founder()}, things, false} },
	func(g *gen) step { return createRole{g.founder(), "Managers", pick(g, bundles[4:7])} },
	func(g *gen) step { return inviteOf(g, 1, "admin") },
	func(g *gen) step { return acceptOf(g, 1) },
	func(g *gen) step { return inviteOf(g, 2, g.model.orgs[g.founder().Org].roles[0].ID) },
	func(g *gen) step { return acceptOf(g, 2) },
	func(g *gen) step { return inviteOf(g, 3, "viewer") },
}

// founder is the first user in the organization that has a name of its own.
func (g *gen) founder() charter.Actor {
	for id, t := range g.model.orgs {
		if t.name == "Acme" {
			return charter.Actor{User: people[0], Org: id}
		}
	}
	return charter.Actor{}
}

func inviteOf(g *gen, i int, role roles.ID) step {
	return invite{g.founder(), invites.Request{Email: addresses[i], Role: role, Grants: []grants.Grant{grants.All("device")}}}
}

func acceptOf(g *gen, i int) step {
	who := charter.Invitee{User: people[i], Profile: orgs.Profile{Email: addresses[i]}, Verified: addresses}
	return accept{g.model.links[len(g.model.links)-1].token, who}
}

func (g *gen) step() step {
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := g.IntN(total)
	for _, s := range steps {
		if n < s.weight {
			return s.make(g)
		}
		n -= s.weight
	}
	return getUser{g.user()}
}
