package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// The shapes of the errors of pgx and lib/pq, and of go-sql-driver/mysql.
type (
	stateError struct{ state string }

	numberError struct {
		Number  uint16
		State   [5]byte
		Message string
	}
)

// namingError is one of pgx that names a table.
type namingError struct {
	stateError
	TableName string
}

func (e *stateError) Error() string    { return quoting }
func (e *stateError) SQLState() string { return e.state }
func (e *numberError) Error() string   { return e.Message }

// TestServerErrors sorts the errors of servers: what is a conflict, and after
// which a COMMIT has certainly kept nothing (C4, C13, C20).
func TestServerErrors(t *testing.T) {
	state := func(s string) error { return fmt.Errorf("wrapped: %w", &stateError{s}) }
	number := func(n uint16) error { return fmt.Errorf("wrapped: %w", &numberError{Number: n, Message: quoting}) }
	pg, my := postgreSQL(), mySQL()
	for _, c := range []struct {
		d                *dialect
		err              error
		conflict, undone bool
		says             string
	}{
		{pg, state("40001"), true, true, "40001"},
		{pg, state("40P01"), true, true, "40P01"},
		{pg, state("55P03"), true, true, "55P03"},
		{pg, state("23505"), true, true, "23505"},
		{pg, state("23503"), true, true, "23503"},
		{pg, state("40003"), false, false, "40003"},
		{pg, state("57P01"), false, false, "57P01"},
		{pg, state("08006"), false, false, "08006"},
		{pg, state("XX000"), false, false, "XX000"},
		{pg, state("53100"), false, true, "disk is full"},
		{pg, state("25006"), false, true, "takes no writes"},
		{pg, state(""), false, false, "cannot be used"},
		{pg, errors.New(quoting), false, false, "cannot be used"},
		{my, number(1213), true, true, "1213"},
		{my, number(1205), true, true, "1205"},
		{my, number(1020), true, true, "1020"},
		{my, number(3101), true, true, "3101"},
		{my, number(1062), true, false, "1062"},
		{my, number(1452), true, false, "1452"},
		{my, number(1180), false, false, "1180"},
		{my, number(1047), false, false, "takes no statements now"},
		{my, number(1053), false, false, "1053"},
		{my, number(14), false, false, "disk is full"},
		{my, number(1114), false, false, "disk is full"},
		{my, errors.New(quoting), false, false, "cannot be used"},
		{pg, state("P0001"), false, true, "P0001"},
		{pg, state("25P02"), false, true, "has failed"},
		{pg, &namingError{stateError{"23503"}, "charter_grants"}, true, true, "23503"},
		{pg, &namingError{stateError{"23503"}, "bookmarks"}, false, true, "23503"},
		{my, number(1290), false, true, "no writes"},
		{my, state("42601"), false, false, "another one than the dialect is for (database error 42601)"},
		{pg, number(1064), false, false, "another one than the dialect is for (database error 1064)"},
	} {
		got := c.d.fail(t.Context(), "test", c.err)
		if errors.Is(got, store.ErrConflict) != c.conflict {
			t.Errorf("%s, %s: conflict %v", c.d.name, c.says, !c.conflict)
		}
		if undone := c.d.judge(c.err).undone; undone != c.undone {
			t.Errorf("%s, %s: undone %v", c.d.name, c.says, undone)
		}
		if text := got.Error(); !strings.Contains(text, c.says) || strings.Contains(text, "secret") {
			t.Errorf("%s: the text is %q, without %q", c.d.name, text, c.says)
		}
	}
}

// TestUnavailable tells a database that is away from one that answers.
func TestUnavailable(t *testing.T) {
	pg, my := postgreSQL(), mySQL()
	for _, c := range []struct {
		d    *dialect
		err  error
		away bool
	}{
		{pg, errors.New("conn closed"), true},
		{pg, &stateError{"57P01"}, true},
		{pg, &stateError{"08P01"}, true},
		{pg, &stateError{"53300"}, true},
		{my, &numberError{Number: 1040}, true},
		{my, &numberError{Number: 1047}, true},
		{my, fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), true},
		{pg, &stateError{"42601"}, false},
		{pg, &stateError{"40001"}, false},
		{pg, &numberError{Number: 1064}, false},
		{my, &numberError{Number: 1054}, false},
		{my, sql.ErrTxDone, false},
		{my, errUnread, false},
	} {
		if got := c.d.fail(t.Context(), "test", c.err); errors.Is(got, store.ErrUnavailable) != c.away {
			t.Errorf("%s, %v: %v", c.d.name, c.err, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pg.fail(ctx, "test", errors.New("conn closed")); errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
}

// TestNumbered numbers parameters and says their types, whatever Go calls them.
func TestNumbered(t *testing.T) {
	type id string
	text, args := numbered(`a = ? AND b = ? AND c IS ?`, []any{id("x"), 7, nil})
	if want := `a = CAST($1 AS text) AND b = CAST($2 AS bigint) AND c IS CAST($3 AS text)`; text != want {
		t.Errorf("got %s", text)
	}
	if args[0] != "x" || args[1] != int64(7) || args[2] != nil {
		t.Errorf("got %#v", args)
	}
}

// TestVersions reads what databases say that they are.
func TestVersions(t *testing.T) {
	for text, want := range map[string]int{
		"8.0.36": 8_00_36, "10.11.6-MariaDB-0+deb12u1": 10_11_06, "10.6.18-MariaDB": 10_06_18, "8.4.0-commercial": 8_04_00, "3.53.3": 3_53_03, "x": 0,
	} {
		if got := versionNumber(text); got != want {
			t.Errorf("%s is %d", text, got)
		}
	}
}
