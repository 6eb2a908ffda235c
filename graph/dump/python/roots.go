package python

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// immortal is the least refcount of an object that is never freed (PEP 683).
const immortal = 1 << 30

// addRoots adds what holds objects from outside: modules and local variables
// by name, then what refcounts tell beyond them, then garbage.
func (r *reader) addRoots(ctx context.Context) error {
	held := make([]int32, r.g.Len()) // references from outside that are known
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
	out := graph.Root{Node: n, Rank: rank(x.Origin)}
	var name, group string
	switch x.Kind {
	case "module":
		out.Kind, name = graph.RootModule, "module "+x.Name
	case "frame":
		function := x.Module + "." + x.Function
		out.Kind = graph.RootStack
		name = fmt.Sprintf("thread %s · %s · %s", x.Thread, function, x.Name)
		group = fmt.Sprintf("threads · %s · %s", function, x.Name)
	case "exception":
		out.Kind, out.Rank, name = graph.RootThread, graph.RankUser, x.Name
	default:
		out.Kind, out.Rank, name = graph.RootRuntime, graph.RankRuntime, "interpreter "+x.Name
	}
	if group == "" {
		group = name
	}
	out.Name, out.Group = r.b.String(name), r.b.String(group)
	r.b.AddRoot(out)
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
	name, group := map[int64]graph.StringID{}, r.b.String("native code or interpreter")
	for n := range graph.NodeID(r.g.Len()) {
		if r.atoms[r.g.Type(n)] {
			continue
		}
		k := r.refcount(n)
		rest := k - int64(in[n]) - int64(held[n])
		if k >= immortal || rest <= 0 {
			continue
		}
		if name[rest] == 0 {
			name[rest] = r.b.String(fmt.Sprintf("native code or interpreter (%d unexplained references)", rest))
		}
		r.b.AddRoot(graph.Root{Node: n, Name: name[rest], Group: group, Kind: graph.RootResidue, Rank: graph.RankResidue})
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
	seen := graph.NewBitset(r.g.Len())
	var stack, buf []graph.NodeID
	reach := func(n graph.NodeID) {
		if seen.Has(n) {
			return
		}
		seen.Add(n)
		stack = append(stack, n)
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, to := range r.g.Retained(at, &buf) {
				if !seen.Has(to) {
					seen.Add(to)
					stack = append(stack, to)
				}
			}
		}
	}
	for _, root := range r.g.Roots() {
		reach(root.Node)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Immortal objects tell nothing by their refcounts; the interpreter keeps them.
	for _, pass := range []struct {
		name string
		kind graph.RootKind
		rank uint8
		want func(n graph.NodeID) bool
	}{
		{"interpreter (immortal object)", graph.RootRuntime, graph.RankResidue, func(n graph.NodeID) bool { return r.refcount(n) >= immortal }},
		{"garbage that waits for the collector", graph.RootUnknown, graph.RankResidue + 1, func(graph.NodeID) bool { return true }},
	} {
		name := r.b.String(pass.name)
		for n := range graph.NodeID(r.g.Len()) {
			if !seen.Has(n) && pass.want(n) {
				r.b.AddRoot(graph.Root{Node: n, Name: name, Group: name, Kind: pass.kind, Rank: pass.rank})
				reach(n)
			}
		}
	}
	return ctx.Err()
}
