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

// check fails when some kind of call never succeeded, or some refusal was never
// seen.
func (n tally) check(t testing.TB) {
	t.Helper()
	all := map[class]int{}
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		for c, times := range n[kind] {
			all[c] += times
		}
		if n[kind][success] == 0 {
			t.Errorf("no %s succeeded", kind)
		}
	}
	for _, c := range []class{
		denied, escalation, notFound, lastAdmin, ownRole, othersRemain, alreadyMember, alreadyInvited, builtInRole,
		roleInUse, nameTaken, holdsAll, elsewhere, invalidLink, wrongAddress, notPending,
	} {
		if all[c] == 0 {
			t.Errorf("nothing was refused for %q", c)
		}
		t.Logf("%5d times %s", all[c], c)
	}
	t.Logf("%5d times %s", all[success], success)
}
