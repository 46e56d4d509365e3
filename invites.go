package charter

import (
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Invites has the operations on invitations. An invitation is a member that is
// not active yet: it is listed by [Members.Page], and its role and grants are
// changed like any member's (I7). Invitations never expire (I3).
type Invites struct{ s *Service }

// Issued is an invitation and how to deliver it.
type Issued struct {
	Member   orgs.Member
	Link     invites.Link     // secret: it prints as a placeholder; see its URL method
	Delivery invites.Delivery // by mail: the host sends it; otherwise the inviter passes it on (I2)
}

// Invite invites an e-mail address. It needs [roles.InviteUsers], everything that
// the role holds, and a reach over everything granted (I1, M7).
//
// Errors: [ErrInvalid] naming "email", "role", "grants[i]…", also for a role or a
// resource that the organization does not have, or "message"; [ErrDenied];
// [ErrEscalation]; [ErrAlreadyMember]; [ErrAlreadyInvited].
//
// Cost: 6 statements with a grant, one less without; grows with the grants.
func (i *Invites) Invite(ctx context.Context, as Actor, request invites.Request) (issued Issued, err error) {
	if err := as.check(); err != nil {
		return Issued{}, err
	}
	asked := slices.Clone(request.Grants) // what is checked in the transaction is what was asked here
	request, err = request.Normalize(i.s.options.Catalogue)
	if err != nil {
		return Issued{}, err
	}
	want := store.Want{
		Address: orgs.FoldAddress(request.Email), Roles: []roles.ID{request.Role},
		Resources: targets(request.Grants), Grants: reaching(request.Grants),
	}
	var inviter string
	err = i.s.update(ctx, "invite", func(ctx context.Context, tx store.Tx) error {
		sc, err := i.s.hold(ctx, tx, as, roles.InviteUsers, want)
		if err != nil {
			return err
		}
		if err := sc.mayInvite(request, asked); err != nil {
			return err
		}
		member, err := sc.invite(ctx, request)
		if err != nil {
			return err
		}
		issued, err = i.s.issue(member)
		inviter = sc.Actor.Email
		return err
	})
	if err != nil {
		return Issued{}, err
	}
	return i.s.delivered(issued, inviter), nil
}

// mayInvite decides about request, whose grants the caller asked for in the order
// of asked, from what is held.
func (sc *scene) mayInvite(request invites.Request, asked []grants.Grant) error {
	if !sc.exists(request.Role) {
		return input.Errorf("role", "is not a role of the organization")
	}
	if err := sc.mayGiveRole(request.Role); err != nil {
		return err
	}
	if err := sc.mayGive(asked); err != nil {
		return err
	}
	return orgs.Admit(sc.Addressed)
}

// invite adds the invited row with its grants.
func (sc *scene) invite(ctx context.Context, request invites.Request) (orgs.Member, error) {
	id, err := sc.s.newID()
	if err != nil {
		return orgs.Member{}, err
	}
	member := orgs.Member{
		ID: orgs.MemberID(id.String()), Org: sc.as.Org, Role: request.Role, Status: orgs.Invited,
		Profile:   orgs.Profile{Email: request.Email},
		InvitedBy: sc.as.User, InvitedAt: sc.s.now(), Message: request.Message,
	}
	if err := sc.tx.CreateMember(ctx, member); err != nil {
		return orgs.Member{}, err
	}
	if len(request.Grants) > 0 {
		if err := sc.tx.Give(ctx, member.Org, member.ID, request.Grants); err != nil {
			return orgs.Member{}, err
		}
	}
	org := sc.Org
	org.Counts = org.Counts.With(member)
	return member, sc.save(ctx, org, store.MemberInvited, store.Detail{
		Member: member.ID, After: store.State{Role: member.Role}, Grants: request.Grants,
	})
}

// issue makes the link of an invited member. How to deliver it the host is asked
// only after the commit, see delivered.
func (s *Service) issue(member orgs.Member) (Issued, error) {
	link, err := s.options.InvitationKeys.NewLink(s.options.InvitationURL, member)
	if err != nil {
		return Issued{}, err
	}
	return Issued{Member: member, Link: link}, nil
}

// delivered returns issued with the way in which it reaches the invited (I2).
func (s *Service) delivered(issued Issued, inviter string) Issued {
	issued.Delivery = s.options.Delivery(inviter, issued.Member.Email)
	return issued
}

// Link makes the link of a pending invitation again: the same one, as long as
// the newest key and the issue are the same (I3, I4). It needs
// [roles.InviteUsers], everything that the invited role holds (M7) and, unless the
// invitation is the actor's own, [roles.AccessUsers], since it returns the row
// (M1).
//
// Errors: [ErrInvalid] naming "member"; [ErrDenied]; [ErrNotFound];
// [ErrEscalation]; [ErrNotPending].
//
// Cost: 1 statement; the same at any size.
func (i *Invites) Link(ctx context.Context, as Actor, id orgs.MemberID) (Issued, error) {
	return i.again(ctx, "invitation link", as, id, nil)
}

// Reissue makes a new link for a pending invitation, which ends every earlier
// one (I4). Needs and errors are those of [Invites.Link].
//
// Cost: 4 statements; the same at any size.
func (i *Invites) Reissue(ctx context.Context, as Actor, id orgs.MemberID) (Issued, error) {
	return i.again(ctx, "reissue invitation", as, id, func(ctx context.Context, sc *scene) error {
		sc.Member.Issue++
		if err := sc.tx.UpdateMember(ctx, sc.Member); err != nil {
			return err
		}
		return sc.save(ctx, sc.Org, store.InvitationReissued, store.Detail{Member: sc.Member.ID})
	})
}

// again issues the link of pending member id after change, nil for none. A
// transaction that writes nothing moves nothing, so Link may use one too.
func (i *Invites) again(
	ctx context.Context, operation string, as Actor, id orgs.MemberID,
	change func(context.Context, *scene) error,
) (issued Issued, err error) {
	if err := checkMember(as, id); err != nil {
		return Issued{}, err
	}
	var inviter string
	err = i.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		sc, err := i.s.hold(ctx, tx, as, roles.InviteUsers, store.Want{Member: id, MemberAlone: true})
		if err != nil {
			return err
		}
		if !sc.mayOpen(sc.Member) {
			return ErrDenied
		}
		member, err := sc.target()
		if err != nil {
			return err
		}
		if member.Status != orgs.Invited {
			return ErrNotPending
		}
		if change != nil {
			if err := change(ctx, sc); err != nil {
				return err
			}
		}
		issued, err = i.s.issue(sc.Member)
		inviter = sc.Actor.Email
		return err
	})
	if err != nil {
		return Issued{}, err
	}
	return i.s.delivered(issued, inviter), nil
}

// Revoke ends a pending invitation at once, without the confirmation that
// [Members.Remove] asks for. It needs [roles.RemoveUsers] and everything that the
// invited role holds (I3, M7).
//
// Errors: [ErrInvalid] naming "member"; [ErrDenied]; [ErrNotFound];
// [ErrEscalation]; [ErrNotPending].
//
// Cost: 4 statements; grows with the grants of the invitation.
func (i *Invites) Revoke(ctx context.Context, as Actor, id orgs.MemberID) error {
	if err := checkMember(as, id); err != nil {
		return err
	}
	return i.s.update(ctx, "revoke invitation", func(ctx context.Context, tx store.Tx) error {
		sc, err := i.s.hold(ctx, tx, as, roles.RemoveUsers, store.Want{Member: id})
		if err != nil {
			return err
		}
		member, err := sc.target()
		if err != nil {
			return err
		}
		if member.Status != orgs.Invited {
			return ErrNotPending
		}
		_, err = sc.remove(ctx, member, store.InvitationRevoked)
		return err
	})
}
