package grants_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func TestQuestionCheck(t *testing.T) {
	c := roles.SmartServices()
	machine, board := grants.Resource{Kind: device, ID: "d"}, grants.Resource{Kind: dashboard, ID: "d"}
	for _, good := range []grants.Question{
		{Permission: "devices.view", Resource: machine}, {Permission: "emma.use-widget", Resource: board}, {Permission: "users.access"},
	} {
		if err := good.Check(c); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []struct {
		q     grants.Question
		field string
	}{
		{grants.Question{}, "permission"}, {grants.Question{Permission: "devices.explode", Resource: machine}, "permission"},
		{grants.Question{Permission: "devices.view"}, "resource.kind"},
		{grants.Question{Permission: "devices.view", Resource: board}, "resource.kind"},
		{grants.Question{Permission: "devices.view", Resource: grants.Resource{ID: "d"}}, "resource.kind"},
		{grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device}}, "resource.id"},
		{grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: "\x00"}}, "resource.id"},
		{grants.Question{Permission: "users.access", Resource: machine}, "resource"},
		{grants.Question{Permission: "users.access", Resource: grants.Resource{ID: "d"}}, "resource"},
	} {
		refused(t, bad.q.Check(c), bad.field)
	}
}

// mostly draws good three times of four, so that most conditions hold at once,
// and otherwise one of others.
func mostly[T any](t *rapid.T, name string, good T, others ...T) T {
	if rapid.IntRange(0, 3).Draw(t, name+" is odd") > 0 {
		return good
	}
	return rapid.SampledFrom(others).Draw(t, name)
}

// drawFacts returns facts of any kind, possible or not, and a question.
func drawFacts(t *rapid.T) (grants.Facts, grants.Question) {
	machine := grants.Resource{Kind: device, ID: "d"}
	facts := grants.Facts{
		Revision:   rapid.Uint64().Draw(t, "revision"),
		Member:     mostly(t, "member", orgs.MemberID("m-1"), ""),
		Status:     mostly(t, "status", orgs.Active, orgs.Invited, "", "gone"),
		Role:       rapid.SampledFrom([]roles.ID{roles.Admin, roles.Editor, roles.Viewer, "r-1", ""}).Draw(t, "role"),
		Holds:      mostly(t, "holds", true, false),
		Registered: mostly(t, "registered", true, false),
		Coverage:   mostly(t, "coverage", grants.CoveredByOne, grants.NotCovered, grants.CoveredByAll),
	}
	return facts, grants.Question{
		Permission: rapid.SampledFrom([]roles.Permission{
			"devices.view", "devices.edit", "devices.delete", "users.access", "timeseries.access", "emma.use-widget", "devices.explode", "",
		}).Draw(t, "permission"),
		Resource: rapid.SampledFrom([]grants.Resource{
			{}, machine, {Kind: dashboard, ID: "d"}, {Kind: "rocket", ID: "d"}, {Kind: device}, {ID: "d"},
		}).Draw(t, "resource"),
	}
}

// roleHolds says who holds what of the permissions that drawFacts draws.
func roleHolds(f grants.Facts, p roles.Permission) bool {
	switch p {
	case "devices.explode", "":
		return false // not declared: nobody (R4)
	case "devices.delete", "users.access":
		return f.Role == roles.Admin || f.Holds && !f.Role.BuiltIn()
	case "devices.edit":
		return f.Role == roles.Admin || f.Role == roles.Editor || f.Holds && !f.Role.BuiltIn()
	default:
		return f.Role.BuiltIn() || f.Holds
	}
}

// Access = active member, and its role holds the permission, and, where the
// permission is about a kind, the resource is the organization's and the member
// is Admin or has a grant that covers it (G1).
func TestDecide(t *testing.T) {
	c := roles.SmartServices()
	kinds := map[roles.Permission]roles.Kind{
		"devices.view": device, "devices.edit": device, "devices.delete": device, "emma.use-widget": dashboard,
	}
	rapid.Check(t, func(t *rapid.T) {
		f, q := drawFacts(t)
		active := f.Member != "" && f.Status == orgs.Active
		want := active && roleHolds(f, q.Permission)
		if got := grants.Holds(c, q.Permission, f); got != want {
			t.Fatalf("%+v holds %s: %v", f, q.Permission, got)
		}
		if kind := kinds[q.Permission]; kind != "" {
			want = want && q.Resource.Kind == kind && f.Registered && (f.Role == roles.Admin || f.Coverage != grants.NotCovered)
		} else {
			want = want && q.Resource.Kind == ""
		}
		want = want && q.Check(c) == nil // what is no question is denied
		failed, ok := grants.Decide(c, q, f)
		if ok != want || ok != (failed == 0) {
			t.Fatalf("%+v about %+v: %v at %d, want %v", q, f, ok, failed, want)
		}
		explained(t, c, q, f)
	})
}

// Each condition that fails is named, the first one where several do.
func TestDecideSteps(t *testing.T) {
	c := roles.SmartServices()
	good := grants.Facts{Member: "m", Status: orgs.Active, Role: "r-1", Holds: true, Registered: true, Coverage: grants.CoveredByAll}
	machine := grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: "d"}}
	for want, change := range map[grants.Step]func(*grants.Facts, *grants.Question){
		0:                   func(*grants.Facts, *grants.Question) {},
		grants.IsMember:     func(f *grants.Facts, _ *grants.Question) { *f = grants.Facts{} },
		grants.IsActive:     func(f *grants.Facts, _ *grants.Question) { f.Status, f.Holds = orgs.Invited, false },
		grants.RoleHolds:    func(f *grants.Facts, _ *grants.Question) { f.Holds, f.Registered = false, false },
		grants.IsRegistered: func(f *grants.Facts, _ *grants.Question) { f.Registered, f.Coverage = false, grants.NotCovered },
		grants.IsCovered:    func(f *grants.Facts, _ *grants.Question) { f.Coverage = grants.NotCovered },
	} {
		f, q := good, machine
		change(&f, &q)
		if failed, ok := grants.Decide(c, q, f); failed != want || ok != (want == 0) {
			t.Errorf("got %v at %q, want it at %q", ok, failed, want)
		}
	}
	admin := good
	admin.Role, admin.Holds, admin.Coverage = roles.Admin, false, grants.NotCovered
	if _, ok := grants.Decide(c, machine, admin); !ok {
		t.Error("an Admin needs a grant")
	}
	if _, ok := grants.Decide(c, grants.Question{Permission: "users.access"}, admin); !ok {
		t.Error("what is about no resource needs one")
	}
	for _, q := range []grants.Question{
		{Permission: "devices.view"}, {Permission: "devices.view", Resource: grants.Resource{Kind: device}},
		{Permission: "users.access", Resource: grants.Resource{ID: "d"}}, {Permission: "users.access", Resource: machine.Resource},
	} {
		if failed, ok := grants.Decide(c, q, admin); ok || failed != grants.IsRegistered {
			t.Errorf("%+v: got %v at %q", q, ok, failed)
		}
	}
}

// explained fails the test unless Explain says what Decide does, step by step.
func explained(t *rapid.T, c *roles.Catalogue, q grants.Question, f grants.Facts) {
	if q.Check(c) != nil {
		return // never asked
	}
	failed, ok := grants.Decide(c, q, f)
	steps := []grants.Step{grants.IsMember, grants.IsActive, grants.RoleHolds, grants.IsRegistered, grants.IsCovered}
	if q.Resource == (grants.Resource{}) {
		steps = steps[:3]
	}
	outcomes := grants.Explain(c, q, f)
	for i, o := range outcomes {
		last := i == len(outcomes)-1
		if o.Step != steps[i] || o.OK == (last && !ok) || last && !ok && o.Step != failed {
			t.Fatalf("%+v about %+v is explained by %+v", q, f, outcomes)
		}
	}
	if ok && len(outcomes) != len(steps) {
		t.Fatalf("a yes is explained by %+v", outcomes)
	}
}

// The zero values deny.
func TestZeroDenies(t *testing.T) {
	c := roles.SmartServices()
	machine := grants.Resource{Kind: device, ID: "d"}
	for _, q := range []grants.Question{{}, {Permission: "users.access"}, {Permission: "devices.view", Resource: machine}} {
		if _, ok := grants.Decide(c, q, grants.Facts{}); ok || grants.Holds(c, q.Permission, grants.Facts{}) {
			t.Errorf("%+v is allowed to nobody", q)
		}
	}
}

// The check costs no allocation.
func TestDecideAllocatesNothing(t *testing.T) {
	c := roles.SmartServices()
	q := grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: "d"}}
	f := grants.Facts{Member: "m", Status: orgs.Active, Role: roles.Viewer, Registered: true, Coverage: grants.CoveredByOne}
	if n := testing.AllocsPerRun(100, func() { _, _ = grants.Decide(c, q, f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStepNames(t *testing.T) {
	var seen []string
	for step := grants.Step(0); step <= grants.IsUnrestricted+1; step++ {
		seen = append(seen, step.String())
	}
	if seen[0] != "no step" || seen[len(seen)-1] != "no step" {
		t.Errorf("got %q", seen)
	}
	slices.Sort(seen[1 : len(seen)-1])
	if n := len(slices.Compact(seen[:len(seen)-1])); n != 7 {
		t.Errorf("%d names of 6 steps and none: %q", n, seen)
	}
}

func TestCoverageNames(t *testing.T) {
	for coverage, want := range map[grants.Coverage]string{
		grants.NotCovered: "not covered", grants.CoveredByOne: "covered by one", grants.CoveredByAll: "covered by all",
		grants.CoveredByAll + 1: "not covered",
	} {
		if got := coverage.String(); got != want {
			t.Errorf("coverage %d is %q, want %q", uint8(coverage), got, want)
		}
	}
}
