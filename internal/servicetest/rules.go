package servicetest

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
)

// Rule is one case of one rule of the specification.
type Rule struct {
	ID    string       // the rule's number, for example "O4"
	Claim string       // what holds, in a few words; unique among all cases
	Run   func(*World) // on a store of its own; fails the World when the claim does not hold
}

// Rules returns every case, by theme.
func Rules() []Rule {
	return slices.Concat(
		orgRules(), orgEndRules(), orgActiveRules(),
		memberRules(), removeRules(), listRules(), backRules(), escalationRules(),
		inviteRules(), linkRules(), acceptRules(), receivedRules(),
		roleRules(), catalogueRules(),
		grantRules(), resourceRules(), checkRules(), restrictRules(), questionRules(),
		bulkRules(), historyRules(), userRules(), matrixRules(),
	)
}

// RunRules runs every case of [Rules] on a fresh store from open, each as a
// subtest that is named by its rule and claim.
func RunRules(t *testing.T, open Open) {
	for _, rule := range Rules() {
		t.Run(rule.ID+" "+rule.Claim, func(t *testing.T) {
			rule.Run(On(t, watch(open(t))))
		})
	}
}

// Also returns a World like w, on the same store and clock, with a Service whose
// options change has altered.
func (w *World) Also(change func(*charter.Options)) *World {
	w.Helper()
	also := On(w.TB, w.Store, func(o *charter.Options) {
		o.Clock = w.Clock.Now
		change(o)
	})
	also.Clock = w.Clock
	return also
}

// At returns a World like w whose clock stands still.
func (w *World) At(moment time.Time) *World {
	w.Helper()
	return w.Also(func(o *charter.Options) { o.Clock = func() time.Time { return moment } })
}
