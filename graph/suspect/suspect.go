package suspect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/graph/store"
)

// Heap is what the detectors look at.
type Heap struct {
	Graph *graph.Graph
	Tree  *dominator.Tree
	Paths *retain.Tree
	Older *Heap // an older dump of the same program, for growth; may be nil

	once sync.Once
	all  []*holding
	err  error
}

// NewHeap computes the dominator tree and the shortest paths, side by side.
func NewHeap(ctx context.Context, g *graph.Graph) (*Heap, error) {
	h := &Heap{Graph: g}
	err := graph.Parallel(ctx, 2, 2, func(i int) (err error) {
		if i == 0 {
			h.Tree, err = dominator.Compute(ctx, g)
		} else {
			h.Paths, err = retain.Search(ctx, g)
		}
		return err
	})
	return h, err
}

// Pooled is what only pools hold, which the collector empties (Go's sync.Pool):
// it is no suspect.
func (h *Heap) Pooled() (objects int, bytes uint64) {
	for _, n := range h.Paths.PooledObjects() {
		bytes += h.Graph.Size(n)
	}
	return len(h.Paths.PooledObjects()), bytes
}

// Suspect is one likely leak.
type Suspect struct {
	Detector string
	Reason   string // a sentence without sizes, for a person on call
	Hint     string // the usual fix

	// Object is what to look at: what holds the rest, or the first of Count
	// objects of one type that do. None if roots hold the rest directly.
	Object graph.NodeID
	Type   string // of Object
	Count  int

	// Accumulation is the object below Object where it all comes together; it
	// may be Object. None if there is no such object.
	Accumulation graph.NodeID

	// Elements is how many objects of the type ElementType have come together;
	// 0 if that is not what is suspect.
	Elements    int
	ElementType string

	// Set is the objects that the suspect is: the elements, or what retains this
	// without having any.
	Set      Set
	Retained uint64  // bytes, by all objects of the set together
	Share    float64 // of the reachable bytes

	// Known is what is known of a leak that is a library's or the runtime's; nil for
	// others.
	Known *Known

	// Fix is what removes the references that no edit of the program can name, such
	// as those of the runtime's timers; nil if that is not what holds the set.
	Fix *Fix
	// Waste is whether the objects are needed, but not so many or so large: what holds
	// them is to be kept, so that a cut of many places says nothing.
	Waste bool

	Path        retain.Path // the shortest to Accumulation, or to one of the elements if there is none
	Fingerprint string

	grown  uint64         // bytes more than in an older dump
	rank   uint8          // of the path's root
	ranked bool           // by something else
	owners []graph.NodeID // of the elements, if there are several
	aside  bool           // says something of its own about what may be a part of others
	remark string         // what it is in a few words, if it is no more than a remark about what holds it
	anyway bool           // suspect however little it retains
	spread bool           // objects that only the roots dominate, by type
}

// Fix is something to do instead of removing references.
type Fix struct {
	Do     string // stop the 10,000 timers
	When   string // they are stopped
	Places string // pattern of the places that then let go, as package cut names them
}

// Detector finds one kind of leak.
type Detector struct {
	Name string
	Doc  string // one line
	Run  func(ctx context.Context, h *Heap) ([]Suspect, error)
}

// Detectors lists the detectors; of two that find the same, the earlier one
// tells.
func Detectors() []Detector {
	first := []Detector{{"growth", "collections that grew since the older dump (--against)", growth}}
	next := []Detector{
		{"listeners", "many callbacks in one registry: functions, closures, listeners", listeners},
	}
	last := []Detector{
		{"linked-list", "a long chain of objects of one type", linkedLists},
		{"tree", "objects of one type that hang on each other in a tree or trie", trees},
		{"stack", "what threads hold: many blocked at one place, or one with a lot", stacks},
		{"garbage", "objects in cycles that wait for the cycle collector", garbage},
		{"due-timers", "timers that wait to be due, each with what it will call", dueTimers},
		{"finalizers", "objects that wait for their finalizers or cleanups", finalizers},
		{"collection", "a container with many elements of one type", collections},
		{"buffers", "few large buffers that are most of the heap", buffers},
		{"duplicates", "texts and buffers of equal contents, where they are much of the heap", duplicates},
		{"empty-containers", "containers without elements", emptyContainers},
		{"biggest-drop", "where most of the heap comes together in the dominator tree", biggestDrop},
	}
	return slices.Concat(first, javascriptDetectors(), next, pythonDetectors(), jvmDetectors(), last)
}

// The limits of what is suspect.
const (
	minElements = 1000      // elements of a collection, objects of a chain
	minShare    = 0.004     // of the reachable bytes, for small leaks
	minBytes    = 256 << 10 // what is smaller is no leak to look for, but in a small heap
	smallShare  = 0.4       // of the reachable bytes of a small heap, where that is less than minBytes
	maxSuspects = 20
	maxMeasured = 32  // of how many the sets are measured
	maxNested   = 0.5 // a suspect inside another is told apart if it is more of it than this
)

// Find runs all detectors and returns the suspects: those that a person can act
// on first (held by the program's own roots before those of libraries and the
// runtime), then by what they retain. A heap without a leak gives none. It
// takes a few passes over the objects and 8 bytes an object. Without an older
// dump the answer stays with the graph: it is found once, or taken from what was
// kept of it.
func Find(ctx context.Context, h *Heap) ([]Suspect, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if h.Older != nil {
		return find(ctx, h)
	}
	f, err := store.Get(ctx, h.Graph, store.Key[*findings]{Name: "suspects", Load: fromColumns}, func(ctx context.Context) (*findings, error) {
		list, err := find(ctx, h)
		return &findings{list}, err
	})
	if err != nil {
		return nil, err
	}
	return f.List, nil
}

func find(ctx context.Context, h *Heap) ([]Suspect, error) {
	detectors := Detectors()
	each := make([][]Suspect, len(detectors))
	err := graph.Parallel(ctx, len(detectors), 0, func(i int) (err error) {
		each[i], err = detectors[i].Run(ctx, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []Suspect
	for i, found := range each {
		for _, s := range found {
			s.Detector = detectors[i].Name
			if h.complete(&s) {
				all = append(all, s)
			}
		}
	}
	if all = h.distinct(all); len(all) > maxMeasured {
		slices.SortStableFunc(all, before)
		all = all[:maxMeasured]
	}
	all, err = h.measure(ctx, all)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, before)
	return all[:min(len(all), maxSuspects)], nil
}

// before compares two suspects: that which a person can act on first comes first,
// then what grew fastest since an older dump, then what retains more.
func before(a, b Suspect) int {
	return cmp.Or(cmp.Compare(a.rank/graph.RankLibrary, b.rank/graph.RankLibrary), cmp.Compare(b.grown, a.grown), cmp.Compare(b.Retained, a.Retained), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// complete fills in what follows from the rest, and reports whether the suspect
// is worth showing.
func (h *Heap) complete(s *Suspect) bool {
	_, total := h.Tree.Total()
	if total == 0 || s.Retained < h.floor() && !s.anyway {
		return false
	}
	if h.bounded(s) || h.boundedLRU(s) {
		return false
	}
	if at := s.where(); at != graph.None && h.Paths.Pooled(at) {
		return false // the collector frees it
	}
	if len(s.Set.Nodes) == 0 && s.Set.Of == SetNodes && s.Object != graph.None {
		s.Set.Nodes = []graph.NodeID{s.Object}
	}
	s.Share = float64(s.Retained) / float64(total)
	if s.Object != graph.None {
		s.Type = h.Graph.TypeName(s.Object)
	}
	if s.Path.Root == nil {
		s.Path = h.Paths.Path(s.where(), nil)
	}
	if s.Path.Root != nil && !s.ranked {
		s.rank = s.Path.Root.Rank
	}
	h.markKnown(s)
	if s.Fingerprint == "" {
		s.Fingerprint = h.fingerprint(s)
	}
	runtime := s.rank >= graph.RankRuntime && s.rank < graph.RankResidue
	if runtime && s.Path.Root.Kind == graph.RootRuntime {
		return s.Share >= plainShare // the virtual machine's own
	}
	return !runtime || s.Share >= dropShare
}

// distinct drops suspects that say again what another says: the same object, or
// a smaller part of what a collection holds. What a stack holds is told with
// the collection that it is.
func (h *Heap) distinct(all []Suspect) []Suspect {
	var kept, remarks []Suspect
	for _, s := range all {
		if s.remark != "" {
			remarks = append(remarks, s)
			continue
		}
		i := slices.IndexFunc(kept, func(k Suspect) bool {
			return k.Fingerprint == s.Fingerprint || k.where() != graph.None && k.where() == s.where() && !k.spread && !s.spread
		})
		if i < 0 {
			kept = append(kept, s)
		} else if h.isTable(&kept[i], &s) {
			kept[i] = s
		} else if k := &kept[i]; k.Elements == 0 && s.Elements > 0 {
			k.Elements, k.ElementType, k.Set, k.Retained, k.Share = s.Elements, s.ElementType, s.Set, max(s.Retained, k.Retained), max(s.Share, k.Share)
			what, _, _ := strings.Cut(s.Reason, heldBy)
			k.Reason += ": " + what
			k.Hint = s.Hint // the goroutine that looks after a collection need not end
		}
	}
	out := slices.DeleteFunc(slices.Clone(kept), func(s Suspect) bool {
		return !s.aside && slices.ContainsFunc(kept, func(k Suspect) bool { return h.inside(&s, &k) || h.explains(&k, &s) })
	})
	return h.remark(out, remarks)
}

// mostlyHolds reports whether an object dominates most of some others.
func (h *Heap) mostlyHolds(at graph.NodeID, nodes []graph.NodeID) bool {
	if at == graph.None {
		return false
	}
	sample, held := every(nodes, sampleLen), 0
	for _, n := range sample {
		if h.Tree.Dominates(at, n) {
			held++
		}
	}
	return 10*held >= 8*len(sample)
}

// remark tells what is remarkable with the suspect that holds it, or, if none does,
// as a suspect of its own.
func (h *Heap) remark(list, remarks []Suspect) []Suspect {
	for _, r := range remarks {
		i := slices.IndexFunc(list, func(s Suspect) bool { return s.remark == "" && h.mostlyHolds(s.where(), r.Set.Nodes) })
		if i < 0 {
			list = append(list, r)
			continue
		}
		list[i].Reason += "; " + r.remark
		switch {
		case list[i].ElementType == r.ElementType:
			list[i].Hint = r.Hint // they are what has accumulated
		case 2*r.Retained > list[i].Retained:
			list[i].Hint = r.Hint + "; " + list[i].Hint
		}
	}
	return list
}

// explainedShare is the part of what many objects retain together that one
// collection below them must hold to be the better answer.
const explainedShare = 0.9

// explains reports whether k is the collection in which it comes together what s,
// many objects that only the roots dominate, retains.
func (h *Heap) explains(k, s *Suspect) bool {
	if h.isTable(s, k) || h.tellsMore(k, s) {
		return true
	}
	if !s.spread || k.spread || k.Elements == 0 && len(k.owners) == 0 || float64(k.Retained) < explainedShare*float64(s.Retained) {
		return false
	}
	owners := k.owners
	if len(owners) == 0 {
		owners = []graph.NodeID{k.where()}
	}
	return !slices.ContainsFunc(owners, func(n graph.NodeID) bool {
		return n == graph.None || h.Graph.TypeName(h.top(n)) != s.Type
	})
}

// tellsMore reports whether k says what the objects of s are, which only the roots
// or threads hold: what waits for finalizers, what class loaders pin.
func (h *Heap) tellsMore(k, s *Suspect) bool {
	if s == k || k.aside {
		return false
	}
	if k.Detector == detectorLocals && s.where() != k.where() && s.ElementType == k.ElementType && float64(s.Retained) >= explainedShare*float64(k.Retained) {
		return h.mostlyHolds(k.where(), []graph.NodeID{s.where()})
	}
	if k.Set.Of != SetNodes || len(k.Set.Nodes) < 2 {
		return false
	}
	if s.spread && !k.spread {
		return slices.Contains(k.Set.Nodes, s.Object)
	}
	return k.Detector == "class-loader" && s.Detector == "stack" && float64(k.Retained) >= explainedShare*float64(s.Retained) &&
		!slices.ContainsFunc(k.Set.Nodes, func(n graph.NodeID) bool { return !slices.Contains(s.Set.Nodes, h.top(n)) })
}

// isTable reports whether s is a collection of the language's containers in which
// k's elements are, as in a dict of dicts: the elements say what has accumulated,
// though most of the bytes may be the inner tables.
func (h *Heap) isTable(s, k *Suspect) bool {
	if s == k || len(k.owners) < 2 || s.Elements == 0 || s.ElementType != k.Type || s.Accumulation == graph.None || 4*k.Retained < s.Retained {
		return false
	}
	t, ok := h.Graph.Types().Find(s.ElementType)
	return ok && h.isGeneric(t) && h.Tree.Dominates(s.Accumulation, k.Object)
}

// top is what an object has above it in the dominator tree right below the roots;
// the object itself where that is too far to look.
func (h *Heap) top(n graph.NodeID) graph.NodeID {
	at := n
	for range longest {
		d := h.Tree.Idom(at)
		if d == graph.None {
			return at
		}
		at = d
	}
	return n
}

// inside reports whether s is a part of what k's elements retain, or one of the
// several objects that hold them.
func (h *Heap) inside(s, k *Suspect) bool {
	at := s.where()
	if s.ElementType == k.ElementType && at != k.where() && slices.Contains(k.owners, at) {
		return true
	}
	return k.Elements > 0 && k.where() != graph.None && at != graph.None && at != k.where() &&
		float64(s.Retained) < maxNested*float64(k.Retained) && h.Tree.Dominates(k.where(), at)
}

// where is the object that a suspect is about.
func (s *Suspect) where() graph.NodeID {
	if s.Accumulation != graph.None {
		return s.Accumulation
	}
	return s.Object
}
