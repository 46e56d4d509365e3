package servicetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// badQuestion is G1 and R4: what is no question has no answer.
func badQuestion(p roles.Permission, res grants.Resource) (bad refusals) {
	d, ok := catalogue[p]
	switch {
	case !ok:
		return refusals{invalid("permission")}
	case d.kind == "" && res != (grants.Resource{}):
		return refusals{invalid("resource")}
	case d.kind != res.Kind:
		return refusals{invalid("resource.kind")}
	case d.kind != "" && !validID(string(res.ID)):
		return refusals{invalid("resource.id")}
	}
	return nil
}

// askOne is G1, G5, G6 and G7: one question by every way there is to ask it.
type askOne struct {
	as  charter.Actor
	p   roles.Permission
	res grants.Resource
}

func makeAskOne(g *gen) step {
	c := askOne{as: g.actor(), p: pick(g, append(everyPermission(), "devices.fly")), res: pick(g, things)}
	if kind := catalogue[c.p].kind; kind != c.res.Kind && !g.rarely(6) {
		c.res = grants.Resource{Kind: kind, ID: "d-1"}
		if kind == "" {
			c.res = grants.Resource{}
		}
	}
	if g.rarely(20) {
		c.res.ID = pick(g, []grants.ResourceID{"", "\x00", "unregistered"})
	}
	return c
}

type answered struct {
	Allowed  bool
	Outcomes []grants.Outcome
}

func (c askOne) ask(s *subject) (any, error) {
	ok, err := s.Svc.Can(s.Ctx, c.as, c.p, c.res)
	if err != nil {
		return ok, err
	}
	if class := classOf(s.Svc.Require(s.Ctx, c.as, c.p, c.res)); ok != (class == success) || !ok && class != denied {
		return nil, fmt.Errorf("can is %t, require is %s", ok, class)
	}
	why, err := s.Svc.Explain(s.Ctx, c.as, c.p, c.res)
	if err == nil && why.Allowed != ok {
		return nil, fmt.Errorf("can is %t, explain is %t", ok, why.Allowed)
	}
	return answered{ok, why.Outcomes}, err
}

func (c askOne) want(m *model) (any, refusals) {
	bad := append(badActor(c.as), badQuestion(c.p, c.res)...)
	if len(bad) > 0 {
		return nil, bad
	}
	steps, ok := m.explain(c.as, c.p, c.res)
	return answered{ok, steps}, nil
}

// askAll asks everything there is to ask about one actor, in every plural way,
// which must all agree (G7).
type askAll struct{ as charter.Actor }

// questions are all that have an answer.
func questions() []grants.Question {
	var all []grants.Question
	for _, p := range everyPermission() {
		if catalogue[p].kind == "" {
			all = append(all, grants.Question{Permission: p})
			continue
		}
		for _, res := range things {
			if res.Kind == catalogue[p].kind {
				all = append(all, grants.Question{Permission: p, Resource: res})
			}
		}
	}
	return all
}

// may are the questions with yes for an answer, and the permissions that are
// held at all.
type may struct {
	Each     []grants.Question
	Held     []roles.Permission
	Revision uint64
}

func (c askAll) ask(s *subject) (any, error) {
	access, err := s.Svc.Access(s.Ctx, c.as)
	if err != nil {
		return nil, err
	}
	yes := may{Revision: access.Revision()}
	all := questions()
	each, err := s.Svc.CanEach(s.Ctx, c.as, all)
	if err != nil {
		return nil, err
	}
	for i, q := range all {
		if ok, err := access.Can(q.Permission, q.Resource); err != nil || ok != each[i] {
			return nil, fmt.Errorf("can each %v is %t, access %t, %w", q, each[i], ok, err)
		}
		if each[i] {
			yes.Each = append(yes.Each, q)
		}
	}
	for _, p := range everyPermission() {
		held, err := s.Svc.Holds(s.Ctx, c.as, p)
		if err != nil || held != access.Holds(p) {
			return nil, fmt.Errorf("holds %s is %t, access %t, %w", p, held, access.Holds(p), err)
		}
		if held {
			yes.Held = append(yes.Held, p)
		}
		if err := c.plural(s, p, yes.Each); err != nil {
			return nil, err
		}
	}
	return yes, nil
}

// plural compares the two lists of what is usable for p with the single answers.
func (c askAll) plural(s *subject, p roles.Permission, yes []grants.Question) error {
	kind := catalogue[p].kind
	if kind == "" {
		return nil
	}
	var usable, of []grants.Resource
	for _, res := range things {
		if res.Kind == kind {
			of = append(of, res)
		}
	}
	for _, q := range yes {
		if q.Permission == p {
			usable = append(usable, q.Resource)
		}
	}
	filtered, err := s.Svc.Filter(s.Ctx, c.as, p, of)
	if err != nil || !slices.Equal(filtered, usable) {
		return fmt.Errorf("filter for %s gives %v, %w, not %v", p, filtered, err, usable)
	}
	slices.SortFunc(usable, func(a, b grants.Resource) int { return strings.Compare(string(a.ID), string(b.ID)) })
	q := charter.PageQuery{Limit: 2}
	listed, err := paged(2, func(cursor charter.Cursor) (charter.Page[grants.Resource], error) {
		q.Cursor = cursor
		return s.Svc.ResourcesFor(s.Ctx, c.as, p, q)
	}, s.Svc.AllResourcesFor(s.Ctx, c.as, p, charter.PageQuery{}))
	if err != nil || !slices.Equal(listed.([]grants.Resource), usable) {
		return fmt.Errorf("resources for %s are %v, %w, not %v", p, listed, err, usable)
	}
	return nil
}

func (c askAll) want(m *model) (any, refusals) {
	if bad := badActor(c.as); len(bad) > 0 {
		return nil, bad
	}
	var yes may
	if t := m.orgs[c.as.Org]; t != nil {
		yes.Revision = t.revision
	}
	for _, q := range questions() {
		if m.can(c.as, q.Permission, q.Resource) {
			yes.Each = append(yes.Each, q)
		}
	}
	for _, p := range everyPermission() {
		if m.may(c.as, p) {
			yes.Held = append(yes.Held, p)
		}
	}
	return yes, nil
}

// users is G7: which members may use a resource, or which users they are.
type users struct {
	org   orgs.ID
	p     roles.Permission
	res   grants.Resource
	limit int
	ids   bool // the users alone
}

func makeUsers(g *gen) step {
	res := pick(g, things)
	p := roles.Permission("devices.edit")
	if res.Kind == "dashboard" {
		p = "boards.view"
	}
	if g.rarely(12) {
		p = pick(g, everyPermission())
	}
	return users{g.org(), p, res, g.limit(), g.rarely(2)}
}

func (c users) ask(s *subject) (any, error) {
	q := charter.PageQuery{Limit: c.limit}
	if c.ids {
		return paged(c.limit, func(cursor charter.Cursor) (charter.Page[orgs.UserID], error) {
			q.Cursor = cursor
			return s.Svc.UsersFor(s.Ctx, c.org, c.p, c.res, q)
		}, s.Svc.AllUsersFor(s.Ctx, c.org, c.p, c.res, charter.PageQuery{Limit: c.limit}))
	}
	return paged(c.limit, func(cursor charter.Cursor) (charter.Page[orgs.Member], error) {
		q.Cursor = cursor
		return s.Svc.MembersFor(s.Ctx, c.org, c.p, c.res, q)
	}, s.Svc.AllMembersFor(s.Ctx, c.org, c.p, c.res, charter.PageQuery{Limit: c.limit}))
}

func (c users) want(m *model) (any, refusals) {
	bad := badQuestion(c.p, c.res)
	bad.when(catalogue[c.p].kind == "", invalid("permission"))
	bad.when(!validID(string(c.org)), invalid("organization"))
	bad.when(c.limit < 0 || c.limit > 1000, invalid("limit"))
	if len(bad) > 0 {
		return nil, bad
	}
	var list []orgs.Member
	if t := m.orgs[c.org]; t != nil {
		for _, r := range t.rows {
			if m.can(charter.Actor{User: r.User, Org: c.org}, c.p, c.res) {
				list = append(list, r.Member)
			}
		}
	}
	slices.SortFunc(list, func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if c.ids {
		return idsOf(list, func(m orgs.Member) orgs.UserID { return m.User }), nil
	}
	return list, nil
}

// pageHistory is H2.
type pageHistory struct {
	as         charter.Actor
	descending bool
	limit      int
	back       bool
}

func (c pageHistory) ask(s *subject) (any, error) {
	q := charter.HistoryQuery{Descending: c.descending, Limit: c.limit}
	if c.back {
		return backwards(q.Limit, func(cursor charter.Cursor, last bool) (charter.Page[store.Event], error) {
			q.Cursor, q.Last = cursor, last
			return s.Svc.History.Page(s.Ctx, c.as, q)
		})
	}
	var all []store.Event
	for {
		page, err := s.Svc.History.Page(s.Ctx, c.as, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		q.Cursor = page.Next
	}
}

func (c pageHistory) want(m *model) (any, refusals) {
	bad := badActor(c.as)
	bad.when(c.limit < 0 || c.limit > 1000, invalid("limit"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.AccessUsers) {
		return nil, refusals{denied}
	}
	list := slices.Clone(m.orgs[c.as.Org].history)
	if c.descending {
		slices.Reverse(list)
	}
	return list, nil
}
