package hprof

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph"
)

// loaders says which classes are never unloaded, by the type of their loader.
func (h *heap) loaders() {
	g := h.b.Graph()
	for _, x := range h.classes {
		x.builtin = x.Loader == 0
		if n, ok := h.index.Lookup(x.Loader); ok && !x.builtin {
			x.builtin = builtinLoaders[g.TypeName(n)]
		}
		x.builtin = x.builtin && !isHidden(x.Name)
		if !x.builtin {
			h.types[x.typ].pinned = true
		}
	}
}

// hidden is how the names of classes end that no other class can name.
var hidden = regexp.MustCompile(`[+/]0x[0-9a-f]+$`)

// isHidden reports whether a class is of those that are unloaded when nobody holds
// them, whatever their loader: scripts, method handles. Those of lambdas and of the
// strings that are put together live as long as what made them.
func isHidden(name string) bool {
	return hidden.MatchString(name) && !strings.Contains(name, "$$")
}

// describeTypes tells the graph what the classes are besides their names.
func (h *heap) describeTypes() {
	g, loaders := h.b.Graph(), map[graph.TypeID]map[uint64]bool{}
	for _, x := range h.classes {
		if loaders[x.typ] == nil {
			loaders[x.typ] = map[uint64]bool{}
		}
		loaders[x.typ][x.Loader] = true
		about := graph.TypeInfo{Loaders: len(loaders[x.typ])}
		if x.super != nil {
			about.Super, about.HasSuper = x.super.typ, true
		}
		if n, ok := h.index.Lookup(x.Loader); ok && !x.builtin {
			about.Loader = g.TypeName(n)
		}
		for _, f := range x.Own {
			about.Fields = append(about.Fields, f.Name)
		}
		h.b.Types().Describe(x.typ, about)
	}
}

// builtinLoaders live as long as the program.
var builtinLoaders = map[string]bool{
	"jdk.internal.loader.ClassLoaders$AppClassLoader":      true,
	"jdk.internal.loader.ClassLoaders$PlatformClassLoader": true,
	"jdk.internal.loader.ClassLoaders$BootClassLoader":     true,
	"sun.misc.Launcher$AppClassLoader":                     true,
	"sun.misc.Launcher$ExtClassLoader":                     true,
	"java.lang.BootClassLoader":                            true,
	"dalvik.system.PathClassLoader":                        true,
}

// rows writes the references of all objects.
func (h *heap) rows(ctx context.Context) error {
	h.numberStatics()
	h.findLocals()
	pool := sync.Pool{New: func() any { return &rowReader{h: h, window: window{src: h.src}, ids: h.file.ids} }}
	return h.b.BuildRows(ctx, h.src.Options.Workers, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		r := pool.Get().(*rowReader)
		defer pool.Put(r)
		r.w = w
		if err := r.fill(lo, hi); err != nil {
			return err
		}
		return h.src.Report(ctx, "reading references", int64(hi), int64(h.index.Len()))
	})
}

// rowReader is one worker of the third pass.
type rowReader struct {
	window
	ids ids
	h   *heap
	w   *graph.RowWriter
}

func (r *rowReader) fill(lo, hi graph.NodeID) error {
	g := r.h.b.Graph()
	for n := lo; n < hi; n++ {
		var err error
		switch t := r.h.typeInfo(g.Type(n)); {
		case t.shape == leaf && !t.pinned:
		case t.shape == elements:
			err = r.elements(g.Record(n), t)
		case t.shape == classes:
			err = r.class(g.Record(n), n)
		default:
			err = r.instance(g.Record(n), t)
		}
		if err != nil {
			return err
		}
		r.w.Next()
	}
	return nil
}

var noInfo typeInfo

// typeInfo is what is known of a type; nothing for classes that are missing.
func (h *heap) typeInfo(t graph.TypeID) *typeInfo {
	if int(t) < len(h.types) {
		return &h.types[t]
	}
	return &noInfo
}

// add adds a reference, if it leads to an object.
func (r *rowReader) add(id uint64, slot uint32, kind graph.RefKind) {
	if id == 0 {
		return
	}
	if n, ok := r.h.index.Lookup(id); ok {
		r.w.AddKind(n, slot, kind)
	}
}

// instance writes the row of an instance.
func (r *rowReader) instance(pos int64, t *typeInfo) error {
	id := int(r.ids)
	head := 9 + 2*id
	b, err := r.at(pos, head)
	if err != nil {
		return err
	}
	count := int(u4(b[5+2*id:]))
	if b, err = r.at(pos, head+count); err != nil {
		return err
	}
	if t.pinned {
		r.classOf(r.ids.at(b[5+id:]), slotClass)
	}
	body := b[head:][:count]
	if t.local {
		r.threadLocal(body, t)
		return nil
	}
	for _, f := range t.class.refs {
		if f.off+id > count {
			break // the record is shorter than its class says
		}
		to := r.ids.at(body[f.off:])
		if to == 0 {
			continue
		}
		if n, ok := r.h.index.Lookup(to); ok {
			if f.kind == graph.Strong {
				r.w.Add(n, f.slot)
			} else {
				r.w.AddKind(n, f.slot, f.kind)
			}
		}
	}
	return nil
}

// threadLocal writes the row of an entry of a thread's locals.
func (r *rowReader) threadLocal(body []byte, t *typeInfo) {
	var local uint64
	for _, f := range t.class.refs {
		if f.off+int(r.ids) > len(body) {
			return
		}
		if t.class.fields[f.slot-slotFirst].Name == "referent" {
			local = r.ids.at(body[f.off:])
		}
	}
	for _, f := range t.class.refs {
		to := r.ids.at(body[f.off:])
		n, ok := r.h.index.Lookup(to)
		if !ok || to == 0 {
			continue
		}
		slot := f.slot
		if t.class.fields[f.slot-slotFirst].role == valueOf {
			slot = r.h.localSlot(local, n)
		}
		r.w.AddKind(n, slot, f.kind)
	}
}

// classOf adds the reference of an object to its class, if that may be unloaded.
func (r *rowReader) classOf(id uint64, slot uint32) {
	if c := r.h.byID[id]; c != nil && !c.builtin {
		r.w.Add(c.node, slot)
	}
}

// elements writes the row of an array of objects.
func (r *rowReader) elements(pos int64, t *typeInfo) error {
	id := int(r.ids)
	b, err := r.at(pos, 9+2*id)
	if err != nil {
		return err
	}
	if b[0] != subObjects {
		return nil
	}
	count := u4(b[5+id:])
	class := r.ids.at(b[9+id:])
	pos += int64(9 + 2*id)
	const most = windowSize / 8 // elements at a time
	for at := uint32(0); at < count; {
		n := min(count-at, most)
		if b, err = r.at(pos, int(n)*id); err != nil {
			return err
		}
		for i := range n {
			if to := r.ids.at(b[int(i)*id:]); to != 0 {
				if n, ok := r.h.index.Lookup(to); ok {
					r.w.Add(n, at+i)
				}
			}
		}
		at += n
		pos += int64(int(n) * id)
	}
	if t.pinned {
		r.classOf(class, arrayClass)
	}
	return nil
}

// class writes the row of a class's own object. What a class that is never
// unloaded has in its static fields is held by roots.
func (r *rowReader) class(pos int64, n graph.NodeID) error {
	b, err := r.at(pos, 1+int(r.ids))
	if err != nil || b[0] != subClass {
		return err
	}
	c := r.h.byID[r.ids.at(b[1:])]
	if c == nil || c.builtin {
		return nil
	}
	r.add(c.Super, slotSuper, graph.Strong)
	r.add(c.Loader, slotLoader, graph.Strong)
	for i, s := range c.Statics {
		if s.Type == typeObject {
			r.add(s.Value, c.base+uint32(i), graph.Strong)
		}
	}
	return nil
}
