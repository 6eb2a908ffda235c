package python

import (
	"context"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// rows writes the references of all objects, on all cores.
func (r *reader) rows(ctx context.Context) error {
	key, item, member := r.b.String(labelKey), r.b.String(labelItem), r.b.String(labelMember)
	odd := r.b.String(`["…"]`)
	err := r.b.BuildRows(ctx, r.f.src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		x := rowWriter{r: r, w: w, key: key, item: item, member: member, odd: odd}
		for n := lo; n < hi; n++ {
			x.row(n)
		}
		r.lost.Add(x.lost)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if lost := r.lost.Load(); lost > 0 {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d references lead to objects that are not in the dump", lost), Effect: "they are left out"})
	}
	if e := r.f.end; e != nil && e.Objects != int64(r.f.objects) {
		r.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("the dump has %d objects and says it has %d", r.f.objects, e.Objects), Effect: "objects may be missing"})
	}
	return nil
}

// rowWriter writes rows of one range of objects.
type rowWriter struct {
	r                      *reader
	w                      *graph.RowWriter
	key, item, member, odd graph.StringID
	lost                   int64
}

func (x *rowWriter) row(n graph.NodeID) {
	b, k := x.r.f.object(x.r.g.Record(n))
	row := b.row(k)
	s := &x.r.shapes[b.shapeOf(k)]
	m := len(row) / 8
	head := min(len(s.ids), m)
	for i := range head {
		x.add(u64(row, i), s.ids[i], s.kinds[i])
	}
	if tail := row[8*head:]; len(tail) > 0 {
		x.tail(n, s, tail)
	}
	x.w.Next()
}

func (x *rowWriter) tail(n graph.NodeID, s *names, row []byte) {
	m := len(row) / 8
	switch s.tail {
	case "dict":
		x.dict(n, row, m/2)
	case "set":
		for i := range m {
			x.add(u64(row, i), x.member, graph.Strong)
		}
	default:
		cells := x.r.cells[n]
		for i := range m {
			label := x.item
			if i < len(cells) {
				label = cells[i]
			}
			x.add(u64(row, i), label, graph.Strong)
		}
	}
}

// dict writes m keys and then their values.
func (x *rowWriter) dict(n graph.NodeID, row []byte, m int) {
	attrs, locals := x.r.attrs.Has(n), x.r.locals[n]
	for i := range m {
		x.add(u64(row, i), x.key, graph.Strong)
	}
	for i := range m {
		label := x.odd
		if locals {
			label = 0
		} else if key, ok := x.r.ix.Lookup(u64(row, i)); ok {
			label = x.r.keys[x.r.g.Type(key)]
			if attrs && x.r.name[key] != 0 {
				label = x.r.name[key]
			}
		}
		x.add(u64(row, m+i), label, graph.Strong)
	}
}

func (x *rowWriter) add(id uint64, label graph.StringID, kind graph.RefKind) {
	to, ok := x.r.ix.Lookup(id)
	if !ok {
		if !x.r.own[id] {
			x.lost++
		}
		return
	}
	x.w.AddKind(to, uint32(label), kind)
}
