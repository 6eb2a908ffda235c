package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/suspect"
)

// DominatorsQuestion asks what must be cut to free what.
type DominatorsQuestion struct {
	Object   string  // start at this object, not at the roots
	ByType   bool    // put objects of one type with one parent together
	Raw      bool    // show containers' insides
	Depth    int     // most steps down; 0 is any
	Siblings int     // most children of one parent; 0 is 10
	Nodes    int     // most places; 0 is 60
	Least    float64 // leave out what retains less than this percentage of the whole
}

// DominatorsAnswer is the contract of `dominators --json`.
type DominatorsAnswer struct {
	Dump  Dump     `json:"dump"`
	Nodes []Branch `json:"nodes"`

	RetainedBytes uint64   `json:"-"` // by what it starts at
	MoreCount     int      `json:"-"` // objects beside Nodes that only roots hold
	MoreBytes     uint64   `json:"-"`
	OfObject      bool     `json:"-"` // Nodes is the object that was asked about
	Picture       *Picture `json:"-"`
}

// Branch is one place of the dominator tree.
type Branch struct {
	Object        string   `json:"object"` // the largest, of several
	Type          string   `json:"type"`
	Count         int      `json:"count"`
	ShallowBytes  uint64   `json:"shallow_bytes"`
	RetainedBytes uint64   `json:"retained_bytes"`
	Children      []Branch `json:"children"`
	MoreCount     int      `json:"more_count,omitempty"` // objects that are not among the children
	MoreBytes     uint64   `json:"more_bytes,omitempty"`
}

// Dominators shows which objects free which others. It costs the dominator tree
// and the retaining paths.
func (s *Session) Dominators(ctx context.Context, q DominatorsQuestion) (*DominatorsAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*DominatorsAnswer, error) {
		of := graph.None
		if q.Object != "" {
			var err error
			if of, err = findObject(s.g, q.Object); err != nil {
				return nil, err
			}
		}
		h, err := suspect.NewHeap(ctx, s.g)
		if err != nil {
			return nil, err
		}
		_, all := h.Tree.Total()
		if of != graph.None {
			all = h.Tree.Retained(of)
		}
		top, err := h.Tree.Branches(ctx, of, &dominator.BranchOptions{
			ByType: q.ByType, Raw: q.Raw, Depth: q.Depth, Siblings: q.Siblings, Nodes: q.Nodes, Least: uint64(q.Least / 100 * float64(all))})
		if err != nil {
			return nil, err
		}
		return s.dominators(h, of, top), nil
	})
}

func (s *Session) dominators(h *suspect.Heap, of graph.NodeID, top *dominator.Branch) *DominatorsAnswer {
	out := &DominatorsAnswer{Dump: newDump(s.g), Nodes: []Branch{}, RetainedBytes: top.Retained, OfObject: of != graph.None}
	b := s.painter(h.Tree)
	out.Picture = b.p
	if of != graph.None {
		out.Nodes = append(out.Nodes, newBranch(s.g, top))
		b.branch(top, -1)
		b.p.Boxes[0].Kind = TargetBox
		return out
	}
	out.MoreCount, out.MoreBytes = top.More, top.MoreSize
	for _, c := range top.Children {
		out.Nodes = append(out.Nodes, newBranch(s.g, c))
		at := len(b.p.Boxes)
		b.branch(c, -1)
		b.held(h.Paths, at, c.Node, c.Count)
	}
	return out
}

func newBranch(g *graph.Graph, b *dominator.Branch) Branch {
	out := Branch{
		Object: id(g, b.Node), Type: g.TypeName(b.Node), Count: b.Count, ShallowBytes: b.Shallow,
		RetainedBytes: b.Retained, Children: []Branch{}, MoreCount: b.More, MoreBytes: b.MoreSize,
	}
	for _, c := range b.Children {
		out.Children = append(out.Children, newBranch(g, c))
	}
	return out
}
