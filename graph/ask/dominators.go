package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/suspect"
)

// DominatorsQuestion asks what must be cut to free what.
type DominatorsQuestion struct {
	Object   string  // start at this object, not at the roots
	Objects  bool    // single objects, not those of one type with one parent together
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
	Cut   *Cut     `json:"cut"`    // of what was asked about, or of the first suspect; null if there is neither
	CutOf string   `json:"cut_of"` // what the cut frees: a type, or the suspect's reason

	CutRetained   uint64   `json:"-"` // bytes, by what the cut is of
	RetainedBytes uint64   `json:"-"` // by what it starts at
	MoreCount     int      `json:"-"` // objects beside Nodes that only roots hold
	MoreBytes     uint64   `json:"-"`
	OfObject      bool     `json:"-"` // Nodes is the object that was asked about
	Picture       *Picture `json:"-"`
}

// Branch is one place of the dominator tree.
type Branch struct {
	Root          *Root    `json:"root,omitempty"` // of what these roots alone hold; Type is empty then
	Object        string   `json:"object"`         // the largest, of several
	Type          string   `json:"type"`
	Count         int      `json:"count"`
	ShallowBytes  uint64   `json:"shallow_bytes"`
	RetainedBytes uint64   `json:"retained_bytes"`
	Children      []Branch `json:"children"`
	MoreCount     int      `json:"more_count,omitempty"` // objects that are not among the children
	MoreBytes     uint64   `json:"more_bytes,omitempty"`
}

// Dominators shows which objects free which others, and the cut of what it is about.
// It costs the dominator tree, the retaining paths, and the suspects if it starts at
// the roots.
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
		var roots *rootGroups
		opts := &dominator.BranchOptions{
			ByType: !q.Objects, Raw: q.Raw, Depth: q.Depth, Siblings: q.Siblings, Nodes: q.Nodes, Least: uint64(q.Least / 100 * float64(all))}
		if of == graph.None && !q.Objects {
			roots = groupRoots(s.g)
			if opts.Owners, err = h.Tree.Owners(ctx, roots.of); err != nil {
				return nil, err
			}
		}
		top, err := h.Tree.Branches(ctx, of, opts)
		if err != nil {
			return nil, err
		}
		out := s.dominators(h, of, top, roots)
		return out, s.cutDominators(ctx, h, of, top, out)
	})
}

// cutDominators adds the cut that frees the objects that were asked about, or those
// of the first suspect.
func (s *Session) cutDominators(ctx context.Context, h *suspect.Heap, of graph.NodeID, top *dominator.Branch, out *DominatorsAnswer) error {
	if of == graph.None {
		found, err := s.Suspects(ctx, SuspectsQuestion{})
		if err == nil && len(found.Suspects) > 0 {
			first := &found.Suspects[0]
			out.Cut, out.CutOf, out.CutRetained = first.Cut, first.Reason, first.RetainedBytes
		}
		return err
	}
	set := suspect.Set{Nodes: top.Nodes}
	if top.Nodes == nil {
		set.Nodes = []graph.NodeID{of}
	}
	w, err := s.whySuspect(ctx, h, &suspect.Suspect{Set: set}, false)
	if err != nil {
		return err
	}
	out.Cut, out.CutOf, out.CutRetained = newCut(s.g, w.cut), s.g.TypeName(of), top.Retained
	return nil
}

// rootGroups are the groups of a graph's roots.
type rootGroups struct {
	of    []int32       // by root
	first []*graph.Root // by group
	count []int         // by group: roots that are told apart
}

func groupRoots(g *graph.Graph) *rootGroups {
	words := lang.Of(g)
	out := &rootGroups{of: make([]int32, len(g.Roots()))}
	known := map[lang.GroupKey]int32{}
	type member struct {
		group  int32
		number uint64
	}
	seen := map[member]bool{}
	for i := range g.Roots() {
		r := &g.Roots()[i]
		key := words.GroupOf(r)
		k, ok := known[key]
		if !ok {
			k = int32(len(out.first))
			known[key] = k
			out.first, out.count = append(out.first, r), append(out.count, 0)
		}
		out.of[i] = k
		number, one := words.Member(r)
		if m := (member{k, number}); !one || !seen[m] {
			seen[m] = true
			out.count[k]++
		}
	}
	return out
}

// box is the box of what the roots of one group alone hold, or those of several.
func (r *rootGroups) box(g *graph.Graph, b *dominator.Branch) (Box, Root) {
	if b.Owner == dominator.Several {
		return Box{Kind: RootBox, ID: "r-several", Name: "held by several", Count: 1, Retained: b.Retained, Sized: true}, Root{"several", "held by several"}
	}
	box := rootBox(g, r.first[b.Owner])
	if r.count[b.Owner] > 1 {
		box = groupBox(g, r.first[b.Owner], r.count[b.Owner])
	}
	box.Retained, box.Sized = b.Retained, true
	name := lang.Of(g).Root(r.first[b.Owner]).String()
	if r.count[b.Owner] > 1 {
		name = lang.Of(g).Group(r.first[b.Owner]).String()
	}
	return box, Root{r.first[b.Owner].Kind.String(), name}
}

func (s *Session) dominators(h *suspect.Heap, of graph.NodeID, top *dominator.Branch, roots *rootGroups) *DominatorsAnswer {
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
		if c.Rooted {
			box, root := roots.box(s.g, c)
			out.Nodes[len(out.Nodes)-1].Root = &root
			b.rooted(c, box)
			continue
		}
		at := len(b.p.Boxes)
		b.branch(c, -1)
		b.held(h.Paths, at, c.Node, c.Count)
	}
	return out
}

func newBranch(g *graph.Graph, b *dominator.Branch) Branch {
	out := Branch{
		Object: id(g, b.Node), Count: b.Count, ShallowBytes: b.Shallow,
		RetainedBytes: b.Retained, Children: []Branch{}, MoreCount: b.More, MoreBytes: b.MoreSize,
	}
	if b.Node != graph.None {
		out.Type = g.TypeName(b.Node)
	}
	for _, c := range b.Children {
		out.Children = append(out.Children, newBranch(g, c))
	}
	return out
}
