package gocore

import (
	"debug/dwarf"
	"debug/elf"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/testdata/programs/build"
)

var update = flag.Bool("update", false, "write golden files and the layout table")

// tableVersions are the toolchains the layout table is made with. The empty one
// is the installed Go.
var tableVersions = []string{"go1.24.11", "go1.25.5", ""}

// TestLayoutTable checks that the built-in table says what the DWARF of
// programs says that the toolchains build. Without -update it checks the
// installed Go only, so that a new Go fails the test until the table is
// renewed.
func TestLayoutTable(t *testing.T) {
	versions := []string{""}
	if *update {
		versions = tableVersions
	}
	var b strings.Builder
	for _, version := range versions {
		for _, goarch := range []string{"amd64", "arm64"} {
			name, fields := dwarfLayout(t, version, goarch)
			if !*update {
				compareLayout(t, name, goarch, fields)
				continue
			}
			fmt.Fprintf(&b, "%s %s\n", name, goarch)
			for _, path := range layoutPaths() {
				if f, ok := fields[path]; ok {
					fmt.Fprintf(&b, "%s %d %d\n", path, f.off, f.size)
				}
			}
		}
	}
	if *update {
		if err := os.WriteFile("layouts.txt", []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func compareLayout(t *testing.T, version, goarch string, want map[string]field) {
	have, err := tableFields(version, goarch)
	if err != nil {
		t.Fatalf("%v: run go test -run LayoutTable -update", err)
	}
	for _, path := range layoutPaths() {
		if have[path] != want[path] {
			t.Errorf("%s %s: %s is %v in the table and %v in the program", version, goarch, path, have[path], want[path])
		}
	}
	if err := new(layout).fill(func(path string) (field, bool) { f, ok := have[path]; return f, ok }); err != nil {
		t.Error(err)
	}
}

// dwarfLayout builds a program and reads its runtime's fields, without gotype.
func dwarfLayout(t *testing.T, toolchain, goarch string) (version string, fields map[string]field) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module layouts\n\ngo 1.24\n")
	write("main.go", "package main\n\nimport \"runtime\"\n\nfunc main() { x := new(int); runtime.SetFinalizer(x, func(*int) {}); runtime.AddCleanup(x, func(int) {}, 1) }\n")
	made := build.Program{Dir: dir, Env: []string{"GOOS=linux", "GOARCH=" + goarch, "CGO_ENABLED=0", "GOFLAGS="}}
	if toolchain != "" {
		made.Env = append(made.Env, "GOTOOLCHAIN="+toolchain)
	}
	exe := filepath.Join(t.TempDir(), "prog")
	if err := made.Build(exe); err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	if toolchain == "" {
		toolchain = runtime.Version()
	}
	return majorVersion(toolchain), runtimeFields(t, d)
}

func runtimeFields(t *testing.T, d *dwarf.Data) map[string]field {
	types := collectStructs(t, d)
	fields := map[string]field{}
	for _, path := range layoutPaths() {
		names := strings.Split(path, ".")
		st := types[names[0]+"."+names[1]]
		if st == nil {
			continue
		}
		f, ok := field{0, int(st.ByteSize)}, true
		for _, name := range names[2:] {
			if f.size, ok = subfield(&st, name, &f.off); !ok {
				break
			}
		}
		if ok {
			fields[path] = f
		}
	}
	return fields
}

func subfield(st **dwarf.StructType, name string, off *uint64) (size int, ok bool) {
	for _, sf := range (*st).Field {
		if sf.Name == name {
			*off += uint64(sf.ByteOffset)
			inner := sf.Type
			for {
				td, ok := inner.(*dwarf.TypedefType)
				if !ok {
					break
				}
				inner = td.Type
			}
			if s, ok := inner.(*dwarf.StructType); ok {
				*st = s
			}
			return int(sf.Type.Size()), true
		}
	}
	return 0, false
}

// collectStructs reads the runtime's struct types, of whatever unit.
func collectStructs(t *testing.T, d *dwarf.Data) map[string]*dwarf.StructType {
	types := map[string]*dwarf.StructType{}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return types
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if e.Tag == dwarf.TagStructType && strings.HasPrefix(name, "runtime.") {
			typ, err := d.Type(e.Offset)
			if err != nil {
				t.Fatal(err)
			}
			types[name], _ = typ.(*dwarf.StructType)
		}
		if e.Tag != dwarf.TagCompileUnit {
			r.SkipChildren()
		}
	}
}
