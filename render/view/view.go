package view

import "github.com/refgraph/refgraph/graph"

// View is a picture's content: already chosen, merged and collapsed, at most a
// few hundred nodes. Every output format draws a View and nothing else, so what
// one shows all show.
type View struct {
	Title    string        // the answer: "why 100,010 main.Session (61.0 MiB retained) are alive"
	Verdict  string        // what must let go, and what that frees; may be empty
	Subtitle []string      // dump name, runtime version, time; then what the boxes do not say
	Findings []string      // what the boxes say too, for formats without boxes
	Runtime  graph.Runtime // tints the objects
	Total    uint64        // reachable bytes of the heap, what shares are shares of
	Nodes    []Node
	Edges    []Edge
	LeftOut  []string // what the picture does not show, in words
	Turns    int      // boxes of a chain that is drawn in rows that turn; 0 for others
	Hidden   bool     // keys and values are hidden (no --values)
	Sideways bool     // left to right, for long chains
	Frees    bool     // arrows lead to what is freed with a box: a dominator tree
}

// NodeKind says what a node of a View stands for.
type NodeKind uint8

// The kinds of nodes.
const (
	ObjectNode NodeKind = iota // an object, or equal objects merged
	RootNode                   // a GC root, or equal roots merged
	TargetNode                 // what the picture is about
	MoreNode                   // siblings that were collapsed: "x 99,998 more · 412 MiB"
)

// Node is one box of a View.
type Node struct {
	Kind     NodeKind
	ID       string // stable, unique in the view: "o-0xc000012040", "r-main.sessions"
	Head     string // type of an object; kind of a root ("global", "goroutine 18")
	Name     string // of a root: "main.sessions", "main.worker · s (chan receive)"
	Note     string // one line more: "buffer 100 of 100"
	Count    int    // how many objects or roots are merged here; 1 for one
	Shallow  uint64 // bytes, of all
	Retained uint64 // bytes, of all together
	Sized    bool   // Retained is known
	Address  string // of the object, or of the first
	Value    string // preview of the contents, only with --values
	Emphasis bool   // what to cut: the suspect, the accumulation point
	Growth   int64  // bytes grown since an older dump, for pictures of a diff
	Internal bool   // a container's inside, shown by --raw
	Members  []Node // what a MoreNode stands for, the biggest first, as far as it is kept
	Joint    bool   // in the place of a root: what several hold, so that no one frees it
	Held     bool   // below the target: what it keeps alive, not why it is alive
}

// Edge is one reference, or equal references merged, from holder to held.
type Edge struct {
	From, To int           // indexes in Nodes
	Label    string        // `.field`, `["…"]`, `[3]`
	Count    int           // references merged; 1 for one
	Kind     graph.RefKind // of the reference
	Retained uint64        // bytes that the held side retains, for the width
	Cycle    bool          // closes a cycle
	Suspect  bool          // the reference to cut
	Mark     string        // what is written at it: "cut 1 of 2 · alone frees 0 B"; "" for "cut here"
	Skipped  int           // steps of a long chain left out along this edge
}
