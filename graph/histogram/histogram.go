// Package histogram counts the objects of each type.
//
// Call [Count] for all objects, or with a filter for the reachable ones;
// [Histogram.Top] sorts.
package histogram

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// Row is one type: how many objects it has and what they take.
type Row struct {
	Type     graph.TypeID
	Name     string
	Count    int
	Shallow  uint64 // bytes
	Retained uint64 // bytes, all together; 0 unless CountRetained counted
}

// Histogram is a row for each type that has objects.
type Histogram struct {
	Rows    []Row
	Objects int
	Bytes   uint64
	// Typed is the bytes of objects whose type is known, exactly or inferred.
	Typed uint64
}

const rangeLen = 1 << 18

// Count counts the objects for which keep is true, or all if keep is nil. It
// passes over the columns once, on all cores; keep must be safe for concurrent
// use.
func Count(ctx context.Context, g *graph.Graph, keep func(graph.NodeID) bool) (*Histogram, error) {
	parts := (g.Len() + rangeLen - 1) / rangeLen
	type sum struct {
		rows  []Row
		typed uint64
	}
	// One accumulator for each worker, not for each range.
	free := make(chan *sum, parts+1)
	types := g.Types().Len()
	err := graph.Parallel(ctx, parts, 0, func(i int) error {
		var s *sum
		select {
		case s = <-free:
		default:
			s = &sum{rows: make([]Row, types)}
		}
		lo, hi := graph.NodeID(i*rangeLen), graph.NodeID(min(g.Len(), (i+1)*rangeLen))
		for n := lo; n < hi; n++ {
			if keep != nil && !keep(n) {
				continue
			}
			size := g.Size(n)
			r := &s.rows[g.Type(n)]
			r.Count++
			r.Shallow += size
			if g.TypeSource(n) != graph.TypeSizeClass {
				s.typed += size
			}
		}
		free <- s
		return nil
	})
	if err != nil {
		return nil, err
	}
	close(free)
	total := make([]Row, types)
	h := &Histogram{}
	for s := range free {
		h.Typed += s.typed
		for t, r := range s.rows {
			total[t].Count += r.Count
			total[t].Shallow += r.Shallow
		}
	}
	for t, r := range total {
		if r.Count == 0 {
			continue
		}
		r.Type, r.Name = graph.TypeID(t), g.Types().Name(graph.TypeID(t))
		h.Rows = append(h.Rows, r)
		h.Objects += r.Count
		h.Bytes += r.Shallow
	}
	return h, nil
}

// CountRetained is Count with what the objects of each type retain together.
func CountRetained(ctx context.Context, t *dominator.Tree, keep func(graph.NodeID) bool) (*Histogram, error) {
	h, err := Count(ctx, t.Graph(), keep)
	if err != nil {
		return nil, err
	}
	retained, err := dominator.RetainedByType(ctx, t)
	if err != nil {
		return nil, err
	}
	for i := range h.Rows {
		h.Rows[i].Retained = retained[h.Rows[i].Type]
	}
	return h, nil
}

// Order says what Top sorts by.
type Order string

// The orders of Top.
const (
	ByCount    Order = "count"
	ByShallow  Order = "shallow"
	ByRetained Order = "retained"
)

// Top sorts the rows, largest first and then by name, and returns the first n,
// or all if n <= 0.
func (h *Histogram) Top(by Order, n int) []Row {
	key := map[Order]func(Row) uint64{
		ByCount:    func(r Row) uint64 { return uint64(r.Count) },
		ByShallow:  func(r Row) uint64 { return r.Shallow },
		ByRetained: func(r Row) uint64 { return r.Retained },
	}[by]
	rows := slices.Clone(h.Rows) // others may read them
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(key(b), key(a)), strings.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	if n <= 0 || n > len(rows) {
		n = len(rows)
	}
	return rows[:n]
}
