package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// jvmDetectors find what only programs of the JVM leak.
func jvmDetectors() []Detector {
	return []Detector{
		{"jvm-thread-local", "what ThreadLocals hold in threads that live on", jvmLocals},
		{"direct-buffers", "buffers of the JVM outside of the heap", directBuffers},
		{"open-files", "streams of the JVM that were not closed", openStreams},
		{"generated", "classes of the JVM that are generated again and again", generatedClasses},
		{"badly-filled", "collections of the JVM with few elements in large arrays", badlyFilled},
		{"cleaners", "references of the JVM that wait in queues for what cleans up", referenceQueues},
		{"class-loader", "class loaders of the JVM that should have been collected", classLoaders},
	}
}

// The usual fixes of what only the JVM has.
const (
	hintJVMLocal = "call ThreadLocal.remove() in a finally when the work of a pooled thread is done"
	hintLoader   = "what pins the loader must let go: stop the threads, deregister drivers and listeners, remove thread-locals when the application is stopped"
)

// Types and names of the reader of JVM dumps.
const (
	typeLocalEntry = "java.lang.ThreadLocal$ThreadLocalMap$Entry"
	typeClass      = "java.lang.Class"
	refLocal       = " ThreadLocal "
	refLocalOf     = " ThreadLocal<"
	refLoader      = " (class loader)"
)

// jvmType returns the id of a type of a JVM's heap.
func (h *Heap) jvmType(name string) (graph.TypeID, bool) {
	if h.Graph.Info().Runtime != graph.RuntimeJVM {
		return 0, false
	}
	return h.Graph.Types().Find(name)
}

// local is one thread-local variable: what it holds in all threads.
type local struct {
	name    string
	entries []graph.NodeID
	values  []graph.NodeID
}

// jvmLocals reports what thread-local variables hold in all threads together.
func jvmLocals(ctx context.Context, h *Heap) ([]Suspect, error) {
	t, ok := h.jvmType(typeLocalEntry)
	if !ok {
		return nil, nil
	}
	locals := map[string]*local{}
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || !h.Tree.Reachable(n) {
			continue
		}
		for k, to := range h.Graph.Row(n) {
			name := h.Graph.Detail().RefName(n, k, false)
			if !strings.HasPrefix(name, refLocal) && !strings.HasPrefix(name, refLocalOf) {
				continue
			}
			l := locals[name]
			if l == nil {
				l = &local{name: strings.TrimSpace(name)}
				locals[name] = l
			}
			l.entries, l.values = append(l.entries, n), append(l.values, to)
		}
	}
	return h.heavyLocals(ctx, locals)
}

// heavyLocals makes suspects of the thread-locals that hold much: many objects in
// some thread, and not a buffer for each.
func (h *Heap) heavyLocals(ctx context.Context, locals map[string]*local) ([]Suspect, error) {
	_, total := h.Tree.Total()
	list := make([]*local, 0, len(locals))
	for _, l := range locals {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *local) int { return cmp.Compare(a.name, b.name) })
	var out []Suspect
	for _, l := range list {
		held := h.Tree.RetainedBy(l.values)
		if float64(held) < stackShare*float64(total) || !h.manyBelow(l.values) {
			continue
		}
		largest := l.values[0]
		for _, n := range l.values {
			if h.Tree.Retained(n) > h.Tree.Retained(largest) {
				largest = n
			}
		}
		s := Suspect{
			Object: largest, Accumulation: largest, Count: len(l.values), Retained: held, Path: h.Paths.Path(largest, nil), Hint: hintJVMLocal,
			Fingerprint: h.digest("thread-local", l.name), owners: l.values, Set: Set{Nodes: l.values},
		}
		if k, t := h.heldType(l.values); k > 0 {
			s.Elements, s.ElementType, s.Set = k, h.Graph.Types().Name(t), Set{SetOwned, l.values, t}
		}
		threads := "1 thread"
		if len(l.values) > 1 {
			threads = count(len(l.values)) + " threads"
		}
		s.Reason = fmt.Sprintf("%s holds %s %s in %s", l.name, count(s.Elements), s.ElementType, threads)
		if s.Elements == 0 {
			s.Reason = fmt.Sprintf("%s holds this in %s", l.name, threads)
		}
		out = append(out, s)
	}
	return out, ctx.Err()
}

// heldType is the type of most bytes that some objects own, containers' insides
// left out, and how many objects of it they own.
func (h *Heap) heldType(nodes []graph.NodeID) (int, graph.TypeID) {
	counts, bytes := map[graph.TypeID]int{}, map[graph.TypeID]uint64{}
	for _, n := range nodes {
		for c := range h.owned(n) {
			if !h.Graph.Internal(c) {
				counts[h.Graph.Type(c)]++
				bytes[h.Graph.Type(c)] += h.Tree.Retained(c)
			}
		}
	}
	var best graph.TypeID
	for t, b := range bytes {
		if b > bytes[best] || b == bytes[best] && t < best {
			best = t
		}
	}
	if counts[best] == 0 {
		return 0, best
	}
	return h.owns(nodes, best), best
}

// bounded reports whether a suspect is a container that bounds itself: no leak.
func (h *Heap) bounded(s *Suspect) bool {
	for _, n := range []graph.NodeID{s.Accumulation, s.Object} {
		if _, ok := h.Graph.Bound(n); ok {
			return true
		}
	}
	return false
}

// allLocals reports whether nearly all that some threads hold is in their
// thread-locals.
func (h *Heap) allLocals(nodes []graph.NodeID) bool {
	t, ok := h.jvmType("java.lang.ThreadLocal$ThreadLocalMap")
	if !ok {
		return false
	}
	var all, local uint64
	for _, n := range nodes {
		all += h.Tree.Retained(n)
		for c := range h.Tree.Children(n) {
			if h.Graph.Type(c) == t {
				local += h.Tree.Retained(c)
			}
		}
	}
	return float64(local) >= explainedShare*float64(all)
}

// manyBelow reports whether one of the objects has many below it, or is large by
// itself.
func (h *Heap) manyBelow(nodes []graph.NodeID) bool {
	_, total := h.Tree.Total()
	return slices.ContainsFunc(nodes, func(n graph.NodeID) bool {
		return h.Tree.Dominated(n) >= h.least() || float64(h.Tree.Retained(n)) >= dropShare*float64(total)
	})
}
