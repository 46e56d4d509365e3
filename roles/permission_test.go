package roles_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// refused fails the test unless err is an input.Error about field.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var found *input.Error
	if !errors.As(err, &found) || found.Field != field {
		t.Fatalf("got %v, want an error about %q", err, field)
	}
}

func TestParsePermission(t *testing.T) {
	for _, good := range []string{"a.b", "devices.update-firmware", "0.9", "a-b-c.d-e-f", strings.Repeat("a", 126) + ".b"} {
		p, err := roles.ParsePermission(good)
		if err != nil || string(p) != good {
			t.Errorf("%q: got %q, %v", good, p, err)
		}
		if p.Service()+"."+p.Action() != good {
			t.Errorf("%q: parts %q and %q", good, p.Service(), p.Action())
		}
	}
	for _, bad := range []string{
		"", ".", "a", "a.", ".b", "a..b", "a.b.c", "A.b", "a.B", "a_b.c", "a b.c", " a.b", "a.b ", "a.b\n", "-a.b", "a-.b", "a--b.c", "a.-b",
		"a.b-", "é.b", "a.b\x00", "a.\xff", "*.*", "a.*", strings.Repeat("a", 127) + ".b", strings.Repeat("a.b", 10<<20/3),
	} {
		p, err := roles.ParsePermission(bad)
		if p != "" {
			t.Errorf("%.20q: got %.20q with an error", bad, p)
		}
		refused(t, err, "permission")
	}
	if zero := roles.Permission(""); zero.Service() != "" || zero.Action() != "" {
		t.Error("the zero Permission has parts")
	}
}

// FuzzParsePermission: a permission is two keys of lower-case letters, digits and
// single hyphens with a dot between, of 128 bytes, and nothing else is.
func FuzzParsePermission(f *testing.F) {
	for _, s := range []string{"devices.view", "a.b", "a.b.c", "a--b.c", "A.b", "", ".", "é.b", "a.\x00", "a-.b", "users.change-role"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`\A[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*\z`)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := roles.ParsePermission(s)
		if want := len(s) <= 128 && form.MatchString(s); want != (err == nil) {
			t.Fatalf("%q: got %v", s, err)
		}
		if err != nil {
			refused(t, err, "permission")
			return
		}
		if string(p) != s || p.Service()+"."+p.Action() != s {
			t.Fatalf("%q came back as %q: %q and %q", s, p, p.Service(), p.Action())
		}
	})
}
