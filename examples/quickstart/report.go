package main

import (
	"fmt"
	"io"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
)

// report writes what happens, as plain text. After an error of its writer, for
// example because nobody reads any longer, it writes nothing more and keeps the
// error.
type report struct {
	w   io.Writer
	err error
}

func (r *report) heading(format string, args ...any) {
	r.printf(format+"\n", args...)
}

// already tells a step that was taken before.
func (r *report) already(number int, title string) {
	r.printf("%3d  %-50s done before\n", number, title)
}

// step begins a step that happens now.
func (r *report) step(number int, title string) {
	r.printf("\n%3d  %s\n", number, title)
}

// say tells what came of a step.
func (r *report) say(format string, args ...any) {
	r.printf("     · "+format+"\n", args...)
}

// answer tells what somebody may do, and why.
func (r *report) answer(q grants.Question, why charter.Explanation) {
	answer := "no "
	if why.Allowed {
		answer = "yes"
	}
	r.printf("         %s  %-24s %-12s %s\n", answer, q.Permission, q.Resource.ID, reason(why))
}

func (r *report) printf(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.w, format, args...)
	}
}

// reason says why a question has its answer: which condition fails or, when all
// hold, by what.
func reason(why charter.Explanation) string {
	role, last := why.Facts.Role, why.Outcomes[len(why.Outcomes)-1]
	if !last.OK {
		return refusals[last.Step]
	}
	switch {
	case role == roles.Admin:
		return "an admin holds everything"
	case last.Step == grants.RoleHolds:
		return fmt.Sprintf("the role %s holds it", role)
	case why.Facts.Coverage == grants.CoveredByAll:
		return fmt.Sprintf("the role %s holds it, a grant covers all of the kind", role)
	default:
		return fmt.Sprintf("the role %s holds it, a grant covers this one", role)
	}
}

// refusals has words for each condition that fails.
var refusals = map[grants.Step]string{
	grants.IsMember:       "not a member",
	grants.IsActive:       "invited, not a member yet",
	grants.RoleHolds:      "the role does not hold it",
	grants.IsRegistered:   "the organization has no such thing",
	grants.IsCovered:      "no grant covers it",
	grants.IsUnrestricted: "the service itself restricts it",
}
