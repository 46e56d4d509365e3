package sqltest

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
)

var updateCosts = flag.Bool("update-costs", false, "write docs/costs.md instead of comparing it")

// TestCosts counts what each operation of the Service runs on every engine. The
// documentation of each says what that is on SQLite, and docs/costs.md says the rest.
func TestCosts(t *testing.T) {
	said := costSentences(t, filepath.Join("..", ".."))
	var counted []cost
	eachEngine(t, func(t *testing.T, e *engine) {
		n := 0
		eachCost(t, e, func(c cost) {
			if e.name == "SQLite" {
				counted = append(counted, c)
				return
			}
			counted[n].statements = append(counted[n].statements, c.statements...)
			n++
		})
	})
	for method, sentence := range said {
		statements := numbersOf(method, counted)
		if statements != nil && !sentence.ofEachPage() && !slices.Equal(sentence.statements(), statements) {
			t.Errorf("%s runs %v statements on SQLite, and says: %s", method, statements, sentence)
		}
	}
	path := filepath.Join("..", "..", "docs", "costs.md")
	servicetest.KeepPage(t, path, string(costPage(counted, said)), *updateCosts, "go -C internal/sqltest test -run TestCosts -update-costs")
}

// cost is what one call of the Service costs.
type cost struct {
	method, situation string
	statements        []int // on each engine, BEGIN and COMMIT apart
	calls             int   // of the store
}

// eachCost counts each call on fresh databases of e.
func eachCost(t *testing.T, e *engine, each func(cost)) {
	t.Helper()
	var rec *recorder
	open := func(t testing.TB) store.Store {
		d := e.fresh(t)
		db, r := d.recorded(t, 1)
		rec = r
		return opened(t, db, e.dialect)
	}
	servicetest.EachCall(t, open, func(_ *testing.T, c servicetest.Call) {
		rec.take()
		calls := c.Make()
		ran := slices.DeleteFunc(rec.texts(), func(text string) bool {
			word, _, _ := strings.Cut(text, " ")
			// The statement that changes nothing is how a handle's BEGIN takes SQLite's lock.
			return strings.HasSuffix(text, " WHERE 0") || slices.Contains([]string{"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"}, word)
		})
		each(cost{c.Method, c.Situation, []int{len(ran)}, calls})
	})
}

// numbersOf returns the counts of a method on SQLite, in the order of its
// situations, each once.
func numbersOf(method string, counted []cost) (statements []int) {
	for _, c := range counted {
		if c.method == method && !slices.Contains(statements, c.statements[0]) {
			statements = append(statements, c.statements[0])
		}
	}
	return statements
}

// sentence is what a doc comment says about costs.
type sentence string

var (
	costly    = regexp.MustCompile(`^(no|\d+) statements?\b.*$`)
	eachPage  = regexp.MustCompile(`^that of \[\w+\.\w+\] for each page$`)
	grown     = regexp.MustCompile(`; (grows with .*|the same at any size)$`)
	countedBy = regexp.MustCompile(`(\d+) statements?\b`)
)

func (s sentence) wellFormed() bool {
	return s.ofEachPage() || s == "no statement" || costly.MatchString(string(s)) && grown.MatchString(string(s))
}

func (s sentence) ofEachPage() bool { return eachPage.MatchString(string(s)) }

func (s sentence) statements() (list []int) {
	for _, number := range countedBy.FindAllStringSubmatch(string(s), -1) {
		n, _ := strconv.Atoi(number[1]) // digits
		list = append(list, n)
	}
	return list
}

// grows returns what s says about growth.
func (s sentence) grows() string {
	found := grown.FindStringSubmatch(string(s))
	switch {
	case s.ofEachPage():
		return "the number of pages"
	case len(found) < 2 || found[1] == "the same at any size":
		return "nothing"
	}
	return strings.TrimPrefix(found[1], "grows with ")
}

// costSentences returns what the methods of the package in folder say about costs, by
// the name as servicetest has it.
func costSentences(t *testing.T, folder string) map[string]sentence {
	t.Helper()
	said := map[string]sentence{}
	p := documented(t, folder)
	add := func(name, text string) {
		_, cost, found := strings.Cut(strings.Join(strings.Fields(text), " "), "Cost: ")
		s := sentence(strings.TrimSuffix(cost, "."))
		if !found || !s.wellFormed() {
			t.Errorf("%s does not say what it costs: %q", name, s)
		}
		said[strings.TrimPrefix(name, "Service.")] = s
	}
	for _, ty := range p.Types {
		if _, isNoun := costNouns[ty.Name]; isNoun {
			for _, m := range ty.Methods {
				add(ty.Name+"."+m.Name, m.Doc)
			}
		}
		for _, f := range ty.Funcs {
			if f.Name == "New" {
				add(f.Name, f.Doc)
			}
		}
	}
	return said
}

// costNouns are the types of the root package whose methods cost something.
var costNouns = map[string]struct{}{
	"Service": {}, "Access": {}, "Orgs": {}, "Members": {}, "Invites": {}, "Roles": {}, "Resources": {}, "Grants": {}, "History": {},
}

// documented returns the documentation of the package in folder.
func documented(t *testing.T, folder string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/seed-5b9f5318/charter")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// costPage returns docs/costs.md.
func costPage(counted []cost, said map[string]sentence) []byte {
	slices.SortStableFunc(counted, func(a, b cost) int { return strings.Compare(a.method, b.method) })
	var b bytes.Buffer
	b.WriteString(`<!-- Written by go -C internal/sqltest test -run TestCosts -update-costs; do not edit. -->
# What each operation costs

Counted by that test: the statements that ` + "`sqlstore`" + ` runs on each database, BEGIN and COMMIT apart, and the calls that any other store
gets, the transaction among them. A statement on a server is a round trip; a change has two more of them, for BEGIN and COMMIT, and on
MariaDB new statements are prepared once. All grow with the logarithm of what is stored, and with what the last column says.
Operations on many are counted for one batch of two or three rows.

| Operation | SQLite | PostgreSQL | MariaDB | calls | grows with |
|---|---|---|---|---|---|
`)
	for _, c := range counted {
		name := "`" + c.method + "`"
		if c.situation != "" {
			name += ", " + c.situation
		}
		fmt.Fprintf(&b, "| %s |", name)
		for _, n := range c.statements {
			fmt.Fprintf(&b, " %d |", n)
		}
		fmt.Fprintf(&b, " %d | %s |\n", c.calls, said[c.method].grows())
	}
	return b.Bytes()
}
