package servicetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// issued is an invitation as answers are compared. The model cannot make the
// token: it learns it, and knows from then on what it is for.
type issued struct {
	Member   orgs.Member
	Delivery invites.Delivery
}

// issuedOf notes the token of what was issued, for the model to learn.
func (s *subject) issuedOf(i charter.Issued, err error) (any, error) {
	s.token = i.Link.URL()
	if err != nil {
		return nil, err
	}
	if s.token == "" {
		return nil, fmt.Errorf("no link")
	}
	return issued{i.Member, i.Delivery}, nil
}

// learn is I3: the link of one issue is always the same, and I4: another issue
// has another one.
func (m *model) learn(r, inviter *row) (any, refusals) {
	l := link{m.token, r.Org, r.ID, r.Issue}
	for _, known := range m.links {
		same := known.org == l.org && known.member == l.member && known.issue == l.issue
		if same != (known.token == l.token) {
			return nil, refusals{class(fmt.Sprintf("one link each: %v and %v", known, l))}
		}
	}
	m.links = append(m.links, l)
	by := invites.ByLink
	_, domain, _ := strings.Cut(lower(inviter.Email), "@")
	if strings.HasSuffix(lower(r.Email), "@"+domain) {
		by = invites.ByMail
	}
	return issued{r.Member, by}, nil
}

// invite is I1, I2 and M7.
type invite struct {
	as      charter.Actor
	request invites.Request
}

func makeInvite(g *gen) step {
	as := g.boss()
	return invite{as, invites.Request{
		Email: g.address(), Role: g.role(as.Org), Grants: g.grantsIn(as.Org),
		Message: pick(g, []string{"", "Hello\nthere", " spaces ", strings.Repeat("ü", 2000)}),
	}}
}

func (c invite) ask(s *subject) (any, error) {
	return s.issuedOf(s.Svc.Invites.Invite(s.Ctx, c.as, c.request))
}

func (c invite) want(m *model) (any, refusals) {
	bad, q := append(badActor(c.as), badGrants(c.request.Grants)...), c.request
	bad.when(!validAddress(q.Email), invalid("email"))
	bad.when(!validID(string(q.Role)), invalid("role"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(c.as, roles.InviteUsers) {
		return nil, refusals{denied}
	}
	t, own := m.orgs[c.as.Org], m.rowOf(c.as.Org, c.as.User)
	var no refusals
	no.when(!t.hasRole(q.Role), invalid("role"))
	no.when(t.lacks(own.Role, q.Role), escalation)
	no = append(no, t.badGifts(own, q.Grants)...)
	for _, r := range t.rows {
		if lower(r.Email) == lower(q.Email) {
			no.when(r.Status == orgs.Active, alreadyMember)
			no.when(r.Status == orgs.Invited, alreadyInvited)
		}
	}
	if len(no) > 0 {
		return nil, no
	}
	r := &row{grants: map[grants.Grant]bool{}}
	r.Member = orgs.Member{
		ID: m.fresh.member(t.id), Org: t.id, Role: q.Role, Status: orgs.Invited,
		Profile:   orgs.Profile{Email: strings.TrimSpace(q.Email)},
		InvitedBy: c.as.User, InvitedAt: m.now, Message: q.Message,
	}
	for _, g := range q.Grants {
		r.grants[g] = true
	}
	t.rows = append(t.rows, r)
	m.event(t, c.as.User, store.MemberInvited, store.Detail{Member: r.ID, After: store.State{Role: r.Role}, Grants: r.sortedGrants()})
	return m.learn(r, own)
}

// again is I3 and I4: the link once more, or a new one that ends the earlier.
type again struct {
	as    charter.Actor
	id    orgs.MemberID
	renew bool
}

func makeAgain(g *gen) step {
	as := g.boss(hasInvited)
	return again{as, g.member(as.Org, orgs.Invited), g.rarely(2)}
}

func (c again) ask(s *subject) (any, error) {
	if c.renew {
		return s.issuedOf(s.Svc.Invites.Reissue(s.Ctx, c.as, c.id))
	}
	return s.issuedOf(s.Svc.Invites.Link(s.Ctx, c.as, c.id))
}

func (c again) want(m *model) (any, refusals) {
	r, no := m.pending(c.as, c.id, roles.InviteUsers)
	if len(no) > 0 {
		return nil, no
	}
	if c.renew {
		r.Issue++
		m.event(m.orgs[c.as.Org], c.as.User, store.InvitationReissued, store.Detail{Member: r.ID})
	}
	return m.learn(r, m.rowOf(c.as.Org, c.as.User))
}

// pending returns invited row id to an actor who may touch it with p.
func (m *model) pending(as charter.Actor, id orgs.MemberID, p roles.Permission) (*row, refusals) {
	bad := badActor(as)
	bad.when(!validID(string(id)), invalid("member"))
	if len(bad) > 0 {
		return nil, bad
	}
	if !m.may(as, p) {
		return nil, refusals{denied}
	}
	t := m.orgs[as.Org]
	r := t.row(id)
	if r == nil {
		return nil, refusals{notFound}
	}
	var no refusals
	no.when(t.lacks(m.rowOf(as.Org, as.User).Role, r.Role), escalation)
	no.when(r.Status != orgs.Invited, notPending)
	return r, no
}

// revoke is I3.
type revoke struct {
	as charter.Actor
	id orgs.MemberID
}

func makeRevoke(g *gen) step {
	as := g.boss(hasInvited)
	return revoke{as, g.member(as.Org, orgs.Invited)}
}

func (c revoke) ask(s *subject) (any, error) { return nil, s.Svc.Invites.Revoke(s.Ctx, c.as, c.id) }

func (c revoke) want(m *model) (any, refusals) {
	r, no := m.pending(c.as, c.id, roles.RemoveUsers)
	if len(no) > 0 {
		return nil, no
	}
	t := m.orgs[c.as.Org]
	m.event(t, c.as.User, store.InvitationRevoked, store.Detail{Member: r.ID, Before: store.State{Role: r.Role}})
	m.depart(t, r)
	return nil, nil
}

// opened returns the row that token is for, if the token works: the last one
// issued for a row that is there.
func (m *model) opened(token string) *row {
	for _, l := range m.links {
		if t := m.orgs[l.org]; t != nil && l.token == token {
			if r := t.row(l.member); r != nil && r.Issue == l.issue {
				return r
			}
		}
	}
	return nil
}

// openLink is I5 and I6.
type openLink struct{ token string }

func (c openLink) ask(s *subject) (any, error) { return s.Svc.Invites.Open(s.Ctx, c.token) }

func (c openLink) want(m *model) (any, refusals) {
	r := m.opened(c.token)
	if r == nil || r.Status != orgs.Invited {
		return nil, refusals{invalidLink}
	}
	t := m.orgs[r.Org]
	p := charter.Preview{
		Organization: t.name, Email: r.Email, Message: r.Message, InvitedAt: r.InvitedAt,
		Inviter: m.users[r.InvitedBy].Profile,
	}
	titles := map[roles.ID]string{"admin": "Admin", "editor": "Editor", "viewer": "Viewer"}
	p.Role = roles.Role{ID: r.Role, Name: titles[r.Role]}
	if custom, ok := t.custom(r.Role); ok {
		p.Role.Name = custom.Name
	}
	for _, u := range m.users {
		p.Known = p.Known || lower(u.Email) == lower(r.Email)
	}
	return p, nil
}

// accept is I6, I8 and I9.
type accept struct {
	token string
	who   charter.Invitee
}

func makeAccept(g *gen) step {
	user := g.user()
	who := charter.Invitee{User: user, Profile: g.profile(user)}
	switch {
	case g.rarely(4):
		who.Verified = []string{who.Profile.Email}
	case g.rarely(8):
		who.Verified = []string{g.address()}
	default: // the host knows of many addresses of this user
		who.Verified = addresses
	}
	return accept{g.token(), who}
}

func (c accept) ask(s *subject) (any, error) { return s.Svc.Invites.Accept(s.Ctx, c.token, c.who) }

func (c accept) want(m *model) (any, refusals) {
	bad := badProfile(c.who.Profile)
	bad.when(!validID(string(c.who.User)), invalid("user"))
	for i, address := range c.who.Verified {
		bad.when(!validAddress(address), invalid(fmt.Sprintf("verified[%d]", i)))
	}
	if len(bad) > 0 {
		return nil, bad
	}
	r := m.opened(c.token)
	switch {
	case r == nil || r.Status == orgs.Active && r.User != c.who.User:
		return nil, refusals{invalidLink}
	case r.Status == orgs.Active:
		return r.Member, nil
	}
	var no refusals
	no.when(!slices.ContainsFunc(c.who.Verified, func(address string) bool { return lower(address) == lower(r.Email) }), wrongAddress)
	no.when(m.rowOf(r.Org, c.who.User) != nil, alreadyMember)
	if len(no) > 0 {
		return nil, no
	}
	t, p := m.orgs[r.Org], m.users[c.who.User]
	if p == nil {
		p = &person{orgs.User{ID: c.who.User, CreatedAt: m.now, Active: t.id}}
		m.users[p.ID] = p
	}
	r.User, r.Status, r.JoinedAt = p.ID, orgs.Active, m.now
	m.refresh(p, trimmed(c.who.Profile))
	m.event(t, p.ID, store.InvitationAccepted, store.Detail{Member: r.ID, User: p.ID})
	return r.Member, nil
}
