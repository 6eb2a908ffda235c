package cut

// placeID numbers the places of a net, dense from 0.
type placeID = int32

// noPlace labels an edge that cannot be cut.
const noPlace placeID = -1

// sink is the end of an edge to a target.
const sink = ^uint32(0)

// net is the references that lead from roots to targets: nodes are numbers, and
// each edge names the place whose removal removes it.
type net struct {
	off   []uint32  // the edges of node i are off[i] to off[i+1]
	to    []uint32  // node at the end of an edge, or sink
	via   []placeID // place of an edge, or noPlace
	roots []rootEdge
	cost  []int64 // by place, at least 1
}

// rootEdge is a reference from outside. Either of its places, where it has two,
// cuts it.
type rootEdge struct {
	to     uint32
	places [2]placeID
}

func (n *net) nodes() int { return max(len(n.off)-1, 0) }

// sum is the cost of a set of places.
func (n *net) sum(places []placeID) (cost int64) {
	for _, p := range places {
		cost += n.cost[p]
	}
	return cost
}

// blocked is a set of places.
type blocked []bool

func (b blocked) has(p placeID) bool { return p >= 0 && b[p] }

func (b blocked) root(r *rootEdge) bool { return b.has(r.places[0]) || b.has(r.places[1]) }

func (b blocked) set(places []placeID, on bool) {
	for _, p := range places {
		b[p] = on
	}
}
