package ruby

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// scan reads the fields of all lines but their references.
func scan(ctx context.Context, src *source.Source) (*file, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &file{src: src, parts: make([]part, (src.Size+chunkLen-1)/chunkLen), classes: map[uint64]class{}, shapes: map[uint64]shape{}, texts: map[string]uint32{"": 0}, words: []string{""}}
	known, names := fields(), kinds()
	err := lines(ctx, src, "reading objects", func(c int, off int64, line []byte) error {
		if len(line) == 0 {
			return nil
		}
		x := lineScan{f: f, part: &f.parts[c], off: off, names: names, s: scanner{known: known}}
		whole := x.read(line)
		if x.full != nil {
			return x.full
		}
		if !whole {
			p := &f.parts[c]
			if p.bad++; p.bad == 1 {
				p.badAt = off
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.sortRoots()
	objects, bad := 0, 0
	for i := range f.parts {
		objects += len(f.parts[i].objects)
		bad += f.parts[i].bad
	}
	switch {
	case objects == 0:
		return nil, src.Errorf(0, "no line of the dump has an object")
	case bad > objects:
		return nil, src.Errorf(f.firstBad(), "%d of %d lines are damaged", bad, bad+objects)
	case objects > graph.MaxNodes:
		return nil, graph.ErrTooManyObjects
	}
	return f, nil
}

func (f *file) firstBad() int64 {
	for i := range f.parts {
		if f.parts[i].bad > 0 {
			return f.parts[i].badAt
		}
	}
	return -1
}

// lineScan reads one line.
type lineScan struct {
	f     *file
	part  *part
	off   int64
	names map[string]kind
	s     scanner
	o     object
	class class
	shape shape
	id    uint64
	root  root
	word  []byte
	full  error // of source.Charge
}

// What is kept of lines that are no objects, in bytes, beside their texts.
const rootCost, shapeCost, classCost, wordCost = 64, 48, 80, 64

func (x *lineScan) charge(n int) { x.full = cmp.Or(x.full, x.f.src.Charge(n)) }

// read reads a line; false if it is damaged or of no known form.
func (x *lineScan) read(line []byte) bool {
	if !x.s.start(line) {
		return false
	}
	x.o.off = x.off
	for x.s.next() {
		x.field()
	}
	if x.s.bad {
		return false
	}
	switch x.o.kind {
	case kindRoot:
		x.charge(rootCost + 8*len(x.root.addrs))
		x.f.mu.Lock()
		x.f.roots = append(x.f.roots, rootAt{x.off, x.root})
		x.f.mu.Unlock()
		return true
	case kindShape:
		x.charge(shapeCost + len(x.shape.edge))
		x.f.mu.Lock()
		x.f.shapes[x.id] = x.shape
		x.f.mu.Unlock()
		return true
	}
	if x.o.addr == 0 {
		return false
	}
	if x.o.size == 0 {
		x.o.size = slotSize
	}
	x.keep()
	x.part.objects = append(x.part.objects, x.o)
	return true
}

// slotSize is the least that an object takes, in bytes.
const slotSize = 40

// keep notes what is not a column.
func (x *lineScan) keep() {
	isClass := x.o.kind == kindClass || x.o.kind == kindModule || x.o.kind == kindIClass
	if x.o.generation > 0 && !x.f.traced.Load() {
		x.f.traced.Store(true)
	}
	if !isClass && len(x.word) == 0 {
		return
	}
	x.f.mu.Lock()
	defer x.f.mu.Unlock()
	if isClass {
		x.charge(classCost + len(x.class.name))
		x.f.classes[x.o.addr] = x.class
	}
	if len(x.word) > 0 {
		id, ok := x.f.texts[string(x.word)]
		if !ok {
			x.charge(wordCost + len(x.word))
			id = uint32(len(x.f.words))
			x.f.words = append(x.f.words, string(x.word))
			x.f.texts[string(x.word)] = id
		}
		x.o.sub = id
	}
}

// field takes in one field.
func (x *lineScan) field() {
	v := x.s.value
	switch x.s.key {
	case fieldAddress:
		x.o.addr = address(v)
	case fieldType:
		if len(v) > 2 {
			x.o.kind = x.names[string(v[1:len(v)-1])]
		}
	case fieldClass:
		x.o.class = address(v)
	case fieldMemsize:
		x.o.size = number(v)
	case fieldName:
		x.class.name = text(v)
	case fieldRealClass:
		if x.class.name == "" {
			x.class.name = text(v)
		}
	case fieldSuperclass:
		x.class.super = address(v)
	case fieldSingleton:
		x.class.singleton = string(v) == "true"
	case fieldStruct, fieldImemo:
		if len(v) > 2 && v[0] == '"' {
			x.word = v[1 : len(v)-1]
		}
	case fieldID:
		x.id = number(v)
	case fieldParent:
		x.shape.parent = number(v)
	case fieldEdge:
		x.shape.edge = text(v)
	case fieldRoot:
		x.root.name = text(v)
	case fieldReferences:
		if x.o.kind == kindRoot {
			addresses(v, func(a uint64) { x.root.addrs = append(x.root.addrs, a) })
		}
	case fieldGeneration:
		x.o.generation = uint32(min(number(v), 1<<32-2)) + 1
	}
}

// maxName is how much of a name is kept, in bytes: types and references without one of
// their own are called by it.
const maxName = 1000

// text decodes a string value; "" if it is none.
func text(v []byte) string {
	var s string
	if len(v) < 2 || v[0] != '"' || json.Unmarshal(v, &s) != nil {
		return ""
	}
	return strings.ToValidUTF8(s[:min(len(s), maxName)], "\ufffd")
}

// warn says what could not be read.
func (f *file) warn(b *graph.Builder) {
	bad := 0
	for i := range f.parts {
		bad += f.parts[i].bad
	}
	if bad > 0 {
		b.Warn(graph.Warning{Offset: f.firstBad(), What: fmt.Sprintf("%d lines are damaged", bad), Effect: "their objects are left out; a dump that is cut ends with one"})
	}
	if end, err := f.src.Slice(f.src.Size-1, 1); bad == 0 && err == nil && end[0] != '\n' {
		b.Warn(graph.Warning{Offset: f.src.Size, What: "the last line has no end", Effect: "the dump may be cut: objects behind it are missing"})
	}
	if f.src.Cut != nil {
		b.Warn(graph.Warning{Offset: f.src.Size, What: fmt.Sprintf("the compressed file is cut short or damaged: %v", f.src.Cut)})
	}
}
