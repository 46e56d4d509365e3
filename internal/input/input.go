// Package input refuses bad input before a rule or a store sees it (SPEC 8).
//
// It lies below the domain packages so that all of them answer with the same
// error type, which the root package exports as charter.InvalidError.
package input

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrInvalid is what every [Error] answers to with errors.Is.
var ErrInvalid = errors.New("invalid input")

// Error names the field that was refused and why. It never quotes the value:
// values may be secret, huge or not text at all.
type Error struct {
	Field   string // for example "email" or "grants[3].resource"
	Problem string // for example "is empty"
}

// Error returns the field and the problem as one sentence.
func (e *Error) Error() string { return "invalid " + e.Field + ": " + e.Problem }

// Is reports whether target is [ErrInvalid].
func (e *Error) Is(target error) bool { return target == ErrInvalid }

// Errorf returns an *[Error] for field.
func Errorf(field, format string, args ...any) error {
	return &Error{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// MaxID is the longest ID of the host's own, in bytes.
const MaxID = 255

// ID checks an opaque ID: 1 to 255 bytes of UTF-8 without NUL. Engines disagree
// about exactly these (design note 0003), so no store ever sees them.
func ID(field, s string) error {
	switch {
	case len(s) >= 8 && len(s) <= MaxID && ascii(s):
		return nil // nearly every ID, at a fifth of the price of what follows
	case s == "":
		return Errorf(field, "is empty")
	case len(s) > MaxID:
		return Errorf(field, "is longer than %d bytes", MaxID)
	}
	return clean(field, s)
}

// Line checks one line of text, already trimmed: min to max characters, no
// control or line-breaking characters, and none that are not seen or turn the
// direction of what follows, except the two that join letters in some scripts and
// pictures.
func Line(field, s string, minimum, maximum int) error {
	if err := Text(field, s, maximum); err != nil {
		return err
	}
	seen := false
	for _, r := range s {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return Errorf(field, "has a control character")
		case r == zeroWidthNonJoiner || r == zeroWidthJoiner:
		case invisible(r):
			return Errorf(field, "has an invisible character")
		default:
			seen = true
		}
	}
	if !seen && (minimum > 0 || s != "") {
		return Errorf(field, "is empty")
	}
	return nil
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// invisible reports whether r shows nothing by itself.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// Plain is Line for what people must be able to tell apart by looking at it:
// nothing that is not seen, without exception.
func Plain(field, s string, minimum, maximum int) error {
	if err := Line(field, s, minimum, maximum); err != nil {
		return err
	}
	if strings.ContainsFunc(s, invisible) {
		return Errorf(field, "has an invisible character")
	}
	return nil
}

// Text checks text of any lines: at most max characters of UTF-8 without NUL.
func Text(field, s string, maximum int) error {
	// Bytes first: nobody counts the characters of 10 MB to refuse them.
	if len(s) > maximum*utf8.UTFMax {
		return Errorf(field, "is longer than %d characters", maximum)
	}
	if err := clean(field, s); err != nil {
		return err
	}
	if utf8.RuneCountInString(s) > maximum {
		return Errorf(field, "is longer than %d characters", maximum)
	}
	return nil
}

// ascii reports whether every byte of s, which has eight or more, is one of ASCII's
// and none is NUL. It looks at eight at a time, and at the last eight again.
func ascii(s string) bool {
	odd := oddities(s[len(s)-8:])
	for i := 0; i < len(s)-8; i += 8 {
		odd |= oddities(s[i : i+8])
	}
	return odd == 0
}

// oddities is not 0 when one of the first eight bytes of s is 0 or above 127.
func oddities(s string) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	_ = s[7] // the eight that follow become one load
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	return (w | (w - ones)) & tops // a byte that is 0 borrows, and then its top bit is set
}

func clean(field, s string) error {
	if !utf8.ValidString(s) {
		return Errorf(field, "is not UTF-8")
	}
	if strings.IndexByte(s, 0) >= 0 {
		return Errorf(field, "has a NUL byte")
	}
	return nil
}

// At returns the name of element i of field.
func At(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// Within returns err with its field named as a part of outer: "outer.field".
// An err of another kind comes back as it is.
func Within(outer string, err error) error {
	if inner := (*Error)(nil); errors.As(err, &inner) {
		return &Error{Field: outer + "." + inner.Field, Problem: inner.Problem}
	}
	return err
}
