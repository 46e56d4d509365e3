package invites

import (
	"errors"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// MaxMessage is the longest message of an invitation, in characters (I1).
const MaxMessage = 2000

// Request is what an inviter asks for (I1).
type Request struct {
	Email   string         // required: whom to invite
	Role    roles.ID       // required: built-in, or custom of the organization
	Grants  []grants.Grant // optional
	Message string         // optional, up to 2,000 characters
}

// Normalize returns r trimmed and sorted, or an error naming the field that is
// bad: "email", "role", "grants[i]…" or "message".
func (r Request) Normalize(catalogue *roles.Catalogue) (Request, error) {
	email, err := orgs.Address("email", r.Email)
	if err != nil {
		return Request{}, err
	}
	if err := input.ID("role", string(r.Role)); err != nil {
		return Request{}, err
	}
	wanted, err := grants.Normalize(catalogue, r.Grants)
	if err != nil {
		return Request{}, err
	}
	if err := input.Text("message", r.Message, MaxMessage); err != nil {
		return Request{}, err
	}
	r.Email, r.Grants = email, wanted
	return r, nil
}

// Delivery says how a link reaches the invited (I2).
type Delivery uint8

// The ways of delivery. The zero value is the careful one.
const (
	ByLink Delivery = iota // the inviter passes the link on
	ByMail                 // the host sends the link to the invited address
)

// String returns "by link" or "by mail".
func (d Delivery) String() string {
	if d == ByMail {
		return "by mail"
	}
	return "by link"
}

// SameDomain is the default policy: by mail when inviter and invited share the
// mail domain, otherwise by a link that the inviter passes on (I2).
func SameDomain(inviter, invited string) Delivery {
	if domain := orgs.Domain(inviter); domain != "" && domain == orgs.Domain(invited) {
		return ByMail
	}
	return ByLink
}

// Errors of the rules about invitations.
var (
	// ErrInvalidLink is the one answer to a token that is forged, altered, of
	// another key, revoked, issued anew, accepted by somebody else, or unknown (I6).
	ErrInvalidLink = errors.New("this invitation is not valid")
	// ErrWrongAddress refuses a user without the invited address among its
	// verified ones (I6).
	ErrWrongAddress = errors.New("the invitation is for another e-mail address")
	// ErrNotPending refuses to make or issue the link of a member that joined.
	ErrNotPending = errors.New("the member has joined: there is no invitation left")
)

// Accept decides whether user, who has proved to the host that it owns the
// verified addresses, may accept row m, whose link was verified (I6). Again is
// true when user accepted it before: then there is nothing left to do.
func Accept(m orgs.Member, user orgs.UserID, verified []string) (again bool, err error) {
	if m.Status == orgs.Active {
		if m.User != user {
			return false, ErrInvalidLink
		}
		return true, nil
	}
	invited := orgs.FoldAddress(m.Email)
	if !slices.ContainsFunc(verified, func(address string) bool { return orgs.FoldAddress(address) == invited }) {
		return false, ErrWrongAddress
	}
	return false, nil
}
