package view

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// boxes makes the boxes and arrows of single objects.
type boxes struct {
	g      *graph.Graph
	sizes  *dominator.Tree // nil leaves retained sizes out
	values bool
	v      *View
	roots  map[string]int // boxes of roots, by id
}

// add adds a box and returns its index.
func (b *boxes) add(n Node) int {
	b.v.Nodes = append(b.v.Nodes, n)
	return len(b.v.Nodes) - 1
}

// object is the box of one object.
func (b *boxes) object(n graph.NodeID) Node {
	out := Node{
		Kind: ObjectNode, ID: fmt.Sprintf("o-0x%x", b.g.Address(n)), Head: b.g.TypeName(n), Note: b.g.Detail().Describe(n, b.values),
		Count: 1, Shallow: b.g.Size(n), Address: fmt.Sprintf("0x%x", b.g.Address(n)), Internal: b.g.Internal(n),
	}
	if b.sizes != nil {
		out.Retained, out.Sized = b.sizes.Retained(n), true
	}
	return out
}

// root is the box of a GC root.
func (b *boxes) root(r *graph.Root) Node {
	return rootNode(r.Kind, b.g.String(r.Name), 1)
}

// rootNode is the box of a GC root, or of count roots of a group.
func rootNode(kind graph.RootKind, text string, count int) Node {
	n := Node{Kind: RootNode, ID: "r-" + text, Name: text, Count: count}
	if kind != graph.RootResidue { // whose name is a sentence
		n.Head, n.Name = splitRoot(text)
	}
	return n
}

// held adds the root of a box that only roots hold, with how many objects are on
// the way from it. Several objects of one type have many roots of one group.
func (b *boxes) held(paths *retain.Tree, at int, n graph.NodeID, count int) {
	if paths == nil || !paths.Reachable(n) {
		return
	}
	p := paths.Path(n, nil)
	box := b.root(p.Root)
	if count > 1 {
		box = rootNode(p.Root.Kind, b.g.String(p.Root.Group), 1)
	}
	from, ok := b.roots[box.ID]
	if !ok {
		if b.roots == nil {
			b.roots = map[string]int{}
		}
		from = b.add(box)
		b.roots[box.ID] = from
	}
	e := Edge{From: from, To: at, Count: count, Kind: p.Root.Via, Retained: b.v.Nodes[at].Retained, Skipped: len(p.Steps) - 1}
	if e.Skipped == 0 {
		e.Label = p.Steps[0].Ref
	}
	if count > 1 {
		e.Label = retain.Pattern(e.Label)
	}
	b.v.Edges = append(b.v.Edges, e)
}

// more is the box of what is not shown below another.
func (b *boxes) more(below, count int, bytes uint64) Node {
	return Node{Kind: MoreNode, ID: b.v.Nodes[below].ID + "-more", Count: count, Retained: bytes, Sized: b.sizes != nil}
}

// ref names the reference from one object to another: "" if there is none.
func (b *boxes) ref(from, to graph.NodeID) (name string, kind graph.RefKind, ok bool) {
	for i, n := range b.g.Row(from) {
		if n == to && b.g.RefKind(from, i).Retains() {
			return b.g.Detail().RefName(from, i, b.values), b.g.RefKind(from, i), true
		}
	}
	return "", graph.Strong, false
}

// splitRoot takes the kind off a root's name: `goroutine 18`, `main.worker · s`.
func splitRoot(text string) (head, name string) {
	head, name, _ = strings.Cut(text, " ")
	if number, rest, ok := strings.Cut(name, " "); ok && isDigits(number) {
		return head + " " + number, rest
	}
	return head, name
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
