package charter

import (
	"context"
	"errors"
	"time"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Preview is what an opened link shows before anybody accepts (I5).
type Preview struct {
	Organization string
	Inviter      orgs.Profile // zero when the inviter is no longer known
	Role         roles.Role   // its name; what it holds stays out
	Email        string       // the invited address
	Message      string
	InvitedAt    time.Time
	// Known says which way to go: somebody with this address has signed in
	// before and may accept; otherwise sign up first.
	Known bool
}

// Open shows what the link with token is for. It needs no actor: whoever has the
// link may look. A token that does not work, for whatever reason, costs the same
// steps and gives [ErrInvalidLink] (I6).
//
// Cost: 5 statements, or one less for a built-in role; the same at any size.
func (i *Invites) Open(ctx context.Context, token string) (preview Preview, err error) {
	const operation = "open invitation"
	member, err := i.claimed(ctx, operation, invites.Parse(token))
	if err != nil {
		return Preview{}, err
	}
	err = i.s.view(ctx, operation, func(ctx context.Context, r store.Reader) error {
		preview, err = previewed(ctx, r, member)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrInvalidLink // it went since it was verified
	}
	if err != nil {
		return Preview{}, err
	}
	return preview, nil
}

// claimed returns the invited row that claim is about, once its MAC is verified.
// There is always one read, also for a token that is none.
func (i *Invites) claimed(ctx context.Context, operation string, claim invites.Claim) (orgs.Member, error) {
	member, err := i.s.store.Member(ctx, claim.Org, claim.Member)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return orgs.Member{}, wrap(operation, err)
	}
	if !i.s.options.InvitationKeys.Verify(claim, member) || member.Status != orgs.Invited {
		return orgs.Member{}, ErrInvalidLink
	}
	return member, nil
}

// previewed reads what shows m.
func previewed(ctx context.Context, r store.Reader, m orgs.Member) (Preview, error) {
	org, err := r.Organization(ctx, m.Org)
	if err != nil {
		return Preview{}, err
	}
	inviter, err := r.User(ctx, m.InvitedBy)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Preview{}, err
	}
	known, err := r.Known(ctx, orgs.FoldAddress(m.Email))
	if err != nil {
		return Preview{}, err
	}
	role, err := roleOf(ctx, r, m.Org, m.Role)
	if err != nil {
		return Preview{}, err
	}
	return preview(m, org.Name, inviter.Profile, role, known), nil
}

// preview shows m, an invited row, and of its role no more than the name.
func preview(m orgs.Member, organization string, inviter orgs.Profile, role roles.Role, known bool) Preview {
	return Preview{
		Organization: organization, Inviter: inviter, Role: roles.Role{ID: role.ID, Name: role.Name},
		Email: m.Email, Message: m.Message, InvitedAt: m.InvitedAt, Known: known,
	}
}

// roleOf returns role id as it is stored.
func roleOf(ctx context.Context, r store.Reader, org orgs.ID, id roles.ID) (roles.Role, error) {
	if role, ok := builtInRole(id); ok {
		return role, nil
	}
	return r.Role(ctx, org, id)
}

// builtInRole returns role id as every organization has it, without its permissions,
// and false when it is a custom one.
func builtInRole(id roles.ID) (roles.Role, bool) {
	for _, role := range roles.BuiltInRoles() {
		if role.ID == id {
			return role, true
		}
	}
	return roles.Role{}, false
}

// Invitee is who accepts, as the host has authenticated it.
type Invitee struct {
	User    orgs.UserID
	Profile orgs.Profile // stored as [Service.SignIn] would
	// Verified are the addresses that the user has proved to own. One of them
	// must be the invited one; an address that is only claimed opens other
	// people's invitations.
	Verified []string
}

// check returns the invitee with its profile normalized.
func (v Invitee) check() (Invitee, error) {
	if err := input.ID("user", string(v.User)); err != nil {
		return v, err
	}
	profile, err := v.Profile.Normalize()
	if err != nil {
		return v, err
	}
	for i, address := range v.Verified {
		if _, err := orgs.Address(input.At("verified", i), address); err != nil {
			return v, err
		}
	}
	v.Profile = profile
	return v, nil
}

// Accept makes the invitee an active member, with the role and the grants that
// the invitation has at this moment (I6, I9). It works once: repeated by the same
// user it answers with the same membership, by anybody else with
// [ErrInvalidLink]. A user whose first act this is gets no personal organization
// on top, and works in this one (O9).
//
// Errors: [ErrInvalid] naming "user", "email", "first-name", "last-name" or
// "verified[i]"; [ErrInvalidLink] for every link that does not work;
// [ErrWrongAddress]; [ErrAlreadyMember] when the user is in the organization by
// another row (I8).
//
// Cost: 2 statements for who has accepted before, otherwise 6 statements, or 7
// statements for who is known by another profile; grows with the organizations
// of a user whose profile changes.
func (i *Invites) Accept(ctx context.Context, token string, who Invitee) (member orgs.Member, err error) {
	const operation = "accept invitation"
	who, err = who.check()
	if err != nil {
		return orgs.Member{}, err
	}
	claim := invites.Parse(token)
	seen, err := i.s.store.Member(ctx, claim.Org, claim.Member)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return orgs.Member{}, wrap(operation, err)
	}
	// Verified before the transaction, so that forged links lock nothing, and
	// again inside it.
	if !i.s.options.InvitationKeys.Verify(claim, seen) {
		return orgs.Member{}, ErrInvalidLink
	}
	err = i.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{
			Org: claim.Org, Users: []orgs.UserID{who.User}, Actor: who.User, Member: claim.Member, MemberAlone: true,
		})
		if err != nil {
			return err
		}
		if !i.s.options.InvitationKeys.Verify(claim, held.Member) {
			return ErrInvalidLink
		}
		member, err = i.s.accept(ctx, tx, held, who)
		return err
	})
	if errors.Is(err, ErrInvalidLink) {
		err = ErrInvalidLink // the same answer, whenever it was found out
	}
	if err != nil {
		return orgs.Member{}, err
	}
	return member, nil
}

func (s *Service) accept(ctx context.Context, tx store.Tx, held store.Held, who Invitee) (orgs.Member, error) {
	if again, err := invites.Accept(held.Member, who.User, who.Verified); again || err != nil {
		return held.Member, err
	}
	now := s.now()
	sc := scene{Held: held, s: s, tx: tx, as: Actor{User: who.User, Org: held.Org.ID}}
	user, renamed := sc.joining(who.User, who.Profile, now)
	org, member, err := held.Org.Join(held.Member, held.Actor, user, now)
	if err != nil {
		return orgs.Member{}, err
	}
	if err := tx.PutUser(ctx, user.Joined(org.ID)); err != nil {
		return orgs.Member{}, err
	}
	if err := tx.JoinMember(ctx, member); err != nil {
		return orgs.Member{}, err
	}
	if renamed {
		if err := tx.PutProfile(ctx, who.User, who.Profile); err != nil {
			return orgs.Member{}, err
		}
	}
	return member, sc.save(ctx, org, store.InvitationAccepted, store.Detail{Member: member.ID, User: member.User})
}
