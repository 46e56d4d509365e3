package sqlstore

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestPrefixEnd shows that the range from a prefix to its end has exactly what
// begins with the prefix, in the order of bytes.
func TestPrefixEnd(t *testing.T) {
	// Characters at the edges of what UTF-8 encodes in one, two, three and four
	// bytes, and around the surrogates, which it does not.
	edge := rapid.SampledFrom([]rune("\x01a\x7f\u0080é\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010fffe\U0010ffff"))
	text := rapid.StringOf(edge)
	rapid.Check(t, func(t *rapid.T) {
		prefix := text.Filter(func(s string) bool { return s != "" }).Draw(t, "prefix")
		value := rapid.OneOf(text, rapid.Map(text, func(s string) string { return prefix + s })).Draw(t, "value")
		end := prefixEnd(prefix)
		in := value >= prefix && (end == "" || value < end)
		if in != strings.HasPrefix(value, prefix) {
			t.Fatalf("%+q in the range of %+q to %+q: %v", value, prefix, end, in)
		}
		if !utf8.ValidString(end) {
			t.Fatalf("the end of %+q is %+q", prefix, end)
		}
	})
}
