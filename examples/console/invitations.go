package main

import (
	"context"
	"database/sql"
	"net/url"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

type inviteData struct {
	Link   string // of the invitation just made, for who does not see its page
	Roles  []choice
	Usual  roles.ID // the least of those that the actor may give
	Things []choices
}

// choice is a role, with whether the actor may give it.
type choice struct {
	roles.Role
	Mine bool
}

// choices are the things of a kind to tick.
type choices struct {
	category
	Items []thing
	More  bool // there are others, which are assigned once the invitation is there
}

// inviteForm asks for whom, in what role, with which things.
func (r *request) inviteForm() (view, error) {
	ctx := r.Context()
	f, err := r.frame("users")
	if err != nil {
		return view{}, err
	}
	if !f.May.Invite {
		return view{}, charter.ErrDenied
	}
	var data inviteData
	if data.Roles, err = r.choosable(f.May.AccessUsers); err != nil {
		return view{}, err
	}
	for _, c := range data.Roles {
		if c.Mine && (c.ID.BuiltIn() || data.Usual == "") {
			data.Usual = c.ID
		}
	}
	if made := orgs.MemberID(r.URL.Query().Get("made")); made != "" {
		if data.Link, err = r.link(made); err != nil {
			return view{}, err
		}
	}
	for _, s := range categories() {
		page, err := r.svc.Resources.Page(ctx, r.as, charter.ResourceQuery{Kinds: []roles.Kind{s.Kind}})
		if err != nil {
			return view{}, err
		}
		items, err := r.named(ctx, r.as.Org, page.Items)
		if err != nil {
			return view{}, err
		}
		data.Things = append(data.Things, choices{category: s, Items: items, More: page.Next != ""})
	}
	return view{page: "invite", Title: "Invite member", Org: f, Data: data}, nil
}

// choosable returns the roles that an invitation may name. Who may not know those
// of the organization knows the built-in ones and their own.
func (r *request) choosable(known bool) ([]choice, error) {
	mine, err := r.svc.Roles.Mine(r.Context(), r.as)
	if err != nil {
		return nil, err
	}
	all := roles.BuiltInRoles()
	if !mine.ID.BuiltIn() {
		all = append(all, mine)
	}
	if known {
		counts, err := r.svc.Roles.List(r.Context(), r.as)
		if err != nil {
			return nil, err
		}
		all = rolesOf(counts)
	}
	me := r.rank(mine)
	var list []choice
	for _, role := range all {
		list = append(list, choice{role, me.MayGive(r.rank(role)) == nil})
	}
	return list, nil
}

func rolesOf(counts []charter.RoleCount) []roles.Role {
	list := make([]roles.Role, 0, len(counts))
	for _, c := range counts {
		list = append(list, c.Role)
	}
	return list
}

// rank returns role with what it holds: who may give whom what is asked of it (M7).
func (r *request) rank(role roles.Role) roles.Rank {
	return roles.Rank{Role: role.ID, Holds: r.svc.Catalogue().Of(role)}
}

// invite invites, and mails the link where that is how it is delivered. Whether
// that went well changes nothing about the invitation: its page has the link.
func (r *request) invite() (string, error) {
	request := invites.Request{Email: r.PostFormValue("email"), Role: roles.ID(r.PostFormValue("role")), Message: r.lines("message")}
	for _, s := range categories() {
		request.Grants = append(request.Grants, r.ticked(string(s.Kind), s)...)
	}
	// Who may invite and not open members sees the link of what they made alone.
	open, err := r.svc.Holds(r.Context(), r.as, roles.AccessUsers)
	if err != nil {
		return "", err
	}
	issued, err := r.svc.Invites.Invite(r.Context(), r.as, request)
	if err != nil {
		return "", err
	}
	outcome := "invited"
	if issued.Delivery == invites.ByMail {
		outcome = "mailed"
		if err := r.mailInvitation(r.Context(), issued); err != nil {
			r.log.ErrorContext(r.Context(), "mail not sent", "error", err)
			outcome = "unmailed"
		}
	}
	if !open {
		return r.orgPath("invite") + "?" + url.Values{"done": {outcome}, "made": {string(issued.Member.ID)}}.Encode(), nil
	}
	return r.orgPath("users", string(issued.Member.ID)) + "?done=" + outcome, nil
}

func (r *request) mailInvitation(ctx context.Context, issued charter.Issued) error {
	preview, err := r.svc.Invites.Open(ctx, issued.Link.Token())
	if err != nil {
		return err
	}
	return r.mail.send(ctx, issued.Member.Email, preview, issued.Link.URL())
}

type invitationData struct {
	charter.Preview
	Address string // of this page
	Wrong   bool   // somebody else is signed in
}

// invitation shows what a link is for, to whoever has it (I5).
func (r *request) invitation() (view, error) {
	preview, err := r.svc.Invites.Open(r.Context(), r.PathValue("token"))
	if err != nil {
		return view{}, err
	}
	wrong := r.me.ID != "" && orgs.FoldAddress(r.me.Email) != orgs.FoldAddress(preview.Email)
	return view{page: "invitation", Title: "Invitation", Data: invitationData{preview, r.URL.Path, wrong}}, nil
}

// accept makes who signed in a member, who goes to work there: both, or neither. The
// address comes from the account, never from the request.
func (r *request) accept() (string, error) {
	var member orgs.Member
	err := r.inTx(r.Context(), func(ctx context.Context, _ *sql.Tx, svc *charter.Service) (err error) {
		who := charter.Invitee{User: r.me.ID, Profile: r.me.Profile(), Verified: []string{r.me.Email}}
		if member, err = svc.Invites.Accept(ctx, r.PathValue("token"), who); err != nil {
			return err
		}
		return svc.Orgs.Switch(ctx, r.me.ID, member.Org)
	})
	return pathOf(member.Org) + "?done=joined", err
}

// received lists the invitations to the account's address.
func (r *request) received() (view, error) {
	page, err := r.svc.Invites.Received(r.Context(), r.me.Email, charter.PageQuery{Cursor: charter.Cursor(r.URL.Query().Get("cursor"))})
	return view{page: "received", Title: "Invitations to me", Data: page}, err
}
