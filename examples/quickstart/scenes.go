package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/roles"
)

// A scene is one step while it is played. Each makes one change at most, so that
// a story cut off anywhere goes on at the next step.
type scene struct {
	svc *charter.Service
	out *report
	now facts
}

func (s scene) signIn(ctx context.Context) error {
	user, err := s.svc.SignIn(ctx, ada.id, ada.Profile)
	if err != nil {
		return err
	}
	personal, err := s.svc.Orgs.Get(ctx, charter.Actor{User: user.ID, Org: user.Active})
	if err != nil {
		return err
	}
	s.out.say("The first time gives her an organization of her own: %q.", personal.Name)
	return nil
}

func (s scene) found(ctx context.Context) error {
	org, err := s.svc.Orgs.Create(ctx, ada.id, orgName)
	if err != nil {
		return err
	}
	s.out.say("%q is there, with Ada as its first Admin.", org.Name)
	return nil
}

func (s scene) switchTo(ctx context.Context) error {
	if err := s.svc.Orgs.Switch(ctx, ada.id, s.now.admin.Org); err != nil {
		return err
	}
	s.out.say("Her active organization is %q now, and stays it when she signs in again.", orgName)
	return nil
}

func (s scene) register(ctx context.Context) error {
	if err := s.svc.Resources.Register(ctx, s.now.as(ada), things()...); err != nil {
		return err
	}
	s.out.say("Its %d devices and dashboards belong to this organization, and to no other.", len(things()))
	return nil
}

func (s scene) inviteBob(ctx context.Context) error {
	return s.invite(ctx, invites.Request{
		Email: bob.Email, Role: roles.Editor, Message: "Welcome aboard, Bob!",
		Grants: []grants.Grant{grants.All("device"), grants.One("dashboard", "park-output")},
	})
}

func (s scene) inviteCleo(ctx context.Context) error {
	return s.invite(ctx, invites.Request{
		Email: cleo.Email, Role: roles.Viewer,
		Grants: []grants.Grant{grants.One("device", "turbine-1"), grants.One("device", "turbine-2")},
	})
}

func (s scene) inviteDan(ctx context.Context) error {
	return s.invite(ctx, invites.Request{Email: dan.Email, Role: roles.Viewer})
}

func (s scene) invite(ctx context.Context, request invites.Request) error {
	issued, err := s.svc.Invites.Invite(ctx, s.now.as(ada), request)
	if err != nil {
		return err
	}
	s.out.say("%s is invited as %s, with %s.", issued.Member.Email, request.Role, count(len(request.Grants), "grant"))
	switch issued.Delivery {
	case invites.ByMail:
		s.out.say("It goes %s: the same mail domain as Ada's. Sending it is the host's part.", issued.Delivery)
	default:
		s.out.say("It goes %s: another mail domain than Ada's. She passes the link on herself.", issued.Delivery)
	}
	return nil
}

func (s scene) changeRole(ctx context.Context) error {
	if err := s.svc.Members.ChangeRole(ctx, s.now.as(ada), s.now.row(cleo).ID, roles.Editor); err != nil {
		return err
	}
	s.out.say("Cleo was invited as viewer and will be editor. The link stays the same.")
	return nil
}

func (s scene) revoke(ctx context.Context) error {
	id := s.now.row(dan).ID
	issued, err := s.svc.Invites.Link(ctx, s.now.as(ada), id)
	if err != nil {
		return err
	}
	if err := s.svc.Invites.Revoke(ctx, s.now.as(ada), id); err != nil {
		return err
	}
	_, err = s.svc.Invites.Open(ctx, issued.Link.URL())
	return s.refused("Who follows its link now is told:", err, charter.ErrInvalidLink)
}

func (s scene) steal(ctx context.Context) error {
	issued, err := s.svc.Invites.Link(ctx, s.now.as(ada), s.now.row(cleo).ID)
	if err != nil {
		return err
	}
	thief := charter.Invitee{User: mallory.id, Profile: mallory.Profile, Verified: []string{mallory.Email}}
	_, err = s.svc.Invites.Accept(ctx, issued.Link.URL(), thief)
	if err := s.refused("With Cleo's link, signed in as herself:", err, charter.ErrWrongAddress); err != nil {
		return err
	}
	_, err = s.svc.Invites.Accept(ctx, issued.Link.URL()+"x", thief)
	return s.refused("With a link made up:", err, charter.ErrInvalidLink)
}

func (s scene) acceptBob(ctx context.Context) error  { return s.accept(ctx, bob) }
func (s scene) acceptCleo(ctx context.Context) error { return s.accept(ctx, cleo) }

// accept follows the link of p. It is made again here; in real life it waits in
// a mailbox.
func (s scene) accept(ctx context.Context, p person) error {
	issued, err := s.svc.Invites.Link(ctx, s.now.as(ada), s.now.row(p).ID)
	if err != nil {
		return err
	}
	preview, err := s.svc.Invites.Open(ctx, issued.Link.URL())
	if err != nil {
		return err
	}
	s.out.say("The link says: %s invites %s to %q as %s.",
		preview.Inviter.FirstName, preview.Email, preview.Organization, preview.Role.Name)
	member, err := s.svc.Invites.Accept(ctx, issued.Link.URL(),
		charter.Invitee{User: p.id, Profile: p.Profile, Verified: []string{p.Email}})
	if err != nil {
		return err
	}
	s.out.say("%s %s is an %s member now, as %s.", member.FirstName, member.LastName, member.Status, member.Role)
	return nil
}

func (s scene) ask(ctx context.Context) error {
	for _, p := range []person{ada, bob, cleo, mallory} {
		s.out.say("%s", p.FirstName)
		for _, q := range questions() {
			why, err := s.svc.Explain(ctx, s.now.as(p), q.Permission, q.Resource)
			if err != nil {
				return err
			}
			s.out.answer(q, why)
		}
	}
	s.out.say("Who is denied never learns the reason: it is for operators.")
	return nil
}

func (s scene) cannotLeave(ctx context.Context) error {
	_, err := s.svc.Orgs.Leave(ctx, s.now.as(ada))
	return s.refused("She tries, and is told:", err, charter.ErrLastAdmin)
}

func (s scene) promote(ctx context.Context) error {
	if err := s.svc.Members.ChangeRole(ctx, s.now.as(ada), s.now.row(bob).ID, roles.Admin); err != nil {
		return err
	}
	s.out.say("Bob, an editor until now, holds every permission and every resource.")
	return nil
}

func (s scene) leave(ctx context.Context) error {
	user, err := s.svc.Orgs.Leave(ctx, s.now.as(ada))
	if err != nil {
		return err
	}
	landed, err := s.svc.Orgs.Get(ctx, charter.Actor{User: user.ID, Org: user.Active})
	if err != nil {
		return err
	}
	s.out.say("She may now, and is back in %q.", landed.Name)
	return nil
}

func (s scene) remove(ctx context.Context) error {
	if err := s.svc.Members.Remove(ctx, s.now.as(bob), s.now.row(cleo).ID, cleo.Email); err != nil {
		return err
	}
	s.out.say("He typed her address to confirm it. Her grants went with her.")
	user, err := s.svc.User(ctx, cleo.id)
	if err != nil {
		return err
	}
	landed, err := s.svc.Orgs.Get(ctx, charter.Actor{User: user.ID, Org: user.Active})
	if err != nil {
		return err
	}
	s.out.say("She had no other organization and finds a new, empty one: %q.", landed.Name)
	return nil
}

func (s scene) look(ctx context.Context) error {
	for _, p := range []person{ada, bob, cleo} {
		for membership, err := range s.svc.Orgs.All(ctx, p.id, charter.OrgQuery{}) {
			if err != nil {
				return err
			}
			s.out.say("%-5s %-7s of %q", p.FirstName, membership.Role, membership.Name)
		}
	}
	s.out.say("The last entries of the history of %q:", orgName)
	page, err := s.svc.History.Page(ctx, s.now.admin, charter.HistoryQuery{Descending: true, Limit: 5})
	if err != nil {
		return err
	}
	for _, event := range page.Items {
		s.out.say("%6d  %-22s by %s", event.Number, event.Action, event.Actor)
	}
	return nil
}

// refused tells that the library said no for the reason want, and fails when it
// did anything else.
func (s scene) refused(when string, got, want error) error {
	if !errors.Is(got, want) {
		return fmt.Errorf("%s got %w, want %q", when, got, want.Error())
	}
	s.out.say("%s %s.", when, want)
	return nil
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	default:
		return fmt.Sprintf("%d %ss", n, what)
	}
}
