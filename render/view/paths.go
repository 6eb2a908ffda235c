package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// PathInput is what a picture of retaining paths is made from.
type PathInput struct {
	Merged *retain.Merged
	// Sizes gives retained sizes; nil leaves them out.
	Sizes *dominator.Tree
	// Target is the targets' type, for the title.
	Target string
	// Freed is what cutting all targets frees, in bytes; 0 if not known.
	Freed    uint64
	Values   bool
	MaxNodes int // see Options
}

// PathView draws merged retaining paths: the best way from each group of roots
// first, then further ways while there is room, then the largest things that
// the targets hold.
func PathView(in PathInput) *View {
	p := &pathView{PathInput: in, m: in.Merged, g: in.Merged.Tree().Graph(), node: map[int32]int{}}
	if p.MaxNodes <= 0 {
		p.MaxNodes = DefaultNodes
	}
	info := p.g.Info()
	p.v = &View{Runtime: info.Runtime, Hidden: !in.Values}
	if in.Sizes != nil {
		_, p.v.Total = in.Sizes.Total()
	}
	p.choose()
	p.nodes()
	p.edges()
	p.suspect()
	p.held()
	p.words()
	return p.v
}

// pathView is the state of one PathView.
type pathView struct {
	PathInput
	m     *retain.Merged
	g     *graph.Graph
	v     *View
	shown []int32       // groups, targets first
	node  map[int32]int // group -> index in v.Nodes
	ways  int           // edges to the targets that are not shown
	inner int           // edges not shown because they lead from inside the runtime
	lost  int           // targets whose shortest path takes one of them
}

// heldRoom is how many boxes are kept for what the targets hold.
const heldRoom = 4

// choose picks the groups to show: chains from the targets up to a root, the
// best of each root first.
func (p *pathView) choose() {
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
			p.inner++ // the runtime holds what the program holds: nobody can act on it
			continue
		}
		if seen[root] {
			rest = append(rest, e)
			continue
		}
		seen[root] = true
		p.add(e, chain)
	}
	for _, e := range rest {
		p.add(e, p.chain(up, e.From))
	}
}

// add shows a chain if there is room for it.
func (p *pathView) add(e *retain.Edge, chain []int32) {
	extra := 0
	for _, g := range chain {
		if _, ok := p.node[g]; !ok {
			extra++
		}
	}
	if len(p.shown)+extra > p.MaxNodes-heldRoom && len(p.shown) > 1 {
		p.ways++
		p.lost += e.Targets
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
func (p *pathView) inbound() map[int32]*retain.Edge {
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
func (p *pathView) chain(up map[int32]*retain.Edge, g int32) []int32 {
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

// nodes makes the boxes.
func (p *pathView) nodes() {
	members := p.members()
	for _, id := range p.shown {
		grp := &p.m.Groups[id]
		if grp.Root != nil {
			p.v.Nodes = append(p.v.Nodes, p.rootNode(grp))
			continue
		}
		n := p.objectNode(grp)
		n.ID = fmt.Sprintf("o-0x%x", p.g.Address(grp.First))
		if id == 0 {
			n.Kind, n.Head, n.Count = TargetNode, p.Target, p.m.Alive
			if p.m.Alive == 0 {
				n.Count, n.Note = p.m.Dead, "no root reaches it: garbage not yet collected"
			}
		}
		switch {
		case id == 0 && p.Freed > 0:
			n.Sized, n.Retained = true, p.Freed
		case p.Sizes != nil:
			n.Sized, n.Retained = true, p.Sizes.RetainedBy(members[id])
		}
		p.v.Nodes = append(p.v.Nodes, n)
	}
}

// members lists the objects of the groups shown whose retained size is not
// known, in one pass.
func (p *pathView) members() map[int32][]graph.NodeID {
	out := map[int32][]graph.NodeID{}
	if p.Sizes == nil {
		return out
	}
	for n := range graph.NodeID(p.g.Len()) {
		if id, ok := p.m.Group(n); ok && (id > 0 || p.Freed == 0) {
			if _, shown := p.node[int32(id)]; shown {
				out[int32(id)] = append(out[int32(id)], n)
			}
		}
	}
	return out
}

func (p *pathView) objectNode(grp *retain.Group) Node {
	n := Node{
		Kind: ObjectNode, Head: p.g.Types().Name(grp.Type), Count: grp.Count, Shallow: grp.Bytes,
		Address: fmt.Sprintf("0x%x", p.g.Address(grp.First)), Internal: p.g.Internal(grp.First),
	}
	if grp.Other {
		n.Head = "objects of other ways"
	}
	if grp.Count == 1 {
		n.Note = p.g.Detail().Describe(grp.First, p.Values)
	}
	return n
}

func (p *pathView) rootNode(grp *retain.Group) Node {
	text := p.g.String(grp.Root.Name)
	if grp.Count > 1 {
		text = p.g.String(grp.Root.Group)
	}
	return rootNode(grp.Root.Kind, text, grp.Count)
}

// edges makes the arrows between the boxes shown.
func (p *pathView) edges() {
	for i := range p.m.Edges {
		e := &p.m.Edges[i]
		from, ok1 := p.node[e.From]
		to, ok2 := p.node[e.To]
		if !ok1 || !ok2 {
			continue
		}
		ve := Edge{From: from, To: to, Label: p.label(e), Count: e.Count, Kind: e.Kind}
		if t := &p.v.Nodes[to]; t.Sized {
			ve.Retained = t.Retained
			if e.To == 0 && p.m.Alive > 0 {
				ve.Retained = uint64(float64(t.Retained) * float64(e.Targets) / float64(p.m.Alive))
			}
		}
		p.v.Edges = append(p.v.Edges, ve)
	}
}

// suspectShare is the part of the targets that must be reached through one
// object, and of their bytes that it must retain, for its references to be
// called the ones to cut.
const suspectShare = 0.5

// suspect marks the references to cut: where, on the way that most targets
// take, one single object holds many. That is where the collection is that was
// not cleared.
func (p *pathView) suspect() {
	if p.m.Alive < 2 {
		return
	}
	for _, id := range p.chain(p.inbound(), 0) {
		grp := &p.m.Groups[id]
		single := grp.Count == 1 && (grp.Root == nil || grp.Root.Kind == graph.RootGlobal)
		if id == 0 || !single {
			continue
		}
		from, shown := p.node[id]
		if !shown || float64(grp.Targets) < suspectShare*float64(p.m.Alive) {
			return
		}
		if n := p.v.Nodes[from]; n.Sized && float64(n.Retained) < suspectShare*float64(p.v.Nodes[0].Retained) {
			return // others hold them as well: cutting here would free little
		}
		for i := range p.v.Edges {
			if e := &p.v.Edges[i]; e.From == from && p.v.Nodes[e.To].Kind != MoreNode && !e.Kind.Collectable() {
				e.Suspect = true
			}
		}
		return
	}
}

// label is the pattern of merged references, or the name of a single one.
func (p *pathView) label(e *retain.Edge) string {
	if e.Count > 1 || e.Holder == graph.None || !p.Values {
		return e.Label
	}
	path := p.m.Tree().Path(e.Held, &retain.Options{Values: true})
	if k := len(path.Steps); k > 0 && e.OnPath && path.Root != nil {
		return path.Steps[k-1].Ref
	}
	return e.Label
}

// words writes the title, the findings and what was left out.
func (p *pathView) words() {
	t := &p.v.Nodes[0]
	v := p.v
	switch p.m.Alive {
	case 0:
		v.Title = fmt.Sprintf("No %s is alive", p.Target)
	case 1:
		v.Title = fmt.Sprintf("Why this %s is alive", p.Target)
	default:
		v.Title = fmt.Sprintf("Why %s %s are alive", Count(p.m.Alive), p.Target)
	}
	var facts []string
	if t.Sized {
		facts = append(facts, Bytes(t.Retained)+" retained", Percent(Share(t.Retained, v.Total))+" of the reachable heap")
	}
	v.Subtitle = append(v.Subtitle, strings.Join(append(facts, infoFacts(p.g.Info())...), " · "))
	if s := p.through(); s != "" {
		v.Subtitle = append(v.Subtitle, s)
	}
	if k := p.m.Pooled(); k > 0 {
		v.Subtitle = append(v.Subtitle, Count(k)+" held by nothing but pools ("+PooledWords+")")
	}
	if p.ways > 0 {
		s := Count(p.ways) + " further ways"
		if p.lost > 0 {
			s += fmt.Sprintf(" (the shortest for %s targets)", Count(p.lost))
		}
		v.LeftOut = append(v.LeftOut, s)
	}
	if p.inner > 0 {
		v.LeftOut = append(v.LeftOut, Count(p.inner)+" further ways from inside the runtime")
	}
	if p.m.Dead > 0 {
		v.LeftOut = append(v.LeftOut, Count(p.m.Dead)+" that no root reaches")
	}
	if p.m.Back > 0 {
		v.LeftOut = append(v.LeftOut, Count(int(p.m.Back))+" references back from what the targets hold")
	}
}

// infoFacts are the name of a dump, its runtime version and its time.
func infoFacts(info *graph.Info) []string {
	facts := []string{info.Name, info.RuntimeVersion}
	if !info.Taken.IsZero() {
		facts = append(facts, info.Taken.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return slices.DeleteFunc(facts, func(s string) bool { return s == "" })
}

// through says how many targets each root reaches: "99,900 through
// main.cache · 100 through main.ch".
func (p *pathView) through() string {
	var roots []*retain.Group
	for i := range p.m.Groups {
		if g := &p.m.Groups[i]; g.Root != nil && g.Targets > 0 {
			roots = append(roots, g)
		}
	}
	slices.SortStableFunc(roots, func(a, b *retain.Group) int { return cmp.Compare(b.Targets, a.Targets) })
	var parts []string
	for i, g := range roots {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("the rest through %s more roots", Count(len(roots)-i)))
			break
		}
		n := p.rootNode(g)
		name := "through " + cmp.Or(n.Name, n.Head)
		if n.Head == "globals" { // "globals without names", "globals of plugin p.so"
			name = "through " + n.Head + " " + n.Name
		}
		if p.m.Alive > 1 {
			name = Count(g.Targets) + " " + name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}
