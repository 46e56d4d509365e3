package orgs

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// Status says whether a member has joined. The zero value is neither and gives
// access to nothing.
type Status string

// An invitation is a member that is not active yet (I7).
const (
	Invited Status = "invited"
	Active  Status = "active"
)

// Member is one row of an organization's member list: a user that joined, or
// an invitation that waits.
type Member struct {
	ID     MemberID
	Org    ID
	Role   roles.ID
	Status Status

	// User is who joined; empty while invited. Profile is then a copy of the
	// user's own, so that lists can sort by it. While invited it has the
	// invited address and no names.
	User UserID
	Profile

	InvitedBy UserID    // who invited; empty for who founded the organization or was imported
	InvitedAt time.Time // when; zero for those. UTC, whole microseconds
	JoinedAt  time.Time // member since; zero while invited. UTC, whole microseconds
	Message   string    // of the invitation, up to 2,000 characters; may be empty

	// Issue counts how often the invitation's link was issued anew, from 0. A
	// link of an earlier issue no longer works (I4).
	Issue int
}

// Profile is what the library shows of a user.
type Profile struct {
	Email     string // trimmed, as typed; compared by [FoldAddress]
	FirstName string // trimmed, up to 100 characters; may be empty
	LastName  string // trimmed, up to 100 characters; may be empty
}

// maxPersonName is the longest first or last name, in characters.
const maxPersonName = 100

// Normalize returns p trimmed, or an error naming the field "email",
// "first-name" or "last-name".
func (p Profile) Normalize() (Profile, error) {
	email, err := Address("email", p.Email)
	if err != nil {
		return Profile{}, err
	}
	p = Profile{Email: email, FirstName: strings.TrimSpace(p.FirstName), LastName: strings.TrimSpace(p.LastName)}
	if err := input.Line("first-name", p.FirstName, 0, maxPersonName); err != nil {
		return Profile{}, err
	}
	if err := input.Line("last-name", p.LastName, 0, maxPersonName); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// Sort is what a member list is ordered by. The zero value is [ByFirstName].
type Sort uint8

// The orders of a member list (M2). Within equal values members are ordered by
// ID, so that every order is total.
const (
	ByFirstName Sort = iota // the name as "first last", ignoring case
	ByLastName              // the name as "last first", ignoring case
	ByEmail                 // folded e-mail address
	ByInvited               // time of the invitation; founders first
	ByRole                  // Admin, Editor, Viewer, then custom roles by age
)

// Sorts lists every order.
func Sorts() []Sort { return []Sort{ByFirstName, ByLastName, ByEmail, ByInvited, ByRole} }

// ParseSort returns the order that text names as [Sort.String] does, the zero one for
// no text, or an error that names "sort".
func ParseSort(text string) (Sort, error) {
	if text == "" {
		return 0, nil
	}
	for _, s := range Sorts() {
		if s.String() == text {
			return s, nil
		}
	}
	return 0, input.Errorf("sort", "is not the name of an order")
}

// String returns "first-name", "last-name", "email", "invited" or "role".
func (s Sort) String() string {
	switch s {
	case ByFirstName:
		return "first-name"
	case ByLastName:
		return "last-name"
	case ByEmail:
		return "email"
	case ByInvited:
		return "invited"
	case ByRole:
		return "role"
	default:
		return fmt.Sprintf("Sort(%d)", uint8(s))
	}
}

// Key returns the bytes that order m in a list sorted by s. Keys are made here,
// in Go, and compared as bytes, so that no collation of any database decides an
// order (M2). An unknown s gives "".
func (m Member) Key(s Sort) string {
	switch s {
	case ByFirstName:
		return foldName(m.FirstName + " " + m.LastName)
	case ByLastName:
		return foldName(m.LastName + " " + m.FirstName)
	case ByEmail:
		return FoldAddress(m.Email)
	case ByInvited:
		return timeKey(m.InvitedAt)
	case ByRole:
		return m.Role.Key()
	default:
		return ""
	}
}

// Search is what a member list is searched by, folded: a row is found when one of
// three keys begins with what is asked of it. The empty string begins every key,
// so the zero value, or one with an empty field, finds everybody. Make one with
// [NewSearch].
type Search struct {
	Name  string // prefix of the key of [ByFirstName] or of [ByLastName]
	Email string // prefix of the key of [ByEmail]
}

// NewSearch returns the search for text: members whose "first last" name, "last
// first" name or e-mail address begins with it, ignoring case (M2). Spaces
// around it do not count. Nothing else is folded: é is not e.
func NewSearch(text string) Search {
	return Search{Name: foldName(text), Email: FoldAddress(text)}
}

// Match reports whether s finds m.
func (s Search) Match(m Member) bool {
	return strings.HasPrefix(m.Key(ByFirstName), s.Name) ||
		strings.HasPrefix(m.Key(ByLastName), s.Name) ||
		strings.HasPrefix(m.Key(ByEmail), s.Email)
}

func foldName(s string) string { return roles.FoldName(strings.TrimSpace(s)) }

// timeKey returns t as digits that order like times; the zero time comes first.
func timeKey(t time.Time) string {
	return fmt.Sprintf("%020d", uint64(t.UnixMicro())^1<<63)
}
