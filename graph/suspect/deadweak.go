package suspect

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// follows reports whether the elements are weak references to what lives: that there
// are many follows from what holds their objects.
func (h *Heap) follows(x *holding) bool {
	re := lang.Of(h.Graph).Weak
	return re != nil && !x.inline && re.MatchString(h.Graph.Types().Name(x.elem)) && !h.dead(x)
}

// dead reports whether most elements of a holding are weak references whose
// objects are gone: the entries stay, with their keys, when nobody removes them.
func (h *Heap) dead(x *holding) bool {
	re := lang.Of(h.Graph).Weak
	if re == nil || x.inline || !re.MatchString(h.Graph.Types().Name(x.elem)) {
		return false
	}
	asked, dead := 0, 0
	for c := range h.owned(x.largest) {
		if h.Graph.Type(c) != x.elem {
			continue
		}
		if asked++; !h.refersWeakly(c) {
			dead++
		}
		if asked == sampleLen {
			break
		}
	}
	return 2*dead > asked
}

// refersWeakly reports whether an object has a weak reference to another.
func (h *Heap) refersWeakly(n graph.NodeID) bool {
	for i := range h.Graph.Row(n) {
		if h.Graph.RefKind(n, i) == graph.Weak {
			return true
		}
	}
	return false
}
