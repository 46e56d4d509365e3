package charter

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func TestLimits(t *testing.T) {
	for given, want := range map[int]int{0: DefaultLimit, 1: 1, 50: 50, MaxLimit: MaxLimit} {
		if got, err := limitOf(given); err != nil || got != want {
			t.Errorf("%d: got %d, %v", given, got, err)
		}
	}
	for _, bad := range []int{-1, MaxLimit + 1} {
		got, err := limitOf(bad)
		var invalid *InvalidError
		if got != 0 || !errors.As(err, &invalid) || invalid.Field != "limit" {
			t.Errorf("%d: got %d, %v", bad, got, err)
		}
	}
}

// opens fails the test unless position comes back from its cursor, for its own
// query and for no other.
func opens[P comparable](t *testing.T, position P) {
	t.Helper()
	query := []any{"list", orgs.ID("o-1"), true}
	c, err := newCursor(query, position)
	if err != nil {
		t.Fatal(err)
	}
	got, err := open[P](c, query)
	if err != nil || got == nil || *got != position {
		t.Fatalf("%+v came back as %+v, %v", position, got, err)
	}
	if strings.ContainsAny(string(c), "+/= &?#%\n") {
		t.Errorf("%q does not fit in a URL", c)
	}
	for _, other := range [][]any{{"list", orgs.ID("o-1"), false}, {"list", orgs.ID("o-2"), true}, {"lists", orgs.ID("o-1"), true}, nil} {
		if got, err := open[P](c, other); !errors.Is(err, ErrInvalid) || got != nil {
			t.Fatalf("%+v opened for %v: %+v, %v", position, other, got, err)
		}
	}
}

// The longest position that there is fits, whatever JSON makes of it.
func TestCursorsComeBack(t *testing.T) {
	id := orgs.MemberID(strings.Repeat("\x01", 255))
	opens(t, store.Position{Key: strings.Repeat("<", 201), ID: id})
	opens(t, store.Position{Key: strings.Repeat("\u2028", 201), ID: "x"})
	opens(t, store.Position{})
	opens(t, store.JoinedPosition{JoinedAt: time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC), Org: "o"})
	opens(t, grants.Resource{Kind: "device", ID: grants.ResourceID(strings.Repeat("\x7f", 255))})
	opens(t, grants.All("device"))
	opens(t, grants.One("device", `\u0000 " \`))
	opens(t, orgs.MemberID("m"))
	opens(t, uint64(1<<63-1))
}

// FuzzCursor: a text that anybody may have written is refused by name or opens to
// a position that a store can take; and each position comes back equal.
func FuzzCursor(f *testing.F) {
	query := []any{"members", store.MemberQuery{Org: "o-1"}}
	for _, p := range []store.Position{{}, {Key: "ada lovelace", ID: "m-1"}, {Key: `\u0000`, ID: "é"}, {Key: "a\x00", ID: "\x00"}} {
		c, err := newCursor(query, p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(c), p.Key, string(p.ID))
	}
	f.Add("", "", "")
	f.Add("AAAAAAAAAAA", "\xff", "x")
	f.Fuzz(func(t *testing.T, text, key, id string) {
		got, err := open[store.Position](Cursor(text), query)
		var invalid *InvalidError
		switch {
		case text == "":
			if got != nil || err != nil {
				t.Fatalf("the zero Cursor opens to %+v, %v", got, err)
			}
		case err != nil:
			if got != nil || !errors.As(err, &invalid) || invalid.Field != "cursor" {
				t.Fatalf("%q: got %+v, %v", text, got, err)
			}
		case strings.Contains(got.Key, "\x00") || strings.Contains(string(got.ID), "\x00") || !utf8.ValidString(got.Key+string(got.ID)):
			t.Fatalf("%q opens to %+v, which no store takes", text, got)
		}
		position := store.Position{Key: strings.ToValidUTF8(key, "?"), ID: orgs.MemberID(strings.ToValidUTF8(id, "?"))}
		c, err := newCursor(query, position)
		if err != nil {
			t.Fatal(err)
		}
		back, err := open[store.Position](c, query)
		storable := len(c) <= maxCursor && !strings.Contains(key+id, "\x00")
		if storable != (err == nil) || storable && *back != position {
			t.Fatalf("%+v came back as %+v, %v", position, back, err)
		}
	})
}

// FuzzNumberCursor: the position of a history is a number that every store takes.
func FuzzNumberCursor(f *testing.F) {
	mark, err := fingerprint("history")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"1", "0", "-1", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e3", "1.0", "null", "[1]", `"1"`, "1 2",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, position string) {
		c := Cursor(base64.RawURLEncoding.EncodeToString(append(slices.Clone(mark), position...)))
		got, err := open[uint64](c, "history")
		if err == nil && *got > 1<<63-1 {
			t.Fatalf("%q opens to %d", position, *got)
		}
	})
}

// One row more than the limit says that there is a next page, and is not shown.
func TestPaged(t *testing.T) {
	for n := range 5 {
		rows := []int{10, 11, 12, 13}[:n]
		page, err := paged(rows, 3, "query", func(i int) uint64 { return uint64(i) })
		if err != nil || !slices.Equal(page.Items, rows[:min(n, 3)]) || (page.Next != "") != (n > 3) {
			t.Errorf("%d rows: got %+v, %v", n, page, err)
		}
		if page.Next == "" {
			continue
		}
		if after, err := open[uint64](page.Next, "query"); err != nil || *after != 12 {
			t.Errorf("the next page is after %d, %v", *after, err)
		}
	}
}

// What encoding/json cannot write is an error, never a cursor.
func TestCursorOfWhatIsNoValue(t *testing.T) {
	if c, err := newCursor(func() {}, 1); err == nil || c != "" {
		t.Errorf("got %q of a bad query", c)
	}
	if c, err := newCursor("query", func() {}); err == nil || c != "" {
		t.Errorf("got %q of a bad position", c)
	}
	if _, err := open[int]("AAAAAAAAAAAAAA", func() {}); err == nil {
		t.Error("a bad query opens")
	}
	page, err := paged([]int{1, 2}, 1, "query", func(int) any { return func() {} })
	if err == nil || page.Next != "" || page.Items != nil {
		t.Errorf("got %+v of a bad position", page)
	}
}
