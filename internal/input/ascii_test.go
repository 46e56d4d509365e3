package input

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestASCII: the shortcut lets nothing through that the long way refuses.
func TestASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(1, 127), rapid.ByteRange(1, 127), rapid.Byte()), 8, 40).Draw(t, "bytes")
		s, want := string(bytes), true
		for _, b := range bytes {
			want = want && b != 0 && b < utf8.RuneSelf
		}
		if got := ascii(s); got != want {
			t.Fatalf("%q: %v, want %v", s, got, want)
		}
	})
	for i := range 24 {
		for _, bad := range []string{"\x00", "\x80", "\xff"} {
			s := strings.Repeat("\x01", i) + bad + strings.Repeat("\x7f", 24-i)
			if ascii(s) {
				t.Errorf("%q is let through", s)
			}
		}
	}
}
