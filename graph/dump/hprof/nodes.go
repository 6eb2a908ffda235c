package hprof

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// number makes the index of all addresses. It reports whether some came twice.
func (h *heap) number(c *collected) (repeated bool, err error) {
	shift := uint8(3)
	for shift > 0 && c.low&(1<<shift-1) != 0 {
		shift--
	}
	x := graph.NewAddressIndexer(shift)
	for _, r := range c.runs {
		x.AddSlots(r.start, 8, r.n, r.bits)
	}
	for _, a := range c.lone {
		x.Add(a)
	}
	ix, err := x.Build()
	if errors.Is(err, graph.ErrMisaligned) {
		return false, &source.SyntaxError{File: h.src.Name, What: "damaged object address", Err: err}
	}
	if err != nil {
		return false, err
	}
	h.index = ix
	c.runs, c.lone = nil, nil
	n := c.records - ix.Len()
	if n > 0 {
		h.b.Warn(graph.Warning{Offset: -1, What: fmt.Sprintf("%d objects have the address of another", n), Effect: "one of each is kept"})
	}
	return n > 0, h.b.SetAddresses(ix)
}

// kindInfo is what is the same for all objects of a kind.
type kindInfo struct {
	typ   graph.TypeID
	tag   byte
	elem  byte
	fixed uint64 // size of an instance
}

// kindInfos finds the types of all kinds.
func (h *heap) kindInfos(c *collected) map[*kinds][]kindInfo {
	var lost []uint64
	for _, k := range c.kinds {
		for i := range k.list {
			if id := k.list[i].class; id != 0 && h.byID[id] == nil {
				lost = append(lost, id)
			}
		}
	}
	slices.Sort(lost) // which worker met which class first is chance
	for _, id := range lost {
		h.missing(id)
	}
	out := map[*kinds][]kindInfo{}
	for _, k := range c.kinds {
		list := make([]kindInfo, len(k.list))
		for i := range k.list {
			list[i] = h.kindInfo(&k.list[i])
		}
		out[k] = list
	}
	return out
}

func (h *heap) kindInfo(k *kind) kindInfo {
	out := kindInfo{tag: k.tag, elem: k.elem}
	if k.tag == subPrimitives || k.tag == subNoData {
		out.typ = h.arrays[k.elem]
		return out
	}
	x := h.byID[k.class]
	if x == nil {
		x = h.missing(k.class)
	}
	out.typ, out.fixed = x.typ, x.size
	if x.Missing {
		out.fixed = roundUp(h.layout.Header+uint64(k.count), h.layout.Align)
	}
	return out
}

// size is the shallow size of an object with so many elements.
func (k *kindInfo) size(l *layout, count uint32) uint64 {
	switch k.tag {
	case subInstance:
		return k.fixed
	case subObjects:
		return l.objectArray(uint64(count))
	}
	return l.primitiveArray(k.elem, uint64(count))
}

// nodes sets the type and size of every object.
func (h *heap) nodes(ctx context.Context, c *collected, repeated bool) error {
	for _, x := range h.classes {
		n, ok := h.index.Lookup(x.ID)
		if !ok {
			return fmt.Errorf("hprof: class %s is not in the index", x.Name)
		}
		x.node = n
		h.b.SetNode(n, h.classType, 0, x.Pos)
	}
	workers := h.src.Options.Workers
	if repeated {
		workers = 1 // two records of one address must come in order
	}
	infos := h.kindInfos(c)
	err := graph.Parallel(ctx, len(c.briefs), workers, func(i int) error {
		b := &c.briefs[i]
		list, r := infos[b.kinds], b.reader(h.file.ids)
		for r.read() {
			if n, ok := h.index.Lookup(r.id); ok {
				k := &list[r.kind]
				h.b.SetNode(n, k.typ, k.size(&h.layout, r.count), r.pos)
			}
		}
		b.data = nil
		return h.src.Report(ctx, "sizing objects", int64(i), int64(len(c.briefs)))
	})
	c.briefs, c.kinds = nil, nil
	return err
}

// sizeOfClasses sets the sizes of the classes' own objects: what every class has,
// and its static fields. What every class has is the least that any class leaves
// before the next object.
func (h *heap) sizeOfClasses() {
	own := make([]uint64, len(h.classes))
	least := ^uint64(0)
	for i, x := range h.classes {
		for _, s := range x.Statics {
			if s.isHidden() {
				continue
			}
			n := uint64(primitiveSize(s.Type))
			if n == 0 {
				n = h.layout.Ref
			}
			own[i] += n
		}
		if next, ok := h.index.After(x.ID); ok && next-x.ID > own[i] {
			least = min(least, next-x.ID-own[i])
		}
	}
	if base := h.byName(javaLangClass); base != nil {
		const most = 128 // what the JVM adds
		if h.layout.Class = base.size; least > base.size && least <= base.size+most {
			h.layout.Class = least
		}
	}
	for i, x := range h.classes {
		h.b.SetSizes(x.node, 1, roundUp(h.layout.Class+own[i], h.layout.Align))
	}
}

// byName returns the first class of a name.
func (h *heap) byName(name string) *class {
	for _, x := range h.classes {
		if x.Name == name {
			return x
		}
	}
	return nil
}
