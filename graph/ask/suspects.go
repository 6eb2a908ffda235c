package ask

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/suspect"
)

// SuspectsQuestion asks what leaks.
type SuspectsQuestion struct {
	Number   int      // only this one, counted from 1; 0 is all
	Older    *Session // an older dump of the same program: finds what grew; may be nil
	Pictures bool     // with a picture of each
}

// SuspectsAnswer is the contract of `suspects --json`.
type SuspectsAnswer struct {
	Dump          Dump      `json:"dump"`
	Suspects      []Suspect `json:"suspects"`
	PooledObjects int       `json:"pooled_objects"` // held by nothing but pools, which the collector empties
	PooledBytes   uint64    `json:"pooled_bytes"`

	ReachableBytes uint64 `json:"-"` // what shares are shares of
}

// Suspect is one likely leak.
type Suspect struct {
	Detector      string        `json:"detector"`
	Reason        string        `json:"reason"`
	Hint          string        `json:"hint"` // the usual fix
	Fingerprint   string        `json:"fingerprint"`
	Object        string        `json:"object"`
	Type          string        `json:"type"`
	Count         int           `json:"count"`
	Elements      int           `json:"elements"` // how many objects of ElementType have come together
	ElementType   string        `json:"element_type"`
	RetainedBytes uint64        `json:"retained_bytes"`
	Share         float64       `json:"share"` // of the reachable bytes, 0 to 1
	Accumulation  *Accumulation `json:"accumulation"`
	Path          *Path         `json:"path"`

	Picture *Picture `json:"-"` // if it was asked for
}

// Accumulation is the object at which it all comes together.
type Accumulation struct {
	Object        string `json:"object"`
	Type          string `json:"type"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

// Suspects finds what leaks without being told a type, what a person can act on
// first. It costs the dominator tree, the retaining paths and some passes over the
// heap.
func (s *Session) Suspects(ctx context.Context, q SuspectsQuestion) (*SuspectsAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*SuspectsAnswer, error) {
		if q.Older == nil {
			return s.suspects(ctx, nil, q)
		}
		return answer(ctx, q.Older, func(ctx context.Context) (*SuspectsAnswer, error) {
			older, err := suspect.NewHeap(ctx, q.Older.g)
			if err != nil {
				return nil, err
			}
			return s.suspects(ctx, older, q)
		})
	})
}

func (s *Session) suspects(ctx context.Context, older *suspect.Heap, q SuspectsQuestion) (*SuspectsAnswer, error) {
	h, err := suspect.NewHeap(ctx, s.g)
	if err != nil {
		return nil, err
	}
	h.Older = older
	list, err := suspect.Find(ctx, h)
	if err != nil {
		return nil, err
	}
	if q.Number < 0 || q.Number > len(list) {
		return nil, wrong(fmt.Sprintf("-n %d: there are %d suspects", q.Number, len(list)), "")
	}
	if q.Number > 0 {
		list = list[q.Number-1 : q.Number]
	}
	out := &SuspectsAnswer{Dump: newDump(s.g), Suspects: []Suspect{}}
	out.PooledObjects, out.PooledBytes = h.Pooled()
	_, out.ReachableBytes = h.Tree.Total()
	for i := range list {
		one := newSuspect(h, &list[i])
		if q.Pictures {
			if one.Picture, err = s.drawSuspect(ctx, h, &list[i]); err != nil {
				return nil, err
			}
		}
		out.Suspects = append(out.Suspects, one)
	}
	return out, nil
}

func newSuspect(h *suspect.Heap, s *suspect.Suspect) Suspect {
	out := Suspect{
		Detector: s.Detector, Reason: s.Reason, Hint: s.Hint, Fingerprint: s.Fingerprint, Object: id(h.Graph, s.Object), Type: s.Type,
		Count: s.Count, Elements: s.Elements, ElementType: s.ElementType, RetainedBytes: s.Retained, Share: s.Share,
	}
	if s.Accumulation != graph.None {
		out.Accumulation = &Accumulation{id(h.Graph, s.Accumulation), h.Graph.TypeName(s.Accumulation), h.Tree.Retained(s.Accumulation)}
	}
	if s.Path.Root != nil {
		p := newPath(h.Graph, h.Tree, s.Path)
		out.Path = &p
	}
	return out
}

// drawSuspect draws one suspect: the path from its root to where memory
// accumulates, the reference to cut, and what comes together there.
func (s *Session) drawSuspect(ctx context.Context, h *suspect.Heap, x *suspect.Suspect) (*Picture, error) {
	b := s.painter(h.Tree)
	last := -1
	if x.Path.Root != nil {
		last = b.add(rootBox(s.g, x.Path.Root))
	}
	at := x.Accumulation
	if at == graph.None {
		at = x.Object
	}
	found := false
	for _, step := range x.Path.Steps {
		box := b.object(step.Node)
		if step.Node == at {
			box.Kind, box.Emphasis, found = TargetBox, true, true
			box.Retained = max(box.Retained, x.Retained)
		}
		to := b.add(box)
		if last >= 0 {
			b.arrow(Arrow{From: last, To: to, Label: step.Ref, Count: 1, Kind: step.Kind, Retained: box.Retained})
		}
		last = to
	}
	if at == graph.None || last < 0 {
		return b.p, nil
	}
	if !found { // the path leads to one of several: they come together elsewhere
		b.p.Boxes[last].Kind, b.p.Boxes[last].Emphasis = TargetBox, true
		at = x.Path.Steps[len(x.Path.Steps)-1].Node
	}
	return b.p, b.below(ctx, at, last)
}

// below adds what an object dominates, by type.
func (b *painter) below(ctx context.Context, n graph.NodeID, at int) error {
	top, err := b.sizes.Branches(ctx, n, &dominator.BranchOptions{ByType: true, Depth: 2, Siblings: 4, Nodes: 9})
	if err != nil {
		return err
	}
	first := len(b.p.Boxes)
	for i, c := range top.Children {
		to := len(b.p.Boxes)
		b.branch(c, at)
		if i == 0 {
			for k := range b.p.Arrows {
				b.p.Arrows[k].Suspect = b.p.Arrows[k].Suspect || b.p.Arrows[k].To == to
			}
		}
	}
	for i := first; i < len(b.p.Boxes); i++ {
		b.p.Boxes[i].Held = true
	}
	b.p.Boxes[at].Count = max(b.p.Boxes[at].Count, top.Count)
	return nil
}
