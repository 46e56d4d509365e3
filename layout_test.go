package charter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The house limits, in lines. A function counts from its func to its last brace.
const (
	fileMost     = 400
	functionMost = 60
	functionP95  = 50
)

// The limits hold in every module of the repository, tests included.
func TestFileLengths(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if n := s.lines(s.file.FileStart, s.file.FileEnd); n > fileMost {
			t.Errorf("%s has %d lines, more than %d: divide it by noun", s.path, n, fileMost)
		}
	}
}

func TestFunctionLengths(t *testing.T) {
	t.Parallel()
	var lengths []int
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(f ast.Node) bool {
			switch f := f.(type) {
			case *ast.FuncLit:
			case *ast.FuncDecl:
				if table(f) {
					return true // what it lists is measured by itself
				}
			default:
				return true
			}
			n := s.lines(f.Pos(), f.End())
			lengths = append(lengths, n)
			if n > functionMost {
				t.Errorf("%s: a function has %d lines, more than %d", s.at(f), n, functionMost)
			}
			return true
		})
	}
	slices.Sort(lengths)
	if p95 := lengths[len(lengths)*95/100]; p95 > functionP95 {
		t.Errorf("one function in twenty has %d lines or more; at most %d are meant", p95, functionP95)
	}
}

// table reports whether f does nothing but return a literal.
func table(f *ast.FuncDecl) bool {
	if f.Body == nil || len(f.Body.List) != 1 {
		return false
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	_, ok = ret.Results[0].(*ast.CompositeLit)
	return ok
}

// Every exported name says what it is. Whether it says so well is revive's and
// the reader's matter.
func TestDocumented(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.file.Name.Name == "main" || strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		for _, name := range undocumented(s.file) {
			t.Errorf("%s: %s has no comment", s.at(name), name.Name)
		}
	}
}

var unfinished = regexp.MustCompile(`\b(TO-?DO|FIX-?ME|X{3}|HACK)\b`)

// mayskip is the file where the tests of an engine end that is not installed.
const mayskip = "internal/sqltest/servers/need.go"

// What is not done is an issue, not a comment, and no test looks away.
func TestNothingLeftOver(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				if word := unfinished.FindString(c.Text); word != "" {
					t.Errorf("%s: %s in a comment", s.at(c), word)
				}
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && skips(call) && filepath.ToSlash(s.path) != mayskip {
				t.Errorf("%s: a test is skipped", s.at(call))
			}
			return true
		})
	}
}

// source is one file that somebody wrote.
type source struct {
	path string
	fset *token.FileSet
	file *ast.File
}

// sources returns the Go files of the repository that were not generated.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (d.Name()[0] == '.' || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil && !ast.IsGenerated(file) {
			all = append(all, source{path, fset, file})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// lines returns how many lines there are from one position to another.
func (s source) lines(from, to token.Pos) int {
	return s.fset.Position(to-1).Line - s.fset.Position(from).Line + 1
}

// at returns where n is, as file and line.
func (s source) at(n ast.Node) token.Position {
	at := s.fset.Position(n.Pos())
	at.Column = 0
	return at
}

// undocumented returns the exported names of file that have no comment, not
// their group's either.
func undocumented(file *ast.File) []*ast.Ident {
	var names []*ast.Ident
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && receiverExported(d) {
				names = append(names, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, undocumentedIn(spec, d.Doc != nil)...)
			}
		}
	}
	return names
}

// undocumentedIn returns the exported names of spec without a comment, where
// grouped says that spec's declaration has one.
func undocumentedIn(spec ast.Spec, grouped bool) []*ast.Ident {
	var names []*ast.Ident
	switch s := spec.(type) {
	case *ast.ValueSpec:
		if !grouped && s.Doc == nil && s.Comment == nil {
			names = append(names, s.Names...)
		}
	case *ast.TypeSpec:
		if !grouped && s.Doc == nil {
			names = append(names, s.Name)
		}
		if contract, ok := s.Type.(*ast.InterfaceType); ok && s.Name.IsExported() {
			for _, method := range contract.Methods.List {
				if method.Doc == nil && method.Comment == nil {
					names = append(names, method.Names...)
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(name *ast.Ident) bool { return !name.IsExported() })
}

// receiverExported reports whether f is no method, or one of an exported type.
func receiverExported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	base := f.Recv.List[0].Type
	for {
		switch b := base.(type) {
		case *ast.StarExpr:
			base = b.X
		case *ast.IndexExpr:
			base = b.X
		case *ast.IndexListExpr:
			base = b.X
		case *ast.Ident:
			return b.IsExported()
		default:
			return true
		}
	}
}

// skips reports whether call leaves a test out. By the name of rt goes a
// *rapid.T, whose Skip only draws another step.
func skips(call *ast.CallExpr) bool {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, method.Sel.Name) {
		return false
	}
	receiver, ok := method.X.(*ast.Ident)
	return !ok || receiver.Name != "rt"
}
