package ask

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// Picture is what is drawn of an answer: boxes that were chosen and the references
// between them, with figures of all that each stands for. Package render/view
// makes a View of it.
type Picture struct {
	Info   graph.Info // of the dump
	Total  uint64     // reachable bytes
	Hidden bool       // keys and values are hidden
	Boxes  []Box
	Arrows []Arrow
}

// BoxKind says what a box stands for.
type BoxKind uint8

// The kinds of boxes.
const (
	ObjectBox BoxKind = iota // an object, or equal objects merged
	RootBox                  // a GC root, or equal roots merged
	TargetBox                // what the question is about
	MoreBox                  // what is not shown beside others
)

// Box is an object, a root, or several that are merged.
type Box struct {
	Kind     BoxKind
	ID       string // stable, unique in the picture
	Head     string // type of an object; kind of a root ("global", "goroutine 18")
	Name     string // of a root
	Note     string // a line more
	Count    int    // how many objects or roots
	Shallow  uint64 // bytes, of all
	Retained uint64 // bytes, of all together
	Sized    bool   // Retained is known
	Object   string // address or id, of the first
	Emphasis bool   // what to look at
	Internal bool   // a container's inside
	Held     bool   // what the target keeps alive
	Reaches  int    // of a root: targets that it leads to; 0 if not counted
	Sole     int    // of a root: targets that nothing else holds
	Before   int    // objects in an older dump, of a picture of growth
	Growth   int64  // bytes retained more than in an older dump
}

// Arrow is a reference, or equal references merged, from holder to held.
type Arrow struct {
	From, To int // indexes in Boxes
	Label    string
	Count    int
	Kind     graph.RefKind
	Retained uint64 // bytes that the held side retains
	Cycle    bool   // closes a cycle
	Suspect  bool   // the reference to cut
	Cut      int    // which place of the answer's cut it is, from 1; 0 for others
	Skipped  int    // steps left out along it
}

// painter makes the boxes and arrows of single objects.
type painter struct {
	s     *Session
	g     *graph.Graph
	sizes *dominator.Tree
	p     *Picture
	roots map[string]int // boxes of roots, by id
}

func (s *Session) painter(sizes *dominator.Tree) *painter {
	_, total := sizes.Total()
	return &painter{s: s, g: s.g, sizes: sizes, roots: map[string]int{}, p: &Picture{Info: *s.g.Info(), Total: total, Hidden: !s.opts.Values}}
}

// add adds a box and returns its index.
func (b *painter) add(box Box) int {
	b.p.Boxes = append(b.p.Boxes, box)
	return len(b.p.Boxes) - 1
}

func (b *painter) arrow(a Arrow) { b.p.Arrows = append(b.p.Arrows, a) }

// object is the box of one object.
func (b *painter) object(n graph.NodeID) Box {
	return Box{
		Kind: ObjectBox, ID: "o-" + id(b.g, n), Head: b.g.TypeName(n), Note: b.s.note(n), Count: 1, Shallow: b.g.Size(n),
		Retained: b.sizes.Retained(n), Sized: true, Object: id(b.g, n), Internal: b.g.Internal(n),
	}
}

// path adds a retaining path and returns the box of its end, or -1.
func (b *painter) path(p retain.Path) int {
	if p.Root == nil {
		return -1
	}
	last := b.add(rootBox(b.g, p.Root))
	for _, step := range p.Steps {
		box := b.object(step.Node)
		to := b.add(box)
		b.arrow(Arrow{From: last, To: to, Label: step.Ref, Count: 1, Kind: step.Kind, Retained: box.Retained})
		last = to
	}
	return last
}

// held adds the root of a box that only roots hold, with how many objects are on
// the way from it. Several objects of one type have many roots of one group.
func (b *painter) held(paths *retain.Tree, at int, n graph.NodeID, count int) {
	if !paths.Reachable(n) {
		return
	}
	p := paths.Path(n, nil)
	box := rootBox(b.g, p.Root)
	if count > 1 {
		box = groupBox(b.g, p.Root, 1)
	}
	from, ok := b.roots[box.ID]
	if !ok {
		from = b.add(box)
		b.roots[box.ID] = from
	}
	a := Arrow{From: from, To: at, Count: count, Kind: p.Root.Via, Retained: b.p.Boxes[at].Retained, Skipped: len(p.Steps) - 1}
	if a.Skipped == 0 {
		a.Label = p.Steps[0].Ref
	}
	if count > 1 {
		a.Label = retain.Pattern(a.Label)
	}
	b.arrow(a)
}

// ref names the first reference that retains from one object to another.
func (b *painter) ref(from, to graph.NodeID) (name string, kind graph.RefKind, ok bool) {
	i := b.g.First(from, to)
	if i < 0 {
		return "", graph.Strong, false
	}
	return b.g.Detail().RefName(from, i, b.s.opts.Values), b.g.RefKind(from, i), true
}
