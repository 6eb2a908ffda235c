package python

import (
	"path/filepath"
	"slices"
	"strings"
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

// TestPlaces checks that what runs a function tells which one and where, in the name
// of its type, and that asking for that changes nothing: refcounts are explained to
// the last one.
func TestPlaces(t *testing.T) {
	eachPython(t, func(t *testing.T, p interpreter) {
		g := dumpCode(t, p, `
async def inner():
    import types
    @types.coroutine
    def pause():
        yield
    await pause()

async def outer():
    await inner()

def rows():
    yield 1

held = []
for _ in range(5000):
    c = outer()
    c.send(None)
    held.append(c)
new, idle, done = rows(), rows(), rows()
next(idle)
list(done)
`)
		for typ, want := range map[string]int{
			"coroutine __main__.outer:10": 5000, "coroutine __main__.inner:7": 5000,
			"generator __main__.rows:13": 1, "generator __main__.rows (not started)": 1, "generator rows (finished)": 1,
		} {
			if n, _ := countType(g, typ); n != want {
				t.Errorf("%d objects of type %s, want %d", n, typ, want)
			}
		}
		for _, r := range g.Roots() {
			if typ := g.TypeName(r.Node); r.Kind == graph.RootResidue && strings.HasPrefix(typ, "coroutine ") {
				t.Fatalf("a %s has references that are not explained", typ)
			}
		}
	})
}

// TestBuffers checks that what objects hold without showing it to the collector is
// in the dump: owners of memory, with their sizes.
func TestBuffers(t *testing.T) {
	eachPython(t, func(t *testing.T, p interpreter) {
		g := dumpCode(t, p, `
import array, mmap, tempfile
bytes_view = memoryview(bytearray(100000))[:10]
array_view = memoryview(array.array("d", [0.0] * 10000))[:10]
pages = mmap.mmap(-1, 1 << 20)
page_view = memoryview(pages)[:10]
file = tempfile.TemporaryFile()
file.truncate(1 << 22)
of_file = mmap.mmap(file.fileno(), 1 << 22)
closed = mmap.mmap(-1, 4096)
closed.close()
`)
		space := moduleSpace(t, g, "__main__")
		for name, want := range map[string]struct {
			typ  string
			size uint64
		}{"bytes_view": {"bytearray", 100000}, "array_view": {"array.array", 80000}, "page_view": {"mmap.mmap", 1 << 20}} {
			view := follow(g, space, "."+name)
			if !leads(g, view, ".obj", want.typ, 3) {
				t.Errorf("%s: %q", name, near(g, view, 3))
			}
			if n, bytes := countType(g, want.typ); n == 0 || bytes < want.size || bytes > want.size+4096 {
				t.Errorf("%d %s of %d bytes, want %d", n, want.typ, bytes, want.size)
			}
		}
	})
}
