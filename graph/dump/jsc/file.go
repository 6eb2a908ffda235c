package jsc

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/jsonscan"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Match reports whether a file starts as a snapshot does.
func Match(head []byte) bool {
	compact := bytes.ReplaceAll(head[:min(len(head), 256)], []byte(" "), nil)
	return bytes.HasPrefix(bytes.TrimLeft(compact, "\r\n\t\ufeff"), []byte(`{"version":`)) &&
		(bytes.Contains(compact, []byte(`"type":"Inspector"`)) || bytes.Contains(compact, []byte(`"type":"GCDebugging"`)))
}

// edgeType is what an edge is.
type edgeType uint8

const (
	edgeInternal edgeType = iota
	edgeProperty
	edgeIndex
	edgeVariable
)

// node is one object of the file.
type node struct {
	id, size    uint64
	class, name uint32 // name: of a function, among the labels; 0 if it has none
	flags       uint8  // 1 internal, 2 a plain object or of a class, 4 DOM element
}

// edge is a reference: ids, and the number of a name or an index.
type edge struct {
	from, to uint64
	extra    uint32
	kind     edgeType
}

// root says why a node is one.
type root struct {
	id     uint64
	reason uint32 // a label
}

// file is a snapshot as it is written.
type file struct {
	src       *source.Source
	debugging bool
	nodes     []node
	edges     []edge
	roots     []root
	classes   []string
	types     []edgeType
	names     []string
	labels    []string
	cut       string // what the file ends within
	full      error  // of source.Charge
}

// parse reads the file. Memory is 32 bytes a node and 24 an edge.
func parse(ctx context.Context, src *source.Source) (*file, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &file{src: src}
	c := jsonscan.New(ctx, src)
	err := f.object(c)
	if c.Err() != nil {
		err = c.Err()
	}
	if err == nil && len(f.nodes) == 0 {
		err = src.Errorf(c.Pos(), "the file has no nodes: it was not written to its end")
	}
	return f, err
}

func (f *file) object(c *jsonscan.Cursor) error {
	if !c.Take('{') {
		return f.src.Errorf(c.Pos(), "not a JSON object")
	}
	for {
		if c.Take('}') {
			return nil
		}
		if c.Peek() == 0 {
			f.cut = "parts"
			return nil
		}
		if !c.Take('"') {
			return f.src.Errorf(c.Pos(), "not a key of a JSON object")
		}
		key, ok := c.SkipString(64)
		if !ok || !c.Take(':') {
			if c.Peek() == 0 {
				f.cut = "parts"
				return nil
			}
			return f.src.Errorf(c.Pos(), "no value for %q", key)
		}
		closed, err := f.part(c, string(key))
		if err = cmp.Or(err, f.full); err != nil {
			return err
		}
		if !closed {
			if c.Peek() != 0 {
				return f.src.Errorf(c.Pos(), "damaged value of %q", key)
			}
			f.cut = string(key)
			return nil
		}
		if !c.Take(',') && c.Peek() != '}' && c.Peek() != 0 {
			return f.src.Errorf(c.Pos(), "no comma between two parts")
		}
	}
}

// part reads one value; closed is false if it is cut or damaged.
func (f *file) part(c *jsonscan.Cursor, key string) (closed bool, err error) {
	switch key {
	case "type":
		if !c.Take('"') {
			return false, nil
		}
		text, ok := c.SkipString(32)
		f.debugging = string(text) == "GCDebugging"
		return ok, nil
	case "nodes":
		width := 4
		if f.debugging {
			width = 7
		}
		return records(c, width, f.addNode)
	case "edges":
		return records(c, 4, func(v []uint64) error {
			f.edges = append(f.edges, edge{v[0], v[1], uint32(min(v[3], math.MaxUint32)), edgeType(min(v[2], 255))})
			return nil
		})
	case "roots":
		return records(c, 3, func(v []uint64) error {
			reason := v[1]
			if reason == 0 {
				reason = v[2]
			}
			f.roots = append(f.roots, root{v[0], uint32(min(reason, math.MaxUint32))})
			return nil
		})
	case "nodeClassNames":
		f.classes, closed = f.texts(c)
		return closed, nil
	case "edgeNames":
		f.names, closed = f.texts(c)
		return closed, nil
	case "labels":
		f.labels, closed = f.texts(c)
		return closed, nil
	case "edgeTypes":
		var names []string
		names, closed = f.texts(c)
		for _, name := range names {
			f.types = append(f.types, map[string]edgeType{"Property": edgeProperty, "Index": edgeIndex, "Variable": edgeVariable}[name])
		}
		return closed, nil
	}
	return c.SkipValue(), nil
}

func (f *file) addNode(v []uint64) error {
	if len(f.nodes) >= graph.MaxNodes {
		return graph.ErrTooManyObjects
	}
	n := node{id: v[0], size: v[1], class: uint32(min(v[2], math.MaxUint32)), flags: uint8(v[3])}
	if len(v) > 4 {
		n.name = uint32(min(v[4], math.MaxUint32))
	}
	f.nodes = append(f.nodes, n)
	return nil
}

// records reads an array of numbers, width of which make a record. Addresses, which
// are strings, are read as numbers too.
func records(c *jsonscan.Cursor, width int, do func(v []uint64) error) (closed bool, err error) {
	if !c.Take('[') {
		return false, nil
	}
	v := make([]uint64, 0, width)
	for {
		switch b := c.Peek(); {
		case b == ']':
			c.Skip(1)
			return len(v) == 0, nil
		case b == ',':
			c.Skip(1)
			continue
		case b == '"':
			c.Skip(1)
			text, ok := c.SkipString(24)
			if !ok {
				return false, nil
			}
			x, _ := strconv.ParseUint(strings.TrimPrefix(string(text), "0x"), 16, 64)
			v = append(v, x)
		case b-'0' <= 9:
			x, ok := number(c)
			if !ok {
				return false, nil
			}
			v = append(v, x)
		default:
			return false, nil
		}
		if len(v) == width {
			if err := do(v); err != nil {
				return false, err
			}
			v = v[:0]
		}
	}
}

// number reads digits, which may reach into the next window.
func number(c *jsonscan.Cursor) (v uint64, ok bool) {
	for digits := 0; c.More(); {
		w := c.Window()
		i := 0
		for i < len(w) && w[i]-'0' <= 9 {
			v = v*10 + uint64(w[i]-'0')
			i++
		}
		c.Skip(i)
		if digits += i; digits > 19 {
			return 0, false
		}
		if i < len(w) {
			return v, true
		}
	}
	return v, false // the file ends within the number
}

// maxText is how much of a name is kept.
const maxText = 1000

// textCost is what a string takes beside its bytes.
const textCost = 24

// texts reads an array of strings.
func (f *file) texts(c *jsonscan.Cursor) (list []string, closed bool) {
	if !c.Take('[') {
		return nil, false
	}
	for {
		switch {
		case c.Take(']'):
			return list, true
		case c.Take(','):
		case c.Take('"'):
			text, ok := c.SkipString(maxText)
			if !ok {
				return list, false
			}
			if f.full = f.src.Charge(textCost + len(text)); f.full != nil {
				return list, false
			}
			list = append(list, jsonscan.Unquote(text))
		default:
			return list, false
		}
	}
}

// at is a string of a table; "" if there is no such.
func at(list []string, i uint32) string {
	if int64(i) < int64(len(list)) {
		return list[i]
	}
	return ""
}

// check warns of what is not whole.
func (f *file) check(b *graph.Builder) {
	if f.cut != "" {
		b.Warn(graph.Warning{Offset: f.src.Size, What: fmt.Sprintf("the file ends within its %s: it was not written to its end", f.cut), Effect: "references or names are missing; take the snapshot again"})
	}
	if f.src.Cut != nil {
		b.Warn(graph.Warning{Offset: f.src.Size, What: fmt.Sprintf("the compressed file is cut short or damaged: %v", f.src.Cut)})
	}
}
