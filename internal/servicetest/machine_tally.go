package servicetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// tally counts how the steps of each kind were answered, so that a machine that
// never gets anywhere is not taken for one that finds nothing.
type tally map[string]map[class]int

func (n tally) add(s step, c class) {
	kind := fmt.Sprintf("%T", s)
	if n[kind] == nil {
		n[kind] = map[class]int{}
	}
	n[kind][c]++
}

// everyRefusal is what a machine must get to see.
var everyRefusal = []class{
	denied, escalation, notFound, lastAdmin, ownRole, othersRemain, alreadyMember, alreadyInvited, builtInRole,
	roleInUse, nameTaken, holdsAll, elsewhere, invalidLink, wrongAddress, notPending,
}

// byClass counts the answers of all kinds of steps together.
func (n tally) byClass() map[class]int {
	all := map[class]int{}
	for _, answers := range n {
		for c, times := range answers {
			all[c] += times
		}
	}
	return all
}

// missing says what was not seen: each kind of call that never succeeded, and each
// refusal that was never given.
func (n tally) missing() (unseen []string) {
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		if n[kind][success] == 0 {
			unseen = append(unseen, fmt.Sprintf("no %s succeeded", kind))
		}
	}
	all := n.byClass()
	for _, c := range everyRefusal {
		if all[c] == 0 {
			unseen = append(unseen, fmt.Sprintf("nothing was refused for %q", c))
		}
	}
	return unseen
}

// check fails when something is missing.
func (n tally) check(t testing.TB) {
	t.Helper()
	for _, unseen := range n.missing() {
		t.Error(unseen)
	}
	all := n.byClass()
	for _, c := range append(slices.Clone(everyRefusal), success) {
		t.Logf("%5d times %s", all[c], c)
	}
}
