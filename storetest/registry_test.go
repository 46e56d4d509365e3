package storetest

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

// caseFuncs returns the functions of this package whose name begins with case,
// and their length in lines.
func caseFuncs(t *testing.T) map[string]int {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	lines := map[string]int{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "case") {
				lines[fn.Name.Name] = files.Position(fn.End()).Line - files.Position(fn.Pos()).Line + 1
			}
		}
	}
	return lines
}

// nameOf returns the name of a function of this package.
func nameOf(run func(context.Context, store.Store) error) string {
	name := runtime.FuncForPC(reflect.ValueOf(run).Pointer()).Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}

// TestEveryCaseIsListed finds a case that was written and never runs.
func TestEveryCaseIsListed(t *testing.T) {
	listed := map[string]int{}
	for _, c := range Cases() {
		listed[nameOf(c.Run)]++
	}
	for name, lines := range caseFuncs(t) {
		if listed[name] != 1 {
			t.Errorf("%s is listed %d times in Cases, want once", name, listed[name])
		}
		if lines > 60 {
			t.Errorf("%s has %d lines, want 60 at most", name, lines)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("Cases lists %s, which is no func case…", name)
	}
}

// TestEverySentenceHasCases compares the numbers of the cases with those of the
// contract.
func TestEverySentenceHasCases(t *testing.T) {
	contract, err := os.ReadFile("../store/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, sentence := range regexp.MustCompile(`(?m)^//   - (C\d+) `).FindAllSubmatch(contract, -1) {
		missing[string(sentence[1])] = true
	}
	if len(missing) < 26 {
		t.Fatalf("found %d sentences in the contract, want 26 or more", len(missing))
	}
	known := len(missing)
	names := map[string]bool{}
	for _, c := range Cases() {
		number, _, _ := strings.Cut(c.Name, " ")
		delete(missing, number)
		if n, err := strconv.Atoi(strings.TrimPrefix(number, "C")); !c.random() && (err != nil || n < 1 || n > known || c.Claim != claim(n)) {
			t.Errorf("the case %q does not begin with the number of a sentence, or claims another", c.Name)
		}
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
	}
	for number := range missing {
		t.Errorf("no case begins with %s", number)
	}
	if cases := Cases(); !cases[len(cases)-1].random() {
		t.Error("the model is not the last case")
	}
}

// TestEveryMethodIsUsed compares the writes and looks of the scene with the
// methods of Tx and Reader: a method that is added must be added there too.
func TestEveryMethodIsUsed(t *testing.T) {
	used := []string{"Hold"}
	for _, w := range writes() {
		kind, _, _ := strings.Cut(w.kind, ",")
		used = append(used, kind)
	}
	for _, l := range sceneScope().looks() {
		method, _, _ := strings.Cut(l.call, "(")
		used = append(used, method)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[store.Tx](), reflect.TypeFor[store.Reader]()} {
		for i := range of.NumMethod() {
			if name := of.Method(i).Name; !slices.Contains(used, name) {
				t.Errorf("neither writes nor looks use %s.%s", of.Name(), name)
			}
		}
	}
}
