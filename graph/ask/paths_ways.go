package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cut"
)

// waysPainter is the state of one picture of ways.
type waysPainter struct {
	painter
	w      *whyAlive
	choice cut.Choice
	node   map[int]int // box of the ways -> box of the picture
}

// drawWays draws all ways to targets that roots hold: one by each place of the cut
// first, then the best of other roots and further ones while there is room, then
// the largest things that the targets hold.
func (s *Session) drawWays(ctx context.Context, w *whyAlive, name string, most int) (*PathsPicture, error) {
	p := &waysPainter{painter: *s.painter(w.sizes), w: w, node: map[int]int{}}
	p.choice = w.ways.Choose(max(2, most-heldRoom))
	p.boxes(name)
	p.arrows()
	if err := p.targetsHold(ctx, w.ways.Targets(), p.boxOf); err != nil {
		return nil, err
	}
	return &PathsPicture{Picture: *p.p, Alive: w.ways.Alive, Ways: p.choice.Ways, Inner: p.choice.Inner, More: p.choice.Roots, Roots: len(w.ways.Roots())}, nil
}

func (p *waysPainter) boxOf(n graph.NodeID) (int, bool) {
	b, ok := p.w.ways.BoxOf(n)
	if !ok {
		return 0, false
	}
	at, shown := p.node[b]
	return at, shown
}

func (p *waysPainter) boxes(name string) {
	retained := p.w.ways.Retained(p.choice.Boxes)
	holds := map[int]cut.Holder{}
	for _, h := range p.w.holders {
		holds[h.Box] = h
	}
	for i, at := range p.choice.Boxes {
		b := &p.w.ways.Boxes[at]
		p.node[at] = i
		if b.Root != nil {
			box := rootBox(p.g, b.Root)
			if b.Count > 1 {
				box = groupBox(p.g, b.Root, b.Count)
			}
			if h, ok := holds[at]; ok && p.w.ways.Alive > 1 {
				box.Reaches, box.Sole = h.Reaches, h.Sole
			}
			p.add(box)
			continue
		}
		box := Box{
			Kind: ObjectBox, ID: "o-" + id(p.g, b.First), Head: p.g.Types().Name(b.Type), Count: b.Count, Shallow: b.Bytes,
			Object: id(p.g, b.First), Internal: p.g.Internal(b.First), Sized: true, Retained: retained[i],
		}
		if b.Count == 1 {
			box.Note = p.s.note(b.First)
		}
		if at == 0 {
			box.Kind, box.Head, box.Retained = TargetBox, name, p.w.freed
		}
		p.add(box)
	}
}

func (p *waysPainter) arrows() {
	ways := p.w.ways
	into, whole := map[int]int{}, map[int]int{}
	for i := range ways.Edges {
		e := &ways.Edges[i]
		if into[e.To]++; e.From == e.To && ways.Boxes[e.From].Root != nil {
			whole[e.From] = e.Cut // a variable that is a container: its own reference is inside the box
		}
	}
	for i := range ways.Edges {
		e := &ways.Edges[i]
		from, ok1 := p.node[e.From]
		to, ok2 := p.node[e.To]
		if !ok1 || !ok2 || e.Free || e.From == e.To && ways.Boxes[e.From].Root != nil {
			continue
		}
		a := Arrow{From: from, To: to, Label: e.Label, Count: e.Count, Kind: e.Kind}
		if e.Count == 1 && p.s.opts.Values && e.Holder != graph.None && !p.g.Internal(e.Holder) {
			a.Label, _, _ = p.ref(e.Holder, e.Held)
		}
		if t := &p.p.Boxes[to]; t.Sized && into[e.To] == 1 {
			a.Retained = t.Retained
		}
		if k := max(e.Cut, whole[e.From]); k > 0 {
			a.Suspect, a.Cut = true, k
			a.Retained = max(a.Retained, p.w.cut.Places[k-1].AloneFrees)
		}
		p.arrow(a)
	}
}
