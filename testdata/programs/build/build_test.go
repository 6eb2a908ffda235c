package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBuild checks that a change of the sources, of the flags or of the
// environment is seen, and that nothing else makes a new executable.
func TestBuild(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module prog\n\ngo 1.24\n")
	write("main.go", "package main\n\nvar text = \"one\"\n\nfunc main() { print(text) }\n")
	exe := filepath.Join(t.TempDir(), "prog")
	says := func(p Program, want string) {
		t.Helper()
		if err := p.Build(exe); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(exe).CombinedOutput(); err != nil || string(out) != want {
			t.Errorf("%q %v, want %q", out, err, want)
		}
	}
	p := Program{Dir: dir}
	says(p, "one")
	first, err := os.Stat(exe)
	if err != nil {
		t.Fatal(err)
	}
	says(p, "one")
	if again, err := os.Stat(exe); err != nil || !again.ModTime().After(first.ModTime()) && !os.SameFile(first, again) {
		t.Errorf("it was built again (%v)", err)
	}
	p.Flags = []string{"-ldflags=-X main.text=flag"}
	says(p, "flag")
	p.Flags = nil
	write("more.go", "package main\n\nfunc init() { text = \"two\" }\n")
	says(p, "two")
	p.Env = []string{"GOFLAGS=-tags=never"}
	write("more.go", "//go:build !never\n\npackage main\n\nfunc init() { text = \"three\" }\n")
	says(p, "one")
	write("main.go", "no Go\n")
	if err := p.Build(exe); err == nil {
		t.Error("what cannot be compiled is built")
	}
}
