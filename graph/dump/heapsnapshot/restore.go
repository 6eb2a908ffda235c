package heapsnapshot

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// The columns of a detail.
const (
	columnRest      = "snapshot"
	columnKinds     = "nodes.kinds"
	columnNames     = "nodes.names"
	columnEdges     = "nodes.edges"
	columnDetached  = "nodes.detached"
	columnMarks     = "strings"
	columnLocations = "locations"
)

// rest is what a detail has besides columns.
type rest struct {
	Meta       []byte // JSON
	Start, End int64  // of the edges
	Strings    int
	Known      map[string]uint32
	Scripts    map[uint32]string
	Root       graph.NodeID
}

// State implements graph.Restorer.
func (d *detail) State() graph.Columns {
	r, f := d.r, d.r.f
	s := rest{Start: f.edges.start, End: f.edges.end, Strings: f.strings.count, Known: map[string]uint32{}, Scripts: r.files.name, Root: r.root}
	s.Meta, _ = json.Marshal(f.Meta) // was read from JSON
	known := f.strings.known
	for name, at := range known.fields() {
		s.Known[name] = *at
	}
	var b bytes.Buffer
	_ = gob.NewEncoder(&b).Encode(s) // of plain values into memory
	return graph.Columns{
		columnRest: {b.Bytes()}, columnKinds: {graph.Pack(r.kind)}, columnNames: {graph.Pack(r.name)}, columnEdges: {graph.Pack(r.edges)},
		columnDetached: {graph.Pack(r.detached)}, columnMarks: {graph.Pack(f.strings.marks)}, columnLocations: {graph.Pack(r.files.at)},
	}
}

// Restore makes the Detailer of a graph that Read made of the same snapshot before, of
// the state of that one's. It does not read the file, unless it is several.
func Restore(ctx context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error) {
	var s rest
	if err := gob.NewDecoder(bytes.NewReader(state(columnRest))).Decode(&s); err != nil {
		return nil, fmt.Errorf("what is kept of the snapshot: %w", err)
	}
	src, err := joined(ctx, src)
	if err != nil {
		return nil, err
	}
	f := &file{src: src, edges: &numbers{src: src, start: s.Start, end: min(s.End, src.Size)}, strings: &stringTable{src: src, count: s.Strings}}
	if err := json.Unmarshal(s.Meta, &f.Meta); err != nil {
		return nil, err
	}
	if f.layout, err = f.Meta.layout(); err != nil {
		return nil, err
	}
	f.strings.fields = f.julia != nil
	for name, at := range f.strings.known.fields() {
		*at = s.Known[name]
	}
	r := &reader{f: f, g: g, root: s.Root, files: scripts{name: s.Scripts}}
	for _, load := range []error{
		unpack(&r.kind, state(columnKinds), g.Len()), unpack(&r.name, state(columnNames), g.Len()), unpack(&r.edges, state(columnEdges), g.Len()),
		unpack(&r.detached, state(columnDetached), -1), unpack(&f.strings.marks, state(columnMarks), (s.Strings+1<<markShift-1)>>markShift),
		unpack(&r.files.at, state(columnLocations), -1),
	} {
		if load != nil {
			return nil, load
		}
	}
	if len(r.detached) != g.Len() {
		r.detached = nil
	}
	return &detail{r: r, at: graph.None}, nil
}

// unpack fills a column, which must have n elements unless n is negative.
func unpack[T any](to *[]T, data []byte, n int) error {
	list, err := graph.Unpack[T](data)
	if err == nil && n >= 0 && len(list) != n {
		err = fmt.Errorf("%d elements of %d: %w", len(list), n, graph.ErrColumns)
	}
	*to = list
	return err
}
