package hprof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
)

// edges lists the references of an object as `.next Node`.
func edges(g *graph.Graph, n graph.NodeID) (list []string) {
	for i, to := range g.Row(n) {
		s := g.Detail().RefName(n, i, false) + " " + g.TypeName(to)
		if k := g.RefKind(n, i); k != graph.Strong {
			s += " " + k.String()
		}
		list = append(list, s)
	}
	return list
}

// count counts the objects of a type.
func count(g *graph.Graph, name string) (n int, bytes uint64) {
	for id := range graph.NodeID(g.Len()) {
		if g.TypeName(id) == name {
			n++
			bytes += g.Size(id)
		}
	}
	return n, bytes
}

func TestTiny(t *testing.T) {
	for _, version := range []string{"1.0.1", "1.0.2", "1.0.3"} {
		for _, size := range []int{4, 8} {
			t.Run(fmt.Sprintf("%s ids %d", version, size), func(t *testing.T) {
				g, err := Read(t.Context(), tiny(version, size).source())
				if err != nil {
					t.Fatal(err)
				}
				checkTiny(t, g)
			})
		}
	}
}

func checkTiny(t *testing.T, g *graph.Graph) {
	t.Helper()
	if g.Len() != 9 || len(g.Warnings()) > 0 {
		t.Errorf("%d objects, warnings %v", g.Len(), g.Warnings())
	}
	array, ok := g.Find(0x2000)
	if !ok || g.TypeName(array) != "app.Node[]" {
		t.Fatalf("no array: %v", ok)
	}
	if got := fmt.Sprint(edges(g, array)); got != "[[0] app.Node [2] app.Node]" {
		t.Errorf("elements: %s", got)
	}
	node, _ := g.Find(0x2020)
	if got := fmt.Sprint(edges(g, node)); got != "[.next app.Node]" {
		t.Errorf("fields: %s", got)
	}
	found := false
	for _, r := range g.Roots() {
		found = found || lang.Of(g).Root(&r).String() == "static app.Node.HEAD" && r.Node == array && r.Kind == graph.RootGlobal
	}
	if !found {
		t.Error("the static field is no root")
	}
}

// TestAndroid reads what only Android writes.
func TestAndroid(t *testing.T) {
	w := tiny("1.0.3", 4)
	w.root(subHeapInfo, 7, 99)
	for _, tag := range []byte{subInterned, subFinalizing, subDebugger, subRefCleanup, subVMInternal, subUnreachable} {
		w.root(tag, 0x2020)
	}
	w.root(subJNIMonitor, 0x2020, 1, 2)
	w.heap = append(w.id(append(w.heap, subNoData), 0x2080), 0, 0, 0, 0, 0, 0, 0, 5, typeInt)
	g, err := Read(t.Context(), w.source())
	if err != nil {
		t.Fatal(err)
	}
	if n, size := count(g, "int[]"); n != 1 || size != 32 {
		t.Errorf("%d arrays without data, %d bytes", n, size)
	}
	names := ""
	for _, r := range g.Roots() {
		names += lang.Of(g).Root(&r).String() + "\n"
	}
	for _, want := range []string{"JVM interned string", "JVM debugger", "JVM internal", "monitor of JNI"} {
		if !strings.Contains(names, want) {
			t.Errorf("no root %q in\n%s", want, names)
		}
	}
}

// TestCutAnywhere cuts a dump at each byte.
func TestCutAnywhere(t *testing.T) {
	data := tiny("1.0.2", 8).end()
	for n := range len(data) - recordHead - 1 {
		g, err := Read(t.Context(), source.FromBytes("cut", data[:n], source.Options{Workers: 1}))
		var syntax *source.SyntaxError
		switch {
		case err != nil && !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
			t.Fatalf("cut at %d: %T %v", n, err, err)
		case err == nil && len(g.Warnings()) == 0:
			t.Fatalf("cut at %d of %d: no warning", n, len(data))
		}
	}
}

// TestLongSegment reads a heap dump that its length cannot tell.
func TestLongSegment(t *testing.T) {
	for _, length := range []uint32{0, 1<<32 - 1} {
		w := tiny("1.0.1", 4)
		start := len(w.out)
		w.segment(tagHeapDump)
		if length == 0 {
			copy(w.out[start+5:], []byte{0, 0, 0, 0}) // nobody came to write it
		}
		g, err := Read(t.Context(), source.FromBytes("long", w.out, source.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		checkTiny(t, g)
	}
}

// TestMissingClass reads objects whose class is not described.
func TestMissingClass(t *testing.T) {
	w := tiny("1.0.2", 8)
	w.instance(0x2080, 0x7777_0000, testField{typ: typeLong, value: 1})
	g, err := Read(t.Context(), w.source())
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := count(g, "unknown-class@0x77770000"); n != 1 {
		t.Errorf("%d objects of the missing class", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(tiny("1.0.2", 8).end())
	f.Add(tiny("1.0.1", 4).end())
	f.Add([]byte("JAVA PROFILE 1.0.2\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(t.Context(), source.FromBytes("fuzz", data, source.Options{Workers: 1}))
		if err != nil {
			var syntax *source.SyntaxError
			if !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, graph.ErrTooManyObjects) {
				t.Fatalf("untyped error %T %v", err, err)
			}
			return
		}
		for n := range graph.NodeID(min(g.Len(), 1000)) {
			g.Detail().Fields(n, true, 10)
			g.Detail().Describe(n, true)
			edges(g, n)
		}
	})
}

// TestSeveralDumps chooses between the dumps of one file.
func TestSeveralDumps(t *testing.T) {
	w := tiny("1.0.2", 8)
	classes := bytes.Clone(w.heap)
	w.segment(tagSegment)
	w.record(tagDumpEnd, nil)
	w.heap = classes
	w.instance(0x2080, aNode)
	data := w.end()
	for id, want := range map[int]int{0: 9, 1: 9, 2: 10} {
		g, err := Read(t.Context(), source.FromBytes("two", data, source.Options{DumpID: id}))
		if err != nil {
			t.Fatal(err)
		}
		if g.Len() != want || (len(g.Warnings()) > 0) != (id == 0) {
			t.Errorf("dump %d: %d objects, want %d; %v", id, g.Len(), want, g.Warnings())
		}
	}
	if _, err := Read(t.Context(), source.FromBytes("two", data, source.Options{DumpID: 3})); err == nil {
		t.Error("a third dump")
	}
}

// TestCycleOfClasses reads classes that are below each other, each with many fields.
func TestCycleOfClasses(t *testing.T) {
	w := newDump("1.0.2", 8)
	var own []testField
	for i := range 500 {
		own = append(own, testField{name: fmt.Sprint("f", i), typ: []byte{typeObject, typeByte, typeLong, typeShort}[i%4]})
	}
	const n = 50
	for i := uint64(0); i < n; i++ {
		w.class(0x1000+0x100*i, 0x1000+0x100*((i+1)%n), fmt.Sprint("C", i), nil, own)
	}
	start := time.Now()
	if _, err := Read(t.Context(), w.source()); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %s", d)
	}
}
