package heapsnapshot

import (
	"context"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph/dump/internal/jsonscan"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// ReadSites returns where the objects of a timeline were allocated, of those that are
// still there: the functions that were running, with the lines that they start at. A
// snapshot without a tree of allocations is a *sites.NoneError. It costs a pass over the
// nodes; memory is 24 bytes for each node of the tree.
func ReadSites(ctx context.Context, src *source.Source) (*sites.Snapshot, error) {
	f, err := parse(ctx, src)
	if err != nil {
		return nil, err
	}
	none := &sites.NoneError{Why: "allocations were not recorded in the program",
		Do: "record \"Allocations on timeline\" with stack traces in DevTools, or HeapProfiler.startTrackingHeapObjects with trackAllocations, and save the .heaptimeline"}
	if f.traceTree == 0 || f.traceInfos == 0 || f.nodeTrace < 0 {
		return nil, none
	}
	t := &traceTree{f: f, place: map[uint32]int32{}, texts: map[uint32]string{}}
	if err := t.readTree(ctx); err != nil {
		return nil, err
	}
	if err := t.readFunctions(); err != nil {
		return nil, err
	}
	if err := t.sumUp(ctx); err != nil {
		return nil, err
	}
	s := &sites.Snapshot{Limit: maxFrames}
	for i := range t.nodes {
		if n := &t.nodes[i]; n.count > 0 {
			frames, depth := t.frames(int32(i))
			if err := src.Charge(frameCost * len(frames)); err != nil {
				return nil, err
			}
			s.Traces = append(s.Traces, sites.Trace{Size: n.size, Count: n.count, Frames: frames, Depth: depth})
		}
	}
	if s.Merge(); len(s.Traces) == 0 {
		return nil, none
	}
	return s, nil
}

// maxFrames is how many calls are told of one allocation, the innermost.
const maxFrames = 64

// frameCost and traceCost are what is kept of a frame and of a node of the tree, in bytes.
const frameCost, traceCost = 64, 64

// traceNode is a node of the tree of calls: what called is its parent.
type traceNode struct {
	parent      int32 // -1 for the first
	function    uint32
	size, count int64 // of the objects that are there
}

// function is one that allocates.
type allocator struct{ name, script, line uint32 }

type traceTree struct {
	f         *file
	nodes     []traceNode
	place     map[uint32]int32 // by id
	functions []allocator
	texts     map[uint32]string
}

// level is an array of nodes that is being read.
type level struct {
	parent, node int32
	field        int
}

// readTree reads the tree: arrays of nodes, each of which has the array of those that it
// calls as its last field.
func (t *traceTree) readTree(ctx context.Context) error {
	f := t.f
	width := len(f.Meta.TraceNode)
	id, function := indexOf(f.Meta.TraceNode, "id"), indexOf(f.Meta.TraceNode, "function_info_index")
	if id < 0 || function < 0 || width > maxFields {
		return f.src.Errorf(f.traceTree, "trace_node_fields has no id or function_info_index")
	}
	c := jsonscan.Glance(f.src, f.traceTree)
	if !c.Take('[') {
		return f.src.Errorf(f.traceTree, "the trace tree is no array")
	}
	levels := []level{{parent: -1, node: -1}}
	for len(levels) > 0 {
		if len(t.nodes)%(1<<14) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		top := &levels[len(levels)-1]
		switch b := c.Peek(); {
		case b == ',':
			c.Skip(1)
		case b == ']':
			c.Skip(1)
			levels = levels[:len(levels)-1]
			if len(levels) > 0 {
				levels[len(levels)-1].field++
			}
		case b == '[':
			if err := f.src.Charge(traceCost); err != nil {
				return err
			}
			if top.node < 0 {
				return f.src.Errorf(c.Pos(), "an array of the trace tree is of no node")
			}
			c.Skip(1)
			levels = append(levels, level{parent: top.node, node: -1})
		case b >= '0' && b <= '9':
			v := number(c)
			if top.field >= width {
				top.field = 0
			}
			if top.field == 0 {
				if err := f.src.Charge(traceCost); err != nil {
					return err
				}
				t.nodes = append(t.nodes, traceNode{parent: top.parent})
				top.node = int32(len(t.nodes) - 1)
			}
			switch top.field {
			case id:
				t.place[uint32(min(v, 1<<32-1))] = top.node
			case function:
				t.nodes[top.node].function = uint32(min(v, 1<<32-1))
			}
			top.field++
		default:
			return f.src.Errorf(c.Pos(), "damaged trace tree")
		}
	}
	return c.Err()
}

// number reads the digits of a number; what is more than fits is the largest.
func number(c *jsonscan.Cursor) (v uint64) {
	for c.More() {
		d := c.Window()[0] - '0'
		if d > 9 {
			break
		}
		if v = v*10 + uint64(d); v > 1<<53 {
			v = 1 << 53
		}
		c.Skip(1)
	}
	return v
}

func indexOf(list []string, name string) int {
	for i, s := range list {
		if s == name {
			return i
		}
	}
	return -1
}

// readFunctions reads the functions of the tree.
func (t *traceTree) readFunctions() error {
	f, fields := t.f, t.f.Meta.TraceFunction
	name, script, line := indexOf(fields, "name"), indexOf(fields, "script_name"), indexOf(fields, "line")
	if name < 0 || script < 0 || line < 0 || len(fields) > maxFields {
		return f.src.Errorf(f.traceInfos, "trace_function_info_fields has no name, script_name or line")
	}
	c := jsonscan.Glance(f.src, f.traceInfos)
	if !c.Take('[') {
		return f.src.Errorf(f.traceInfos, "the functions of the trace tree are no array")
	}
	list, _ := scanNumbers(c, f.src)
	if list.count == 0 {
		return nil
	}
	rec := list.from(list.start, len(fields))
	small := func(v uint64) uint32 { return uint32(min(v, 1<<32-1)) }
	for rec.next() {
		if err := f.src.Charge(frameCost); err != nil {
			return err
		}
		t.functions = append(t.functions, allocator{small(rec.v[name]), small(rec.v[script]), small(rec.v[line])})
	}
	if rec.pos() < list.end {
		return rec.err
	}
	return nil
}

// sumUp adds the objects to the nodes that allocated them.
func (t *traceTree) sumUp(ctx context.Context) error {
	f := t.f
	var mu sync.Mutex
	return f.nodes.records(ctx, f.src.Options.Workers, f.nodeLen, "reading objects", func(_ int, rec *records) error {
		mu.Lock()
		defer mu.Unlock()
		for rec.next() {
			id := rec.v[f.nodeTrace]
			if id == 0 || id > 1<<32-1 {
				continue
			}
			if at, ok := t.place[uint32(id)]; ok {
				t.nodes[at].size += int64(min(rec.v[f.nodeSize], 1<<40))
				t.nodes[at].count++
			}
		}
		return rec.err
	})
}

// frames are the calls of a node, the innermost first, and how many there were. The first
// node of the tree is no call.
func (t *traceTree) frames(at int32) (list []sites.Frame, depth int) {
	for ; at >= 0 && t.nodes[at].parent >= 0; at = t.nodes[at].parent {
		if depth++; len(list) >= maxFrames {
			continue
		}
		if i := t.nodes[at].function; int64(i) < int64(len(t.functions)) {
			fn := &t.functions[i]
			file := strings.TrimPrefix(t.text(fn.script), "file://")
			if file == "" && t.text(fn.name) == "" {
				continue // V8 itself
			}
			if file == "" {
				file = "(native)"
			}
			list = append(list, sites.Frame{File: file, Line: int(fn.line), Func: t.text(fn.name)})
		}
	}
	return list, depth
}

func (t *traceTree) text(str uint32) string {
	s, ok := t.texts[str]
	if !ok {
		s = t.f.strings.get(str)
		t.texts[str] = s
	}
	return s
}
