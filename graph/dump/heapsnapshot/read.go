package heapsnapshot

import (
	"cmp"
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/heapsnapshot/internal/streamed"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Read builds the graph of a snapshot. It returns *source.SyntaxError for one that is
// damaged beyond use; one that was not written to its end gives a warning and what
// it has, if it has its nodes. Memory beyond the graph is 10 bytes a node, 4 a
// string, and while reading 12 more a node.
//
// The description of a snapshot that Julia has streamed to four files is read with the
// other three; see package streamed for the errors.
func Read(ctx context.Context, src *source.Source) (*graph.Graph, error) {
	src, err := joined(ctx, src)
	if err != nil {
		return nil, err
	}
	f, err := parse(ctx, src)
	if err != nil {
		return nil, err
	}
	r := newReader(f)
	for _, step := range []func(context.Context) error{r.readNodes, r.findEdges, r.buildRows, r.setTypes, r.applyRules, r.addRoots} {
		if err := step(ctx); err != nil {
			return nil, err
		}
		if err := cmp.Or(ctx.Err(), r.b.Full()); err != nil {
			return nil, err
		}
	}
	for _, w := range f.warnings {
		r.b.Warn(w)
	}
	return r.b.Build(newDetail(r))
}

// Parts returns the files of a snapshot that consists of several, the one to open first,
// if path names one of them or what their names begin with; otherwise nil.
func Parts(path string) ([]string, error) { return streamed.Parts(path) }

// joined is src, or what is made of the files that src describes, which is closed with
// it.
func joined(ctx context.Context, src *source.Source) (*source.Source, error) {
	if !streamed.IsDescription(src) {
		return src, nil
	}
	whole, err := streamed.Join(ctx, src)
	if err == nil {
		src.Keep(whole)
	}
	return whole, err
}

// reader is the state of building one graph.
type reader struct {
	f *file
	b *graph.Builder
	g *graph.Graph
	nodeColumns

	nodeOf []graph.NodeID // by place in the file; nil if it is the same
	root   graph.NodeID   // the node that holds all
	first  []int64        // see firstEdges
	owners []owner        // by what they own
	sizes  []uint32       // by place in the file, until they are set; 2^32-1: in large
	large  map[ordinal]uint64

	files scripts
	user  bool // there is a global object or a document

	globals map[graph.TypeID]bool // types of global objects
}

func newReader(f *file) *reader {
	info := graph.Info{Name: f.src.Name, Format: "heapsnapshot", Runtime: graph.RuntimeJS}
	if f.julia != nil {
		info.Runtime = graph.RuntimeJulia
	}
	info.Facts = []graph.Fact{
		{Name: "nodes", Value: fmt.Sprint(f.nodes.count / int64(f.nodeLen))}, {Name: "edges", Value: fmt.Sprint(f.edges.count / int64(f.edgeLen))},
		{Name: "strings", Value: fmt.Sprint(f.strings.count)},
	}
	b := graph.NewBuilder(info, graph.NameLabels)
	b.SetBudget(f.src.Charge)
	return &reader{f: f, b: b, g: b.Graph()}
}
