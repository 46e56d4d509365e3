package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func userInputs() []corpusInput {
	signIn := func(change func(*orgs.UserID, *orgs.Profile, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			id := orgs.UserID(s.fresh("u"))
			p := Profile(id)
			change(&id, &p, v)
			return errOf(s.Svc.SignIn(s.Ctx, id, p))
		}
	}
	return []corpusInput{
		{"sign in", "user", badID, signIn(func(id *orgs.UserID, _ *orgs.Profile, v string) { *id = orgs.UserID(v) }), nil, nil},
		{"sign in", "email", badAddress, signIn(func(_ *orgs.UserID, p *orgs.Profile, v string) { p.Email = v }), nil, nil},
		{"sign in", "first-name", badLine(0, 100), signIn(func(_ *orgs.UserID, p *orgs.Profile, v string) { p.FirstName = v }), nil, nil},
		{"sign in", "last-name", badLine(0, 100), signIn(func(_ *orgs.UserID, p *orgs.Profile, v string) { p.LastName = v }), nil, nil},
		{"sign in again", "last-name", badLine(0, 100), func(s *corpusStage, v string) error {
			return errOf(s.Svc.SignIn(s.Ctx, "eve", orgs.Profile{Email: "eve@acme.example", LastName: v}))
		}, nil, nil},
		{"user", "user", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.User(s.Ctx, orgs.UserID(v)))
		}, []error{charter.ErrNotFound}, nil},
		{"users", "users[2]", func(v string) bool { return v != "" && badID(v) }, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Users(s.Ctx, "eve", "", orgs.UserID(v), "eve"))
		}, nil, nil},
	}
}

func orgInputs() []corpusInput {
	billing := func(change func(*orgs.Billing, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			var b orgs.Billing
			change(&b, v)
			return s.Svc.Orgs.SetBilling(s.Ctx, s.ada, b)
		}
	}
	badBillingAddress := func(v string) bool { return trim(v) != "" && badAddress(v) }
	return []corpusInput{
		{"create organization", "user", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Orgs.Create(s.Ctx, orgs.UserID(v), "New"))
		}, []error{charter.ErrNotFound}, nil},
		{"create organization", "name", badLine(1, 100), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Orgs.Create(s.Ctx, "ada", v))
		}, nil, nil},
		{"rename", "name", badLine(1, 100), func(s *corpusStage, v string) error { return s.Svc.Orgs.Rename(s.Ctx, s.ada, v) }, nil, nil},
		{"set billing", "billing.company", badLine(0, 200), billing(func(b *orgs.Billing, v string) { b.Company = v }), nil, nil},
		{"set billing", "billing.address", spaceless(badText(1000)), billing(func(b *orgs.Billing, v string) { b.Address = v }), nil, nil},
		{"set billing", "billing.vat-id", badLine(0, 50), billing(func(b *orgs.Billing, v string) { b.VATID = v }), nil, nil},
		{"set billing", "billing.reference", badLine(0, 200), billing(func(b *orgs.Billing, v string) { b.Reference = v }), nil, nil},
		{"set billing", "billing.email", badBillingAddress, billing(func(b *orgs.Billing, v string) { b.Email = v }), nil, nil},
		{"switch", "user", badID, func(s *corpusStage, v string) error {
			return s.Svc.Orgs.Switch(s.Ctx, orgs.UserID(v), s.ada.Org)
		}, []error{charter.ErrDenied}, nil},
		{"switch", "organization", badID, func(s *corpusStage, v string) error {
			return s.Svc.Orgs.Switch(s.Ctx, "ada", orgs.ID(v))
		}, []error{charter.ErrDenied}, nil},
		{"organizations", "user", badID, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Orgs.Page(s.Ctx, orgs.UserID(v), charter.OrgQuery{}))
		}, nil, nil},
		{"organizations", "search", badLine(0, 100), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Orgs.Page(s.Ctx, "ada", charter.OrgQuery{Search: v}))
		}, nil, nil},
		{"organizations", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Orgs.Page(s.Ctx, "ada", charter.OrgQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"history", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.History.Page(s.Ctx, s.ada, charter.HistoryQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"deletions", "after", func(v string) bool { return v != "" && badID(v) }, func(s *corpusStage, v string) error {
			return errOf(s.Svc.History.Deletions(s.Ctx, orgs.ID(v), 0))
		}, nil, nil},
		{"purged", "organization", badID, func(s *corpusStage, v string) error { return s.Svc.History.Purged(s.Ctx, orgs.ID(v)) }, nil, nil},
	}
}

// spaceless is bad of what is left without the spaces around it.
func spaceless(bad func(string) bool) func(string) bool {
	return func(v string) bool { return bad(trim(v)) }
}

func memberInputs() []corpusInput {
	page := func(change func(*charter.MemberQuery, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			var q charter.MemberQuery
			change(&q, v)
			return errOf(s.Svc.Members.Page(s.Ctx, s.ada, q))
		}
	}
	inputs := []corpusInput{
		{"members", "search", badLine(0, 300), page(func(q *charter.MemberQuery, v string) { q.Search = v }), nil, nil},
		{"members", "status[0]", always, page(func(q *charter.MemberQuery, v string) { q.Status = []orgs.Status{orgs.Status(v)} }), nil, nil},
		{"members", "roles[0]", badID, page(func(q *charter.MemberQuery, v string) { q.Roles = []roles.ID{roles.ID(v)} }), nil, nil},
		{"members", "cursor", notEmpty, page(func(q *charter.MemberQuery, v string) { q.Cursor = charter.Cursor(v) }), nil, nil},
		{"change role", "role", always, func(s *corpusStage, v string) error {
			return s.Svc.Members.ChangeRole(s.Ctx, s.ada, s.invited(), roles.ID(v))
		}, nil, unless(badID)},
		{"remove", "confirmation", always, func(s *corpusStage, v string) error {
			return s.Svc.Members.Remove(s.Ctx, s.ada, s.invited(), v)
		}, nil, unless(badAddress)},
		{"grants", "kinds[0]", allBut("device"), func(s *corpusStage, v string) error {
			return errOf(s.Svc.Grants.Page(s.Ctx, s.ada, s.invited(), charter.GrantQuery{Kinds: []roles.Kind{roles.Kind(v)}}))
		}, nil, nil},
		{"grants", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Grants.Page(s.Ctx, s.ada, s.invited(), charter.GrantQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
	}
	for name, op := range rowOperations() {
		inputs = append(inputs, corpusInput{name, "member", badID, func(s *corpusStage, v string) error {
			return op(s, s.ada, orgs.MemberID(v))
		}, []error{charter.ErrNotFound}, nil})
	}
	return inputs
}

func inviteInputs() []corpusInput {
	invite := func(change func(*invites.Request, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			request := invites.Request{Email: s.fresh("x") + "@x.example", Role: roles.Viewer}
			change(&request, v)
			return errOf(s.Svc.Invites.Invite(s.Ctx, s.ada, request))
		}
	}
	grant := func(g func(string) grants.Grant) func(*invites.Request, string) {
		return func(r *invites.Request, v string) { r.Grants = []grants.Grant{g(v)} }
	}
	accept := func(change func(*charter.Invitee, string)) func(*corpusStage, string) error {
		return func(s *corpusStage, v string) error {
			who := Invitee(s.waits)
			change(&who, v)
			err := errOf(s.Svc.Invites.Accept(s.Ctx, token(s.spare), who))
			if err == nil {
				s.wait()
			}
			return err
		}
	}
	return []corpusInput{
		{"invite", "email", badAddress, invite(func(r *invites.Request, v string) { r.Email = v }), []error{charter.ErrAlreadyInvited}, nil},
		{"invite", "role", always, invite(func(r *invites.Request, v string) { r.Role = roles.ID(v) }), nil, unless(badID)},
		{"invite", "message", badText(2000), invite(func(r *invites.Request, v string) { r.Message = v }), nil, nil},
		{"invite", "grants[0].kind", allBut("device"), invite(grant(func(v string) grants.Grant { return grants.All(roles.Kind(v)) })), nil, nil},
		{"invite", "grants[0].resource", badID, invite(grant(func(v string) grants.Grant {
			return grants.One(device, grants.ResourceID(v))
		})), []error{charter.ErrInvalid}, nil},
		{"accept", "user", badID, accept(func(i *charter.Invitee, v string) { i.User = orgs.UserID(v) }), []error{charter.ErrAlreadyMember}, nil},
		{"accept", "email", badAddress, accept(func(i *charter.Invitee, v string) { i.Profile.Email = v }), nil, nil},
		{"accept", "first-name", badLine(0, 100), accept(func(i *charter.Invitee, v string) { i.Profile.FirstName = v }), nil, nil},
		{"accept", "last-name", badLine(0, 100), accept(func(i *charter.Invitee, v string) { i.Profile.LastName = v }), nil, nil},
		{"accept", "verified[1]", badAddress, accept(func(i *charter.Invitee, v string) { i.Verified = append(i.Verified, v) }), nil, nil},
		{"accept", "token", never, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Invites.Accept(s.Ctx, v, Invitee("pam")))
		}, []error{charter.ErrInvalidLink}, nil},
		{"received", "verified", badAddress, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Invites.Received(s.Ctx, v, charter.PageQuery{}))
		}, nil, nil},
		{"received", "cursor", notEmpty, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Invites.Received(s.Ctx, "pam@acme.example", charter.PageQuery{Cursor: charter.Cursor(v)}))
		}, nil, nil},
		{"open", "token", never, func(s *corpusStage, v string) error {
			return errOf(s.Svc.Invites.Open(s.Ctx, v))
		}, []error{charter.ErrInvalidLink}, nil},
	}
}
