package input_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/input"
)

func TestError(t *testing.T) {
	err := input.Errorf("email", "is longer than %d bytes", 254)
	if got, want := err.Error(), "invalid email: is longer than 254 bytes"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	wrapped := fmt.Errorf("charter: sign in: %w", err)
	if !errors.Is(wrapped, input.ErrInvalid) {
		t.Error("a wrapped Error is no ErrInvalid")
	}
	if errors.Is(wrapped, errors.ErrUnsupported) {
		t.Error("an Error is another error too")
	}
	var found *input.Error
	if !errors.As(wrapped, &found) || found.Field != "email" || found.Problem != "is longer than 254 bytes" {
		t.Errorf("found %+v", found)
	}
}

// Each check has its limit, and what no store takes (SPEC 8).
func TestChecks(t *testing.T) {
	id := func(s string) error { return input.ID("f", s) }
	text := func(s string) error { return input.Text("f", s, 3) }
	checks(t, []checked{
		{"ID of a byte", id, "x", ""},
		{"ID with anything in it", id, "a\n\x01 é😀'", ""},
		{"ID of 255 bytes", id, strings.Repeat("x", 255), ""},
		{"ID of 256 bytes", id, strings.Repeat("x", 256), "is longer than 255 bytes"},
		{"ID of 256 bytes in 64 characters", id, strings.Repeat("😀", 64), "is longer than 255 bytes"},
		{"no ID", id, "", "is empty"},
		{"ID with NUL", id, "a\x00", "has a NUL byte"},
		{"ID that is no UTF-8", id, "a\xff", "is not UTF-8"},
		{"ID with half a surrogate pair", id, "\xed\xa0\x80", "is not UTF-8"},
		{"huge ID that is no UTF-8", id, strings.Repeat("\xff", 1<<20), "is longer than 255 bytes"},
		{"text of lines", text, "a\n\x01", ""},
		{"no text", text, "", ""},
		{"text of 4-byte characters", text, "😀😀😀", ""},
		{"text too long", text, "abcd", "is longer than 3 characters"},
		{"text too long by bytes", text, strings.Repeat("\xff", 13), "is longer than 3 characters"},
		{"text with NUL", text, "a\x00", "has a NUL byte"},
		{"text that is no UTF-8", text, "\xff", "is not UTF-8"},
	})
}

// A line has no break in it, and nothing that is not seen but the joiners of
// letters and pictures (SPEC 8).
func TestLines(t *testing.T) {
	line := func(least, most int) func(string) error {
		return func(s string) error { return input.Line("f", s, least, most) }
	}
	plain := func(s string) error { return input.Plain("f", s, 1, 3) }
	checks(t, []checked{
		{"line", line(1, 3), "a b", ""},
		{"line of 4-byte characters", line(1, 3), "😀😀😀", ""},
		{"line too long", line(1, 3), "abcd", "is longer than 3 characters"},
		{"line of too many characters, few bytes", line(0, 3), "éééé", "is longer than 3 characters"},
		{"line too long by bytes", line(0, 3), strings.Repeat("x", 13), "is longer than 3 characters"},
		{"no line where none is needed", line(0, 3), "", ""},
		{"no line where one is needed", line(1, 3), "", "is empty"},
		{"line with a line break", line(0, 3), "a\nb", "has a control character"},
		{"line with DEL", line(0, 3), "\x7f", "has a control character"},
		{"line with NEL", line(0, 3), "\u0085", "has a control character"},
		{"line with a line separator", line(0, 3), "\u2028", "has a control character"},
		{"line with a paragraph separator", line(0, 3), "\u2029", "has a control character"},
		{"line with NUL", line(0, 3), "\x00", "has a NUL byte"},
		{"line that is no UTF-8", line(0, 3), "\xc3", "is not UTF-8"},
		{"line with the replacement character", line(0, 3), "\ufffd", ""},
		{"line of a joined picture", line(0, 9), "👩\u200d👧", ""},
		{"line of joined letters", line(0, 9), "می\u200cخواهم", ""},
		{"line of a joiner alone", line(0, 3), "\u200d", "is empty"},
		{"line with a zero-width space", line(0, 3), "a\u200b", "has an invisible character"},
		{"line that turns around", line(0, 3), "a\u202eb", "has an invisible character"},
		{"line with a soft hyphen", line(0, 3), "a\u00adb", "has an invisible character"},
		{"line with a filler", line(0, 3), "\u3164", "has an invisible character"},
		{"plain line", plain, "a é", ""},
		{"plain line with a joiner", plain, "a\u200db", "has an invisible character"},
		{"plain line with a control character", plain, "a\n", "has a control character"},
		{"no plain line", plain, "", "is empty"},
	})
}

type checked struct {
	name  string
	check func(string) error
	value string
	want  string // the problem; "" for none
}

func checks(t *testing.T, list []checked) {
	t.Helper()
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			err := c.check(c.value)
			if c.want == "" {
				if err != nil {
					t.Fatalf("got %v", err)
				}
				return
			}
			var found *input.Error
			if !errors.As(err, &found) || found.Field != "f" || found.Problem != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestFields(t *testing.T) {
	if got := input.At("grants", 12); got != "grants[12]" {
		t.Errorf("got %q", got)
	}
	inner := fmt.Errorf("wrapped: %w", input.ID("kind", ""))
	if got, want := input.Within("grants[12]", inner).Error(), "invalid grants[12].kind: is empty"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if other := errors.New("other"); input.Within("grants", other) != other {
		t.Error("another error was changed")
	}
	if input.Within("grants", nil) != nil {
		t.Error("no error became one")
	}
}
