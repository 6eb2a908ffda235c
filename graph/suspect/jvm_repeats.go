package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

const (
	// repeatShare is the part of the heap that is suspect in copies: of texts all
	// programs of the JVM have some.
	repeatShare = 0.15
	// runs and runLen are of the sample that is compared first, of neighbours.
	runs, runLen = 64, 64
	typeString   = "java.lang.String"

	hintStrings = "keep one of each: String.intern, a Map of those there are, an enum; -XX:+UseStringDeduplication has G1 and ZGC share their arrays"
	hintArrays  = "keep one of each and share it, if nobody changes them"
)

// repeats reports strings of equal texts, and arrays of numbers with equal elements
// that are no string's, with what the copies take.
func repeats(ctx context.Context, h *Heap) ([]Suspect, error) {
	contents, ok := graph.HasherOf(h.Graph)
	t, found := h.jvmType(typeString)
	if !ok || !found {
		return nil, nil
	}
	strings, err := h.repeat(ctx, contents, map[graph.TypeID]bool{t: true}, h.withArray)
	if err != nil {
		return nil, err
	}
	arrays, err := h.repeat(ctx, contents, h.numbers(), func(n graph.NodeID) uint64 {
		if by := h.Tree.Idom(n); by != graph.None && h.Graph.Type(by) == t {
			return 0
		}
		return h.Graph.Size(n)
	})
	if err != nil {
		return nil, err
	}
	var out []Suspect
	if strings != nil {
		out = append(out, h.copied(strings, "strings", "%s strings repeat the text of %s, which wastes %s", hintStrings))
	}
	if arrays != nil {
		out = append(out, h.copied(arrays, "arrays", "%s arrays have the elements of %s, which wastes %s", hintArrays))
	}
	return out, ctx.Err()
}

// copied makes the suspect of copies: a remark about what holds them.
func (h *Heap) copied(c *copied, kind, words, hint string) Suspect {
	s := h.waste(kind, c.nodes, fmt.Sprintf(words, count(len(c.nodes)), others(c.different), mebibytes(c.wasted)), hint)
	s.remark, s.Retained = s.Reason, c.wasted
	return s
}

// numbers are the types of arrays of numbers.
func (h *Heap) numbers() map[graph.TypeID]bool {
	out := map[graph.TypeID]bool{}
	for _, name := range []string{"byte[]", "short[]", "char[]", "int[]", "long[]", "float[]", "double[]"} {
		if t, ok := h.jvmType(name); ok {
			out[t] = true
		}
	}
	return out
}

// withArray is the size of a string and of its array, if it is the string's alone.
func (h *Heap) withArray(n graph.NodeID) uint64 {
	size := h.Graph.Size(n)
	for _, to := range h.Graph.Row(n) {
		if h.Tree.Idom(to) == n {
			size += h.Graph.Size(to)
		}
	}
	return size
}

// repeat finds the copies among the objects of some types, nil if they are not much
// of the heap. cost is what is wasted by a copy; 0 leaves an object out. Contents are
// read only if a sample promises it: 16 bytes an object then.
func (h *Heap) repeat(ctx context.Context, contents graph.Hasher, types map[graph.TypeID]bool, cost func(graph.NodeID) uint64) (*copied, error) {
	_, total := h.Tree.Total()
	var nodes []graph.NodeID
	var bytes uint64
	for i, t := range h.Graph.TypeColumn() {
		if n := graph.NodeID(i); types[t] && h.Tree.Reachable(n) {
			if k := cost(n); k > 0 {
				nodes, bytes = append(nodes, n), bytes+k
			}
		}
	}
	least := repeatShare * float64(total)
	if float64(bytes) < least || len(nodes) < h.least() {
		return nil, ctx.Err()
	}
	if len(nodes) > 4*runs*runLen {
		c, err := compare(ctx, contents, sample(nodes), cost)
		if err != nil || c.share()*float64(bytes) < least/2 {
			return nil, err
		}
	}
	c, err := compare(ctx, contents, nodes, cost)
	if err != nil || float64(c.wasted) < least || len(c.nodes) < h.least() {
		return nil, err
	}
	return c, nil
}

// sample is some runs of neighbours: equal objects are often made one after the
// other, and a compressed dump is read by the block.
func sample(nodes []graph.NodeID) []graph.NodeID {
	out := make([]graph.NodeID, 0, runs*runLen)
	for i := range runs {
		at := i * (len(nodes) - runLen) / (runs - 1)
		out = append(out, nodes[at:at+runLen]...)
	}
	return slices.Compact(out)
}

// compare finds the copies among some objects.
func compare(ctx context.Context, contents graph.Hasher, nodes []graph.NodeID, cost func(graph.NodeID) uint64) (*copied, error) {
	type entry struct {
		hash uint64
		node graph.NodeID
		ok   bool
	}
	const part = 1 << 12
	all := make([]entry, len(nodes))
	err := graph.Parallel(ctx, (len(nodes)+part-1)/part, 0, func(i int) error {
		for k := i * part; k < min(len(nodes), (i+1)*part); k++ {
			hash, ok := contents.ContentHash(nodes[k])
			all[k] = entry{hash, nodes[k], ok}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := &copied{}
	for _, n := range nodes {
		c.all += cost(n)
	}
	all = slices.DeleteFunc(all, func(e entry) bool { return !e.ok })
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.node, b.node)) })
	for i := 1; i < len(all); i++ {
		if all[i].hash != all[i-1].hash {
			continue
		}
		if i == 1 || all[i-2].hash != all[i].hash {
			c.different++
		}
		c.nodes = append(c.nodes, all[i].node)
		c.wasted += cost(all[i].node)
	}
	slices.Sort(c.nodes)
	return c, ctx.Err()
}
