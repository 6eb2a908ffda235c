package dump_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mayName are the folders and files that may tell the runtimes apart; the rest
// asks package lang.
var mayName = []string{"graph/lang/", "graph/dump/", "graph/graphtest/", "graph/info.go", "graph/suspect/python.go", "graph/suspect/jvm.go",
	"graph/suspect/javascript.go", "graph/suspect/ruby.go", "graph/suspect/go.go", "cmd/refgraph/internal/capture/", "render/internal/sample/"}

// TestNobodyNamesARuntime holds that what is known of a runtime is in package lang:
// no other package compares with a runtime.
func TestNobodyNamesARuntime(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	for _, top := range []string{"graph", "render", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			for _, p := range mayName {
				if strings.HasPrefix(filepath.ToSlash(name), p) {
					return nil
				}
			}
			files++
			if !strings.HasPrefix(filepath.ToSlash(name), "cmd/") { // whose help is about all of them
				for _, at := range runtimesTold(t, path) {
					t.Errorf("%s says the name of a runtime, or what only one has", at)
				}
			}
			for _, at := range runtimesNamed(t, path) {
				t.Errorf("%s names a runtime: what is known of one belongs to graph/lang", at)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
}

// runtimesNamed are the places that name one of graph's runtimes, or compare what
// Info says with a text.
func runtimesNamed(t *testing.T, path string) (at []string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "graph" && strings.HasPrefix(n.Sel.Name, "Runtime") && n.Sel.Name != "Runtime" {
				at = append(at, set.Position(n.Pos()).String())
			}
		case *ast.BinaryExpr:
			if n.Op != token.EQL && n.Op != token.NEQ {
				return true
			}
			x, ok := n.X.(*ast.SelectorExpr)
			if _, text := n.Y.(*ast.BasicLit); ok && text && x.Sel.Name == "Runtime" && n.Y.(*ast.BasicLit).Value != `""` {
				at = append(at, set.Position(n.Pos()).String())
			}
		}
		return true
	})
	return at
}

// told are words of one runtime.
var told = regexp.MustCompile(`\b(C?Python|JVM|Java|JavaScript|V8|Ruby|Go|sync\.Pool|lru_cache|goroutines?)\b`)

// runtimesTold are the texts that name a runtime: sentences get such words from
// package lang.
func runtimesTold(t *testing.T, path string) (at []string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING && told.MatchString(x.Value) {
			at = append(at, set.Position(n.Pos()).String()+" "+x.Value)
		}
		return true
	})
	return at
}
