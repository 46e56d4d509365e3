package roles_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/roles"
)

func TestNewCatalogueRefuses(t *testing.T) {
	declares := func(ds ...roles.Declaration) []roles.Service {
		return []roles.Service{{Key: "fleet", Permissions: ds}}
	}
	long := roles.Kind(strings.Repeat("a", 129))
	sail := roles.Declaration{Permission: "fleet.sail", Kind: "ship"}
	for name, c := range map[string]struct {
		services []roles.Service
		field    string
	}{
		"a bad key":                     {[]roles.Service{{Key: "Fleet"}}, "catalogue"},
		"no key":                        {[]roles.Service{{}}, "catalogue"},
		"a service twice":               {[]roles.Service{{Key: "fleet"}, {Key: "fleet"}}, "catalogue"},
		"a permission twice":            {declares(sail, sail), "catalogue"},
		"no permission":                 {declares(roles.Declaration{}), "catalogue"},
		"a bad permission":              {declares(roles.Declaration{Permission: "fleet.Sail"}), "catalogue"},
		"another service's":             {declares(roles.Declaration{Permission: "ships.sail"}), "catalogue"},
		"the library's own with a kind": {[]roles.Service{{Key: "users", Permissions: []roles.Declaration{{Permission: roles.AccessUsers, Kind: "ship"}}}}, "catalogue"},
		"a bad kind":                    {declares(roles.Declaration{Permission: "fleet.sail", Kind: "Ship"}), "catalogue"},
		"a long kind":                   {declares(roles.Declaration{Permission: "fleet.sail", Kind: long}), "catalogue"},
		"a long title":                  {[]roles.Service{{Key: "fleet", Title: strings.Repeat("x", 201)}}, "catalogue title"},
		"a permission's long title":     {declares(roles.Declaration{Permission: "fleet.sail", Title: strings.Repeat("x", 201)}), "catalogue title"},
		"a title with a control code":   {[]roles.Service{{Key: "fleet", Title: "a\x1bb"}}, "catalogue title"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := roles.NewCatalogue(c.services...)
			refused(t, err, c.field)
			if got != nil {
				t.Error("a catalogue came with the error")
			}
		})
	}
}

// Every catalogue has what the library asks for, for Admins, unless the host
// says otherwise; creating organizations is everybody's.
func TestCatalogueCompletes(t *testing.T) {
	own := []roles.Permission{
		roles.AccessUsers, roles.InviteUsers, roles.ChangeRoles, roles.RemoveUsers,
		roles.CreateOrganization, roles.RenameOrganization, roles.ChangeBilling,
	}
	users := roles.Service{Key: "users", Permissions: []roles.Declaration{{Permission: roles.InviteUsers, Editor: true}}}
	for _, services := range [][]roles.Service{nil, {users}} {
		given := slices.Clone(services)
		c, err := roles.NewCatalogue(services...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(given, services, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the argument was changed: %s", diff)
		}
		for _, p := range own {
			for _, id := range []roles.ID{roles.Admin, roles.Editor, roles.Viewer} {
				set, ok := c.BuiltIn(id)
				declared := services != nil && p == roles.InviteUsers && id == roles.Editor
				want := id == roles.Admin || p == roles.CreateOrganization || declared
				if !ok || c.Holds(set, p) != want {
					t.Errorf("%s holds %s: got %v, want %v", id, p, !want, want)
				}
			}
		}
	}
}

func TestCatalogueTellsWhatWasDeclared(t *testing.T) {
	fleet := roles.Service{Key: "fleet", Title: "Fleet", Permissions: []roles.Declaration{
		{Permission: "fleet.sail", Title: "Sail", Kind: "ship", Editor: true},
		{Permission: "fleet.anchor", Kind: "anchor", Viewer: true}, {Permission: "fleet.paint", Kind: "ship"},
	}}
	c, err := roles.NewCatalogue(fleet)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]roles.Kind{"anchor", "ship"}, c.Kinds()); diff != "" {
		t.Error(diff)
	}
	if !c.HasKind("ship") || c.HasKind("boat") || c.HasKind("") {
		t.Error("the kinds are wrong")
	}
	if d, ok := c.Lookup("fleet.sail"); !ok || d != fleet.Permissions[0] {
		t.Errorf("got %+v", d)
	}
	if d, ok := c.Lookup("fleet.sink"); ok || d != (roles.Declaration{}) {
		t.Errorf("got %+v for one that is not declared", d)
	}
	c.Services()[0].Permissions[0].Permission = "changed"
	c.Services()[0].Key = "changed"
	c.Kinds()[0] = "changed"
	fleet.Permissions[1].Kind = "changed"
	if got := c.Services()[0]; got.Key != "fleet" || got.Permissions[0].Permission != "fleet.sail" || got.Permissions[1].Kind != "anchor" {
		t.Errorf("what was handed out changed the catalogue: %+v", got)
	}
	if got := []string{c.Services()[1].Key, c.Services()[2].Key}; !slices.Equal(got, []string{"users", "organization"}) {
		t.Errorf("the library's own services are %q", got)
	}
}

func TestOf(t *testing.T) {
	c := roles.SmartServices()
	stored := []roles.Permission{"devices.view", "devices.explode"}
	holds := func(role roles.Role) []roles.Permission { return c.Permissions(c.Of(role)) }
	if got := holds(roles.Role{ID: "r-1", Permissions: stored}); !slices.Equal(got, stored[:1]) {
		t.Errorf("a custom role holds %q", got)
	}
	if got := holds(roles.Role{ID: roles.Viewer, Permissions: stored}); len(got) != 22 || slices.Contains(got, "devices.add") {
		t.Errorf("what is stored of a built-in role counts: it holds %d", len(got))
	}
	if got := holds(roles.Role{}); len(got) != 0 {
		t.Errorf("the zero Role holds %q", got)
	}
	if set, ok := c.BuiltIn("r-1"); ok || set.Len() != 0 {
		t.Error("a custom role is built in")
	}
}

// bigCatalogue has more permissions than fit into one word of a Set.
func bigCatalogue(t interface{ Fatal(...any) }, n int) (*roles.Catalogue, []roles.Permission) {
	var s roles.Service
	s.Key = "many"
	var all []roles.Permission
	for i := range n {
		p := roles.Permission(fmt.Sprintf("many.p-%d", i))
		s.Permissions = append(s.Permissions, roles.Declaration{Permission: p})
		all = append(all, p)
	}
	c, err := roles.NewCatalogue(s)
	if err != nil {
		t.Fatal(err)
	}
	return c, all
}

// Sets are sets: they agree with a map on everything (M7, R4).
func TestSetAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, all := bigCatalogue(t, rapid.IntRange(1, 200).Draw(t, "declared"))
		all = append(all, "many.undeclared", "other.undeclared", "", roles.AccessUsers)
		draw := func(name string) (roles.Set, map[roles.Permission]bool) {
			ps := rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, name)
			model := make(map[roles.Permission]bool)
			for _, p := range ps {
				if _, ok := c.Lookup(p); ok {
					model[p] = true
				}
			}
			return c.Set(ps...), model
		}
		a, inA := draw("a")
		b, inB := draw("b")
		contains := true
		for p := range inB {
			contains = contains && inA[p]
		}
		if a.Len() != len(inA) || a.Contains(b) != contains {
			t.Fatalf("length %d of %v; contains %v: %v", a.Len(), inA, inB, a.Contains(b))
		}
		if contains != (roles.MayGive(a, b) == nil) {
			t.Fatal("giving what one holds is refused, or the other way round")
		}
		for _, p := range all {
			if c.Holds(a, p) != inA[p] {
				t.Fatalf("holds %q: %v", p, !inA[p])
			}
		}
		listed := c.Permissions(a)
		if len(listed) != len(inA) || slices.ContainsFunc(listed, func(p roles.Permission) bool { return !inA[p] }) {
			t.Fatalf("listed %q of %v", listed, inA)
		}
		if again := c.Set(listed...); !again.Contains(a) || !a.Contains(again) {
			t.Fatal("what is listed makes another set")
		}
		if !a.Contains(a) || !a.Contains(roles.Set{}) || (roles.Set{}).Contains(a) != (len(inA) == 0) {
			t.Fatal("a set contains itself and the empty one")
		}
	})
}

// Permissions whose ends are alike are told apart, and one too many is refused (R4).
func TestPermissionsAlike(t *testing.T) {
	declare := func(n int) (*roles.Catalogue, error) {
		s := roles.Service{Key: "alike"}
		for i := range n {
			p := roles.Permission(fmt.Sprintf("alike.at-first-%05d-and-in-the-end", i))
			s.Permissions = append(s.Permissions, roles.Declaration{Permission: p, Title: strconv.Itoa(i)})
		}
		return roles.NewCatalogue(s)
	}
	c, err := declare(100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 101 {
		d, ok := c.Lookup(roles.Permission(fmt.Sprintf("alike.at-first-%05d-and-in-the-end", i)))
		if ok != (i < 100) || ok && d.Title != strconv.Itoa(i) {
			t.Errorf("number %d is %q, %v", i, d.Title, ok)
		}
	}
	_, err = declare(1 << 16)
	refused(t, err, "catalogue")
}

// Defaults and About say what Lookup and Holds do (R4).
func TestDefaultsAndAbout(t *testing.T) {
	c := roles.SmartServices()
	for _, id := range append(roles.BuiltInRoles(), roles.Role{Permissions: []roles.Permission{"devices.edit"}}) {
		set := c.Of(id)
		for _, s := range c.Services() {
			for _, d := range s.Permissions {
				kind, editor, viewer, ok := c.Defaults(d.Permission)
				if kind != d.Kind || editor != d.Editor || viewer != d.Viewer || !ok {
					t.Errorf("Defaults of %+v: %q, %v, %v, %v", d, kind, editor, viewer, ok)
				}
				kind, held, ok := c.About(set, d.Permission)
				if kind != d.Kind || held != c.Holds(set, d.Permission) || !ok {
					t.Errorf("About %+v in the set of %q: %q, %v, %v", d, id.ID, kind, held, ok)
				}
			}
		}
		if kind, held, ok := c.About(set, "devices.explode"); kind != "" || held || ok {
			t.Errorf("About what is not declared: %q, %v, %v", kind, held, ok)
		}
	}
	if kind, editor, viewer, ok := c.Defaults("devices.explode"); kind != "" || editor || viewer || ok {
		t.Errorf("Defaults of what is not declared: %q, %v, %v, %v", kind, editor, viewer, ok)
	}
}

// Listing keeps the order of declaration.
func TestPermissionsInOrder(t *testing.T) {
	c, all := bigCatalogue(t, 130)
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	if got := c.Permissions(c.Set(reversed...)); !slices.Equal(got, all) {
		t.Errorf("got %q", got)
	}
	admin, _ := c.BuiltIn(roles.Admin)
	if admin.Len() != 137 {
		t.Errorf("Admins hold %d of 130 and the library's seven", admin.Len())
	}
}
