package goheap

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// profiled is a program with a memory profile of every allocation.
const profiled = `package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

var kept [][]byte

//go:noinline
func allocate() { kept = append(kept, make([]byte, 4000)) }

func main() {
	runtime.MemProfileRate = 1
	for range 50 {
		allocate()
	}
	runtime.GC()
	runtime.GC()
	runtime.MemProfile(nil, true)
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(f.Fd())
}
`

func TestSites(t *testing.T) {
	dir, sources := t.TempDir(), t.TempDir()
	exe, dump := filepath.Join(dir, "profiled"), filepath.Join(dir, "dump")
	for name, text := range map[string]string{"go.mod": "module profiled\n\ngo 1.24\n", "main.go": profiled} {
		if err := os.WriteFile(filepath.Join(sources, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compile(t, exe, sources)
	run(t, exe, dump)
	found, err := ReadSites(t.Context(), open(t, dump, source.Options{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := read(t, dump, source.Options{})
	alive := 0
	for _, s := range found.Samples {
		site := found.List[s.Site]
		if len(site.Stack) == 0 || site.Stack[0].Func != "main.allocate" || site.Size != 4096 {
			continue
		}
		alive++
		if n, ok := g.Find(s.Addr); !ok || g.Size(n) != 4096 {
			t.Errorf("no object of 4096 bytes at 0x%x", s.Addr)
		}
		if site.Allocs != 50 || !strings.HasSuffix(site.Stack[0].File, "main.go") || site.Stack[0].Line == 0 {
			t.Errorf("site %+v", site)
		}
	}
	if found.HeapBytes < 50*4096 || found.HeapBytes > 100<<20 {
		t.Errorf("the heap has %d bytes", found.HeapBytes)
	}
	if alive != 50 {
		t.Errorf("%d of 50 objects have a sample", alive)
	}
	var none *sites.NoneError
	if _, err := ReadSites(t.Context(), source.FromBytes("none", small().b, source.Options{}), nil); !errors.As(err, &none) || none.Do == "" {
		t.Errorf("got %v, want a NoneError", err)
	}
}
