package cut

// quotient is a set of places that separates in the merged graph, in which all
// nodes of a class are one vertex, and so in the net: of least cost among those
// that separate the merged graph. ok is false if some of its ways has no place.
// class has the class of each node, -1 for nodes that are not reached.
func (n *net) quotient(class []int32, classes int) (places []placeID, ok bool) {
	m := newMergedNet(classes, n.cost)
	for i := range n.roots {
		r := &n.roots[i]
		m.root(r, classOf(class, r.to))
	}
	for u, c := range class {
		if c < 0 {
			continue
		}
		for e := n.off[u]; e < n.off[u+1]; e++ {
			m.edge(c, n.via[e], classOf(class, n.to[e]))
		}
	}
	return m.cut()
}

// classOf is the class of a node, -1 for the sink.
func classOf(class []int32, node uint32) int32 {
	if node == sink {
		return -1
	}
	return class[node]
}

// mergedNet is a flow network with a vertex for each class and two for each
// place, joined by an edge that has the place's cost for its capacity. A class
// leads into the places of its references and those into the classes that they
// hold.
type mergedNet struct {
	cost    []int64
	classes int32
	known   map[[2]int32]bool // edges between classes and places
	lastIn  []int32           // by place: the class that last led into it, +1
	lastOut []int32           // by place: the class that it last led to, +2
	flow    *flow
}

// The vertices: source, target, classes, then two for each place.
const (
	sourceVertex = iota
	targetVertex
	firstClass
)

func newMergedNet(classes int, cost []int64) *mergedNet {
	m := &mergedNet{cost: cost, classes: int32(classes), known: map[[2]int32]bool{},
		lastIn: make([]int32, len(cost)), lastOut: make([]int32, len(cost)), flow: newFlow(firstClass + classes + 2*len(cost))}
	for p, c := range cost {
		m.flow.edge(m.in(placeID(p)), m.out(placeID(p)), c)
	}
	return m
}

func (m *mergedNet) in(p placeID) int32  { return firstClass + m.classes + 2*p }
func (m *mergedNet) out(p placeID) int32 { return m.in(p) + 1 }

// vertex is the vertex of a class, the target for -1.
func (m *mergedNet) vertex(class int32) int32 {
	if class < 0 {
		return targetVertex
	}
	return firstClass + class
}

func (m *mergedNet) link(from, to int32) {
	if key := [2]int32{from, to}; !m.known[key] {
		m.known[key] = true
		m.flow.edge(from, to, unlimited)
	}
}

// edge adds a reference from a class by a place to a class.
func (m *mergedNet) edge(from int32, p placeID, to int32) {
	if p < 0 {
		m.link(m.vertex(from), m.vertex(to))
		return
	}
	if m.lastIn[p] != from+1 {
		m.lastIn[p] = from + 1
		m.link(m.vertex(from), m.in(p))
	}
	m.leadsTo(p, to)
}

func (m *mergedNet) leadsTo(p placeID, to int32) {
	if m.lastOut[p] != to+2 {
		m.lastOut[p] = to + 2
		m.link(m.out(p), m.vertex(to))
	}
}

// root adds a root's reference to a class.
func (m *mergedNet) root(r *rootEdge, to int32) {
	at := int32(sourceVertex)
	for _, p := range []placeID{r.places[1], r.places[0]} { // the goroutines before their variable
		if p >= 0 {
			m.link(at, m.in(p))
			at = m.out(p)
		}
	}
	m.link(at, m.vertex(to))
}

func (m *mergedNet) cut() (places []placeID, ok bool) {
	if m.flow.run(sourceVertex, targetVertex) >= unlimited {
		return nil, false
	}
	for p := range placeID(len(m.cost)) {
		if m.flow.level[m.in(p)] >= 0 && m.flow.level[m.out(p)] < 0 {
			places = append(places, p)
		}
	}
	return places, true
}
