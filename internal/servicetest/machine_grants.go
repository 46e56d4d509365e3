package servicetest

import (
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// hostOr is an actor, or the host itself in the actor's organization, which may
// name the actor.
type hostOr struct {
	as    charter.Actor
	host  bool
	named bool
}

func (c hostOr) actor() charter.Actor {
	switch {
	case !c.host:
		return c.as
	case c.named:
		return charter.HostFor(c.as)
	}
	return charter.Host(c.as.Org)
}

// user is who the history names.
func (c hostOr) user() orgs.UserID {
	if c.host && !c.named {
		return ""
	}
	return c.as.User
}

func (c hostOr) bad() (bad refusals) {
	bad.when(!validID(string(c.as.Org)), invalid("actor.org"))
	bad.when(!validID(string(c.user())) && (!c.host || c.named), invalid("actor.user"))
	return bad
}

// tenant returns the organization to the host, or to an active member.
func (c hostOr) tenant(m *model) (*tenant, refusals) {
	t := m.orgs[c.as.Org]
	switch {
	case c.host && t == nil:
		return nil, refusals{notFound}
	case !c.host && !m.may(c.as, ""):
		return nil, refusals{denied}
	}
	return t, nil
}

// place is G4: register and unregister.
type place struct {
	hostOr
	resources []grants.Resource
	gone      bool
}

func makePlace(g *gen) step {
	return place{hostOr{g.actor(), g.rarely(2), g.rarely(2)}, g.resources(), g.rarely(3)}
}

func (c place) ask(s *subject) (any, error) {
	if c.gone {
		return nil, s.Svc.Resources.Unregister(s.Ctx, c.actor(), c.resources...)
	}
	return nil, s.Svc.Resources.Register(s.Ctx, c.actor(), c.resources...)
}

func (c place) want(m *model) (any, refusals) {
	bad := c.bad()
	for i, res := range c.resources {
		bad.when(res.Kind != "device" && res.Kind != "dashboard", invalid(fmt.Sprintf("resources[%d].kind", i)))
		bad.when(!validID(string(res.ID)), invalid(fmt.Sprintf("resources[%d].id", i)))
	}
	if len(bad) > 0 {
		return nil, bad
	}
	t, no := c.tenant(m)
	if len(no) == 0 && !c.host && m.rowOf(c.as.Org, c.as.User).Role != "admin" {
		no = refusals{denied}
	}
	if len(no) > 0 {
		return nil, no
	}
	moved := map[grants.Resource]bool{}
	for _, res := range c.resources {
		if !c.gone && m.registeredElsewhere(t, res) {
			return nil, refusals{elsewhere}
		}
		if t.resources[res] == c.gone {
			moved[res] = true
		}
	}
	if len(moved) == 0 {
		return nil, nil
	}
	if !c.gone {
		for res := range moved {
			t.resources[res] = true
		}
		m.event(t, c.user(), store.ResourcesRegistered, store.Detail{Resources: sortedResources(moved)})
		return nil, nil
	}
	for res := range moved {
		delete(t.resources, res)
		for _, r := range t.rows {
			delete(r.grants, grants.Grant{Kind: res.Kind, Resource: res.ID})
		}
	}
	m.event(t, c.user(), store.ResourcesUnregistered, store.Detail{Resources: sortedResources(moved)})
	return nil, nil
}

func (m *model) registeredElsewhere(t *tenant, res grants.Resource) bool {
	for _, other := range m.orgs {
		if other != t && other.resources[res] {
			return true
		}
	}
	return false
}

func badGrants(gs []grants.Grant) (bad refusals) {
	for i, g := range gs {
		field := fmt.Sprintf("grants[%d]", i)
		bad.when(g.Kind != "device" && g.Kind != "dashboard", invalid(field+".kind"))
		bad.when(g.All && g.Resource != "", invalid(field+".all"))
		bad.when(!g.All && !validID(string(g.Resource)), invalid(field+".resource"))
	}
	return bad
}

// badGifts is G4 and M7 on what own gives.
func (t *tenant) badGifts(own *row, gs []grants.Grant) (no refusals) {
	for i, g := range gs {
		no.when(!own.reaches(g), escalation)
		unknown := !g.All && !t.resources[grants.Resource{Kind: g.Kind, ID: g.Resource}]
		no.when(unknown, invalid(fmt.Sprintf("grants[%d].resource", i)))
	}
	return no
}

// hand is G2: give and take.
type hand struct {
	hostOr
	id   orgs.MemberID
	gs   []grants.Grant
	take bool
}

func makeHand(g *gen) step {
	as := g.boss()
	c := hand{hostOr{as, g.rarely(6), g.rarely(2)}, g.member(as.Org), g.grantsIn(as.Org), g.rarely(2)}
	if t := g.model.orgs[as.Org]; t != nil && c.take && !g.rarely(3) {
		if r := t.row(c.id); r != nil && len(r.grants) > 0 { // take what is there, or a part of it
			c.gs = []grants.Grant{pick(g, r.sortedGrants()), pick(g, r.sortedGrants())}
			if g.rarely(2) {
				c.gs = []grants.Grant{{Kind: c.gs[0].Kind, Resource: "d-1"}}
			}
		}
	}
	return c
}

func (c hand) ask(s *subject) (any, error) {
	if c.take {
		return nil, s.Svc.Grants.Take(s.Ctx, c.actor(), c.id, c.gs...)
	}
	return nil, s.Svc.Grants.Give(s.Ctx, c.actor(), c.id, c.gs...)
}

func (c hand) want(m *model) (any, refusals) {
	bad := append(c.bad(), badGrants(c.gs)...)
	bad.when(!validID(string(c.id)), invalid("member"))
	if len(bad) > 0 {
		return nil, bad
	}
	t, no := c.tenant(m)
	if len(no) > 0 {
		return nil, no
	}
	own := &row{Member: orgs.Member{Role: "admin"}} // the host may give everything
	if !c.host {
		own = m.rowOf(c.as.Org, c.as.User)
		if !m.may(c.as, roles.ChangeRoles) {
			return nil, refusals{denied}
		}
	}
	r := t.row(c.id)
	if r == nil {
		return nil, refusals{notFound}
	}
	no.when(t.lacks(own.Role, r.Role), escalation)
	if c.take {
		no = append(no, r.badTaking(c.gs)...)
	} else {
		no = append(no, t.badGifts(own, c.gs)...)
	}
	if len(no) > 0 {
		return nil, no
	}
	moved := &row{grants: map[grants.Grant]bool{}}
	for _, g := range c.gs {
		if r.grants[g] != c.take {
			continue
		}
		moved.grants[g] = true
	}
	for g := range moved.grants {
		if c.take {
			delete(r.grants, g)
		} else {
			r.grants[g] = true
		}
	}
	action := store.GrantsGiven
	if c.take {
		action = store.GrantsTaken
	}
	if len(moved.grants) > 0 {
		m.event(t, c.user(), action, store.Detail{Member: r.ID, Grants: moved.sortedGrants()})
	}
	return nil, nil
}

// badTaking is G2: one is not taken from who keeps all.
func (r *row) badTaking(gs []grants.Grant) (no refusals) {
	for _, g := range gs {
		all := grants.Grant{Kind: g.Kind, All: true}
		no.when(!g.All && r.grants[all] && !slices.Contains(gs, all), holdsAll)
	}
	return no
}

// introduce is G3.
type introduce struct{ hostOr }

func makeIntroduce(g *gen) step { return introduce{hostOr{g.boss(), g.rarely(2), g.rarely(2)}} }

func (c introduce) ask(s *subject) (any, error) {
	return nil, s.Svc.Grants.Introduce(s.Ctx, c.actor())
}

func (c introduce) want(m *model) (any, refusals) {
	if bad := c.bad(); len(bad) > 0 {
		return nil, bad
	}
	t, no := c.tenant(m)
	if len(no) == 0 && !c.host && m.rowOf(c.as.Org, c.as.User).Role != "admin" {
		no = refusals{denied}
	}
	if len(no) > 0 {
		return nil, no
	}
	for _, r := range t.rows {
		for res := range t.resources {
			r.grants[grants.Grant{Kind: res.Kind, Resource: res.ID}] = true
		}
	}
	m.event(t, c.user(), store.GrantsIntroduced, store.Detail{})
	return nil, nil
}

// pageGrants lists a member's grants: one's own without permission (M1).
type pageGrants struct {
	as charter.Actor
	id orgs.MemberID
	q  charter.GrantQuery
}

func makePageGrants(g *gen) step {
	as := g.actor()
	return pageGrants{as, g.member(as.Org), charter.GrantQuery{
		Kinds: pick(g, [][]roles.Kind{nil, {"device"}, {"dashboard", "device", "device"}, {"planet"}}), Limit: g.limit(),
	}}
}

func (c pageGrants) ask(s *subject) (any, error) {
	q := c.q
	return paged(q.Limit, func(cursor charter.Cursor) (charter.Page[grants.Grant], error) {
		q.Cursor = cursor
		return s.Svc.Grants.Page(s.Ctx, c.as, c.id, q)
	}, s.Svc.Grants.All(s.Ctx, c.as, c.id, c.q))
}

func (c pageGrants) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(!validID(string(c.id)), invalid("member"))
	bad.when(slices.Contains(c.q.Kinds, "planet"), invalid("kinds[0]"))
	bad.when(c.q.Limit < 0 || c.q.Limit > 1000, invalid("limit"))
	if len(bad) > 0 {
		return nil, bad
	}
	own := m.rowOf(c.as.Org, c.as.User)
	if !m.may(c.as, roles.AccessUsers) && (own == nil || own.ID != c.id) {
		return nil, refusals{denied}
	}
	var list []grants.Grant
	if r := m.orgs[c.as.Org].row(c.id); r != nil {
		list = slices.DeleteFunc(r.sortedGrants(), func(g grants.Grant) bool {
			return len(c.q.Kinds) > 0 && !slices.Contains(c.q.Kinds, g.Kind)
		})
	}
	return list, nil
}
