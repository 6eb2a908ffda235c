package python

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// dumpCode runs some lines and dumps the process after them.
func dumpCode(t *testing.T, p interpreter, code string) *graph.Graph {
	t.Helper()
	const load = `
import sys, importlib.util
spec = importlib.util.spec_from_file_location("refgraph_dump", "refgraph_dump.py")
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
dumper.dump(sys.argv[1])
`
	file := filepath.Join(t.TempDir(), "heap.pydump")
	p.run(t, "-S", "-c", code+load, file)
	return open(t, file)
}

// TestHeld checks that the dumper records what the process holds beside the heap:
// memory of C code is in no object.
func TestHeld(t *testing.T) {
	eachPython(t, func(t *testing.T, p interpreter) {
		g := dumpCode(t, p, `
import mmap
native = mmap.mmap(-1, 64 << 20)
for at in range(0, len(native), 4096):
    native[at] = 1
`)
		held := g.Info().Process
		if held.Resident < 64<<20 || held.Peak < held.Resident || held.Counted == "" {
			t.Errorf("process %+v: 64 MiB were mapped and written", held)
		}
		var parts []string
		for _, part := range held.Parts {
			parts = append(parts, part.Name)
		}
		if !slices.Contains(parts, graph.PartFiles) || !slices.Contains(parts, "free blocks of Python's allocator") {
			t.Errorf("parts %q: files and the allocator's free blocks are among them", parts)
		}
	})
}
