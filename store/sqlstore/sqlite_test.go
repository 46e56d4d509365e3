package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// The shapes that the drivers' errors have, so that no driver is imported here.
// The real ones are met in internal/sqltest.
type (
	methodError struct{ code int } // modernc.org/sqlite

	primaryCode  uint8
	extendedCode uint16
	typedError   struct{ code extendedCode } // ncruces/go-sqlite3

	number         int
	extendedNumber int
	fieldError     struct { // mattn/go-sqlite3
		Code         number
		ExtendedCode extendedNumber
		err          string
	}
)

const quoting = "UNIQUE constraint failed near 'secret'"

func (*methodError) Error() string               { return quoting }
func (e *methodError) Code() int                 { return e.code }
func (*typedError) Error() string                { return quoting }
func (e *typedError) Code() primaryCode          { return primaryCode(e.code) }
func (e *typedError) ExtendedCode() extendedCode { return e.code }
func (e fieldError) Error() string               { return e.err }

func errorsOf(code int) map[string]error {
	return map[string]error{
		"method": &methodError{code},
		"typed":  &typedError{extendedCode(code)},
		"field":  fieldError{number(code & 0xff), extendedNumber(code), quoting},
		"joined": fmt.Errorf("%w and %w", errors.New("another"), &methodError{code}),
	}
}

// TestSQLiteErrors sorts the codes of every driver's errors (C4, C20).
func TestSQLiteErrors(t *testing.T) {
	for code, conflict := range map[int]bool{
		5: true, 261: true, 517: true, 6: true, 262: true, // BUSY and LOCKED
		2067: true, 1555: true, 787: true, // UNIQUE, PRIMARYKEY, FOREIGNKEY
		1: false, 9: false, 10: false, 11: false, 13: false, 19: false, 275: false, 1299: false,
	} {
		for shape, err := range errorsOf(code) {
			got := sqlite().fail(t.Context(), "test", err)
			if errors.Is(got, store.ErrConflict) != conflict {
				t.Errorf("code %d as %s: conflict %v, want %v", code, shape, !conflict, conflict)
			}
			if !errors.Is(got, err) {
				t.Errorf("code %d as %s: the driver's error is lost", code, shape)
			}
			if text := got.Error(); strings.Contains(text, "secret") || !strings.Contains(text, fmt.Sprint(code)) {
				t.Errorf("code %d as %s: the text is %q", code, shape, text)
			}
		}
	}
}

// TestContextErrors shows that a context that is done is what an error is about,
// whatever the driver says (C13).
func TestContextErrors(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("cause"))
	for _, err := range []error{&methodError{9}, &methodError{5}, errors.New("bad connection"), ctx.Err()} {
		got := sqlite().fail(ctx, "test", err)
		if !errors.Is(got, context.Canceled) || errors.Is(got, store.ErrConflict) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// TestUnknownErrors shows what has no code that means anything.
func TestUnknownErrors(t *testing.T) {
	for _, err := range []error{errors.New(quoting), fieldError{err: quoting}, strange{}} {
		got := sqlite().fail(t.Context(), "test", err)
		if errors.Is(got, store.ErrConflict) || strings.Contains(got.Error(), "secret") {
			t.Errorf("%#v became %v", err, got)
		}
	}
}

// strange has members of these names that are something else.
type strange struct{ ExtendedCode []int }

func (strange) Error() string  { return quoting }
func (strange) Code(int) error { return nil }
