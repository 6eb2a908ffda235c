package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"refgraph": main})
}

// TestScripts runs the command lines of testdata/script on real dumps. In them
// $DUMPS is the repository's testdata folder.
func TestScripts(t *testing.T) {
	dumps, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DUMPS", dumps)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
	})
}

func TestUnqualified(t *testing.T) {
	for full, want := range map[string]string{
		"main.Session":                       "Session",
		"github.com/a/b.Pool":                "Pool",
		"com.example.Outer$Inner":            "Inner",
		"main.Cache[github.com/a/b.Session]": "Cache[github.com/a/b.Session]",
		"dict":                               "dict",
		"[]uint8":                            "[]uint8",
		"chan *main.Session":                 "chan *main.Session",
	} {
		if got := unqualified(full); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"session", "sesion", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
