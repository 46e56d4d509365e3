package orgs_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
)

// refused fails the test unless err is an input.Error about field.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var found *input.Error
	if !errors.As(err, &found) || found.Field != field {
		t.Fatalf("got %v, want an error about %q", err, field)
	}
}

func TestAddress(t *testing.T) {
	for given, want := range map[string]string{
		"a@b": "a@b", " Ada@Acme.example\n": "Ada@Acme.example", "a+b.c-d_e%f'g@x.example": "a+b.c-d_e%f'g@x.example",
		"用户@例子.example": "用户@例子.example", strings.Repeat("a", 252) + "@b": strings.Repeat("a", 252) + "@b",
		strings.Repeat(" ", 300) + "a@b": "a@b",
	} {
		if got, err := orgs.Address("email", given); err != nil || got != want {
			t.Errorf("%q: got %q, %v", given, got, err)
		}
	}
	for _, bad := range []string{
		"", " ", "a", "@", "a@", "@b", "a@b@c", "a@@b", "a b@c", "a@b c", "a\u00a0b@c", "a@b\u2003c", "a\tb@c", "<a@b>", "a,b@c", "a;b@c",
		"a:b@c", `a"b@c`, `a\b@c`,
		"a(b)@c", "[a]@b", "a@[1.2.3.4]", "a\nb@c", "a@b\x00", "\xff@b", "a@b\u2028c", "a\x7f@b", strings.Repeat("a", 253) + "@b",
	} {
		_, err := orgs.Address("billing.email", bad)
		refused(t, err, "billing.email")
	}
}

func TestFoldAddress(t *testing.T) {
	for given, want := range map[string]string{
		"": "", " Ada+X@ACME.example ": "ada+x@acme.example", "\u212aim@x": "\u212aim@x", "\u017fam@x": "\u017fam@x",
		"É@X": "É@x", "İ@x": "İ@x", "[`@{AZ": "[`@{az",
	} {
		if got := orgs.FoldAddress(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
	// Of all characters, only A to Z fold.
	for r := range unicode.MaxRune {
		if unicode.IsSpace(r) || !utf8.ValidRune(r) {
			continue
		}
		want := string(r)
		if 'A' <= r && r <= 'Z' {
			want = string(r + 32)
		}
		if got := orgs.FoldAddress(string(r)); got != want {
			t.Fatalf("%U folds to %q", r, got)
		}
	}
}

func TestDomain(t *testing.T) {
	for address, want := range map[string]string{
		"a@b": "b", "a@ACME.example": "acme.example", "a@b@c": "c", "a@": "", "@b": "b", "a@\u212a": "\u212a",
	} {
		if got := orgs.Domain(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// What has no @ has no domain: two such would share it.
func TestDomainOfNoAddress(t *testing.T) {
	for _, address := range []string{"", " ", "a", "localhost"} {
		if got := orgs.Domain(address); got != "" {
			t.Errorf("%q: got %q", address, got)
		}
	}
}

// FuzzAddress: an address that is taken is trimmed UTF-8 of 3 to 254 bytes with
// one @ inside and nothing that breaks a line, folds without changing its
// length, and is taken again as it is.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"a@b", " Ada@Acme.example ", "a@b@c", "\u212a@x", "<a@b>", "", "a\x00@b", "\xff@b", "a@b\u2028", "a@\u00a0b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := orgs.Address("email", s)
		if err != nil {
			refused(t, err, "email")
			return
		}
		name, domain, _ := strings.Cut(got, "@")
		switch {
		case got != strings.TrimSpace(s), len(got) < 3, len(got) > 254, !utf8.ValidString(got),
			name == "", domain == "", strings.Contains(domain, "@"),
			strings.ContainsFunc(got, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }), strings.ContainsFunc(got, unicode.IsSpace):
			t.Fatalf("%q was taken as %q", s, got)
		}
		if again, err := orgs.Address("email", got); err != nil || again != got {
			t.Fatalf("%q is taken as %q, %v", got, again, err)
		}
		folded := orgs.FoldAddress(got)
		if _, err := orgs.Address("email", folded); err != nil || len(folded) != len(got) || orgs.Domain(got) == "" {
			t.Fatalf("%q folds to %q", got, folded)
		}
	})
}

// FuzzFoldAddress: folding is trimming and putting A to Z into small letters,
// byte by byte, and nothing else; twice is once.
func FuzzFoldAddress(f *testing.F) {
	for _, s := range []string{"", " A@B ", "\u212a@x", "É@x", "İı@x", "\x00", "a\u0301@x", "ＡＢ@x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?") // others never come so far
		want := []byte(strings.TrimSpace(s))
		for i, c := range want {
			if 'A' <= c && c <= 'Z' {
				want[i] = c + 32
			}
		}
		got := orgs.FoldAddress(s)
		if got != string(want) || orgs.FoldAddress(got) != got {
			t.Fatalf("%q folds to %q, want %q", s, got, want)
		}
	})
}
