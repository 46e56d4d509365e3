package grants

import (
	"errors"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// ResourceID names a resource of a kind: the host's own opaque ID, 1 to 255
// bytes of UTF-8 without NUL, compared byte by byte.
type ResourceID string

// Resource is a thing of the host's, such as a device, that it registered with
// one organization (G4). The zero value is "no resource", for permissions that
// are about none.
type Resource struct {
	Kind roles.Kind `json:"kind"`
	ID   ResourceID `json:"id"`
}

// Compare orders resources by kind, then ID, as bytes.
func (r Resource) Compare(other Resource) int {
	if c := strings.Compare(string(r.Kind), string(other.Kind)); c != 0 {
		return c
	}
	return strings.Compare(string(r.ID), string(other.ID))
}

// Check refuses a resource of a kind that the catalogue does not declare, naming
// the field "kind", or without a proper ID, naming "id".
func (r Resource) Check(catalogue *roles.Catalogue) error {
	if !catalogue.HasKind(r.Kind) {
		return input.Errorf("kind", "is not declared in the catalogue")
	}
	return input.ID("id", string(r.ID))
}

// Grant lets a member use one resource, or every resource of a kind, present
// and future (G2). It carries no permission: what may be done with the resource
// is the role's matter. Make one with [One] or [All]; the zero value is no grant.
type Grant struct {
	Kind     roles.Kind `json:"kind"`
	Resource ResourceID `json:"resource,omitempty"` // empty exactly when All is set
	All      bool       `json:"all,omitempty"`
}

// One returns the grant of one resource.
func One(kind roles.Kind, id ResourceID) Grant { return Grant{Kind: kind, Resource: id} }

// All returns the grant of every resource of kind, present and future.
func All(kind roles.Kind) Grant { return Grant{Kind: kind, All: true} }

// Target returns the resource that g is about, the zero Resource when g is
// about all of a kind.
func (g Grant) Target() Resource {
	if g.All {
		return Resource{}
	}
	return Resource{Kind: g.Kind, ID: g.Resource}
}

// Compare orders grants by kind, those of all of a kind first, then by ID.
func (g Grant) Compare(other Grant) int {
	return Resource{g.Kind, g.Resource}.Compare(Resource{other.Kind, other.Resource})
}

// ErrHoldsAll refuses to take one resource from a member that has every
// resource of its kind (G2). Take that grant, then give single ones.
var ErrHoldsAll = errors.New("the member has every resource of this kind; single ones cannot be taken")

// Check refuses a grant that is neither of one resource nor of all of a declared
// kind, naming the field "kind", "resource" or "all".
func (g Grant) Check(catalogue *roles.Catalogue) error {
	switch {
	case !catalogue.HasKind(g.Kind):
		return input.Errorf("kind", "is not declared in the catalogue")
	case g.All && g.Resource != "":
		return input.Errorf("all", "is set together with a resource")
	case g.All:
		return nil
	}
	return input.ID("resource", string(g.Resource))
}

// MaxBatch is how many grants or resources one call of the Service takes: enough
// to keep round trips rare, and few enough that whoever sends as many, member or
// not, holds up nobody. One call is also one event of the history.
const MaxBatch = 10_000

// Normalize returns grants sorted, each once, or the error of the first one that
// [Grant.Check] refuses, naming "grants[i].kind" and so on, or "grants" when they
// are more than [MaxBatch].
func Normalize(catalogue *roles.Catalogue, grants []Grant) ([]Grant, error) {
	if len(grants) > MaxBatch {
		return nil, input.Errorf("grants", "are more than %d", MaxBatch)
	}
	for i, g := range grants {
		if err := g.Check(catalogue); err != nil {
			return nil, input.Within(input.At("grants", i), err)
		}
	}
	grants = slices.Clone(grants)
	slices.SortFunc(grants, Grant.Compare)
	return slices.Compact(grants), nil
}

// Held is the set of grants that a member was found to have, sorted by
// [Grant.Compare]. Make one with [NewHeld].
type Held []Grant

// NewHeld returns the set of grants, in any order.
func NewHeld(grants ...Grant) Held {
	h := Held(slices.Clone(grants))
	slices.SortFunc(h, Grant.Compare)
	return h
}

// Has reports whether g itself is among h.
func (h Held) Has(g Grant) bool {
	_, ok := slices.BinarySearchFunc(h, g, Grant.Compare)
	return ok
}

// Covers reports whether h reaches what g would give: by itself or by all of
// its kind.
func (h Held) Covers(g Grant) bool { return h.Has(g) || h.Has(All(g.Kind)) }

// MayGive refuses with [roles.ErrEscalation] unless an actor in role, with the
// grants in held, reaches everything that give would give: nobody hands out what
// they do not have (M7). Admins reach everything (R1).
func MayGive(role roles.ID, held Held, give []Grant) error {
	if role == roles.Admin {
		return nil
	}
	for _, g := range give {
		if !held.Covers(g) {
			return roles.ErrEscalation
		}
	}
	return nil
}

// Missing returns those of give that held lacks: giving twice is no error (G2).
func Missing(held Held, give []Grant) []Grant {
	return slices.DeleteFunc(slices.Clone(give), held.Has)
}

// Taken returns those of take that held has, or [ErrHoldsAll] when take names
// single resources of a kind that held has all of and keeps (G2).
func Taken(held Held, take []Grant) ([]Grant, error) {
	taking := NewHeld(take...)
	for _, g := range take {
		if all := All(g.Kind); !g.All && held.Has(all) && !taking.Has(all) {
			return nil, ErrHoldsAll
		}
	}
	return slices.DeleteFunc(slices.Clone(take), func(g Grant) bool { return !held.Has(g) }), nil
}
