package heapsnapshot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// file is a snapshot whose parts are known.
type file struct {
	src *source.Source
	snapshot
	*layout
	nodes, edges, locations *numbers
	strings                 *stringTable
	traceTree               int64 // offset of its value; 0 if there is none
	traceInfos              int64
	cut                     string // what the file ends within; "" if it is whole
	warnings                []graph.Warning
}

// parse finds the parts of the file.
func parse(ctx context.Context, src *source.Source) (*file, error) {
	f := &file{src: src}
	c := &cursor{ctx: ctx, src: src}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err := f.object(c)
	if c.err != nil {
		err = c.err
	}
	if err != nil {
		return nil, err
	}
	switch {
	case f.layout == nil:
		return nil, src.Errorf(0, "no description of the snapshot (meta)")
	case f.nodes == nil:
		return nil, src.Errorf(c.pos(), "the file ends before its nodes: it was not written to its end")
	case f.cut == "nodes":
		return nil, src.Errorf(c.pos(), "the file ends within its nodes, %d of %.0f: it was not written to its end", f.nodes.count/int64(f.nodeLen), f.NodeCount)
	}
	if f.edges == nil {
		f.edges = &numbers{src: src}
	}
	if f.strings == nil {
		f.strings = &stringTable{src: src}
		f.strings.known.reset()
	}
	f.check(c)
	return f, nil
}

// check warns of what is not as the file says.
func (f *file) check(c *cursor) {
	warn := func(off int64, effect, what string, args ...any) {
		f.warnings = append(f.warnings, graph.Warning{Offset: off, What: fmt.Sprintf(what, args...), Effect: effect})
	}
	if f.cut != "" {
		warn(c.pos(), "what comes behind is not known: references or names are missing; take the snapshot again", "the file ends within its %s: it was not written to its end", f.cut)
	}
	if f.src.Cut != nil {
		warn(f.src.Size, "", "the compressed file is cut short or damaged: %v", f.src.Cut)
	}
	if k := f.nodes.count / int64(f.nodeLen); float64(k) != f.NodeCount {
		warn(f.nodes.start, "what is there is read", "the file says it has %.0f nodes, and has %d", f.NodeCount, k)
	}
	if k := f.edges.count / int64(f.edgeLen); float64(k) != f.EdgeCount && f.cut == "" {
		warn(f.edges.start, "what is there is read", "the file says it has %.0f edges, and has %d", f.EdgeCount, k)
	}
	if f.strings.count == 0 && f.cut == "" {
		warn(-1, "nothing has a name", "the file has no strings")
	}
}

// object reads the outermost object, until the file ends.
func (f *file) object(c *cursor) error {
	for b := c.peek(); b == 0xef || b == 0xbb || b == 0xbf; b = c.peek() { // byte order mark
		c.i++
	}
	if !c.take('{') {
		return f.src.Errorf(c.pos(), "not a JSON object")
	}
	for f.cut == "" {
		if c.take('}') {
			return nil
		}
		at := c.pos()
		if c.peek() == 0 {
			f.cut = "parts"
			break
		}
		if !c.take('"') {
			return f.src.Errorf(at, "not a key of a JSON object")
		}
		key, ok := c.skipString(64)
		if ok {
			ok = c.take(':')
			if !ok && c.peek() != 0 {
				return f.src.Errorf(c.pos(), "no value for %q", key)
			}
		}
		if !ok {
			f.cut = "parts"
			break
		}
		if err := f.part(c, string(key)); err != nil {
			return err
		}
		if f.cut == "" && !c.take(',') && c.peek() != '}' && c.peek() != 0 {
			return f.src.Errorf(c.pos(), "no comma between two parts")
		}
	}
	return nil
}

// part reads the value of one key.
func (f *file) part(c *cursor, key string) error {
	closed := true
	var err error
	switch key {
	case "snapshot":
		return f.head(c)
	case "nodes", "edges", "locations":
		if f.layout == nil {
			return f.src.Errorf(c.pos(), "the %s come before the description of the snapshot", key)
		}
		if !c.take('[') {
			if closed = c.peek() != 0; closed {
				return f.src.Errorf(c.pos(), "the %s are no array", key)
			}
			break
		}
		var n *numbers
		n, closed = scanNumbers(c)
		switch key {
		case "nodes":
			f.nodes = n
		case "edges":
			f.edges = n
		default:
			f.locations = n
		}
	case "strings":
		if !c.take('[') {
			if closed = c.peek() != 0; closed {
				return f.src.Errorf(c.pos(), "the strings are no array")
			}
			break
		}
		f.strings, closed, err = scanStrings(c)
	default:
		switch c.peek(); key {
		case "trace_tree":
			f.traceTree = c.pos()
		case "trace_function_infos":
			f.traceInfos = c.pos()
		}
		if closed = c.skipValue(); !closed && c.err == nil && c.more() {
			return f.src.Errorf(c.pos(), "damaged value of %.40q", key)
		}
	}
	if !closed {
		f.cut = strings.ReplaceAll(key, "_", " ")
	}
	return err
}

// head reads the description of the snapshot.
func (f *file) head(c *cursor) error {
	c.peek()
	start := c.pos()
	if !c.skipValue() {
		if c.more() {
			return f.src.Errorf(c.pos(), "damaged description of the snapshot")
		}
		f.cut = "description"
		return nil
	}
	if c.pos()-start > maxMeta {
		return f.src.Errorf(start, "the description of the snapshot has %d bytes", c.pos()-start)
	}
	p, err := f.src.Slice(start, int(c.pos()-start))
	if err == nil {
		err = json.Unmarshal(p, &f.snapshot)
	}
	if err == nil {
		f.layout, err = f.Meta.layout()
	}
	if err != nil {
		return &source.SyntaxError{File: f.src.Name, Offset: start, What: "damaged description of the snapshot", Err: err}
	}
	return nil
}
