package gotype

import (
	"encoding/binary"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// object is one object of a small heap made in code.
type object struct {
	size    uint64 // of the slot
	scan    bool   // may hold pointers
	refs    []ref  // by word
	set     map[int]uint64
	address uint64
}

type ref struct {
	word   uint64
	to     int
	inside bool
}

// small heaps: each object is known by its index.
type heap struct {
	objects []object
	b       *graph.Builder
	ty      *Typer
}

// add adds an object that refers to others: word, object, word, object, ...
func (h *heap) add(size uint64, refs ...int) int {
	o := object{size: size, scan: len(refs) > 0, set: map[int]uint64{}}
	for i := 0; i+1 < len(refs); i += 2 {
		o.refs = append(o.refs, ref{word: uint64(refs[i]), to: refs[i+1]})
	}
	h.objects = append(h.objects, o)
	return len(h.objects) - 1
}

// build makes the graph. Objects are far enough apart for any size.
func (h *heap) build(t testing.TB, e *Exe, labels bool) {
	h.b = graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	x := graph.NewAddressIndexer(3)
	for i := range h.objects {
		o := &h.objects[i]
		o.address = 0xc000000000 + uint64(i)<<24
		if HasHeader(o.size, o.scan) {
			o.address += headerSize
		}
		x.Add(o.address)
	}
	ix, err := x.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.b.SetAddresses(ix); err != nil {
		t.Fatal(err)
	}
	h.ty = NewTyper(e, h.b)
	h.ty.Content = func(n graph.NodeID) []byte { return h.content(int(n)) }
	for i, o := range h.objects {
		pointers := len(o.refs)
		if o.scan {
			pointers = max(pointers, 1)
		}
		h.b.SetNode(graph.NodeID(i), h.ty.SizeType(o.size, pointers), o.size, 0)
	}
	if !labels {
		return
	}
	err = h.b.BuildRows(t.Context(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for ; lo < hi; lo++ {
			for _, r := range h.objects[lo].refs {
				w.Add(graph.NodeID(r.to), SlotLabel(r.word, r.inside))
			}
			w.Next()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h *heap) content(i int) []byte {
	o := &h.objects[i]
	b := make([]byte, o.size)
	for _, r := range o.refs {
		p := h.objects[r.to].address
		if r.inside {
			p += 8
		}
		binary.LittleEndian.PutUint64(b[r.word*8:], p)
	}
	for w, v := range o.set {
		binary.LittleEndian.PutUint64(b[w*8:], v)
	}
	return b
}

// run propagates and returns the graph.
func (h *heap) run(t testing.TB, workers int) *graph.Graph {
	if err := h.ty.Run(t.Context(), workers); err != nil {
		t.Fatal(err)
	}
	g, err := h.b.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// global tells the typer that a variable's word points to an object.
func (h *heap) global(t testing.TB, e *Exe, name string, word uint64, to int) {
	g, ok := e.GlobalNamed(name)
	if !ok {
		t.Fatalf("no variable %s", name)
	}
	h.ty.Variable(graph.NodeID(to), g.Type, word, false)
}

func typeNamed(t testing.TB, e *Exe, name string) *Type {
	ty := e.NamedType(name)
	if ty == nil {
		t.Fatalf("no type %s", name)
	}
	return ty
}

// describe is an object's type, how it is known if that is not inferred, and
// whether paths fold it.
func describe(g *graph.Graph, n graph.NodeID) string {
	s := g.TypeName(n)
	if src := g.TypeSource(n); src != graph.TypeInferred {
		s += " " + src.String()
	}
	if g.Internal(n) {
		s += " folded"
	}
	return s
}
