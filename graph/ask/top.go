package ask

import (
	"cmp"
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/retain"
)

// TopQuestion asks which types take the memory.
type TopQuestion struct {
	By     histogram.Order // the order; "" is by shallow size
	Number int             // most types; 0 is all
	All    bool            // count unreachable objects too
}

// Check says what is wrong with the question, whatever the dump.
func (q *TopQuestion) Check() error {
	switch q.By {
	case "", histogram.ByCount, histogram.ByShallow, histogram.ByRetained:
		return nil
	}
	return wrong(fmt.Sprintf("--by %s: not one of count, shallow, retained", q.By), "")
}

// TopAnswer is the contract of `top --json`.
type TopAnswer struct {
	Dump  Dump      `json:"dump"`
	Types []TopType `json:"types"`
	// What only references reach that do not retain, by the strongest kind on the
	// way: it is in no type's count unless All was asked for.
	Only []OnlyBy `json:"only_by"`

	// Of all types, shown or not.
	AllTypes     int             `json:"-"`
	AllObjects   int             `json:"-"`
	ShallowBytes uint64          `json:"-"`
	By           histogram.Order `json:"-"`
}

// OnlyBy is what references of a kind reach and stronger ones do not.
type OnlyBy struct {
	Kind         string `json:"kind"` // soft, weak, finalizer, phantom
	Objects      int    `json:"objects"`
	ShallowBytes uint64 `json:"shallow_bytes"`
}

// TopType is the objects of one type.
type TopType struct {
	Name          string  `json:"name"`
	Count         int     `json:"count"`
	ShallowBytes  uint64  `json:"shallow_bytes"`
	RetainedBytes *uint64 `json:"retained_bytes"` // by all together; null unless that is the order, which alone computes it
}

// Top counts the objects of each type. By retained size it costs the dominator
// tree, otherwise a search of the heap.
func (s *Session) Top(ctx context.Context, q TopQuestion) (*TopAnswer, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	q.By = cmp.Or(q.By, histogram.ByShallow)
	return answer(ctx, s, func(ctx context.Context) (*TopAnswer, error) {
		n := q.Number
		q.Number = 0 // one histogram serves all
		h, err := remember(ctx, s, q, func(ctx context.Context) (*histogram.Histogram, error) { return count(ctx, s.g, q) })
		if err != nil {
			return nil, err
		}
		out := &TopAnswer{Dump: newDump(s.g), Types: []TopType{}, Only: []OnlyBy{}, AllTypes: len(h.Rows), AllObjects: h.Objects, ShallowBytes: h.Bytes, By: q.By}
		beyond, err := retain.BeyondReach(ctx, s.g)
		if err != nil {
			return nil, err
		}
		for _, b := range beyond {
			out.Only = append(out.Only, OnlyBy{b.Kind.String(), b.Objects, b.Bytes})
		}
		for _, r := range h.Top(q.By, n) {
			t := TopType{Name: r.Name, Count: r.Count, ShallowBytes: r.Shallow}
			if q.By == histogram.ByRetained {
				t.RetainedBytes = &r.Retained
			}
			out.Types = append(out.Types, t)
		}
		return out, nil
	})
}

// count makes the histogram, with retained sizes only if they are the order:
// they cost more than all the rest.
func count(ctx context.Context, g *graph.Graph, q TopQuestion) (*histogram.Histogram, error) {
	if q.By != histogram.ByRetained {
		if q.All {
			return histogram.Count(ctx, g, nil)
		}
		live, err := retain.Reach(ctx, g)
		if err != nil {
			return nil, err
		}
		return histogram.Count(ctx, g, live.Has)
	}
	sizes, err := dominator.Compute(ctx, g)
	if err != nil {
		return nil, err
	}
	keep := sizes.Reachable
	if q.All {
		keep = nil
	}
	return histogram.CountRetained(ctx, sizes, keep)
}
