package cycle

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// ctxInterval is how many steps are done between looks at the context.
const ctxInterval = 1 << 18

// finder is Pearce's algorithm, which is Tarjan's with one array ("A
// space-efficient algorithm for finding strongly connected components", 2016),
// made iterative. It takes 4 bytes an object and the stacks.
type finder struct {
	g *graph.Graph
	// index is 0 for an object not seen, the lowest visiting number that it
	// leads back to while its component is open, and the component's number,
	// which counts down from the top, afterwards.
	index []uint32
	skip  func(graph.NodeID) bool // objects that are left out; may be nil
	next  uint32                  // visiting number
	comp  uint32                  // component number
	open  []graph.NodeID
	calls []call

	members []graph.NodeID // of the components that are cycles, one after the other
	ends    []int          // where each of them ends in members
}

// call is one object on the search path.
type call struct {
	node graph.NodeID
	pos  uint32 // next reference to follow
	num  uint32 // visiting number
}

// skipped is the index of objects that are left out: no component gets it.
const skipped = 1<<32 - 1

func newFinder(g *graph.Graph, skip func(graph.NodeID) bool) *finder {
	return &finder{g: g, skip: skip, index: make([]uint32, g.Len()), next: 1, comp: skipped - 1}
}

func (f *finder) run(ctx context.Context) error {
	if f.skip != nil {
		for n := range graph.NodeID(f.g.Len()) {
			if f.skip(n) {
				f.index[n] = skipped
			}
		}
	}
	for n := range graph.NodeID(f.g.Len()) {
		if f.index[n] == 0 {
			if err := f.visit(ctx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *finder) enter(n graph.NodeID) {
	f.index[n] = f.next
	f.calls = append(f.calls, call{node: n, num: f.next})
	f.next++
}

func (f *finder) visit(ctx context.Context, start graph.NodeID) error {
	f.enter(start)
	for steps := 1; len(f.calls) > 0; steps++ {
		if steps%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c := &f.calls[len(f.calls)-1]
		if to, ok := f.unseen(c); ok {
			f.enter(to)
			continue
		}
		f.leave(*c)
	}
	return nil
}

// unseen follows the references of an object up to the next one to an object
// not seen before.
func (f *finder) unseen(c *call) (graph.NodeID, bool) {
	row := f.g.Row(c.node)
	plain := f.g.Plain(c.node)
	low := f.index[c.node]
	for ; int(c.pos) < len(row); c.pos++ {
		if !plain && !f.g.RefKind(c.node, int(c.pos)).Retains() {
			continue
		}
		i := f.index[row[c.pos]]
		if i == 0 {
			f.index[c.node] = low
			return row[c.pos], true // it is looked at again on return, seen by then
		}
		low = min(low, i)
	}
	f.index[c.node] = low
	return graph.None, false
}

// leave ends the visit of an object: it waits for its component's first object,
// or is that one and closes the component.
func (f *finder) leave(c call) {
	f.calls = f.calls[:len(f.calls)-1]
	if f.index[c.node] != c.num {
		f.open = append(f.open, c.node)
		return
	}
	start := len(f.members)
	f.next--
	for k := len(f.open); k > 0 && f.index[f.open[k-1]] >= c.num; k-- {
		f.next--
		f.index[f.open[k-1]] = f.comp
		f.members = append(f.members, f.open[k-1])
		f.open = f.open[:k-1]
	}
	f.index[c.node] = f.comp
	f.comp--
	if len(f.members) > start || f.g.First(c.node, c.node) >= 0 {
		f.members = append(f.members, c.node)
		f.ends = append(f.ends, len(f.members))
	}
}
