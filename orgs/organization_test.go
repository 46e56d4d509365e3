package orgs_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func TestName(t *testing.T) {
	for given, want := range map[string]string{
		" Acme\t": "Acme", "x": "x", strings.Repeat("😀", 100): strings.Repeat("😀", 100), strings.Repeat(" ", 1000) + "x": "x",
	} {
		if got, err := orgs.Name(given); err != nil || got != want {
			t.Errorf("%q: got %q, %v", given, got, err)
		}
	}
	for _, bad := range []string{"", " \n", strings.Repeat("x", 101), strings.Repeat("😀", 101), "a\nb", "a\x00b", "\xff", "a\u2029b"} {
		_, err := orgs.Name(bad)
		refused(t, err, "name")
	}
}

// FuzzName: a name that is taken is trimmed, 1 to 100 characters without any that
// is hidden (O2); one that is refused is not, and the error names it.
func FuzzName(f *testing.F) {
	for _, s := range []string{
		"Acme", " Acme ", "", "a\nb", strings.Repeat("😀", 100), strings.Repeat("😀", 101), "\xff", "a\u2028b", "\u200b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := orgs.Name(s)
		trimmed := strings.TrimSpace(s)
		n := utf8.RuneCountInString(trimmed)
		hidden := func(r rune) bool {
			return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) && r != 0x200c && r != 0x200d
		}
		good := n >= 1 && n <= 100 && utf8.ValidString(trimmed) && !strings.ContainsFunc(trimmed, hidden) && strings.Trim(trimmed, "\u200c\u200d") != ""
		if good != (err == nil) || good && got != trimmed {
			t.Fatalf("%q was taken as %q, %v", s, got, err)
		}
		if err != nil {
			refused(t, err, "name")
			return
		}
		if folded := orgs.FoldName(got); orgs.FoldName(folded) != folded {
			t.Fatalf("%q folds to %q, and that to %q", got, folded, orgs.FoldName(folded))
		}
	})
}

func TestBilling(t *testing.T) {
	got, err := orgs.Billing{
		Company: " C ", Address: "\n1 Road\nTown ", VATID: "\tV", Email: " Pay@x.example ", Reference: "R ",
	}.Normalize()
	want := orgs.Billing{Company: "C", Address: "1 Road\nTown", VATID: "V", Email: "Pay@x.example", Reference: "R"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := (orgs.Billing{Email: " \n"}).Normalize(); err != nil || got != (orgs.Billing{}) {
		t.Errorf("got %+v, %v for none", got, err)
	}
	full := orgs.Billing{
		Company: strings.Repeat("😀", 200), Address: strings.Repeat("é", 1000), VATID: strings.Repeat("x", 50),
		Reference: strings.Repeat("x", 200),
	}
	if got, err := full.Normalize(); err != nil || got != full {
		t.Errorf("got %v for the longest", err)
	}
	for field, b := range map[string]orgs.Billing{
		"billing.company": {Company: strings.Repeat("x", 201)}, "billing.address": {Address: strings.Repeat("x", 1001)},
		"billing.vat-id": {VATID: "a\nb"}, "billing.reference": {Reference: "\xff"}, "billing.email": {Email: "x"},
	} {
		_, err := b.Normalize()
		refused(t, err, field)
	}
}

func TestOrganizationClone(t *testing.T) {
	o := orgs.Organization{Counts: orgs.Counts{{Role: roles.Admin, Active: 1}}}
	o.Clone().Counts[0].Active = 9
	if o.Counts[0].Active != 1 {
		t.Error("a clone shares its counts")
	}
}

// drawMember returns a member with what counting looks at.
func drawMember(t *rapid.T, name string) orgs.Member {
	return orgs.Member{
		Role:   rapid.SampledFrom([]roles.ID{roles.Admin, roles.Editor, roles.Viewer, "r-1", "r-2", ""}).Draw(t, name+" role"),
		Status: rapid.SampledFrom([]orgs.Status{orgs.Active, orgs.Invited}).Draw(t, name+" status"),
	}
}

// With and Without are each other's inverse, change nothing they were given, and
// keep what counting by hand would give: sorted, without empty entries (M6).
func TestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var counts orgs.Counts
		var members []orgs.Member
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			before, shown := counts, slices.Clone(counts)
			if len(members) > 0 && rapid.Bool().Draw(t, "remove") {
				i := rapid.IntRange(0, len(members)-1).Draw(t, "which")
				counts = counts.Without(members[i])
				members = slices.Delete(members, i, i+1)
			} else {
				m := drawMember(t, "new")
				counts = counts.With(m)
				if back := counts.Without(m); !slices.Equal(back, before) {
					t.Fatalf("Without is not the inverse of With: %v became %v", before, back)
				}
				members = append(members, m)
			}
			if !slices.Equal(before, shown) {
				t.Fatalf("the receiver changed from %v to %v", shown, before)
			}
		}
		byHand := make(map[roles.ID]orgs.Count)
		for _, m := range members {
			c := byHand[m.Role]
			c.Role = m.Role
			if m.Status == orgs.Active {
				c.Active++
			} else {
				c.Invited++
			}
			byHand[m.Role] = c
		}
		if counts.Total() != len(members) || len(counts) != len(byHand) {
			t.Fatalf("%v counts %d members, by hand %v", counts, len(members), byHand)
		}
		for role, want := range byHand {
			if counts.Of(role) != want {
				t.Fatalf("%v of %s, by hand %v", counts.Of(role), role, want)
			}
		}
		if none := counts.Of("r-none"); none != (orgs.Count{Role: "r-none"}) {
			t.Fatalf("%v of a role that nobody has", none)
		}
		if !slices.IsSortedFunc(counts, func(a, b orgs.Count) int { return strings.Compare(string(a.Role), string(b.Role)) }) {
			t.Fatalf("%v are not sorted", counts)
		}
	})
}
