package servicetest

import (
	"strings"
	"testing"
)

// Call is one call of a method of the Service, ready to be made once.
type Call struct {
	Method    string // such as "Members.Page"
	Situation string // empty for a method that has just one
	// Make makes the call and returns how many calls of the store it took, those of
	// the transaction included.
	Make func() (calls int)
}

// EachCall gets every method of the Service that takes a context ready to be called,
// in every situation that [RunFaults] knows, each on a store of its own from open.
func EachCall(t *testing.T, open Open, each func(*testing.T, Call)) {
	t.Helper()
	for _, c := range append(faultQuestions(), faultOperations()...) {
		method, situation, _ := strings.Cut(c.name, "/")
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, open)
			ready := c.make(s)
			each(t, Call{Method: method, Situation: situation, Make: func() int {
				_, err := s.try(s.Ctx, ready, -1, nil)
				s.Must(err)
				calls := 0
				for _, p := range s.plan.points {
					if p.name != commit && p.name != committed {
						calls++
					}
				}
				return calls
			}})
		})
	}
}
