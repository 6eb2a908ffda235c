package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/retain"
)

// InfoQuestion asks what a dump is.
type InfoQuestion struct{}

// InfoAnswer is the contract of `info --json`. Sizes are in bytes.
type InfoAnswer struct {
	Format           string      `json:"format"`
	Runtime          string      `json:"runtime"`
	RuntimeVersion   string      `json:"runtime_version"`
	Taken            string      `json:"taken,omitempty"` // RFC 3339, UTC
	Objects          int         `json:"objects"`
	References       int64       `json:"references"`
	ShallowBytes     uint64      `json:"shallow_bytes"`
	ReachableObjects int         `json:"reachable_objects"`
	ReachableBytes   uint64      `json:"reachable_bytes"`
	TypedBytes       uint64      `json:"typed_bytes"` // of reachable objects with a known type
	ExactBytes       uint64      `json:"exact_bytes"` // of those whose type is not inferred
	Roots            []RootCount `json:"roots"`
	Process          *Process    `json:"process"` // null where nothing is known of it
	Facts            []Fact      `json:"facts"`
	Warnings         []Warning   `json:"warnings"`
}

// RootCount is how many roots there are of a kind.
type RootCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Fact is one more thing that a format knows about its dump.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Warning is something that could not be read.
type Warning struct {
	Offset  int64  `json:"offset"` // in the dump; -1 if it is not about a place
	What    string `json:"what"`
	Effect  string `json:"effect,omitempty"`
	Omitted int    `json:"omitted,omitempty"` // how many more like it there are
}

// Info says what the dump is: format, runtime, objects, roots, how much is typed,
// what could not be read. It costs a search of the heap and a pass over it.
func (s *Session) Info(ctx context.Context, q InfoQuestion) (*InfoAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*InfoAnswer, error) {
		return remember(ctx, s, q, func(ctx context.Context) (*InfoAnswer, error) { return describe(ctx, s.g) })
	})
}

func describe(ctx context.Context, g *graph.Graph) (*InfoAnswer, error) {
	live, err := retain.Reach(ctx, g)
	if err != nil {
		return nil, err
	}
	all, err := histogram.Count(ctx, g, nil)
	if err != nil {
		return nil, err
	}
	reached, err := histogram.Count(ctx, g, live.Has)
	if err != nil {
		return nil, err
	}
	exact, err := histogram.Count(ctx, g, func(n graph.NodeID) bool { return g.TypeSource(n) == graph.TypeExact && live.Has(n) })
	if err != nil {
		return nil, err
	}
	meta := g.Info()
	out := &InfoAnswer{
		Format: meta.Format, Runtime: string(meta.Runtime), RuntimeVersion: meta.RuntimeVersion,
		Objects: g.Len(), References: g.Refs(), ShallowBytes: all.Bytes,
		ReachableObjects: reached.Objects, ReachableBytes: reached.Bytes, TypedBytes: reached.Typed, ExactBytes: exact.Bytes,
		Roots: countRoots(g), Process: newProcess(g), Facts: []Fact{}, Warnings: []Warning{},
	}
	if !meta.Taken.IsZero() {
		out.Taken = meta.Taken.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, f := range meta.Facts {
		out.Facts = append(out.Facts, Fact(f))
	}
	for _, w := range g.Warnings() {
		out.Warnings = append(out.Warnings, Warning{w.Offset, w.What, w.Effect, w.Omitted})
	}
	return out, nil
}

// countRoots counts the roots of each kind, in the order of the kinds.
func countRoots(g *graph.Graph) []RootCount {
	counts := map[graph.RootKind]int{}
	for i := range g.Roots() {
		counts[g.Roots()[i].Kind]++
	}
	out := []RootCount{}
	for k := graph.RootGlobal; k <= graph.RootUnknown; k++ {
		if counts[k] > 0 {
			out = append(out, RootCount{k.String(), counts[k]})
		}
	}
	return out
}
