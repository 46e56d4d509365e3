package charter

import (
	"bytes"
	"encoding/base64"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
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
func opens[P any](t *testing.T, position P) {
	t.Helper()
	ring := ringOf(t, 1)
	query := []any{"list", orgs.ID("o-1"), true}
	c, err := ring.at(query, position)
	if err != nil {
		t.Fatal(err)
	}
	got, err := open[P](ring, c, query)
	if err != nil || !reflect.DeepEqual(got, &position) {
		t.Fatalf("%+v came back as %+v, %v", position, got, err)
	}
	if strings.ContainsAny(string(c), "+/= &?#%\n") {
		t.Errorf("%q does not fit in a URL", c)
	}
	for _, other := range [][]any{{"list", orgs.ID("o-1"), false}, {"list", orgs.ID("o-2"), true}, {"lists", orgs.ID("o-1"), true}, nil} {
		if got, err := open[P](ring, c, other); !errors.Is(err, ErrInvalid) || got != nil {
			t.Fatalf("%+v opened for %v: %+v, %v", position, other, got, err)
		}
	}
}

// The longest position that there is fits, whatever JSON makes of it.
func TestCursorsComeBack(t *testing.T) {
	id := orgs.MemberID(strings.Repeat("\x01", 255))
	opens(t, place[store.Position]{&store.Position{Key: strings.Repeat("<", 201), ID: id}, true})
	opens(t, place[store.Position]{&store.Position{Key: strings.Repeat("\u2028", 201), ID: "x"}, false})
	opens(t, place[store.Position]{&store.Position{}, true})
	opens(t, place[store.Position]{Back: true})
	opens(t, place[store.Position]{})
	opens(t, store.JoinedPosition{JoinedAt: time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC), Org: "o"})
	opens(t, grants.Resource{Kind: "device", ID: grants.ResourceID(strings.Repeat("\x7f", 255))})
	opens(t, grants.All("device"))
	opens(t, grants.One("device", `\u0000 " \`))
	opens(t, orgs.MemberID("m"))
	opens(t, place[uint64]{new(uint64), true})
	opens(t, uint64(1<<63-1))
}

// FuzzCursor: a text that nobody sealed is refused by name; and each position
// comes back equal, under its own query.
func FuzzCursor(f *testing.F) {
	ring := ringOf(f, 1)
	query := []any{"members", store.MemberQuery{Org: "o-1"}}
	f.Add("", "", "")
	f.Add("AAAAAAAAAAA", "\xff", "x")
	f.Add(strings.Repeat("A", 80), "a\x00", "\x00")
	f.Fuzz(func(t *testing.T, text, key, id string) {
		got, err := open[store.Position](ring, Cursor(text), query)
		var invalid *InvalidError
		switch {
		case text == "":
			if got != nil || err != nil {
				t.Fatalf("the zero Cursor opens to %+v, %v", got, err)
			}
		case got != nil || !errors.As(err, &invalid) || invalid.Field != "cursor":
			t.Fatalf("%q: got %+v, %v", text, got, err)
		}
		position := store.Position{Key: strings.ToValidUTF8(key, "?"), ID: orgs.MemberID(strings.ToValidUTF8(id, "?"))}
		c, err := ring.at(query, position)
		if err != nil {
			t.Fatal(err)
		}
		back, err := open[store.Position](ring, c, query)
		if fits := len(c) <= maxCursor; fits != (err == nil) || fits && *back != position {
			t.Fatalf("%+v came back as %+v, %v", position, back, err)
		}
	})
}

// A cursor is of its query and its key: no bit of it can be changed, nothing of
// the position shows, and the same place has the same cursor.
func TestCursorsAreSealed(t *testing.T) {
	ring := ringOf(t, 1)
	query, position := "members", store.Position{Key: "ada@acme.example", ID: "m-1"}
	c, err := ring.at(query, position)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ring.at(query, position); err != nil || again != c {
		t.Errorf("the same place is %q, then %q, %v", c, again, err)
	}
	if other, err := ring.at("grants", position); err != nil || other[:16] == c[:16] {
		t.Errorf("another query begins alike: %q, %q, %v", c, other, err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("ada@")) || bytes.Contains(raw, []byte("m-1")) {
		t.Errorf("%q shows the position", raw)
	}
	for bit := range len(raw) * 8 {
		raw[bit/8] ^= 1 << (bit % 8)
		forged := Cursor(base64.RawURLEncoding.EncodeToString(raw))
		if got, err := open[store.Position](ring, forged, query); !errors.Is(err, ErrInvalid) || got != nil {
			t.Fatalf("bit %d: got %+v, %v", bit, got, err)
		}
		raw[bit/8] ^= 1 << (bit % 8)
	}
}

// Cursors of an older key open while that is in the ring, and not without it.
func TestCursorsWhenKeysRotate(t *testing.T) {
	c, err := ringOf(t, 1).at("q", 7)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := open[int](ringOf(t, 2, 1), c, "q"); err != nil || *got != 7 {
		t.Errorf("after a rotation: %v, %v", got, err)
	}
	if _, err := open[int](ringOf(t, 2), c, "q"); !errors.Is(err, ErrInvalid) {
		t.Errorf("without the key: %v", err)
	}
}

// ringOf returns the cursors of a ring of keys, one for each number.
func ringOf(t testing.TB, numbers ...byte) cursors {
	t.Helper()
	var secrets [][]byte
	for _, n := range numbers {
		secrets = append(secrets, bytes.Repeat([]byte{n}, invites.MinKey))
	}
	keys, err := invites.NewKeys(secrets[0], secrets[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := newCursors(keys)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// One row more than the limit says that there is a next page, and is not shown.
func TestPaged(t *testing.T) {
	for n := range 5 {
		rows := []int{10, 11, 12, 13}[:n]
		page, err := paged(ringOf(t, 1), rows, 3, "query", func(i int) uint64 { return uint64(i) })
		if err != nil || !slices.Equal(page.Items, rows[:min(n, 3)]) || (page.Next != "") != (n > 3) {
			t.Errorf("%d rows: got %+v, %v", n, page, err)
		}
		if page.Next == "" {
			continue
		}
		if after, err := open[uint64](ringOf(t, 1), page.Next, "query"); err != nil || *after != 12 {
			t.Errorf("the next page is after %d, %v", *after, err)
		}
	}
}

// From each kind of place: which rows are shown, and where the cursors lead.
func TestPagedFrom(t *testing.T) {
	ring, at := ringOf(t, 1), func(n uint64) *uint64 { return &n }
	type places = []place[uint64] // none, or the one that a cursor leads to
	for name, c := range map[string]struct {
		from           place[uint64]
		rows, want     []uint64
		previous, next places
	}{
		"an empty list":               {place[uint64]{}, nil, nil, nil, nil},
		"an empty list from its end":  {place[uint64]{Back: true}, nil, nil, nil, nil},
		"all of a list":               {place[uint64]{}, []uint64{1, 2}, []uint64{1, 2}, nil, nil},
		"all of a list from its end":  {place[uint64]{Back: true}, []uint64{2, 1}, []uint64{1, 2}, nil, nil},
		"the first page":              {place[uint64]{}, []uint64{1, 2, 3}, []uint64{1, 2}, nil, places{{At: at(2)}}},
		"the last page":               {place[uint64]{Back: true}, []uint64{9, 8, 7}, []uint64{8, 9}, places{{at(8), true}}, nil},
		"forwards":                    {place[uint64]{At: at(2)}, []uint64{3, 4, 5}, []uint64{3, 4}, places{{at(3), true}}, places{{At: at(4)}}},
		"forwards to the last page":   {place[uint64]{At: at(2)}, []uint64{3}, []uint64{3}, places{{at(3), true}}, nil},
		"forwards to rows that went":  {place[uint64]{At: at(2)}, nil, nil, places{{Back: true}}, nil},
		"backwards":                   {place[uint64]{at(7), true}, []uint64{6, 5, 4}, []uint64{5, 6}, places{{at(5), true}}, places{{At: at(6)}}},
		"backwards to the first page": {place[uint64]{at(2), true}, []uint64{1}, []uint64{1}, nil, places{{At: at(1)}}},
		"backwards to rows that went": {place[uint64]{at(2), true}, nil, nil, nil, places{{}}},
	} {
		page, err := pagedFrom(ring, c.from, slices.Clone(c.rows), 2, "query", func(n uint64) uint64 { return n })
		if err != nil || !slices.Equal(page.Items, c.want) {
			t.Errorf("%s: got %v, %v, want %v", name, page.Items, err, c.want)
		}
		for i, cursor := range []Cursor{page.Previous, page.Next} {
			want := []places{c.previous, c.next}[i]
			if (cursor != "") != (want != nil) {
				t.Errorf("%s: a cursor is %q, want one to %v", name, cursor, want)
				continue
			}
			if got, err := placeOf[uint64](ring, cursor, false, "query"); want != nil && (err != nil || !reflect.DeepEqual(got, want[0])) {
				t.Errorf("%s: a cursor leads to %+v, %v, want %+v", name, got, err, want[0])
			}
		}
	}
}

// What encoding/json cannot write is an error, never a cursor.
func TestCursorOfWhatIsNoValue(t *testing.T) {
	if c, err := ringOf(t, 1).at(func() {}, 1); err == nil || c != "" {
		t.Errorf("got %q of a bad query", c)
	}
	if c, err := ringOf(t, 1).at("query", func() {}); err == nil || c != "" {
		t.Errorf("got %q of a bad position", c)
	}
	if _, err := open[int](ringOf(t, 1), "AAAAAAAAAAAAAA", func() {}); err == nil {
		t.Error("a bad query opens")
	}
	page, err := paged(ringOf(t, 1), []int{1, 2}, 1, "query", func(int) any { return func() {} })
	if err == nil || page.Next != "" || page.Items != nil {
		t.Errorf("got %+v of a bad position", page)
	}
	for _, back := range []bool{false, true} {
		start := place[any]{Back: back}
		page, err := pagedFrom(ringOf(t, 1), start, []int{1, 2}, 1, "query", func(int) any { return func() {} })
		if err == nil || page.Next != "" || page.Previous != "" || page.Items != nil {
			t.Errorf("got %+v of a bad position", page)
		}
	}
}
