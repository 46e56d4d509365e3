package roles

import (
	"strings"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// Permission is one action of one service, written "service.action", for
// example "devices.update-firmware". It exists only where a [Catalogue]
// declares it (R4). The zero value is no permission.
type Permission string

// The permissions that the library itself asks for. Every catalogue has them;
// one that does not declare them is given them, for Admins only, but for
// [CreateOrganization], which all built-in roles hold.
const (
	AccessUsers        Permission = "users.access"                // list and open members, roles, history (M1)
	InviteUsers        Permission = "users.invite"                // invite, show links, re-issue them (I1)
	ChangeRoles        Permission = "users.change-role"           // change roles, grants and custom roles (M4, G2, R3)
	RemoveUsers        Permission = "users.remove"                // remove members, revoke invitations (M5)
	CreateOrganization Permission = "organization.create"         // for the host's menus; O1 lets any user found one
	RenameOrganization Permission = "organization.rename"         // rename (O3)
	ChangeBilling      Permission = "organization.change-billing" // read and change billing details (O3)
)

// maxPermission is the longest permission key in bytes: it is part of index
// keys in every engine.
const maxPermission = 128

// ParsePermission returns s as a Permission, or an error naming the field
// "permission" when s is not two keys with a dot between: "service.action".
// A key is 1 or more of a-z, 0-9 and, inside, single hyphens. The whole has at
// most 128 bytes.
func ParsePermission(s string) (Permission, error) {
	service, action, ok := strings.Cut(s, ".")
	if !ok || len(s) > maxPermission || !isKey(service) || !isKey(action) {
		return "", input.Errorf("permission", "is not of the form service.action")
	}
	return Permission(s), nil
}

// Service returns the part before the dot.
func (p Permission) Service() string {
	service, _, _ := strings.Cut(string(p), ".")
	return service
}

// Action returns the part after the dot.
func (p Permission) Action() string {
	_, action, _ := strings.Cut(string(p), ".")
	return action
}

// Kind is a kind of resource that a catalogue declares, for example "device".
// The zero value means "about no resource".
type Kind string

// isKey reports whether s is made of lower-case letters and digits in groups
// divided by single hyphens.
func isKey(s string) bool {
	hyphen := true // one may not come first
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			hyphen = false
		case c == '-' && !hyphen:
			hyphen = true
		default:
			return false
		}
	}
	return !hyphen
}
