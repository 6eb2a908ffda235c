package goheap

import (
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// roots adds the GC roots to the builder and tells the typer of variables.
type roots struct {
	src    *source.Source
	b      *graph.Builder
	heap   *heap
	exe    *gotype.Exe // nil without an executable
	typer  *gotype.Typer
	locals map[uint64][]gotype.Local // by pc
	places *gotype.Places
	ids    map[uint64]graph.ThreadID // of goroutines, by the addresses of their g
	// statics are the values in data and bss that variables lead to.
	statics *gotype.Statics
	words   window // contents of segments and frames
	lists   window // their field lists
}

// add adds a root if p leads to an object.
func (r *roots) add(p uint64, root graph.Root) (n graph.NodeID, interior, ok bool) {
	if n, interior, ok = r.heap.find(p, r.b.Graph()); ok {
		root.Node = n
		r.b.AddRoot(root)
	}
	return n, interior, ok
}

// segment adds the pointers in global variables.
func (r *roots) segment(s *segment) error {
	list := cursor{w: &r.lists, pos: s.fields}
	list.fields(func(off uint64) {
		if s.body.n < 8 || off > uint64(s.body.n)-8 {
			r.b.Warn(graph.Warning{Offset: s.fields, What: "the " + s.name + " segment has pointers beyond its end", Effect: "they were left out"})
			return
		}
		from := max(off, 8) - 8
		b, err := r.words.at(s.body.pos+int64(from), 16)
		if err != nil {
			list.fail(err)
			return
		}
		if p := word(b, int(off-from)); p != 0 {
			r.global(s, off, p, word(b, 0))
		}
	})
	return list.err
}

// global adds the root of the word at off of a segment. prev is the word
// before it.
func (r *roots) global(s *segment, off, p, prev uint64) {
	addr := s.addr + off
	if r.exe != nil {
		if g, ok := r.exe.GlobalAt(addr); ok && g.Type != nil {
			r.variableWord(g, g.Type, "", (addr-g.Addr)/8, p, prev)
			return
		}
		if st, ok := r.statics.At(addr); ok {
			r.variableWord(st.Owner, st.Type, st.Path, (addr-st.Addr)/8, p, prev)
			return
		}
		if g, ok := r.exe.GlobalAt(addr); ok {
			r.variableWord(g, nil, "", 0, p, prev)
			return
		}
	}
	root := graph.Root{Kind: graph.RootGlobal, Rank: graph.RankUser, Ref: r.b.String(fmt.Sprintf("[0x%x]", addr))}
	if n, interior, ok := r.add(p, root); ok {
		r.hint(n, interior, prev)
	}
}

// variableWord adds the root of a word of a global variable, or of a value that
// the references in path lead to from one.
func (r *roots) variableWord(g *gotype.Global, t *gotype.Type, path string, slot, p, prev uint64) {
	root := graph.Root{Kind: graph.RootGlobal, Rank: g.Rank, Var: r.b.String(g.Full)}
	if t != nil {
		path += t.SlotLabel(slot)
	}
	root.Ref = r.b.String(path)
	if root.Via = t.RefKind(slot); g.HoldsPools() {
		root.Via = graph.Pooled
	}
	if n, interior, ok := r.add(p, root); ok {
		r.typer.Variable(n, t, slot, interior)
		r.hint(n, interior, prev)
	}
}

// memory reads the data and bss segments of the dump by address.
func (r *roots) memory(rec *records) func(addr uint64, n int) []byte {
	return func(addr uint64, n int) []byte {
		for i := range rec.segments {
			s := &rec.segments[i]
			if off := addr - s.addr; addr >= s.addr && n >= 0 && off <= uint64(s.body.n) && uint64(n) <= uint64(s.body.n)-off {
				b, err := r.src.Slice(s.body.pos+int64(off), n)
				if err != nil {
					return nil
				}
				return b
			}
		}
		return nil
	}
}

// hint shows the typer the word before a pointer to n.
func (r *roots) hint(n graph.NodeID, interior bool, prev uint64) {
	if !interior {
		r.typer.Hint(n, prev)
	}
}

// calls adds what deferred calls and panics hold.
func (r *roots) calls(rec *records) {
	for _, d := range rec.defers {
		if id := r.ids[d.g]; id != 0 {
			r.add(d.fn, r.ofThread(id, "deferred call"))
		}
	}
	for _, p := range rec.panics {
		if id := r.ids[p.g]; id != 0 {
			r.add(p.data, r.ofThread(id, "panic"))
		}
	}
}

// ofThread returns the root of what a goroutine holds beside its frames.
func (r *roots) ofThread(id graph.ThreadID, what string) graph.Root {
	return graph.Root{Kind: graph.RootStack, Rank: r.b.Graph().Thread(id).Rank, Thread: id, Var: r.b.String(what)}
}

// finalizers adds what finalizers hold: their functions, and what their objects
// refer to, but the objects themselves only once they are queued. Types must be
// known, for the names.
func (r *roots) finalizers(rec *records) {
	g := r.b.Graph()
	for _, f := range rec.finalizers {
		n, _, ok := r.heap.find(f.obj, g)
		if !ok {
			continue
		}
		root := graph.Root{Kind: graph.RootCleanup, Rank: graph.RankLibrary, Var: r.b.String("finalizer of " + g.TypeName(n))}
		if f.queued {
			root.Kind = graph.RootFinalizer
			r.add(f.obj, root)
		}
		r.add(f.fn, root)
		for _, to := range g.Row(n) {
			root.Node = to
			r.b.AddRoot(root)
		}
	}
}

// others adds the roots that the dump has in words.
func (r *roots) others(rec *records) {
	for _, o := range rec.others {
		r.add(o.addr, graph.Root{Kind: graph.RootUnknown, Rank: graph.RankRuntime, Var: r.b.String(o.what)})
	}
}
