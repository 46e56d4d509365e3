package orgs_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func TestProfile(t *testing.T) {
	got, err := orgs.Profile{Email: " A@b ", FirstName: "\tAda", LastName: "Lo ve "}.Normalize()
	if want := (orgs.Profile{Email: "A@b", FirstName: "Ada", LastName: "Lo ve"}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := (orgs.Profile{Email: "a@b"}).Normalize(); err != nil || got != (orgs.Profile{Email: "a@b"}) {
		t.Errorf("got %+v, %v without names", got, err)
	}
	for field, p := range map[string]orgs.Profile{
		"email": {}, "first-name": {Email: "a@b", FirstName: strings.Repeat("x", 101)}, "last-name": {Email: "a@b", LastName: "a\nb"},
	} {
		got, err := p.Normalize()
		refused(t, err, field)
		if got != (orgs.Profile{}) {
			t.Errorf("got %+v with an error", got)
		}
	}
}

func TestSortNames(t *testing.T) {
	var names []string
	for _, s := range orgs.Sorts() {
		if parsed, err := orgs.ParseSort(s.String()); parsed != s || err != nil {
			t.Errorf("ParseSort(%q) is %v, %v", s, parsed, err)
		}
		names = append(names, s.String())
	}
	if want := []string{"first-name", "last-name", "email", "invited", "role"}; !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
	if parsed, err := orgs.ParseSort(""); parsed != 0 || err != nil {
		t.Errorf("nothing is %v, %v", parsed, err)
	}
	for _, text := range []string{"Email", "email ", "Sort(9)"} {
		_, err := orgs.ParseSort(text)
		refused(t, err, "sort")
	}
	if got := orgs.Sort(9).String(); got != "Sort(9)" {
		t.Errorf("got %q", got)
	}
	if got := (orgs.Member{Role: roles.Admin}).Key(orgs.Sort(9)); got != "" {
		t.Errorf("got %q", got)
	}
}

// drawRow returns a member with names, addresses, times and roles that are easy
// to order wrongly.
func drawRow(t *rapid.T, name string) orgs.Member {
	word := rapid.SampledFrom([]string{"", "a", "A", "ab", "B", "Ä", "ä", "É", "z", "K", "\u212a", "o'n", "a-b", "東", "😀"})
	when := rapid.SampledFrom([]time.Time{
		{}, time.UnixMicro(-1).UTC(), time.UnixMicro(0).UTC(), time.UnixMicro(1).UTC(), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	return orgs.Member{
		Profile: orgs.Profile{
			FirstName: word.Draw(t, name+" first"), LastName: word.Draw(t, name+" last"), Email: word.Draw(t, name+" e-mail") + "@x",
		},
		InvitedAt: when.Draw(t, name+" invited"),
		Role:      rapid.SampledFrom([]roles.ID{roles.Viewer, roles.Admin, roles.Editor, "0", "r-1", "admin2", "zz"}).Draw(t, name+" role"),
	}
}

// The bytes of the keys order members as the documentation says (M2).
func TestKeyOrder(t *testing.T) {
	fold := func(s string) string { return strings.ToLower(strings.ToUpper(strings.TrimSpace(s))) }
	rank := func(id roles.ID) int { return slices.Index([]roles.ID{roles.Admin, roles.Editor, roles.Viewer}, id) }
	said := map[orgs.Sort]func(a, b orgs.Member) int{
		orgs.ByFirstName: func(a, b orgs.Member) int {
			return cmp.Compare(fold(a.FirstName+" "+a.LastName), fold(b.FirstName+" "+b.LastName))
		},
		orgs.ByLastName: func(a, b orgs.Member) int {
			return cmp.Compare(fold(a.LastName+" "+a.FirstName), fold(b.LastName+" "+b.FirstName))
		},
		orgs.ByEmail:   func(a, b orgs.Member) int { return cmp.Compare(orgs.FoldAddress(a.Email), orgs.FoldAddress(b.Email)) },
		orgs.ByInvited: func(a, b orgs.Member) int { return a.InvitedAt.Compare(b.InvitedAt) },
		orgs.ByRole: func(a, b orgs.Member) int {
			switch i, j := rank(a.Role), rank(b.Role); {
			case i < 0 && j < 0:
				return cmp.Compare(a.Role, b.Role)
			case i < 0:
				return 1
			case j < 0:
				return -1
			default:
				return cmp.Compare(i, j)
			}
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawRow(t, "a"), drawRow(t, "b")
		for sort, compare := range said {
			if got, want := cmp.Compare(a.Key(sort), b.Key(sort)), compare(a, b); got != want {
				t.Fatalf("by %s: %q and %q compare as %d, want %d", sort, a.Key(sort), b.Key(sort), got, want)
			}
		}
	})
}

// A search finds exactly the members whose "first last" name, "last first" name
// or address begins with it, ignoring case; nothing finds everybody (M2).
func TestSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawRow(t, "m")
		text := rapid.SampledFrom([]string{
			"", " ", "a", "A ", "ab", "ä", "Ä", "é", "k", "\u212a", "a b", "a@", "A@X", "%", "o'", "東", m.FirstName, m.LastName, m.Email,
			m.FirstName + " " + m.LastName, m.LastName + " " + m.FirstName,
		}).Draw(t, "search")
		s := orgs.NewSearch(text)
		name := strings.ToLower(strings.ToUpper(strings.TrimSpace(text)))
		want := strings.HasPrefix(m.Key(orgs.ByFirstName), name) || strings.HasPrefix(m.Key(orgs.ByLastName), name) ||
			strings.HasPrefix(orgs.FoldAddress(m.Email), orgs.FoldAddress(text))
		if s.Match(m) != want {
			t.Fatalf("%q finds %+v: %v", text, m.Profile, !want)
		}
		if !(orgs.Search{}).Match(m) {
			t.Fatal("the zero Search does not find everybody")
		}
	})
	kim := orgs.Member{Profile: orgs.Profile{Email: "\u212aim@x", FirstName: "\u212aim"}}
	if !orgs.NewSearch("kim").Match(kim) || orgs.NewSearch("kim@").Match(kim) {
		t.Error("the Kelvin sign is a k in a name, and none in an address")
	}
}
