package ruby

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// rows writes the references of all objects.
func (r *reader) rows(ctx context.Context) error {
	src := r.f.src
	var lost atomic.Int64
	if err := r.nameShapes(); err != nil {
		return err
	}
	err := r.b.BuildRows(ctx, src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		if err := src.Report(ctx, "reading references", int64(lo), int64(r.g.Len())); err != nil {
			return err
		}
		x := &rowWriter{r: r, w: w, s: scanner{known: fields()}}
		for n := lo; n < hi; n++ {
			if err := x.row(n); err != nil {
				return err
			}
		}
		lost.Add(x.lost)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	src.Release(0, src.Size)
	if k := lost.Load(); k > 0 {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d references lead to objects that are not in the dump", k), Effect: "they are left out"})
	}
	return nil
}

// stepCost stands for the time that one step takes, too.
const stepCost = 16

// nameShapes makes the labels of all shapes, before they are read at once.
func (r *reader) nameShapes() error {
	r.shapes = make(map[uint64][]graph.StringID, len(r.f.shapes))
	for id := range r.f.shapes {
		var list []graph.StringID
		names, steps := r.f.variables(id)
		if err := r.f.src.Charge(stepCost * steps); err != nil {
			return err
		}
		for _, name := range names {
			list = append(list, r.b.String("."+name))
		}
		r.shapes[id] = list
	}
	return nil
}

// rowWriter writes the rows of one range of objects.
type rowWriter struct {
	r    *reader
	w    *graph.RowWriter
	s    scanner
	line line
	to   []graph.NodeID
	lost int64
}

func (x *rowWriter) row(n graph.NodeID) error {
	p, err := lineAt(x.r.f.src, x.r.g.Record(n))
	if err != nil {
		return err
	}
	x.line = line{refs: x.line.refs[:0]}
	if x.s.start(p) {
		for x.s.next() {
			x.line.field(&x.s)
		}
	}
	x.to = x.to[:0]
	for _, addr := range x.line.refs {
		if to, ok := x.r.g.Find(addr); ok {
			x.to = append(x.to, to)
		} else {
			x.to = append(x.to, graph.None)
			x.lost++
		}
	}
	for i, to := range x.to {
		if to != graph.None {
			x.w.Add(to, uint32(x.r.label(n, &x.line, x.to, i)))
		}
	}
	// An object refers to its class, which the dump has in a field of its own.
	if class, ok := x.r.g.Find(x.line.class); ok && x.line.class != 0 {
		x.w.Add(class, uint32(x.r.labels.class))
	}
	x.w.Next()
	return nil
}

// field takes in a field.
func (l *line) field(s *scanner) {
	switch s.key {
	case fieldReferences:
		addresses(s.value, func(a uint64) { l.refs = append(l.refs, a) })
	case fieldLength:
		l.length = number(s.value)
	case fieldSize:
		l.size = number(s.value)
	case fieldShape:
		l.shape, l.shaped = number(s.value), true
	case fieldClass:
		l.class = address(s.value)
	}
}

// label names reference i of an object. to has all of its references, with None for
// those that the dump does not have.
func (r *reader) label(n graph.NodeID, l *line, to []graph.NodeID, i int) graph.StringID {
	switch r.kind[n] {
	case kindArray:
		if l.length == uint64(len(to)) {
			return r.labels.element
		}
		return r.labels.item
	case kindHash:
		return r.entry(l, to, i)
	case kindObject:
		if l.shaped {
			if names := r.shapes[l.shape]; len(names) == len(to) {
				return names[i]
			}
		}
		return r.labels.variable
	case kindClass, kindModule, kindIClass:
		return r.constant(n, to[i])
	case kindStruct:
		return r.labels.member
	case kindImemo:
		return r.labels.none
	case kindData:
		return r.labels.captured
	}
	return r.labels.variable
}

// constant names what a class or module refers to: its classes and modules by their
// names, the rest is not known.
func (r *reader) constant(n, to graph.NodeID) graph.StringID {
	if k := r.kind[to]; k != kindClass && k != kindModule {
		return r.labels.constant
	}
	name, of := r.f.classes[r.g.Address(to)].name, r.f.classes[r.g.Address(n)].name
	if at := strings.LastIndex(name, "::"); name != "" && (at < 0 && of == "Object" || at >= 0 && name[:at] == of) {
		return r.b.String("::" + name[strings.LastIndex(name, ":")+1:])
	}
	return r.labels.constant
}

// entry names a reference of a hash: keys and values take turns if all are objects;
// otherwise there are values only, as under symbols, or it is not known which.
func (r *reader) entry(l *line, to []graph.NodeID, i int) graph.StringID {
	if pairs := 2 * l.size; uint64(len(to)) < pairs || uint64(i) >= pairs {
		return r.labels.value
	}
	if i%2 == 0 {
		return r.labels.key
	}
	if key := to[i-1]; key != graph.None && r.kind[key] == kindString {
		return r.labels.keyed
	}
	return r.labels.value
}
