package orgs

import "time"

// User is somebody whom the host has authenticated and who signed in, or
// accepted an invitation, at least once.
type User struct {
	ID UserID
	Profile

	// Active is the organization the user is working in: one of those it is an
	// active member of (O7).
	Active ID
	// Memberships counts the organizations the user is an active member of. It
	// lives on the record so that "the last membership" costs the same at any
	// size, and so that two organizations removing one user meet here (O6).
	Memberships int

	CreatedAt time.Time // UTC, whole microseconds
	// Revision grows by one with each committed change of this record. Stores
	// set it; what callers put there is ignored.
	Revision uint64
}

// Joined returns u as an active member of one organization more. The first one
// becomes the active one; later ones do not (O7).
func (u User) Joined(org ID) User {
	u.Memberships++
	if u.Active == "" {
		u.Active = org
	}
	return u
}

// Departed returns u without its membership of org. When org was the active
// organization, latest takes its place: the one, of those that remain, that the
// user joined most recently, empty when none does (O7).
func (u User) Departed(org, latest ID) User {
	u.Memberships--
	if u.Active == org {
		u.Active = latest
	}
	return u
}

// Homeless reports whether u lost its last membership and is owed a personal
// organization (O6).
func (u User) Homeless() bool { return u.Memberships == 0 }
