package charter_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

type answer struct {
	err  error
	code int
}

// answers has every sentinel of the package by its name.
func answers() map[string]answer {
	return map[string]answer{
		"ErrInvalid":             {charter.ErrInvalid, 400},
		"ErrDenied":              {charter.ErrDenied, 403},
		"ErrNotFound":            {charter.ErrNotFound, 404},
		"ErrConflict":            {charter.ErrConflict, 503},
		"ErrUnknownOutcome":      {charter.ErrUnknownOutcome, 500},
		"ErrUnavailable":         {charter.ErrUnavailable, 503},
		"ErrLastAdmin":           {charter.ErrLastAdmin, 409},
		"ErrOwnRole":             {charter.ErrOwnRole, 409},
		"ErrOthersRemain":        {charter.ErrOthersRemain, 409},
		"ErrAlreadyMember":       {charter.ErrAlreadyMember, 409},
		"ErrAlreadyInvited":      {charter.ErrAlreadyInvited, 409},
		"ErrEscalation":          {charter.ErrEscalation, 403},
		"ErrBuiltInRole":         {charter.ErrBuiltInRole, 409},
		"ErrRoleInUse":           {charter.ErrRoleInUse, 409},
		"ErrNameTaken":           {charter.ErrNameTaken, 409},
		"ErrHoldsAll":            {charter.ErrHoldsAll, 409},
		"ErrRegisteredElsewhere": {charter.ErrRegisteredElsewhere, 409},
		"ErrInvalidLink":         {charter.ErrInvalidLink, 404},
		"ErrWrongAddress":        {charter.ErrWrongAddress, 403},
		"ErrNotPending":          {charter.ErrNotPending, 409},
	}
}

// What clients read of trouble with the store.
const (
	busy    = "not possible at the moment, try again"
	unknown = "it is not known whether this was done: look before doing it again"
)

// Every sentinel has a status and its own text, or one for clients, however it is
// wrapped, and nothing of what it is wrapped in shows.
func TestStatus(t *testing.T) {
	t.Parallel()
	all := answers()
	if diff := gocmp.Diff(sentinels(t), slices.Sorted(maps.Keys(all))); diff != "" {
		t.Errorf("other sentinels than have a status here (- exported, + here):\n%s", diff)
	}
	texts := map[string]string{"ErrConflict": busy, "ErrUnavailable": busy, "deadline": busy, "ErrUnknownOutcome": unknown}
	all["deadline"], all["canceled"] = answer{context.DeadlineExceeded, 503}, answer{context.Canceled, 499}
	for name, want := range all {
		says := cmp.Or(texts[name], want.err.Error())
		for _, err := range []error{want.err, fmt.Errorf("SELECT secret: %w", want.err), errors.Join(errors.New("secret"), want.err)} {
			if code, text := charter.Status(err); code != want.code || text != says {
				t.Errorf("%s as %q: %d %q, want %d %q", name, err, code, text, want.code, says)
			}
		}
	}
}

func TestStatusOfTheRest(t *testing.T) {
	t.Parallel()
	_, invalid := orgs.Name("")
	for _, c := range []struct {
		err  error
		code int
		text string
	}{
		{nil, 200, ""},
		{errors.New("SELECT secret"), 500, "internal error"},
		{store.ErrTxDone, 500, "internal error"},
		{invalid, 400, "invalid name: is empty"},
		{fmt.Errorf("secret: %w", &charter.RowError{Row: 7, Err: invalid}), 400, "invalid name: is empty"},
		{store.ErrHostConflict, 503, busy},
		{fmt.Errorf("%w: %w", charter.ErrUnavailable, charter.ErrUnknownOutcome), 500, unknown},
		{fmt.Errorf("%w: %w", context.DeadlineExceeded, charter.ErrUnknownOutcome), 500, unknown},
		{fmt.Errorf("%w: %w", context.Canceled, charter.ErrUnavailable), 503, busy},
	} {
		if code, text := charter.Status(c.err); code != c.code || text != c.text {
			t.Errorf("%v: %d %q, want %d %q", c.err, code, text, c.code, c.text)
		}
	}
}

// sentinels returns the names of the errors that the package exports, sorted.
func sentinels(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			for _, name := range v.Names {
				if strings.HasPrefix(name.Name, "Err") {
					names = append(names, name.Name)
				}
			}
		}
		return true
	})
	slices.Sort(names)
	return names
}
