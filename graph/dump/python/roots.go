package python

import (
	"context"
	"path"
	"path/filepath"

	"github.com/refgraph/refgraph/graph"
)

// immortal is the least refcount of an object that is never freed (PEP 683).
const immortal = 1 << 30

// addRoots adds what holds objects from outside: modules and local variables
// by name, then what refcounts tell beyond them, then garbage.
func (r *reader) addRoots(ctx context.Context) error {
	held := make([]int32, r.g.Len()) // references from outside that are known
	r.addThreads()
	for i := range r.f.roots {
		if n, ok := r.ix.Lookup(r.f.roots[i].ID); ok {
			r.addRoot(n, &r.f.roots[i])
			if r.f.roots[i].Kind == "frame" {
				held[n]++
			}
		}
	}
	for _, h := range r.f.header.Holds {
		if n, ok := r.ix.Lookup(h[0]); ok {
			held[n] += int32(min(h[1], 1<<20))
		}
	}
	if err := r.residue(ctx, held); err != nil {
		return err
	}
	return r.garbage(ctx)
}

func (r *reader) addRoot(n graph.NodeID, x *root) {
	out := graph.Root{Node: n, Rank: rank(x.Origin), Var: r.b.String(x.Name)}
	switch x.Kind {
	case "module":
		out.Kind = graph.RootModule
	case "frame":
		out.Kind, out.Thread = graph.RootStack, r.threads[x.Thread]
		at := frameOf(x)
		out.Func, out.File, out.Line = r.b.String(at.function), r.b.String(at.file), at.line
	case "exception":
		out.Kind, out.Rank, out.Transient = graph.RootThread, graph.RankUser, true
	default:
		out.Kind, out.Rank = graph.RootRuntime, graph.RankRuntime
	}
	r.b.AddRoot(out)
}

// codeFrame is a frame of a thread: its function with the module, its file
// without folders, and the line where it is.
type codeFrame struct {
	function, file string
	line           uint32
}

func frameOf(x *root) codeFrame {
	return codeFrame{x.Module + "." + x.Function, path.Base(filepath.ToSlash(x.File)), uint32(max(0, min(x.Line, 1<<31)))}
}

// addThreads adds the threads that have variables in the dump. The roots name
// frames from the newest to the oldest.
func (r *reader) addThreads() {
	r.threads = map[string]graph.ThreadID{}
	for _, t := range r.f.threads() {
		r.threads[t.name] = r.b.AddThread(graph.Thread{
			ID: t.id, Name: r.b.String(t.name), Entry: r.b.String(t.entry.function), Func: r.b.String(t.at.function), File: r.b.String(t.at.file), Line: t.at.line,
			Rank: t.rank, Main: t.name == "MainThread",
		})
	}
}

// pyThread is a thread by what its frames' variables say of it.
type pyThread struct {
	name  string
	id    uint64
	rank  uint8
	at    codeFrame // the newest of the program's own, or else the newest
	entry codeFrame // the oldest
}

// threads lists the threads in the order of the dump.
func (f *file) threads() (list []pyThread) {
	index := map[string]int{}
	for i := range f.roots {
		x := &f.roots[i]
		if x.Kind != "frame" {
			continue
		}
		at := frameOf(x)
		k, known := index[x.Thread]
		if !known {
			k = len(list)
			index[x.Thread] = k
			list = append(list, pyThread{name: x.Thread, id: uint64(k) + 1, rank: rank(x.Origin), at: at})
		}
		t := &list[k]
		if r := rank(x.Origin); r < t.rank {
			t.rank, t.at = r, at
		}
		t.entry = at
	}
	return list
}

func rank(origin string) uint8 {
	if origin == "user" {
		return graph.RankUser
	}
	return graph.RankLibrary
}

// residue adds a root for each object whose refcount is more than the
// references to it in the dump: native code or the interpreter holds it too.
func (r *reader) residue(ctx context.Context, held []int32) error {
	in, err := r.inDegrees(ctx)
	if err != nil {
		return err
	}
	root := graph.Root{Var: r.b.String("native code or interpreter"), Kind: graph.RootResidue, Rank: graph.RankResidue}
	for n := range graph.NodeID(r.g.Len()) {
		if r.atoms[r.g.Type(n)] {
			continue
		}
		k := r.refcount(n)
		rest := k - int64(in[n]) - int64(held[n])
		if k >= immortal || rest <= 0 {
			continue
		}
		root.Node, root.Times = n, uint32(min(rest, 1<<32-1))
		r.b.AddRoot(root)
	}
	return ctx.Err()
}

// refcount is an object's refcount without the references of the dumper.
func (r *reader) refcount(n graph.NodeID) int64 {
	b, k := r.f.object(r.g.Record(n))
	return int64(u32(b.refcounts, k)) - r.f.header.Overhead
}

// inDegrees counts the references that hold each object.
func (r *reader) inDegrees(ctx context.Context) ([]uint32, error) {
	in := make([]uint32, r.g.Len())
	var buf []graph.NodeID
	for n := range graph.NodeID(r.g.Len()) {
		for _, to := range r.g.Retained(n, &buf) {
			in[to]++
		}
		if n&(1<<18-1) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return in, nil
}

// garbage adds roots for what no root reaches: cycles that the collector has
// yet to free, as far as the dump can tell.
func (r *reader) garbage(ctx context.Context) error {
	m := graph.Marking{Graph: r.g, Seen: graph.NewBitset(r.g.Len())}
	m.VisitRoots()
	if err := m.Run(ctx); err != nil {
		return err
	}
	// Immortal objects tell nothing by their refcounts; the interpreter keeps them.
	for _, pass := range []struct {
		name string
		kind graph.RootKind
		rank uint8
		want func(n graph.NodeID) bool
	}{
		{"immortal object", graph.RootRuntime, graph.RankResidue, func(n graph.NodeID) bool { return r.refcount(n) >= immortal }},
		{"garbage that waits for the collector", graph.RootUnknown, graph.RankResidue + 1, func(graph.NodeID) bool { return true }},
	} {
		name := r.b.String(pass.name)
		for n := range graph.NodeID(r.g.Len()) {
			if m.Seen.Has(n) || !pass.want(n) {
				continue
			}
			r.b.AddRoot(graph.Root{Node: n, Var: name, Kind: pass.kind, Rank: pass.rank})
			m.Visit(n)
			if err := m.Run(ctx); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
