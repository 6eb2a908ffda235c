package goheap

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
	leak "github.com/refgraph/refgraph/testdata/goheap"
)

// writer writes a dump by hand.
type writer struct{ b []byte }

func newWriter() *writer { return &writer{[]byte(magic)} }

func (w *writer) ints(list ...uint64) *writer {
	for _, v := range list {
		w.b = binary.AppendUvarint(w.b, v)
	}
	return w
}

func (w *writer) text(s string) *writer {
	w.ints(uint64(len(s)))
	w.b = append(w.b, s...)
	return w
}

func (w *writer) words(list ...uint64) *writer {
	w.ints(uint64(8 * len(list)))
	for _, v := range list {
		w.b = binary.LittleEndian.AppendUint64(w.b, v)
	}
	return w
}

const (
	testHeap = 0xc000000000
	testEnd  = testHeap + 64<<20
)

func (w *writer) params(bigEndian, ptrSize uint64) *writer {
	return w.ints(tagParams, bigEndian, ptrSize, testHeap, testEnd).text("amd64").text("go1.24.1").ints(4)
}

// object writes an object of 16 bytes with one pointer.
func (w *writer) object(i, to uint64) *writer {
	return w.ints(tagObject, testHeap+16*i).words(to, 0).ints(fieldPtr, 0, fieldEnd)
}

// segments writes the data and bss segments; bss points to an object.
func (w *writer) segments(to uint64) *writer {
	w.ints(tagData, 0x500000).words(0, 0).ints(fieldEnd)
	return w.ints(tagBSS, 0x600000).words(0, to).ints(fieldPtr, 8, fieldEnd)
}

func (w *writer) stats(objects uint64) *writer {
	w.ints(tagMemStats)
	for i := range numStats {
		v := uint64(0)
		if i == statHeapObjects {
			v = objects
		}
		w.ints(v)
	}
	return w
}

func (w *writer) read(t *testing.T) (*graph.Graph, error) {
	return Read(t.Context(), source.FromBytes("hand-made", w.b, source.Options{}))
}

// small is a whole dump with a chain of three objects.
func small() *writer {
	w := newWriter().params(0, 8)
	for i := range uint64(3) {
		w.object(i, testHeap+16*(i+1))
	}
	return w.segments(testHeap).stats(3).ints(tagEOF)
}

func TestHandMade(t *testing.T) {
	g, err := small().read(t)
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() != 3 || g.Refs() != 2 || len(g.Roots()) != 1 || len(g.Warnings()) != 1 {
		t.Errorf("%d objects, %d references, %d roots, warnings %v", g.Len(), g.Refs(), len(g.Roots()), g.Warnings())
	}
	if r := &g.Roots()[0]; lang.Of(g).Root(r).String() != "a global without a name" || !strings.HasPrefix(g.String(r.Ref), "[0x") {
		name := lang.Of(g).Root(r).String() + g.String(r.Ref)
		t.Errorf("root is named %q", name)
	}
	if name := g.TypeName(0); name != "16 B object with 1 pointer" {
		t.Errorf("type is named %q", name)
	}
}

// TestRefused reads what is no dump that can be used.
func TestRefused(t *testing.T) {
	tests := map[string]struct {
		w    *writer
		want string
	}{
		"nothing":       {newWriter(), "parameters"},
		"no parameters": {newWriter().ints(tagObject, testHeap), "parameters"},
		"big-endian":    {newWriter().params(1, 8), "big-endian"},
		"32-bit":        {newWriter().params(0, 4), "4-byte"},
		"long version":  {newWriter().ints(tagParams, 0, 8, testHeap, testEnd).text("amd64").ints(1 << 63), "parameters"},
		"no heap":       {newWriter().ints(tagParams, 0, 8, testEnd, testHeap).text("amd64").text("go1.24").ints(4), "heap"},
	}
	for name, test := range tests {
		_, err := test.w.read(t)
		var syntax *source.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want a SyntaxError about %s", name, err, test.want)
		}
	}
}

// TestDamaged reads dumps with one bad record among good ones: what is before
// it must be there, and a warning must say where it is.
func TestDamaged(t *testing.T) {
	objects := func() *writer { return newWriter().params(0, 8).object(0, testHeap+16).object(1, 0) }
	tests := map[string]*writer{
		"object of 2^63 bytes":     objects().ints(tagObject, testHeap+32, 1<<63),
		"object of 2^64-1 bytes":   objects().ints(tagObject, testHeap+32, math.MaxUint64),
		"object outside the heap":  objects().ints(tagObject, testEnd).words(0, 0).ints(fieldEnd),
		"misaligned object":        objects().ints(tagObject, testHeap+33).words(0, 0).ints(fieldEnd),
		"object of no bytes":       objects().ints(tagObject, testHeap+32, 0, fieldEnd),
		"field beyond the object":  objects().ints(tagObject, testHeap+32).words(0, 0).ints(fieldPtr, 1<<62, fieldEnd),
		"field of unknown kind":    objects().ints(tagObject, testHeap+32).words(0, 0).ints(77, 0, fieldEnd),
		"endless fields":           objects().ints(tagObject, testHeap+32).words(0, 0).ints(fieldPtr, 0, fieldPtr, 0),
		"unknown record":           objects().ints(99, 1, 2, 3),
		"type name of 2^63 bytes":  objects().ints(tagType, 0x400000, 8, 1<<63),
		"frame of 2^63 bytes":      objects().ints(tagGoroutine, 1, 2, 3, 4, 4, 0, 0, 0).text("x").ints(1, 2, 3, 4).ints(tagFrame, 1, 2, 3, 1<<63),
		"frame without goroutine":  objects().ints(tagFrame, 1, 0, 0).words(1).ints(1, 2, 3).text("main.main").ints(fieldEnd),
		"data of 2^63 bytes":       objects().ints(tagData, 0x500000, 1<<63),
		"number of 11 bytes":       {append(objects().ints(tagOtherRoot).text("x").b, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...)},
		"2^63 calls in a profile":  objects().ints(tagMemProf, 1, 8, 1<<63).text("f").text("g").ints(1),
		"half of the statistics":   objects().ints(tagMemStats, 1, 2, 3),
		"end within a record":      {append(objects().b, tagObject)},
		"no end record":            objects(),
		"overlapping objects":      objects().ints(tagObject, testHeap+8).words(0, 0).ints(fieldEnd).segments(testHeap).ints(tagEOF),
		"objects that come twice":  objects().object(0, 0).object(1, 0).segments(testHeap).ints(tagEOF),
		"fewer objects than count": objects().segments(testHeap).stats(7).ints(tagEOF),
	}
	for name, w := range tests {
		g, err := w.read(t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if g.Len() < 2 {
			t.Errorf("%s: %d objects, want the 2 before it", name, g.Len())
		}
		told := false
		for _, warning := range g.Warnings() {
			told = told || !strings.Contains(warning.Effect, "--exe")
		}
		if !told {
			t.Errorf("%s: no warning", name)
		}
	}
}

// TestResync puts damage between objects: those behind it must be found again.
func TestResync(t *testing.T) {
	w := newWriter().params(0, 8)
	for i := range uint64(20) {
		w.object(i, testHeap)
	}
	w.ints(tagObject, testHeap, 1<<50)
	for i := range uint64(50) {
		w.object(100+i, testHeap)
	}
	g, err := w.segments(testHeap).stats(70).ints(tagEOF).read(t)
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() != 70 || g.Refs() != 70 || len(g.Roots()) != 1 {
		t.Errorf("%d objects, %d references, %d roots, %v", g.Len(), g.Refs(), len(g.Roots()), g.Warnings())
	}
	if w := g.Warnings(); len(w) != 2 || !strings.Contains(w[1].Effect, "skipped") || w[1].Offset <= 0 {
		t.Errorf("warnings: %v", w)
	}
}

// TestCutEverywhere cuts a dump after every byte. What is left of it stays
// reachable, also without the roots, which come last.
func TestCutEverywhere(t *testing.T) {
	whole := small().b
	lost := 0
	for n := range whole {
		g, err := (&writer{whole[:n]}).read(t)
		if err == nil && g.Len() > 0 {
			live, err := retain.Reach(t.Context(), g)
			if err != nil {
				t.Fatal(err)
			}
			if live.Len() != g.Len() {
				t.Fatalf("cut at %d: %d of %d objects are reachable", n, live.Len(), g.Len())
			}
			if g.Roots()[0].Kind == graph.RootResidue {
				lost++
			}
		}
		var syntax *source.SyntaxError
		switch {
		case err != nil && !errors.As(err, &syntax):
			t.Fatalf("cut at %d: %T %v", n, err, err)
		case err == nil && len(g.Warnings()) < 2:
			t.Fatalf("cut at %d of %d: no warning", n, len(whole))
		}
	}
	if lost == 0 {
		t.Error("no cut has lost the roots")
	}
}

// TestLargeObjects reads objects that are larger than what is read at once, and
// fields farther apart than one varint of two bytes.
func TestLargeObjects(t *testing.T) {
	const words = (maxWhole + 64<<10) / 8
	contents := make([]uint64, words)
	w := newWriter().params(0, 8).object(0, 0)
	contents[0], contents[5], contents[words-1] = testHeap, testHeap, testHeap+8
	w.ints(tagObject, testHeap+1<<20).words(contents...).ints(fieldPtr, 0)
	for i := 5; i < words; i++ {
		w.ints(fieldPtr, uint64(i)*8)
	}
	g, err := w.ints(fieldEnd).segments(testHeap + 1<<20).stats(2).ints(tagEOF).read(t)
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() != 2 || len(g.Row(1)) != 3 || len(g.Warnings()) != 1 {
		t.Fatalf("%d objects, %d references of the large one, %v", g.Len(), len(g.Row(1)), g.Warnings())
	}
	if got := [3]uint32{g.Label(1, 0), g.Label(1, 1), g.Label(1, 2)}; got != [3]uint32{0, 10, 2*(words-1) + 1} {
		t.Errorf("labels %x", got)
	}
}

// FuzzRead feeds damaged dumps: no panic, and errors of the documented types.
func FuzzRead(f *testing.F) {
	f.Add(small().b)
	for _, path := range dumps(f) {
		src := open(f, path, source.Options{})
		data, err := io.ReadAll(src.Reader(0))
		if err != nil {
			f.Fatal(err)
		}
		// Whole dumps make fuzzing slow: the head with the first objects, and
		// the tail from the last ones on.
		f.Add(data[:min(len(data), 12<<10)])
		f.Add(append(data[:min(len(data), 6<<10):min(len(data), 6<<10)], data[max(0, len(data)-6<<10):]...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(t.Context(), source.FromBytes("fuzz", data, source.Options{Workers: 1}))
		if err != nil {
			var syntax *source.SyntaxError
			if !errors.As(err, &syntax) && !errors.Is(err, graph.ErrTooManyObjects) {
				t.Fatalf("untyped error %T %v", err, err)
			}
			return
		}
		for n := range graph.NodeID(min(g.Len(), 100)) {
			g.Detail().Fields(n, true, 10)
			g.Detail().Describe(n, true)
			for i := range g.Row(n) {
				if int(g.Row(n)[i]) >= g.Len() {
					t.Fatal("a reference to no object")
				}
			}
		}
	})
}

func TestMatch(t *testing.T) {
	for head, want := range map[string]bool{magic: true, magic + "x": true, magic[:10]: false, "": false, "\x7fELF\x02\x01": false} {
		if Match([]byte(head)) != want {
			t.Errorf("Match(%q) is %v", head, !want)
		}
	}
}

// TestExecutables gives executables that cannot be used.
func TestExecutables(t *testing.T) {
	dir := t.TempDir()
	dump, exe, err := leak.Leak(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(t.Context(), open(t, dump, source.Options{Exe: dir + "/missing"})); err == nil {
		t.Error("a missing executable is no error")
	}
	if _, err := Read(t.Context(), open(t, dump, source.Options{Exe: dump})); err == nil {
		t.Error("a dump as the executable is no error")
	}
	var mismatch *source.MismatchError
	if _, err := Read(t.Context(), open(t, testdata+"go1.25.heapdump.zst", source.Options{Exe: exe})); !errors.As(err, &mismatch) {
		t.Errorf("another release: got %v, want a MismatchError", err)
	}
}

// TestManyGoroutines reads the stacks of many goroutines, which must not take
// memory for each beyond what is known of it.
func TestManyGoroutines(t *testing.T) {
	const goroutines = 20_000
	w := newWriter().params(0, 8)
	w.object(0, 0)
	for i := range uint64(goroutines) {
		w.ints(tagGoroutine, testHeap, 0, i, 0, 4, 0, 0, 0).text("chan receive").ints(0, 0, 0, 0)
		w.ints(tagFrame, 0x7000+i*64, 0, 0).words(0, testHeap).ints(1, 2, 3).text("main.worker").ints(fieldPtr, 8, fieldEnd)
	}
	w.segments(testHeap).stats(1).ints(tagEOF)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := w.read(t)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if want := 2*goroutines + 1; len(g.Roots()) != want || len(g.Threads()) != goroutines { // a goroutine, its variable; a global
		t.Errorf("%d roots, want %d; %d threads", len(g.Roots()), want, len(g.Threads()))
	}
	r := g.Roots()[1] // after the global
	words := lang.Of(g)
	if name, group := words.Root(&r).String(), words.Group(&r).String(); !strings.HasSuffix(name, " main.worker") || group != "goroutines main.worker" {
		t.Errorf("root %q of group %q", name, group)
	}
	if each := (after.TotalAlloc - before.TotalAlloc) / goroutines; each > 4096 {
		t.Errorf("%d bytes were allocated for each goroutine", each)
	}
}
