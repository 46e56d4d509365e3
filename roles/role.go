package roles

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// ID names a role within its organization: one of the three built-in ones, or
// a custom role's own random ID. The zero value is no role.
type ID string

// The built-in roles exist in every organization and cannot be edited or
// deleted (R1).
const (
	Admin  ID = "admin"  // holds every permission and every resource
	Editor ID = "editor" // holds what the catalogue says
	Viewer ID = "viewer" // holds what the catalogue says
)

// custom is the rank of every role that is not built in.
const custom = 3

func rank(id ID) int {
	switch id {
	case Admin:
		return 0
	case Editor:
		return 1
	case Viewer:
		return 2
	default:
		return custom
	}
}

// BuiltIn reports whether id is Admin, Editor or Viewer.
func (id ID) BuiltIn() bool { return rank(id) != custom }

// Key orders roles: Admin, Editor, Viewer, then custom ones by ID, which is
// the order of their creation. Renaming a role does not move its members.
func (id ID) Key() string {
	switch rank(id) {
	case 0:
		return "0" + string(Admin)
	case 1:
		return "1" + string(Editor)
	case 2:
		return "2" + string(Viewer)
	default:
		return "3" + string(id)
	}
}

// Role is a named set of permissions. Of built-in roles only ID and Name are
// stored; what they hold is the catalogue's matter. Who asks the Service for a role,
// by Roles.Mine or Roles.List, finds in Permissions what it holds now, whichever it is.
type Role struct {
	ID          ID
	Name        string       // trimmed, 1 to 100 characters
	Permissions []Permission // of a custom role: sorted, each once, as stored
	CreatedAt   time.Time    // of a custom role: UTC, whole microseconds
}

// Clone returns a copy that shares nothing with r.
func (r Role) Clone() Role {
	r.Permissions = slices.Clone(r.Permissions)
	return r
}

// BuiltInRoles returns the built-in roles in order.
func BuiltInRoles() []Role {
	return []Role{{ID: Admin, Name: "Admin"}, {ID: Editor, Name: "Editor"}, {ID: Viewer, Name: "Viewer"}}
}

// Errors of the rules about roles.
var (
	// ErrBuiltIn refuses to edit or delete Admin, Editor or Viewer (R1).
	ErrBuiltIn = errors.New("a built-in role cannot be changed")
	// ErrInUse refuses to delete a role that a member, active or invited, has (R3).
	ErrInUse = errors.New("the role is in use")
	// ErrNameTaken refuses a name that another role of the organization has,
	// ignoring case, a built-in one included (R3).
	ErrNameTaken = errors.New("another role has this name")
	// ErrDenied is the one answer to who may not (G6).
	ErrDenied = errors.New("access denied")
	// ErrEscalation refuses to give, or to touch a member or role with, a
	// permission or resource that the actor does not have (M7). It is an
	// [ErrDenied].
	ErrEscalation error = escalation{}
)

type escalation struct{}

func (escalation) Error() string {
	return "nobody gives or changes what they do not have themselves"
}
func (escalation) Unwrap() error { return ErrDenied }

// MaxName is the longest name of a role, in characters.
const MaxName = 100

// Name returns name trimmed, or an error naming the field "name" when it is
// not 1 to 100 characters, none of them a control character or invisible.
func Name(name string) (string, error) {
	name = strings.TrimSpace(name)
	return name, input.Plain("name", name, 1, MaxName)
}

// FoldName returns what role names are compared by: two names are the same
// role's when they fold to the same bytes (R3).
func FoldName(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return strings.ToLower(strings.ToUpper(name))
		}
	}
	return strings.ToLower(name) // of nearly every name, in half the time
}

// Named reports whether a built-in role has this name, ignoring case (R3).
func Named(name string) bool {
	return slices.ContainsFunc(BuiltInRoles(), func(r Role) bool { return FoldName(r.Name) == FoldName(name) })
}

// Permissions returns permissions sorted, each once, or an error naming the
// one that catalogue does not declare (R4).
func Permissions(catalogue *Catalogue, permissions []Permission) ([]Permission, error) {
	for i, p := range permissions {
		if _, ok := catalogue.Lookup(p); !ok {
			return nil, input.Errorf(input.At("permissions", i), "is not declared in the catalogue")
		}
	}
	permissions = slices.Clone(permissions)
	slices.Sort(permissions)
	return slices.Compact(permissions), nil
}

// MayGive refuses with [ErrEscalation] unless who holds everything in what: to
// make a custom role hold it, or to edit one that does (M7).
func MayGive(who, what Set) error {
	if !who.Contains(what) {
		return ErrEscalation
	}
	return nil
}

// Rank is a role with what it holds.
type Rank struct {
	Role  ID
	Holds Set
}

// MayGive refuses with [ErrEscalation] unless a member of rank r may give the
// role of other, or touch a member that has it (M7). R must hold everything that
// other does; and only Admins are above Admins, who reach every resource and may
// delete the organization, which no permission stands for.
func (r Rank) MayGive(other Rank) error {
	if other.Role == Admin && r.Role != Admin {
		return ErrEscalation
	}
	return MayGive(r.Holds, other.Holds)
}
