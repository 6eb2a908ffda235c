package cut

import (
	"math/bits"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
)

// placeStats is what is counted of the references of a place.
type placeStats struct {
	refs         int
	inner        int         // of refs, from the insides of containers
	conservative int         // of refs
	retained     float64     // bytes, summed over what the references hold
	below        float64     // targets below what they hold, summed, estimated
	steps        float64     // from what they hold to a target, summed
	root         *graph.Root // of the first
}

// heads counts the references of places by the box that they lead to.
type heads struct {
	count map[headKey]*head
	key   headKey
	last  *head
}

type headKey struct {
	place placeID
	box   boxID
}

// head is what is counted of references of one place to one box.
type head struct {
	refs         int
	inner        int          // of refs, from the insides of containers
	conservative int          // of refs
	holder, held graph.NodeID // of the first
}

func (h *heads) at(k headKey) *head {
	if h.last == nil || k != h.key {
		h.key, h.last = k, h.count[k]
		if h.last == nil {
			h.last = &head{holder: graph.None, held: graph.None}
			h.count[k] = h.last
		}
	}
	return h.last
}

// samples is how many targets are followed up to estimate how many there are
// below an object: one bit for each.
const samples = 64

// survey is a slice with what is counted of it.
type survey struct {
	*slice
	dom     *dominator.Tree // when costs are asked for
	heads   heads
	below   []uint64 // by node: the sampled targets below it
	scale   float64  // targets that a bit stands for
	dist    []uint32 // by node: steps to a target
	sampled map[graph.NodeID]uint64
}

func newSurvey(s *slice) (*survey, error) {
	v := &survey{slice: s, heads: heads{count: map[headKey]*head{}}}
	v.sample()
	if !s.over {
		v.below = make([]uint64, s.members.len())
	}
	for _, h := range s.hangs {
		v.countRoot(h)
	}
	if err := s.build(v.count); err != nil {
		return nil, err
	}
	v.once()
	v.enter()
	v.rename()
	if s.over {
		return v, nil
	}
	if err := v.distances(); err != nil {
		return nil, err
	}
	v.spread()
	v.sum()
	return v, s.ctx.Err()
}

// sample picks targets at even distances.
func (v *survey) sample() {
	k := min(samples, v.alive)
	v.sampled = make(map[graph.NodeID]uint64, k)
	v.scale = float64(v.alive) / float64(k)
	i, next := 0, 0
	for n := range v.targets.All() {
		if i == next*v.alive/k {
			v.sampled[n] = 1 << next
			next++
		}
		i++
	}
}

// headBox is the box that a reference leads to.
func (v *survey) headBox(to uint32) boxID {
	if to == sink {
		return targetBox
	}
	return v.classes[v.slice.class[to]].box
}

func (v *survey) countRoot(h rootRef) {
	r := &v.g.Roots()[h.root]
	to := sink
	if !v.targets.Has(r.Node) {
		to = v.number(r.Node)
	}
	for _, p := range h.places {
		if p >= 0 {
			v.tally(p, edge{holder: graph.None, held: r.Node, to: to, conservative: r.Via == graph.Conservative})
			if st := &v.places[p].stats; st.root == nil {
				st.root = r
			}
		}
	}
}

func (v *survey) tally(p placeID, e edge) {
	st, h := &v.places[p].stats, v.heads.at(headKey{p, v.headBox(e.to)})
	if h.refs == 0 {
		h.holder, h.held = e.holder, e.held
	}
	st.refs++
	h.refs++
	if e.holder != graph.None && v.g.Internal(e.holder) {
		st.inner++
		h.inner++
	}
	if e.conservative {
		st.conservative++
		h.conservative++
	}
}

// once counts each reference once where dumps have those of a container twice, at it
// and at its inside. A map has them at its inside only.
func (v *survey) once() {
	if !v.words.Doubled {
		return
	}
	for i := range v.places {
		st := &v.places[i].stats
		st.refs = max(st.refs-st.inner, st.inner)
	}
	for _, h := range v.heads.count {
		h.refs = max(h.refs-h.inner, h.inner)
	}
}

func (v *survey) count(e edge) {
	if e.via >= 0 {
		v.tally(e.via, e)
	}
	if e.to == sink && v.below != nil {
		if b, ok := v.sampled[e.held]; ok {
			v.below[e.from] |= b
		}
	}
}

// weigh sums up what is retained by what the references of each place hold.
func (v *survey) weigh(dom *dominator.Tree) error {
	v.dom = dom
	add := func(p placeID, held graph.NodeID) {
		if p >= 0 {
			v.places[p].stats.retained += float64(dom.Retained(held))
		}
	}
	for _, h := range v.hangs {
		held := v.g.Roots()[h.root].Node
		add(h.places[0], held)
		add(h.places[1], held)
	}
	for n := range v.set.All() {
		v.step(n, func(held graph.NodeID, p placeID) { add(p, held) })
	}
	return v.ctx.Err()
}

// distances counts the steps from each node to the nearest target, with reverse
// rows that live only here.
func (v *survey) distances() error {
	k := v.nodes()
	start := make([]uint32, k+1)
	v.dist = make([]uint32, k)
	var queue []uint32
	for u := range k {
		for e := v.off[u]; e < v.off[u+1]; e++ {
			if to := v.to[e]; to != sink {
				start[to+1]++
			} else if v.dist[u] == 0 {
				v.dist[u] = 1
				queue = append(queue, uint32(u))
			}
		}
	}
	for i := range k {
		start[i+1] += start[i]
	}
	back, at := make([]uint32, start[k]), make([]uint32, k)
	for u := range k {
		for e := v.off[u]; e < v.off[u+1]; e++ {
			if to := v.to[e]; to != sink {
				back[start[to]+at[to]] = uint32(u)
				at[to]++
			}
		}
	}
	for i := 0; i < len(queue); i++ {
		if i%checkEvery == 0 && v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		for _, u := range back[start[queue[i]]:start[queue[i]+1]] {
			if v.dist[u] == 0 {
				v.dist[u] = v.dist[queue[i]] + 1
				queue = append(queue, u)
			}
		}
	}
	return nil
}

// spread carries the sampled targets up along references that lead nearer to
// targets or away from roots; along others every back reference would see all.
// What lets go by itself is left out.
func (v *survey) spread() {
	if v.alive == 1 {
		for i := range v.below {
			v.below[i] = 1
		}
		return
	}
	for range 4 {
		changed := false
		for i := len(v.order) - 1; i >= 0; i-- {
			u := v.number(v.order[i])
			sum := v.below[u]
			for e := v.off[u]; e < v.off[u+1]; e++ {
				to := v.to[e]
				if to == sink || v.via[e] >= 0 && v.places[v.via[e]].free {
					continue
				}
				if v.dist[to] < v.dist[u] || v.level[to] > v.level[u] {
					sum |= v.below[to]
				}
			}
			if sum != v.below[u] {
				v.below[u], changed = sum, true
			}
		}
		if !changed {
			return
		}
	}
}

// sum adds up what is below the references of each place: estimated, but of nodes
// that refer to targets only, which is known.
func (v *survey) sum() {
	last := make([]bool, v.nodes())
	for u := range last {
		last[u] = !slices.ContainsFunc(v.to[v.off[u]:v.off[u+1]], func(to uint32) bool { return to != sink })
	}
	add := func(p placeID, to uint32) {
		if p < 0 {
			return
		}
		st := &v.places[p].stats
		if to == sink {
			st.below++
			return
		}
		if last[to] {
			st.below += float64(v.off[to+1] - v.off[to])
		} else {
			st.below += float64(bits.OnesCount64(v.below[to])) * v.scale
		}
		st.steps += float64(min(4, v.dist[to]))
	}
	for i := range v.roots {
		add(v.roots[i].places[0], v.roots[i].to)
		add(v.roots[i].places[1], v.roots[i].to)
	}
	for e, p := range v.via {
		add(p, v.to[e])
	}
}
