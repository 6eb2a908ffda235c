package ask

import (
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

// pathsPainter is the state of one picture of paths.
type pathsPainter struct {
	painter
	w     *whyAlive
	m     *retain.Merged
	out   *PathsPicture
	name  string        // of the targets
	most  int           // boxes
	shown []int32       // groups, targets first
	node  map[int32]int // group -> box
}

// drawPaths draws merged retaining paths to targets that nothing but pools holds,
// or nothing at all: the best way from each group of roots first, then further ways
// while there is room, then the largest things that the targets hold.
func (s *Session) drawPaths(ctx context.Context, w *whyAlive, name string, most int) (*PathsPicture, error) {
	p := &pathsPainter{painter: *s.painter(w.sizes), w: w, m: w.merged, name: name, most: most, node: map[int32]int{}}
	p.out = &PathsPicture{Alive: w.merged.Alive}
	p.choose()
	if err := p.boxes(ctx); err != nil {
		return nil, err
	}
	p.arrows()
	members, err := p.m.MembersOf(ctx, []int{0})
	if err != nil {
		return nil, err
	}
	if err := p.targetsHold(ctx, slices.Values(members[0]), p.boxOf); err != nil {
		return nil, err
	}
	p.out.Picture = *p.p
	return p.out, nil
}

// choose picks the groups to show: chains from the targets up to a root, the
// best of each root first.
func (p *pathsPainter) choose() {
	p.shown = []int32{0}
	p.node[0] = 0
	up := p.inbound()
	var ways []*retain.Edge
	for i := range p.m.Edges {
		if e := &p.m.Edges[i]; e.To == 0 && e.From != 0 {
			ways = append(ways, e)
		}
	}
	var rest []*retain.Edge
	seen := map[int32]bool{}
	for _, e := range ways {
		chain := p.chain(up, e.From)
		root := chain[len(chain)-1]
		if r := p.m.Groups[root].Root; r != nil && r.Rank >= graph.RankRuntime && !e.OnPath {
			p.out.Inner++ // the runtime holds what the program holds: nobody can act on it
			continue
		}
		if seen[root] {
			rest = append(rest, e)
			continue
		}
		seen[root] = true
		p.addWay(e, chain)
	}
	for _, e := range rest {
		p.addWay(e, p.chain(up, e.From))
	}
}

// addWay shows a chain if there is room for it.
func (p *pathsPainter) addWay(e *retain.Edge, chain []int32) {
	extra := 0
	for _, g := range chain {
		if _, ok := p.node[g]; !ok {
			extra++
		}
	}
	if len(p.shown)+extra > p.most-heldRoom && len(p.shown) > 1 {
		p.out.Ways++
		return
	}
	for _, g := range chain {
		if _, ok := p.node[g]; !ok {
			p.node[g] = len(p.shown)
			p.shown = append(p.shown, g)
		}
	}
}

// inbound is the edge by which most targets reach each group.
func (p *pathsPainter) inbound() map[int32]*retain.Edge {
	up := map[int32]*retain.Edge{}
	for i := range p.m.Edges {
		e := &p.m.Edges[i]
		if old := up[e.To]; e.To != e.From && e.OnPath && (old == nil || e.Targets > old.Targets) {
			up[e.To] = e
		}
	}
	return up
}

// chain is the groups from g up to its root.
func (p *pathsPainter) chain(up map[int32]*retain.Edge, g int32) []int32 {
	chain := []int32{g}
	for seen := map[int32]bool{g: true}; ; seen[g] = true {
		e := up[g]
		if e == nil || seen[e.From] {
			return chain
		}
		g = e.From
		chain = append(chain, g)
	}
}

// boxes makes the boxes of the groups shown.
func (p *pathsPainter) boxes(ctx context.Context) error {
	var sized []int
	for _, id := range p.shown {
		if p.m.Groups[id].Root == nil && (id > 0 || p.w.freed == 0) {
			sized = append(sized, int(id))
		}
	}
	members, err := p.m.MembersOf(ctx, sized)
	if err != nil {
		return err
	}
	for _, id := range p.shown {
		grp := &p.m.Groups[id]
		if grp.Root != nil {
			p.add(p.rootOf(grp))
			continue
		}
		box := p.group(grp)
		if id == 0 {
			box.Kind, box.Head, box.Count = TargetBox, p.name, p.m.Alive
			if p.m.Alive == 0 {
				box.Count, box.Note = p.m.Dead, "no root reaches it: garbage not yet collected"
			}
		}
		box.Sized, box.Retained = true, p.w.freed
		if id > 0 || p.w.freed == 0 {
			box.Retained = p.sizes.RetainedBy(members[int(id)])
		}
		p.add(box)
	}
	return nil
}

// group is the box of a group of objects.
func (p *pathsPainter) group(grp *retain.Group) Box {
	box := Box{
		Kind: ObjectBox, ID: "o-" + id(p.g, grp.First), Head: p.g.Types().Name(grp.Type), Count: grp.Count, Shallow: grp.Bytes,
		Object: id(p.g, grp.First), Internal: p.g.Internal(grp.First),
	}
	if grp.Other {
		box.Head = "objects of other ways"
	}
	if grp.Count == 1 {
		box.Note = p.s.note(grp.First)
	}
	return box
}

func (p *pathsPainter) rootOf(grp *retain.Group) Box {
	if grp.Count > 1 {
		return groupBox(p.g, grp.Root, grp.Count)
	}
	return rootBox(p.g, grp.Root)
}

// arrows makes the arrows between the boxes shown.
func (p *pathsPainter) arrows() {
	for i := range p.m.Edges {
		e := &p.m.Edges[i]
		from, ok1 := p.node[e.From]
		to, ok2 := p.node[e.To]
		if !ok1 || !ok2 {
			continue
		}
		ve := Arrow{From: from, To: to, Label: p.label(e), Count: e.Count, Kind: e.Kind}
		if t := &p.p.Boxes[to]; t.Sized && e.To != 0 {
			ve.Retained = t.Retained
		}
		p.arrow(ve)
	}
}

// label is the pattern of merged references, or the name of a single one.
func (p *pathsPainter) label(e *retain.Edge) string {
	if e.Count > 1 || e.Holder == graph.None || !p.s.opts.Values {
		return e.Label
	}
	path := p.m.Tree().Path(e.Held, &retain.Options{Values: true})
	if k := len(path.Steps); k > 0 && e.OnPath && path.Root != nil {
		return path.Steps[k-1].Ref
	}
	return e.Label
}

// boxOf is the box of an object that is shown.
func (p *pathsPainter) boxOf(n graph.NodeID) (int, bool) {
	if group, ok := p.m.Group(n); ok {
		to, shown := p.node[int32(group)]
		return to, shown
	}
	return 0, false
}
