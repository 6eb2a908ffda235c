package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/refgraph/refgraph/testdata/programs/build"
)

// programs are those that tests of this run share, by package.
var programs struct {
	sync.Mutex
	dir   string
	built map[string]string
}

// built returns the executable of a program of testdata/programs, which is built
// once.
func built(t *testing.T, name string) string {
	t.Helper()
	p := &programs
	p.Lock()
	defer p.Unlock()
	if exe := p.built[name]; exe != "" {
		return exe
	}
	if p.dir == "" {
		dir, err := os.MkdirTemp("", "refgraph-programs")
		if err != nil {
			t.Fatal(err)
		}
		p.dir, p.built = dir, map[string]string{}
	}
	exe := filepath.Join(p.dir, name)
	made := build.Program{Dir: "../../testdata/programs/" + name}
	if err := made.Build(exe); err != nil {
		t.Fatal(err)
	}
	p.built[name] = exe
	return exe
}

// sharing runs the tests, and ends the sharing of programs.
type sharing struct{ *testing.M }

func (s sharing) Run() int {
	defer func() {
		if programs.dir != "" {
			os.RemoveAll(programs.dir)
		}
	}()
	return s.M.Run()
}

// installed is this program as a command that others start: what testscript has put
// into the PATH is main, and not the tests.
func installed(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("refgraph")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
