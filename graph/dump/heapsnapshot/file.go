package heapsnapshot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/jsonscan"
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
	c := jsonscan.New(ctx, src)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err := f.object(c)
	if c.Err() != nil {
		err = c.Err()
	}
	if err != nil {
		return nil, err
	}
	switch {
	case f.layout == nil:
		return nil, src.Errorf(0, "no description of the snapshot (meta)")
	case f.nodes == nil && f.julia != nil && f.cut == "":
		return nil, src.Errorf(c.Pos(), "the file describes a snapshot that was streamed to four files: the others must be beside it, and be opened with it by name")
	case f.nodes == nil:
		return nil, src.Errorf(c.Pos(), "the file ends before its nodes: it was not written to its end")
	case f.cut == "nodes":
		return nil, src.Errorf(c.Pos(), "the file ends within its nodes, %d of %.0f: it was not written to its end", f.nodes.count/int64(f.nodeLen), f.NodeCount)
	}
	if f.edges == nil {
		f.edges = &numbers{src: src}
	}
	if f.strings == nil {
		f.strings = &stringTable{src: src}
		f.strings.known.reset()
	}
	f.strings.fields = f.julia != nil
	f.check(c)
	return f, nil
}

// check warns of what is not as the file says.
func (f *file) check(c *jsonscan.Cursor) {
	warn := func(off int64, effect, what string, args ...any) {
		f.warnings = append(f.warnings, graph.Warning{Offset: off, What: fmt.Sprintf(what, args...), Effect: effect})
	}
	if f.cut != "" {
		warn(c.Pos(), "what comes behind is not known: references or names are missing; take the snapshot again", "the file ends within its %s: it was not written to its end", f.cut)
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
func (f *file) object(c *jsonscan.Cursor) error {
	for b := c.Peek(); b == 0xef || b == 0xbb || b == 0xbf; b = c.Peek() { // byte order mark
		c.Skip(1)
	}
	if !c.Take('{') {
		return f.src.Errorf(c.Pos(), "not a JSON object")
	}
	for f.cut == "" {
		if c.Take('}') {
			return nil
		}
		at := c.Pos()
		if c.Peek() == 0 {
			f.cut = "parts"
			break
		}
		if !c.Take('"') {
			return f.src.Errorf(at, "not a key of a JSON object")
		}
		key, ok := c.SkipString(64)
		if ok {
			ok = c.Take(':')
			if !ok && c.Peek() != 0 {
				return f.src.Errorf(c.Pos(), "no value for %q", key)
			}
		}
		if !ok {
			f.cut = "parts"
			break
		}
		if err := f.part(c, string(key)); err != nil {
			return err
		}
		if f.cut == "" && !c.Take(',') && c.Peek() != '}' && c.Peek() != 0 {
			return f.src.Errorf(c.Pos(), "no comma between two parts")
		}
	}
	return nil
}

// part reads the value of one key.
func (f *file) part(c *jsonscan.Cursor, key string) error {
	closed := true
	var err error
	switch key {
	case "snapshot":
		return f.head(c)
	case "nodes", "edges", "locations":
		if f.layout == nil {
			return f.src.Errorf(c.Pos(), "the %s come before the description of the snapshot", key)
		}
		if !c.Take('[') {
			if closed = c.Peek() != 0; closed {
				return f.src.Errorf(c.Pos(), "the %s are no array", key)
			}
			break
		}
		var n *numbers
		n, closed = scanNumbers(c, f.src)
		switch key {
		case "nodes":
			f.nodes = n
		case "edges":
			f.edges = n
		default:
			f.locations = n
		}
	case "strings":
		if !c.Take('[') {
			if closed = c.Peek() != 0; closed {
				return f.src.Errorf(c.Pos(), "the strings are no array")
			}
			break
		}
		f.strings, closed, err = scanStrings(c, f.src)
	default:
		switch c.Peek(); key {
		case "trace_tree":
			f.traceTree = c.Pos()
		case "trace_function_infos":
			f.traceInfos = c.Pos()
		}
		if closed = c.SkipValue(); !closed && c.Err() == nil && c.More() {
			return f.src.Errorf(c.Pos(), "damaged value of %.40q", key)
		}
	}
	if !closed {
		f.cut = strings.ReplaceAll(key, "_", " ")
	}
	return err
}

// head reads the description of the snapshot.
func (f *file) head(c *jsonscan.Cursor) error {
	c.Peek()
	start := c.Pos()
	if !c.SkipValue() {
		if c.More() {
			return f.src.Errorf(c.Pos(), "damaged description of the snapshot")
		}
		f.cut = "description"
		return nil
	}
	if c.Pos()-start > maxMeta {
		return f.src.Errorf(start, "the description of the snapshot has %d bytes", c.Pos()-start)
	}
	p, err := f.src.Slice(start, int(c.Pos()-start))
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
