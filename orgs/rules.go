package orgs

import (
	"errors"
	"time"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// Errors of the rules about organizations and members.
var (
	// ErrLastAdmin refuses what would leave an organization without an active
	// Admin (O4, M4, M5). Appoint another one first.
	ErrLastAdmin = errors.New("the last active Admin stays until there is another one")
	// ErrOwnRole refuses to change one's own role, by whatever way (M4).
	ErrOwnRole = errors.New("nobody changes their own role")
	// ErrOthersRemain refuses to delete an organization that has another member
	// row; a pending invitation is one (O5).
	ErrOthersRemain = errors.New("the organization has other members or pending invitations")
	// ErrAlreadyMember refuses to invite an address that an active member has,
	// and to accept by a user that is a member already (I1, I8).
	ErrAlreadyMember = errors.New("already a member")
	// ErrAlreadyInvited refuses a second invitation to an address (I1).
	ErrAlreadyInvited = errors.New("already invited")
)

// Found returns a new organization and its first, active Admin (O1). Name is
// one that [Name] returned.
func Found(id ID, name string, first MemberID, founder User, at time.Time) (Organization, Member) {
	m := Member{
		ID: first, Org: id, Role: roles.Admin, Status: Active,
		User: founder.ID, Profile: founder.Profile, JoinedAt: at,
	}
	o := Organization{ID: id, Name: name, CreatedAt: at}
	o.Counts = o.Counts.With(m)
	return o, m
}

// lastAdmin reports whether m is the only active Admin. Invited Admins do not
// count (O4).
func (o Organization) lastAdmin(m Member) bool {
	return m.Status == Active && m.Role == roles.Admin && o.Counts.Of(roles.Admin).Active <= 1
}

// Depart returns o without m, or [ErrLastAdmin]. Leaving, being removed and
// having an invitation revoked all end here (O4, M5).
func (o Organization) Depart(m Member) (Organization, error) {
	if o.lastAdmin(m) {
		return Organization{}, ErrLastAdmin
	}
	o.Counts = o.Counts.Without(m)
	return o, nil
}

// Confirm checks the address typed to confirm the removal of m, ignoring case
// (M5). The error names the field "confirmation".
func (m Member) Confirm(typed string) error {
	if FoldAddress(typed) != FoldAddress(m.Email) {
		return input.Errorf("confirmation", "is not the member's e-mail address")
	}
	return nil
}

// Appoint returns o and m with m in role. It refuses with [ErrOwnRole] when
// actor is m, and with [ErrLastAdmin] when m is the last active Admin and would
// be one no longer (M4).
func (o Organization) Appoint(actor, m Member, role roles.ID) (Organization, Member, error) {
	switch {
	case actor.ID == m.ID:
		return Organization{}, Member{}, ErrOwnRole
	case role != roles.Admin && o.lastAdmin(m):
		return Organization{}, Member{}, ErrLastAdmin
	}
	o.Counts = o.Counts.Without(m)
	m.Role = role
	o.Counts = o.Counts.With(m)
	return o, m, nil
}

// MayDelete refuses unless m is an active Admin, with [roles.ErrDenied], and o's
// only member row, with [ErrOthersRemain] (O5).
func (o Organization) MayDelete(m Member) error {
	switch {
	case m.Status != Active || m.Role != roles.Admin:
		return roles.ErrDenied
	case o.Counts.Total() != 1:
		return ErrOthersRemain
	}
	return nil
}

// Admit refuses a new invitation to an address that the rows in with, the
// members who have it, are about already (I1).
func Admit(with []Member) error {
	for _, m := range with {
		if m.Status == Invited {
			return ErrAlreadyInvited
		}
	}
	if len(with) > 0 {
		return ErrAlreadyMember
	}
	return nil
}

// Join returns o and invitation m with u as its active member (I6). It refuses
// with [ErrAlreadyMember] when u is in o already by another row, own (I8); own
// is the zero Member when there is none.
func (o Organization) Join(m, own Member, u User, at time.Time) (Organization, Member, error) {
	if own.ID != "" {
		return Organization{}, Member{}, ErrAlreadyMember
	}
	o.Counts = o.Counts.Without(m)
	m.User, m.Profile, m.Status, m.JoinedAt = u.ID, u.Profile, Active, at
	o.Counts = o.Counts.With(m)
	return o, m, nil
}
