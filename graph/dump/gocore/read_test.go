package gocore

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

func TestConformance(t *testing.T) {
	dir := tiny.core(t)
	path := filepath.Join(t.TempDir(), "core")
	small := compact(t, dir)
	if len(small) > 4<<20 {
		t.Errorf("the compact core has %d bytes", len(small))
	}
	if err := os.WriteFile(path, small, 0o666); err != nil {
		t.Fatal(err)
	}
	dumptest.Run(t, path, Read, source.Options{Exe: filepath.Join(dir, "prog")})
}

// TestRestore opens cores again without reading their heaps.
func TestRestore(t *testing.T) {
	for name, build := range map[string][]string{"plain": nil, "pie": {"-buildmode=pie"}, "stripped": {"-ldflags=-s -w"}} {
		t.Run(name, func(t *testing.T) {
			dir := program{source: "gotruth", args: abort, build: build}.core(t)
			dumptest.RunRestore(t, filepath.Join(dir, "core"), Read, Restore, source.Options{Exe: filepath.Join(dir, "prog")})
		})
	}
}

// readBytes reads a core from memory.
func readBytes(core []byte, exe string) error {
	_, err := Read(context.Background(), source.FromBytes("core", core, source.Options{Exe: exe}))
	return err
}

func TestMatch(t *testing.T) {
	core := compact(t, tiny.core(t))
	if !Match(core[:4096]) {
		t.Error("a core is not recognised")
	}
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	for name, head := range map[string][]byte{"executable": exe[:4096], "short": core[:17], "empty": nil} {
		if Match(head) {
			t.Errorf("%s is taken for a core", name)
		}
	}
}

// TestUnsupported gives cores that are not of 64-bit Go programs on amd64 or
// arm64: each has its own error.
func TestUnsupported(t *testing.T) {
	dir := tiny.core(t)
	core := compact(t, dir)
	patch := func(at int, b ...byte) []byte {
		c := append([]byte{}, core...)
		copy(c[at:], b)
		return c
	}
	tests := []struct {
		name string
		core []byte
		want string
	}{
		{"32-bit", patch(4, 1), "32-bit"},
		{"big endian", patch(5, 2), "big-endian"},
		{"machine", patch(18, 0xf3, 0), "EM_RISCV"},
	}
	for _, test := range tests {
		var unsupported *UnsupportedError
		err := readBytes(test.core, filepath.Join(dir, "prog"))
		if !errors.As(err, &unsupported) || !strings.Contains(unsupported.What, test.want) || unsupported.Hint() == "" {
			t.Errorf("%s: %v, want one with %q", test.name, err, test.want)
		}
	}
	// The same core as if it were of the other machine: the executable gives it away.
	var mismatch *source.MismatchError
	if err := readBytes(patch(18, 0xb7, 0), filepath.Join(dir, "prog")); !errors.As(err, &mismatch) {
		t.Errorf("core of another machine than the executable: %v", err)
	}
}

func TestOtherExecutable(t *testing.T) {
	dir := tiny.core(t)
	other := program{source: "other", text: strings.Replace(tiny.text, `"held"`, `"kept"`, 1)}.compile(t)
	core := compact(t, dir)
	var mismatch *source.MismatchError
	if err := readBytes(core, filepath.Join(other, "prog")); !errors.As(err, &mismatch) || !strings.Contains(err.Error(), "build id") {
		t.Errorf("another build: %v", err)
	}
	if err := readBytes(core, filepath.Join(dir, "main.go")); err == nil || !strings.Contains(err.Error(), "main.go") {
		t.Errorf("not an executable: %v", err)
	}
	if err := readBytes(core, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	// Found by the path in the core, beside the core, or not at all.
	if err := readBytes(core, ""); err != nil {
		t.Errorf("found by its path: %v", err)
	}
	moved := t.TempDir()
	if err := os.Rename(filepath.Join(dir, "prog"), filepath.Join(moved, "prog")); err != nil {
		t.Fatal(err)
	}
	defer os.Rename(filepath.Join(moved, "prog"), filepath.Join(dir, "prog"))
	var unsupported *UnsupportedError
	if err := readBytes(core, ""); !errors.As(err, &unsupported) || !strings.Contains(unsupported.Hint(), "--exe") {
		t.Errorf("not found: %v", err)
	}
	if err := os.WriteFile(filepath.Join(moved, "core"), core, 0o666); err != nil {
		t.Fatal(err)
	}
	src, err := source.Open(filepath.Join(moved, "core"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := Read(context.Background(), src); err != nil {
		t.Errorf("beside the core: %v", err)
	}
}

// TestOtherLanguage reads the core of a program that is not written in Go.
func TestOtherLanguage(t *testing.T) {
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip("no sleep")
	}
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", "ulimit -c unlimited; exec sh -c 'kill -ABRT $$'")
	cmd.Dir = dir
	cmd.Run()
	found, _ := filepath.Glob(filepath.Join(dir, "core*"))
	if len(found) == 0 {
		missing(t, "the kernel wrote no core; set core_pattern to core")
	}
	core, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := readBytes(core, ""); err == nil || !strings.Contains(err.Error(), "not a Go program") {
		t.Errorf("got %v", err)
	}
}

// TestUnknownVersion reads a stripped program of a Go that is not in the table.
func TestUnknownVersion(t *testing.T) {
	var unknown *UnknownRuntimeError
	_, err := tableFields("go1.99.1", "amd64")
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "go1.99.1") || unknown.Hint() == "" {
		t.Errorf("got %v", err)
	}
}

// TestDamagedHeaders gives headers that promise more than there is.
func TestDamagedHeaders(t *testing.T) {
	core := compact(t, tiny.core(t))
	var syntax *source.SyntaxError
	for name, change := range map[string]func(c []byte) []byte{
		"no header":     func(c []byte) []byte { return c[:40] },
		"many segments": func(c []byte) []byte { binary.LittleEndian.PutUint16(c[56:], 0xfffe); return c[:5000] },
		"count missing": func(c []byte) []byte { binary.LittleEndian.PutUint16(c[56:], 0xffff); return c },
		"far segments":  func(c []byte) []byte { binary.LittleEndian.PutUint64(c[32:], 1<<63); return c },
		"entry size":    func(c []byte) []byte { c[54] = 1; return c },
	} {
		if err := readBytes(change(append([]byte{}, core...)), ""); !errors.As(err, &syntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
