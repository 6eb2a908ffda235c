package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

const (
	// minParked is how many goroutines or threads at one place are suspect.
	minParked = 100
	// parkedAnyway is how many are whatever they hold: their stacks are not in
	// the heap.
	parkedAnyway = 1000
	// stackShare is the part of the heap that is suspect on one stack.
	stackShare = 0.01
)

// threadSet is the goroutines or threads at one place in the program, and what
// single ones of them hold and nothing else does.
type threadSet struct {
	place   string // see lang.Words.PlaceKey
	threads []*graph.Thread
	roots   []*graph.Root
	nodes   []graph.NodeID
	held    uint64
}

// stacks reports goroutines or threads that are at one place, when they are many
// or hold a lot that nothing else holds.
func stacks(ctx context.Context, h *Heap) ([]Suspect, error) {
	sets := h.threadSets()
	collections, err := h.largeHoldings(ctx)
	if err != nil {
		return nil, err
	}
	_, total := h.Tree.Total()
	var out []Suspect
	for _, set := range sets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		many := len(set.threads) >= minParked
		heavy := float64(set.held) >= stackShare*float64(total) && !set.isMain() && h.accumulates(set.nodes, collections)
		if len(set.nodes) > 0 && (many || heavy) && !h.allLocals(set.nodes) {
			out = append(out, h.parked(set))
		}
	}
	return out, nil
}

// accumulates reports whether what one of the objects retains comes together in a
// large collection, or in one place below it: permanent workers have a few buffers and
// tables each, a server's main loop has the server's state in many different parts,
// and neither is a leak.
func (h *Heap) accumulates(nodes []graph.NodeID, collections []*holding) bool {
	_, total := h.Tree.Total()
	for _, n := range nodes {
		retained := h.Tree.Retained(n)
		if float64(retained) >= dropShare*float64(total) {
			if _, ok := h.drop(n, total); ok {
				return true
			}
		}
		for _, x := range collections {
			if float64(x.retained) >= dropRatio*float64(retained) && (x.largest == n || h.Tree.Dominates(n, x.largest)) {
				return true
			}
		}
	}
	return false
}

// largeHoldings are the holdings that are suspect by themselves.
func (h *Heap) largeHoldings(ctx context.Context) ([]*holding, error) {
	all, err := h.holdings(ctx)
	if err != nil {
		return nil, err
	}
	var large []*holding
	for _, x := range all {
		if h.large(x) {
			large = append(large, x)
		}
	}
	return large, nil
}

// isMain reports whether the set is only what runs the program's entry, which
// holds the program's state by right.
func (s *threadSet) isMain() bool {
	return !slices.ContainsFunc(s.threads, func(t *graph.Thread) bool { return !t.Main })
}

// threadSets groups the threads but the runtime's own by the place where they
// are; those that hold the most come first.
func (h *Heap) threadSets() []*threadSet {
	words := lang.Of(h.Graph)
	sets := map[string]*threadSet{}
	threads := h.Graph.Threads()
	of := make([]*threadSet, len(threads)) // by thread
	for i := range threads {
		t := &threads[i]
		if t.Rank >= graph.RankRuntime {
			continue
		}
		place := words.PlaceKey(t)
		if sets[place] == nil {
			sets[place] = &threadSet{place: place}
		}
		of[i] = sets[place]
		of[i].threads = append(of[i].threads, t)
	}
	only := h.onlyThread()
	for i := range h.Graph.Roots() {
		r := &h.Graph.Roots()[i]
		if t := only[r.Node]; t != 0 && of[t-1] != nil {
			of[t-1].roots = append(of[t-1].roots, r)
			of[t-1].nodes = append(of[t-1].nodes, r.Node)
		}
	}
	list := make([]*threadSet, 0, len(sets))
	for _, set := range sets {
		slices.Sort(set.nodes)
		set.nodes = slices.Compact(set.nodes)
		set.held = h.Tree.RetainedBy(set.nodes)
		list = append(list, set)
	}
	slices.SortFunc(list, func(a, b *threadSet) int {
		return cmp.Or(cmp.Compare(b.held, a.held), strings.Compare(a.place, b.place))
	})
	return list
}

// onlyThread is, for each object that is held by roots of one thread and nothing
// else, that thread; 0 for others. What several share they share by design.
func (h *Heap) onlyThread() map[graph.NodeID]graph.ThreadID {
	only := map[graph.NodeID]graph.ThreadID{}
	for i := range h.Graph.Roots() {
		r := &h.Graph.Roots()[i]
		t := graph.ThreadID(0)
		if (r.Kind == graph.RootStack || r.Kind == graph.RootThread) && r.Via.Retains() && h.Paths.Root(r.Node) != nil {
			t = r.Thread
		}
		if had, ok := only[r.Node]; ok && had != t {
			t = 0
		}
		only[r.Node] = t
	}
	return only
}

func (h *Heap) parked(set *threadSet) Suspect {
	largest := h.largest(set.nodes)
	s := Suspect{
		Object: largest, Accumulation: largest, Count: len(set.nodes),
		Retained: set.held, Path: h.Paths.Path(largest, nil), Hint: h.endHint(), Set: Set{Nodes: set.nodes},
		anyway: len(set.threads) >= parkedAnyway, rank: set.threads[0].Rank, ranked: true,
	}
	words := lang.Of(h.Graph)
	if k := len(set.threads); k > 1 {
		s.Reason = fmt.Sprintf("%s %ss %s", count(k), words.Thread, set.where(words))
		s.Elements, s.ElementType = k, words.Thread
		s.Fingerprint = h.digest("stack", set.place)
		return s
	}
	r := set.root(largest)
	s.Reason = fmt.Sprintf("%s is alive and alone holds this, from a variable on its stack", words.Root(r))
	s.Fingerprint = h.digest("stack", words.Key(r))
	return s
}

// largest is the object that retains most; the first of several.
func (h *Heap) largest(nodes []graph.NodeID) graph.NodeID {
	largest := nodes[0]
	for _, n := range nodes {
		if h.Tree.Retained(n) > h.Tree.Retained(largest) {
			largest = n
		}
	}
	return largest
}

// root is the root of the set that holds an object, one of a variable if there is.
func (s *threadSet) root(n graph.NodeID) (best *graph.Root) {
	for _, r := range s.roots {
		if r.Node == n && (best == nil || best.Var == 0) {
			best = r
		}
	}
	return best
}

// spot is a place in the program to the line, and what a thread does there.
type spot struct {
	file, state graph.StringID
	line        uint32
}

// where says where the threads are and what they do: `wait at
// main.(*srv).Watch main.go:66 (chan receive, 2 h)`.
func (s *threadSet) where(words *lang.Words) string {
	spots := map[spot]int{}
	for _, t := range s.threads {
		spots[spot{t.File, t.State, t.Line}]++
	}
	at := *s.threads[0]
	most := spot{at.File, at.State, at.Line}
	for _, t := range s.threads {
		if k := (spot{t.File, t.State, t.Line}); spots[k] > spots[most] {
			most, at = k, *t
		}
	}
	least := at.Since
	for _, t := range s.threads {
		if (spot{t.File, t.State, t.Line}) == most {
			at.Since, least = max(at.Since, t.Since), min(least, t.Since)
		}
	}
	doing := words.Doing(&at)
	if since := lang.Long(at.Since); since != "" && since != lang.Long(least) {
		doing = strings.TrimSuffix(doing, since) + "up to " + since
	}
	verb := "are in "
	if words.Waits(&at) {
		verb = "wait at "
	}
	text := verb + words.Place(&at)
	if len(spots) > 1 && words.At(&at) != "" {
		text = verb + words.Function(&at) + ", most of them at " + words.At(&at)
	}
	if doing != "" {
		text += " (" + doing + ")"
	}
	return text
}
