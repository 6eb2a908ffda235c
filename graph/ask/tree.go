package ask

import (
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// moreShare is the least part of the heap that is worth a box for what is not
// shown.
const moreShare = 0.002

// branch adds a place of the dominator tree with all below it.
func (b *painter) branch(x *dominator.Branch, parent int) {
	box := b.object(x.Node)
	box.Count, box.Shallow, box.Retained = x.Count, x.Shallow, x.Retained
	if x.Count > 1 {
		box.Note = ""
	}
	at := b.add(box)
	if parent >= 0 {
		b.arrow(Arrow{From: parent, To: at, Count: x.Count, Retained: x.Retained, Label: b.heldBy(x.Node, x.Nodes)})
	}
	b.children(x, at, box.ID)
}

// rooted adds what roots alone hold.
func (b *painter) rooted(x *dominator.Branch, box Box) {
	b.children(x, b.add(box), box.ID)
}

func (b *painter) children(x *dominator.Branch, at int, name string) {
	for _, c := range x.Children {
		b.branch(c, at)
	}
	if x.More > 0 && float64(x.MoreSize) >= moreShare*float64(b.p.Total) {
		more := b.add(Box{Kind: MoreBox, ID: name + "-more", Count: x.More, Retained: x.MoreSize, Sized: true})
		b.arrow(Arrow{From: at, To: more, Count: x.More, Retained: x.MoreSize})
	}
}

// heldBy names the references from an object's dominator to it. Of several
// objects it is the pattern of their names, if the first, the middle and the
// last agree.
func (b *painter) heldBy(n graph.NodeID, all []graph.NodeID) string {
	label := b.fromDominator(n)
	if len(all) < 2 {
		return label
	}
	label = retain.Pattern(label)
	for _, m := range []graph.NodeID{all[0], all[len(all)/2], all[len(all)-1]} {
		if retain.Pattern(b.fromDominator(m)) != label {
			return ""
		}
	}
	return label
}

// fromDominator names the references from an object's dominator to it, through
// the insides of containers; "" if other objects are on the way.
func (b *painter) fromDominator(n graph.NodeID) string {
	var parts []string
	for {
		d := b.sizes.Idom(n)
		if d == graph.None {
			return ""
		}
		name, _, ok := b.ref(d, n)
		if !ok {
			return ""
		}
		parts = append(parts, name)
		if !b.g.Internal(d) || b.sizes.Idom(d) == graph.None {
			slices.Reverse(parts)
			return strings.Join(parts, "")
		}
		n = d
	}
}
