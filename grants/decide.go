package grants

import (
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Question asks whether a permission holds, for a resource where the
// permission is about one (G1).
type Question struct {
	Permission roles.Permission
	Resource   Resource
}

// Check refuses a question that has no answer: a permission that the catalogue
// does not declare (R4), a resource of another kind than the permission is
// about, none where it is about one, or one where it is about none (G1).
func (q Question) Check(catalogue *roles.Catalogue) error {
	_, err := q.Ask(catalogue)
	return err
}

// Ask is Check, and returns what a decision needs of the catalogue, so that who
// decides at once looks it up once.
func (q Question) Ask(catalogue *roles.Catalogue) (Asked, error) {
	kind, editor, viewer, ok := catalogue.Defaults(q.Permission)
	switch {
	case !ok:
		return Asked{}, input.Errorf("permission", "is not declared in the catalogue")
	case kind == "" && q.Resource != (Resource{}):
		return Asked{}, input.Errorf("resource", "is given for a permission that is about none")
	case kind == "":
		return Asked{aboutNothing, editor, viewer}, nil
	case q.Resource.Kind != kind:
		return Asked{}, input.Errorf("resource.kind", "is not the kind that the permission is about")
	}
	if err := input.ID("resource.id", string(q.Resource.ID)); err != nil {
		return Asked{}, err
	}
	return Asked{aboutResource, editor, viewer}, nil
}

// Asked is what the catalogue says about a question. The zero value is of a
// permission that it does not declare, and denied.
type Asked struct {
	subject subject
	editor  bool // the built-in roles that hold the permission, besides Admin
	viewer  bool
}

// subject is what a question is about, as far as its decision depends on it.
type subject uint8

const (
	undeclared    subject = iota // nothing that the catalogue knows
	aboutNothing                 // a permission alone
	aboutResource                // a resource of the permission's kind
	aboutAnother                 // what the permission is not about
)

// ask returns what the catalogue says about q, proper or not.
func ask(catalogue *roles.Catalogue, q Question) Asked {
	kind, editor, viewer, ok := catalogue.Defaults(q.Permission)
	asked := Asked{editor: editor, viewer: viewer}
	switch {
	case !ok:
	case kind == "" && q.Resource == (Resource{}):
		asked.subject = aboutNothing
	case kind == q.Resource.Kind && (kind == "") == (q.Resource.ID == ""):
		asked.subject = aboutResource
	default:
		asked.subject = aboutAnother
	}
	return asked
}

// Coverage says by which grant a member reaches a resource: with a grant of it and one
// of all of its kind, CoveredByOne.
type Coverage uint8

// The coverages, from none.
const (
	NotCovered   Coverage = iota // no grant reaches it
	CoveredByOne                 // a grant of the resource itself
	CoveredByAll                 // a grant of every resource of its kind
)

// String returns "not covered", "covered by one" or "covered by all".
func (c Coverage) String() string {
	switch c {
	case CoveredByOne:
		return "covered by one"
	case CoveredByAll:
		return "covered by all"
	default:
		return "not covered"
	}
}

// Facts is what a store found about one question of one user. The zero value
// denies. Fields that the question does not need may have any value.
type Facts struct {
	Revision   uint64        // of the organization; 0 when there is none
	Member     orgs.MemberID // the user's row in it; empty when there is none
	Status     orgs.Status   // of that row
	Role       roles.ID      // of that row
	Holds      bool          // that role is custom, of the organization, and stores the permission
	Registered bool          // the resource is registered with the organization
	Coverage   Coverage      // the row's own grants, whatever its role
}

// Step is one condition of a decision, in the order of G1.
type Step uint8

// The conditions of a decision.
const (
	IsMember       Step = iota + 1 // the user has a row in the organization
	IsActive                       // that row has joined
	RoleHolds                      // its role holds the permission
	IsRegistered                   // the resource is the organization's
	IsCovered                      // the member is Admin or has a grant that covers the resource
	IsUnrestricted                 // the service's own restriction allows it (G5)
)

// String returns the condition in words.
func (s Step) String() string {
	switch s {
	case IsMember:
		return "the user is a member of the organization"
	case IsActive:
		return "the member has joined"
	case RoleHolds:
		return "the member's role holds the permission"
	case IsRegistered:
		return "the resource is registered with the organization"
	case IsCovered:
		return "the member is Admin or has a grant that covers the resource"
	case IsUnrestricted:
		return "the service's own restriction allows it"
	default:
		return "no step"
	}
}

// Decide answers whether the facts satisfy question: the zero Step and true
// when they do, otherwise the first condition that fails and false. It is pure,
// allocates nothing and costs one lookup in the catalogue. A question that Check
// refuses is denied.
func Decide(catalogue *roles.Catalogue, q Question, f Facts) (failed Step, ok bool) {
	return ask(catalogue, q).Decide(&f)
}

// Decide is the function of this name, for a question that was asked.
func (a Asked) Decide(f *Facts) (failed Step, ok bool) {
	switch {
	case f.Member == "":
		return IsMember, false
	case f.Status != orgs.Active:
		return IsActive, false
	case !a.heldBy(f):
		return RoleHolds, false
	case a.subject == aboutAnother:
		return IsRegistered, false
	case a.subject == aboutNothing:
		return 0, true
	case !f.Registered:
		return IsRegistered, false
	case f.Role != roles.Admin && f.Coverage == NotCovered:
		return IsCovered, false
	}
	return 0, true
}

// heldBy reports whether the role of f holds the permission.
func (a Asked) heldBy(f *Facts) bool {
	switch f.Role {
	case roles.Admin:
		return a.subject != undeclared
	case roles.Editor:
		return a.editor
	case roles.Viewer:
		return a.viewer
	default:
		return a.subject != undeclared && f.Holds
	}
}

// Outcome is how one condition of a decision came out.
type Outcome struct {
	Step Step
	OK   bool
}

// Explain returns the conditions that Decide went through, in order: all of
// those that hold and, where it denies, the one that fails as the last (G7).
func Explain(catalogue *roles.Catalogue, q Question, f Facts) []Outcome {
	failed, ok := Decide(catalogue, q, f)
	steps := []Step{IsMember, IsActive, RoleHolds, IsRegistered, IsCovered}
	if q.Resource == (Resource{}) {
		steps = steps[:3]
	}
	var outcomes []Outcome
	for _, step := range steps {
		if !ok && step == failed {
			return append(outcomes, Outcome{Step: step})
		}
		outcomes = append(outcomes, Outcome{Step: step, OK: true})
	}
	return outcomes
}

// Holds answers whether the facts are of an active member whose role holds p,
// for whichever resource (G1).
func Holds(catalogue *roles.Catalogue, p roles.Permission, f Facts) bool {
	asked := ask(catalogue, Question{Permission: p})
	return f.Member != "" && f.Status == orgs.Active && asked.heldBy(&f)
}
