package streamed

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// IsDescription reports whether a file is named as the description of a streamed
// snapshot.
func IsDescription(src *source.Source) bool { return strings.HasSuffix(src.Path, metaEnd) }

// Join makes one snapshot of the four files, of which src is the description and the
// others are beside it. Memory meanwhile is 4 bytes an edge and 8 a node; what is made is
// spooled, as a compressed dump is. The caller closes it, and src. Errors are
// *source.SyntaxError with the name of the file that is damaged, *source.LimitError,
// *MissingError and the context's.
func Join(ctx context.Context, src *source.Source) (*source.Source, error) {
	files := Files{Description: src}
	prefix := strings.TrimSuffix(src.Path, metaEnd)
	for _, p := range []struct {
		end string
		to  **source.Source
	}{{nodesEnd, &files.Nodes}, {edgesEnd, &files.Edges}, {stringsEnd, &files.Strings}} {
		part, err := source.Open(prefix+p.end, source.Options{})
		if err != nil {
			return nil, &MissingError{prefix + p.end, err}
		}
		defer part.Close() // was only read
		*p.to = part
	}
	return files.Join(ctx)
}

// Files are the four files of a snapshot.
type Files struct{ Description, Nodes, Edges, Strings *source.Source }

// Join is [Join] of files that are open, and stay so.
func (f *Files) Join(ctx context.Context) (*source.Source, error) {
	j := &joiner{ctx: ctx, src: f.Description, nodes: table{src: f.Nodes, rest: nodeRest}, edges: table{src: f.Edges, rest: edgeRest}, strings: f.Strings}
	for _, step := range []func() error{j.describe, j.sort} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return j.spool()
}

// joiner is the state of joining four files.
type joiner struct {
	ctx          context.Context
	src          *source.Source // the description
	nodes, edges table
	strings      *source.Source

	head   []byte   // the description without the bracket that ends it
	degree []uint32 // by node: its edges
	order  []uint32 // edges, by the node that they lead from
}

// sort counts the edges of each node and orders them by it.
func (j *joiner) sort() error {
	if j.nodes.count > graph.MaxNodes || j.edges.count > 1<<32-1 {
		return graph.ErrTooManyObjects
	}
	if err := errors.Join(j.nodes.src.Charge(int(8*j.nodes.count)), j.edges.src.Charge(int(4*j.edges.count))); err != nil {
		return err // a hole in a file, which takes no room on the disk
	}
	j.degree = make([]uint32, j.nodes.count)
	err := j.eachEdge("counting edges", func(_ uint32, from uint64) { j.degree[from]++ })
	if err != nil {
		return err
	}
	next := make([]uint32, j.nodes.count) // where the next edge of a node goes
	sum := uint32(0)
	for n, k := range j.degree {
		next[n] = sum
		sum += k
	}
	j.order = make([]uint32, j.edges.count)
	return j.eachEdge("sorting edges", func(e uint32, from uint64) {
		j.order[next[from]] = e
		next[from]++
	})
}

// eachEdge calls do for all edges, which lead from and to nodes that are there.
func (j *joiner) eachEdge(stage string, do func(e uint32, from uint64)) error {
	nodes := uint64(j.nodes.count)
	return j.edges.each(j, stage, func(e int64, v *[fields]uint64) error {
		if v[2] >= nodes || v[3] >= nodes {
			return j.edges.errorf(e, "edge %d leads from node %d to node %d, of %d", e, v[2], v[3], nodes)
		}
		do(uint32(e), v[2])
		return nil
	})
}

// spool writes the snapshot.
func (j *joiner) spool() (*source.Source, error) {
	r, w := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := graph.Guard(func() error { return j.write(w) })
		w.CloseWithError(err) // nil ends it
		failed <- err
	}()
	out, err := source.Spool(j.src, r)
	r.CloseWithError(errStopped)
	if wrong := <-failed; wrong != nil && !errors.Is(wrong, errStopped) {
		if err == nil {
			out.Close()
		}
		return nil, wrong
	}
	return out, err
}

// errStopped ends the writing of what nobody reads.
var errStopped = errors.New("no one reads")
