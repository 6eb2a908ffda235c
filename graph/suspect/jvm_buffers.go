package suspect

import (
	"context"
	"fmt"
	"strconv"

	"github.com/refgraph/refgraph/graph"
)

const (
	// minNative is how many bytes outside of the heap are suspect behind many small
	// objects.
	minNative    = 4 << 20
	typeDirect   = "java.nio.DirectByteBuffer"
	hintDirect   = "reuse direct buffers, or bound the pool that keeps them; their memory is freed when the collector finds the small object, which may be late"
	fewOfAnyKind = 64 // fields of an object that are asked for
)

// directBuffers reports buffers outside of the heap: small objects here, each with
// memory of the process that no heap dump has.
func directBuffers(ctx context.Context, h *Heap) ([]Suspect, error) {
	t, ok := h.jvmType(typeDirect)
	if !ok {
		return nil, nil
	}
	var nodes, set []graph.NodeID
	native := uint64(0)
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || !h.Tree.Reachable(n) {
			continue
		}
		cleaner := h.target(n, ".cleaner")
		if cleaner == graph.None {
			continue // a view of another, which owns the memory
		}
		if k, ok := h.number(n, ".capacity"); ok && k > 0 {
			nodes, set = append(nodes, n), append(set, n, cleaner)
			native += uint64(k)
		}
	}
	if len(nodes) < h.least() || native < minNative {
		return nil, ctx.Err()
	}
	s := h.alike("direct-buffers", nodes, fmt.Sprintf("%s direct buffers own memory outside of the heap, %d MiB in all", count(len(nodes)), native>>20), hintDirect)
	s.Set, s.Retained = Set{Nodes: set}, h.Tree.RetainedBy(set)
	s.anyway, s.Fingerprint = true, h.digest("direct-buffers", rootKey(h, s.Path))
	return []Suspect{s}, ctx.Err()
}

// number reads a field that holds a whole number or a truth value. The numbers are
// counts and states; they are no contents that must not be shown.
func (h *Heap) number(n graph.NodeID, name string) (int64, bool) {
	if n == graph.None {
		return 0, false
	}
	fields, _ := h.Graph.Detail().Fields(n, true, fewOfAnyKind)
	for _, f := range fields {
		if f.Name != name || f.Value == "" {
			continue
		}
		if b, err := strconv.ParseBool(f.Value); err == nil && len(f.Value) > 1 {
			if b {
				return 1, true
			}
			return 0, true
		}
		v, err := strconv.ParseInt(f.Value, 10, 64)
		return v, err == nil
	}
	return 0, false
}
