package retain

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// Options of Merge and Paths. The zero value is the default.
type Options struct {
	Raw       bool // do not fold containers' insides
	Values    bool // show keys in the names of single references
	MaxGroups int  // most groups that Merge keeps apart; 0 means 4096
}

// Merged is the picture of all retaining paths to a set of targets: objects
// that are reached in the same way (same root group, same references, same
// types) are one group. Group 0 is the targets.
type Merged struct {
	Groups []Group
	Edges  []Edge
	Alive  int   // targets that a root reaches
	Dead   int   // targets that none does
	Back   int64 // references to targets from objects that only the targets reach

	tree    *Tree
	opts    Options
	targets graph.Bitset
	// group is group+1, or -(fold+1) for a folded node, of the nodes that are
	// placed; of others in the picture how many targets are at and below them.
	// One array for both: there is a word of it for every object of the heap.
	group  []int32
	placed graph.Bitset
}

// Group is a set of objects, or of roots, that are reached in the same way.
type Group struct {
	Root    *graph.Root  // the first root of a root group, nil for objects
	Type    graph.TypeID // of objects
	Count   int          // objects, or roots
	First   graph.NodeID // the object found first; for roots what the first root holds
	Bytes   uint64       // shallow, of all
	Targets int          // targets whose shortest path passes here
	Other   bool         // stands for what did not fit MaxGroups
	parent  int32        // the group on the way to the root; -1 for roots and the targets
	label   int32
}

// Edge is all references of one name from one group to another.
type Edge struct {
	From, To int32
	Label    string // pattern of the folded name: `.m["…"]`
	Kind     graph.RefKind
	Count    int          // references
	Targets  int          // targets whose shortest path takes this edge
	Holder   graph.NodeID // of the first reference; None for edges from roots
	Held     graph.NodeID // the object at the end of the first reference
	Root     *graph.Root  // of the first reference, for edges from roots
	OnPath   bool         // part of a shortest path; others are further ways to hold the targets
}

type groupKey struct {
	parent int32
	label  int32
	typ    graph.TypeID
}

type edgeKey struct {
	from, to int32
	label    int32
	kind     graph.RefKind
}

// fold is where a folded node stands: in the last group before it, with the
// name so far.
type fold struct {
	parent, label int32
	kind          graph.RefKind // the weakest of the references in label
}

// member is the roots of one group that count as one.
type member struct {
	group  int32
	number uint64
}

// merger is the state of one Merge.
type merger struct {
	*Merged
	ctx     context.Context
	g       *graph.Graph
	labels  *Labels
	mark    graph.Bitset // nodes on a path to a target
	groups  map[groupKey]int32
	words   *lang.Words
	roots   map[lang.GroupKey]int32
	edges   map[edgeKey]int32
	folds   []fold
	foldOf  map[fold]int32
	counted map[member]bool // roots that count as one

	recentEdges  cache[edgeKey]
	recentGroups cache[groupKey]
	recentFolds  cache[fold]
}

// Merge merges the shortest retaining paths of all targets, and the other
// references that hold targets with the shortest paths to their holders. The
// counts are exact. It costs three passes over the reachable objects and one
// over their references, and 4 bytes for each object of the heap.
func Merge(ctx context.Context, t *Tree, targets graph.Bitset, opts *Options) (*Merged, error) {
	if opts == nil {
		opts = &Options{}
	}
	m := newMerger(ctx, t, targets, *opts)
	if err := m.markPaths(); err != nil {
		return nil, err
	}
	if err := m.assign(); err != nil {
		return nil, err
	}
	m.finish()
	return m.Merged, nil
}
