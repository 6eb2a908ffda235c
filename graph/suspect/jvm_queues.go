package suspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

const (
	typeQueue   = "java.lang.ref.ReferenceQueue"
	hintCleaner = "cleanups of one Cleaner run one after the other: see what blocks its thread, and close objects explicitly"
	hintQueue   = "have a thread poll the queue (ReferenceQueue.remove) and drop what belongs to each reference"
)

// placesOfCleaners are a Cleaner's queue and the list of what is registered with it.
const placesOfCleaners = `^(static )?(jdk\.internal|java\.lang)\.ref\.`

// referenceQueues reports references whose objects are gone, and which wait in queues
// for what cleans up after them. Those of finalizers have roots of their own, and
// java.util.WeakHashMap empties its queue by itself.
func referenceQueues(ctx context.Context, h *Heap) ([]Suspect, error) {
	t, ok := h.jvmType(typeQueue)
	if !ok {
		return nil, nil
	}
	var out []Suspect
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || !h.Tree.Reachable(n) {
			continue
		}
		k, ok := h.number(n, ".queueLength")
		if !ok || k < minQueued {
			continue
		}
		if nodes := h.queued(n, int(k)); len(nodes) >= minQueued {
			if s, ok := h.waiting(nodes); ok {
				out = append(out, s)
			}
		}
	}
	return out, ctx.Err()
}

// queued lists at most k references of a queue, which each refer to the next; the
// last one to itself.
func (h *Heap) queued(queue graph.NodeID, k int) (nodes []graph.NodeID) {
	for n := h.target(queue, ".head"); n != graph.None && len(nodes) < k; {
		nodes = append(nodes, n)
		next := h.nextReference(n)
		if next == n {
			break
		}
		n = next
	}
	return nodes
}

// nextReference is what the field next of java.lang.ref.Reference leads to: the last
// of the name, since subclasses that are in lists of their own have one too.
func (h *Heap) nextReference(n graph.NodeID) graph.NodeID {
	next := graph.None
	for i, to := range h.Graph.Row(n) {
		if strings.TrimPrefix(h.Graph.Detail().RefName(n, i, false), ".") == "next" {
			next = to
		}
	}
	return next
}

// waiting makes the suspect of what is in a queue.
func (h *Heap) waiting(nodes []graph.NodeID) (Suspect, bool) {
	typ := h.Graph.TypeName(nodes[0])
	what, hint := "references wait in a queue that nobody empties", hintQueue
	var fix *Fix
	switch {
	case typ == "java.lang.ref.Finalizer", strings.HasPrefix(typ, "java.util.WeakHashMap"):
		return Suspect{}, false
	case strings.HasPrefix(typ, "jdk.internal.ref."), strings.HasPrefix(typ, "sun.misc.Cleaner"), strings.HasPrefix(typ, "java.lang.ref.Cleaner"):
		what, hint = "cleanups wait for the thread of their Cleaner", hintCleaner
		fix = &Fix{"let the " + count(len(nodes)) + " cleanups run", "they have run", placesOfCleaners}
	}
	s := Suspect{
		Object: nodes[0], Accumulation: graph.None, Count: len(nodes), Elements: len(nodes), ElementType: typ, Retained: h.Tree.RetainedBy(nodes),
		Path: h.Paths.Path(nodes[0], nil), Hint: hint, Reason: count(len(nodes)) + " " + what, Set: Set{Nodes: nodes}, Fix: fix, anyway: true,
	}
	if s.Path.Root != nil {
		s.Reason += fmt.Sprintf(" (%s)", h.rootText(s.Path))
	}
	s.Fingerprint = h.digest("queue", typ, rootKey(h, s.Path))
	return s, true
}
