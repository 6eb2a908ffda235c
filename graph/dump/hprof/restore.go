package hprof

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// stateColumn is where the classes are kept.
const stateColumn = "classes"

// saved is what a detail needs besides the graph.
type saved struct {
	IDs       int
	ClassType graph.TypeID
	Classes   []savedClass
}

type savedClass struct {
	ID, Super uint64
	Name      string
	Type      graph.TypeID
	Statics   []static
	Own       []field
}

// State implements graph.Restorer.
func (d *detail) State() graph.Columns {
	s := saved{IDs: int(d.h.file.ids), ClassType: d.h.classType}
	for _, c := range d.h.classes {
		s.Classes = append(s.Classes, savedClass{c.ID, c.Super, c.Name, c.typ, c.Statics, c.Own})
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(s); err != nil {
		return nil // Restore fails then, and the dump is read again
	}
	return graph.Columns{stateColumn: {b.Bytes()}}
}

// Restore makes the Detailer of a graph that Read made of the same dump before, of
// the state of that one's. It reads nothing of the dump.
func Restore(_ context.Context, src *source.Source, g *graph.Graph, state func(column string) []byte) (graph.Detailer, error) {
	var s saved
	if err := gob.NewDecoder(bytes.NewReader(state(stateColumn))).Decode(&s); err != nil {
		return nil, fmt.Errorf("the classes of the dump: %w", err)
	}
	if s.IDs != 4 && s.IDs != 8 {
		return nil, fmt.Errorf("identifiers of %d bytes", s.IDs)
	}
	h := &heap{src: src, file: &file{src: src, ids: ids(s.IDs)}, byID: map[uint64]*class{}, classType: s.ClassType}
	h.setInfo(s.ClassType, typeInfo{shape: classes})
	for i := range s.Classes {
		c := &s.Classes[i]
		x := &class{ID: c.ID, Super: c.Super, Name: c.Name, typ: c.Type, Statics: c.Statics, Own: c.Own}
		if int(c.Type) >= g.Types().Len() {
			return nil, fmt.Errorf("class %s has type %d of %d", c.Name, c.Type, g.Types().Len())
		}
		h.classes = append(h.classes, x)
		h.byID[x.ID] = x
	}
	h.linkSupers()
	h.numberStatics()
	for _, x := range h.classes {
		if int(x.typ) >= len(h.types) || h.types[x.typ].class == nil {
			h.setInfo(x.typ, h.infoOf(x))
		}
	}
	return &detail{h: h, g: g}, nil
}
