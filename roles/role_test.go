package roles_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/roles"
)

func TestBuiltIn(t *testing.T) {
	for _, id := range []roles.ID{roles.Admin, roles.Editor, roles.Viewer} {
		if !id.BuiltIn() {
			t.Errorf("%s is not built in", id)
		}
	}
	for _, id := range []roles.ID{"", "Admin", "admin ", "r-1", "Viewer"} {
		if id.BuiltIn() {
			t.Errorf("%q is built in", id)
		}
	}
	first := roles.BuiltInRoles()
	first[0].Name = "changed"
	if roles.BuiltInRoles()[0].Name != "Admin" {
		t.Error("what was handed out is shared")
	}
}

// Roles are ordered Admin, Editor, Viewer, then custom ones by the bytes of
// their ID.
func TestKeyOrder(t *testing.T) {
	custom := rapid.String().Filter(func(s string) bool { return !roles.ID(s).BuiltIn() })
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"admin", "editor", "viewer"}
		rest := rapid.SliceOfDistinct(custom, rapid.ID).Draw(t, "custom")
		slices.Sort(rest)
		ids = append(ids, rest...)
		for i := 1; i < len(ids); i++ {
			if a, b := roles.ID(ids[i-1]).Key(), roles.ID(ids[i]).Key(); a >= b {
				t.Fatalf("%q (%q) is not before %q (%q)", ids[i-1], a, ids[i], b)
			}
		}
	})
}

func TestRoleName(t *testing.T) {
	for given, want := range map[string]string{
		" Clerk\t": "Clerk", "x": "x", strings.Repeat("😀", 100): strings.Repeat("😀", 100), "a  b": "a  b",
	} {
		if got, err := roles.Name(given); err != nil || got != want {
			t.Errorf("%q: got %q, %v", given, got, err)
		}
	}
	for _, bad := range []string{"", " ", strings.Repeat("x", 101), "a\nb", "a\x00", "\xff", "\u2028b c\u2028d"} {
		_, err := roles.Name(bad)
		refused(t, err, "name")
	}
}

// Characters that differ in nothing but case fold alike, whatever the script, and
// folding twice is folding once (R3).
func TestFoldName(t *testing.T) {
	for r := range unicode.MaxRune {
		s := string(r)
		folded := roles.FoldName(s)
		for _, other := range []string{folded, string(unicode.ToUpper(r)), string(unicode.ToLower(r)), string(unicode.ToTitle(r))} {
			if got := roles.FoldName(other); got != folded {
				t.Errorf("%U folds to %q, %q to %q", r, folded, other, got)
			}
		}
	}
	for _, pair := range [][2]string{{"\u212a", "k"}, {"\u017f", "s"}, {"ς", "Σ"}, {"Ä", "ä"}} {
		if roles.FoldName(pair[0]) != roles.FoldName(pair[1]) {
			t.Errorf("%q and %q are two names", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"ß", "ss"}, {"é", "e"}, {"é", "e\u0301"}, {"а", "a"}} {
		if roles.FoldName(pair[0]) == roles.FoldName(pair[1]) {
			t.Errorf("%q and %q are one name", pair[0], pair[1])
		}
	}
}

// TestFoldNameOfASCII: the shortcut folds as the long way does.
func TestFoldNameOfASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}})).Draw(t, "name")
		const long = "é" // which no shortcut is taken for
		if got, want := roles.FoldName(name)+long, roles.FoldName(name+long); got != want {
			t.Fatalf("%q folds to %q, want %q", name, got, want)
		}
	})
}

func BenchmarkFoldName(b *testing.B) {
	for _, name := range []string{"Ada Lovelace", "Zoë de Vries"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roles.FoldName(name)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	for _, name := range []string{"Admin", "ADMIN", "editor", "vIEWER"} {
		if !roles.Named(name) {
			t.Errorf("%q is free", name)
		}
	}
	for _, name := range []string{"", "Admins", "Ad min", "аdmin"} {
		if roles.Named(name) {
			t.Errorf("%q is taken", name)
		}
	}
}

func TestPermissions(t *testing.T) {
	c := roles.SmartServices()
	given := []roles.Permission{"users.access", "devices.view", "users.access"}
	got, err := roles.Permissions(c, given)
	if err != nil || !slices.Equal(got, []roles.Permission{"devices.view", "users.access"}) {
		t.Errorf("got %q, %v", got, err)
	}
	if given[0] != "users.access" || given[1] != "devices.view" {
		t.Error("the argument was changed")
	}
	_, err = roles.Permissions(c, []roles.Permission{"users.access", "users.fly"})
	refused(t, err, "permissions[1]")
	if got, err := roles.Permissions(c, nil); err != nil || len(got) != 0 {
		t.Errorf("got %q, %v for none", got, err)
	}
}

func TestClone(t *testing.T) {
	role := roles.Role{ID: "r-1", Permissions: []roles.Permission{"a.b"}}
	role.Clone().Permissions[0] = "changed"
	if role.Permissions[0] != "a.b" {
		t.Error("a clone shares what it holds")
	}
}

// M7: a rank gives what it holds all of; Admin only Admins.
func TestRankMayGive(t *testing.T) {
	catalogue := roles.SmartServices()
	rank := func(id roles.ID, permissions ...roles.Permission) roles.Rank {
		return roles.Rank{Role: id, Holds: catalogue.Set(permissions...)}
	}
	holds, _ := catalogue.BuiltIn(roles.Admin)
	every := catalogue.Permissions(holds)
	admin, full := rank(roles.Admin, every...), rank("r-full", every...)
	some, none := rank("r-some", every[:1]...), rank("r-none")
	for _, c := range []struct {
		who, other roles.Rank
		may        bool
	}{
		{admin, admin, true}, {admin, full, true}, {admin, none, true},
		{full, admin, false}, {full, full, true}, {full, some, true},
		{some, full, false}, {some, some, true}, {some, none, true}, {some, admin, false},
		{none, some, false}, {none, none, true}, {none, admin, false},
		{roles.Rank{}, rank(roles.Admin), false}, {roles.Rank{}, none, true},
	} {
		if err := c.who.MayGive(c.other); (err == nil) != c.may || err != nil && !errors.Is(err, roles.ErrEscalation) {
			t.Errorf("%s to %s: %v, want allowed %v", c.who.Role, c.other.Role, err, c.may)
		}
	}
}

func TestEscalationIsDenial(t *testing.T) {
	if !errors.Is(roles.ErrEscalation, roles.ErrDenied) || errors.Is(roles.ErrDenied, roles.ErrEscalation) {
		t.Error("an escalation is a denial, and not the other way round")
	}
	if roles.ErrEscalation.Error() == roles.ErrDenied.Error() {
		t.Error("an escalation does not say so")
	}
}
