package grants_test

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

const (
	device    = roles.Kind("device")
	dashboard = roles.Kind("dashboard")
)

// refused fails the test unless err is an input.Error about field.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var found *input.Error
	if !errors.As(err, &found) || found.Field != field {
		t.Fatalf("got %v, want an error about %q", err, field)
	}
}

func TestResourceCheck(t *testing.T) {
	c := roles.SmartServices()
	for _, good := range []grants.Resource{{Kind: device, ID: "d"}, {Kind: dashboard, ID: grants.ResourceID(strings.Repeat("x", 255))}} {
		if err := good.Check(c); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []grants.Resource{{}, {ID: "d"}, {Kind: "rocket", ID: "d"}, {Kind: "Device", ID: "d"}} {
		refused(t, bad.Check(c), "kind")
	}
	for _, bad := range []grants.Resource{{Kind: device}, {Kind: device, ID: "\xff"}, {Kind: device, ID: "\x00"}} {
		refused(t, bad.Check(c), "id")
	}
}

func TestGrantCheck(t *testing.T) {
	c := roles.SmartServices()
	for _, good := range []grants.Grant{grants.One(device, "d"), grants.All(dashboard)} {
		if err := good.Check(c); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []grants.Grant{{}, {All: true}, grants.All("rocket"), grants.One("", "d")} {
		refused(t, bad.Check(c), "kind")
	}
	refused(t, grants.Grant{Kind: device, Resource: "d", All: true}.Check(c), "all")
	refused(t, grants.One(device, "").Check(c), "resource")
}

func TestTarget(t *testing.T) {
	if got := grants.One(device, "d").Target(); got != (grants.Resource{Kind: device, ID: "d"}) {
		t.Errorf("got %+v", got)
	}
	if got := grants.All(device).Target(); got != (grants.Resource{}) {
		t.Errorf("got %+v for all", got)
	}
}

func TestNormalize(t *testing.T) {
	c := roles.SmartServices()
	given := []grants.Grant{
		grants.One(device, "b"), grants.All(device), grants.One(device, "a"), grants.One(dashboard, "z"), grants.One(device, "b"),
	}
	before := slices.Clone(given)
	got, err := grants.Normalize(c, given)
	want := []grants.Grant{grants.One(dashboard, "z"), grants.All(device), grants.One(device, "a"), grants.One(device, "b")}
	if err != nil || !slices.Equal(got, want) || !slices.Equal(given, before) {
		t.Errorf("got %+v, %v; the argument became %+v", got, err, given)
	}
	_, err = grants.Normalize(c, []grants.Grant{grants.All(device), {}})
	refused(t, err, "grants[1].kind")
	if got, err := grants.Normalize(c, nil); err != nil || len(got) != 0 {
		t.Errorf("got %+v, %v for none", got, err)
	}
}

// drawGrant returns a grant out of few, so that they meet.
func drawGrant(t *rapid.T, name string) grants.Grant {
	kind := rapid.SampledFrom([]roles.Kind{device, dashboard, "a"}).Draw(t, name+" kind")
	if rapid.IntRange(0, 3).Draw(t, name+" all") == 0 {
		return grants.All(kind)
	}
	return grants.One(kind, rapid.SampledFrom([]grants.ResourceID{"a", "A", "b", "ä", "a "}).Draw(t, name+" ID"))
}

func drawGrants(t *rapid.T, name string) []grants.Grant {
	var gs []grants.Grant
	for range rapid.IntRange(0, 8).Draw(t, name) {
		gs = append(gs, drawGrant(t, name))
	}
	return gs
}

// Grants are ordered by kind, all of the kind first, then by the bytes of the ID;
// resources by kind and ID.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawGrant(t, "a"), drawGrant(t, "b")
		first := func(g grants.Grant) int { return map[bool]int{true: 0, false: 1}[g.All] }
		want := cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(first(a), first(b)), cmp.Compare(a.Resource, b.Resource))
		if got := a.Compare(b); got != want {
			t.Fatalf("%+v and %+v compare as %d, want %d", a, b, got, want)
		}
		r, s := grants.Resource{Kind: a.Kind, ID: a.Resource}, grants.Resource{Kind: b.Kind, ID: b.Resource}
		if got := r.Compare(s); got != cmp.Or(cmp.Compare(r.Kind, s.Kind), cmp.Compare(r.ID, s.ID)) {
			t.Fatalf("%+v and %+v compare as %d", r, s, got)
		}
	})
}

// Held agrees with a map, and giving and taking do what sets do: what is missing
// and what is held make the union, what is taken is the intersection (G2).
func TestHeldAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := make(map[grants.Grant]bool)
		for _, g := range drawGrants(t, "held") {
			model[g] = true
		}
		var has []grants.Grant
		for g := range model {
			has = append(has, g)
		}
		held := grants.NewHeld(has...)
		wanted := drawGrants(t, "wanted")
		before := slices.Clone(wanted)
		missing := grants.Missing(held, wanted)
		taken, err := grants.Taken(held, wanted)
		for _, g := range wanted {
			if held.Has(g) != model[g] || held.Covers(g) != (model[g] || model[grants.All(g.Kind)]) {
				t.Fatalf("%v has %+v: %v, covers it: %v", held, g, held.Has(g), held.Covers(g))
			}
			if slices.Contains(missing, g) == model[g] {
				t.Fatalf("%+v is missing: %v", g, model[g])
			}
			if err == nil && slices.Contains(taken, g) != model[g] {
				t.Fatalf("%+v is taken: %v", g, !model[g])
			}
		}
		keepsAll := slices.ContainsFunc(wanted, func(g grants.Grant) bool {
			return !g.All && model[grants.All(g.Kind)] && !slices.Contains(wanted, grants.All(g.Kind))
		})
		if keepsAll != errors.Is(err, grants.ErrHoldsAll) {
			t.Fatalf("taking %v from %v: %v", wanted, held, err)
		}
		if !slices.Equal(wanted, before) {
			t.Fatal("the argument was changed")
		}
	})
}

// Nobody but an Admin gives what they do not reach (M7).
func TestMayGive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held, give := grants.NewHeld(drawGrants(t, "held")...), drawGrants(t, "give")
		role := rapid.SampledFrom([]roles.ID{roles.Admin, roles.Editor, "r-1", ""}).Draw(t, "role")
		reaches := !slices.ContainsFunc(give, func(g grants.Grant) bool {
			return !slices.Contains(held, g) && !slices.Contains(held, grants.All(g.Kind))
		})
		err := grants.MayGive(role, held, give)
		if want := role == roles.Admin || reaches; want != (err == nil) || !want && !errors.Is(err, roles.ErrEscalation) {
			t.Fatalf("%s with %v gives %v: %v", role, held, give, err)
		}
	})
}
