package cut

import (
	"math"

	"github.com/refgraph/refgraph/graph"
)

// Costs, in thousandths of one natural place of the program: one field of one of
// its types through which few objects hold many targets and little else. Each
// rule is there for an answer that was silly without it; the cases are in
// cost_test.go.
const (
	costProgram = 1000
	costLibrary = 1500
	costRuntime = 4000
	costNative  = 6000 // the holder is not in the dump

	costVariable = 300  // a local variable: it is gone when its function returns
	costThreads  = 250  // a class of goroutines or threads
	costMain     = 4000 // one with the program's first
	costStale    = 500  // words that only look like pointers
	costInside   = 500  // a list's or tree's own nodes

	costUnnamed = 1000 // a reference that no source code names

	costFan   = 200 // at most, for a place where each holder holds few
	costSteps = 10  // for each of up to 4 steps between what is held and a target

	// structureFactor is by how much a place is dearer at most through which the
	// program hangs together: cutting there is cutting the program.
	structureFactor = 3
	// freeCollateral is the binary logarithm of how many times the targets'
	// bytes may go with them.
	freeCollateral = 2

	// costJoint is as good as never: what two containers hold as entries is let go
	// of by both. Few entries of many are deleted from both, which is as dear as
	// that many places.
	costJoint = 1_000_000
	fewJoint  = 4 // how many times as many entries there must be for that

	// freeTargets is how many targets each of some goroutines may hold: all of them
	// know the server, and end for what they hold besides; one that holds
	// thousands is the server.
	freeTargets = 4

	costFree    = 1 // what lets go by itself
	leastRepeat = 2 // from how many nodes for each entry a type counts as a list's or tree's
)

func baseCost(rank uint8) float64 {
	switch {
	case rank < graph.RankLibrary:
		return costProgram
	case rank < graph.RankRuntime:
		return costLibrary
	case rank < graph.RankResidue:
		return costRuntime
	}
	return costNative
}

// costs sets the cost of every place. retained is what the targets retain.
func (v *survey) costs(retained uint64) {
	rec := v.recursion()
	fans := make([]float64, len(v.places))
	head := v.mainHeads()
	most := 1.0
	for p := range v.places {
		if !v.places[p].free {
			fans[p] = v.fan(placeID(p)) * rec[head[p]]
			most = max(most, fans[p])
		}
	}
	v.cost = make([]int64, len(v.places))
	for p := range v.places {
		v.cost[p] = v.price(placeID(p), rec, head[p], fans[p], most, float64(retained))
	}
}

func (v *survey) price(id placeID, rec []float64, head boxID, fan, most, retained float64) int64 {
	p := &v.places[id]
	if p.free {
		return costFree
	}
	st, b := &p.stats, &v.boxes[p.box]
	if p.class < 0 && b.shared && (p.box == head || fewJoint*st.refs > b.count) {
		return costJoint
	}
	refs := float64(max(1, st.refs))
	cost := baseCost(b.rank)
	switch {
	case p.class >= 0 && v.threads.list[p.class].main:
		cost += costMain
	case p.class >= 0:
		cost += costThreads
	case b.root != nil && b.root.Kind == graph.RootModule:
		cost += costMain // what lives as long as the program: nobody lets go of it
	case b.root != nil && (b.root.Kind == graph.RootStack || b.root.Kind == graph.RootThread):
		cost += costVariable
	}
	if 2*st.conservative > st.refs {
		cost += costStale
	}
	if p.class < 0 {
		cost *= structure(st.below/refs/rec[head], st.retained/max(1, retained))
	} else if !v.threads.list[p.class].main {
		each := float64(v.alive) / float64(v.threads.list[p.class].count)
		cost *= structure(min(st.below/refs, each)/freeTargets, 0)
	}
	if p.class < 0 && v.words.Unnamed != nil && v.words.Unnamed.MatchString(v.labels.Text(p.label)) {
		cost += costUnnamed
	}
	if p.class < 0 && rec[p.box] > leastRepeat {
		cost += costInside
	}
	if most > 1 {
		cost += costFan * (1 - math.Log2(max(1, fan))/math.Log2(most))
	}
	return int64((cost + costSteps*st.steps/refs) * float64(max(1, len(b.into))))
}

// structure is the factor for a place through which the program hangs together:
// many targets below each reference, or much besides the targets.
func structure(spread, collateral float64) float64 {
	x := max(math.Log2(max(1, spread)), math.Log2(max(1, collateral))-freeCollateral)
	return 1 + structureFactor*min(1, x/10)
}

// fan is how many references of a place each holder has.
func (v *survey) fan(id placeID) float64 {
	p := &v.places[id]
	if p.class >= 0 {
		return float64(v.threads.list[p.class].count)
	}
	return float64(p.stats.refs) / float64(max(1, v.boxes[p.box].count))
}

// mainHeads is the box that most references of each place lead to.
func (v *survey) mainHeads() []boxID {
	head, most := make([]boxID, len(v.places)), make([]int, len(v.places))
	for k, h := range v.heads.count {
		if h.refs > most[k.place] || h.refs == most[k.place] && k.box < head[k.place] {
			head[k.place], most[k.place] = k.box, h.refs
		}
	}
	return head
}

// recursion says, for each box whose objects refer to one another, how many of
// them there are for each way in: the one reference to a list's head stands for
// all of its nodes. It is 1 for other boxes, and for single objects that refer
// to themselves by detours.
func (v *survey) recursion() []float64 {
	entries, leaves := make([]int, len(v.boxes)), make([]int, len(v.boxes))
	self := make([]bool, len(v.boxes))
	for k, h := range v.heads.count {
		p := &v.places[k.place]
		switch {
		case p.class >= 0:
		case p.box == k.box:
			self[k.box] = true
		default:
			entries[k.box] += h.refs
			leaves[p.box] += h.refs
		}
	}
	rec := make([]float64, len(v.boxes))
	for i := range rec {
		rec[i] = 1
		if b := &v.boxes[i]; self[i] && b.root == nil {
			rec[i] = max(1, float64(min(leaves[i], b.count))/float64(max(1, entries[i])))
		}
	}
	return rec
}
