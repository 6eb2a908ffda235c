package gotype

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// finish registers the types that are in use and writes the columns.
func (ty *Typer) finish(ctx context.Context, workers int) error {
	ids, err := ty.register(ctx, workers)
	if err != nil {
		return err
	}
	pools := make([][]graph.NodeID, (ty.g.Len()+chunk-1)/chunk) // by chunk: the objects with a sync.Pool in them
	err = graph.Parallel(ctx, len(pools), workers, func(i int) error {
		for n := graph.NodeID(i * chunk); n < graph.NodeID(min(ty.g.Len(), (i+1)*chunk)); n++ {
			if ty.finishNode(n, ids) {
				pools[i] = append(pools[i], n)
			}
		}
		return nil
	})
	for _, list := range pools {
		for _, n := range list {
			ty.setPooled(n)
		}
	}
	if err != nil {
		return err
	}
	return ty.bounds(ctx)
}

// finishNode writes the columns of one object, and reports whether there is a
// sync.Pool in it.
func (ty *Typer) finishNode(n graph.NodeID, ids []graph.TypeID) (pools bool) {
	var c claim
	if ty.col != nil {
		c = ty.col[n]
	}
	if c.rank() <= claimHint {
		id := ty.g.Type(n)
		if int(id) >= len(ty.sizes.scan) || ty.sizes.scan[id] == scanUnknown {
			id = ty.SizeType(ty.g.Size(n), len(ty.g.Row(n)))
		}
		ty.b.SetType(n, id, graph.TypeSizeClass)
		return false
	}
	src := graph.TypeInferred
	if c.exact() {
		src = graph.TypeExact
	}
	ty.b.SetType(n, ids[c.number()], src)
	in := ty.info(c.number())
	if in.t.Folded() {
		ty.b.SetInternal(n)
	}
	return in.pools
}

// register adds the types in use to the graph's table, in an order that does
// not depend on when they were found. The result is indexed by type number.
func (ty *Typer) register(ctx context.Context, workers int) ([]graph.TypeID, error) {
	if ty.exe == nil {
		return nil, nil
	}
	used := make([]atomic.Bool, len(ty.exe.types.all))
	err := ty.chunks(ctx, workers, func(lo, hi graph.NodeID) {
		last := uint32(0)
		for _, c := range ty.col[lo:hi] {
			if c.rank() > claimHint && c.number() != last {
				last = c.number()
				if !used[last].Load() {
					used[last].Store(true)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var list []*info
	for i := range used {
		if used[i].Load() {
			list = append(list, ty.info(uint32(i)))
		}
	}
	slices.SortFunc(list, func(a, b *info) int {
		if a.better(b) {
			return -1
		}
		return 1
	})
	ids := make([]graph.TypeID, len(used))
	list, shapes := splitShapes(list)
	names, same := displayNames(ty.exe, list)
	for i, in := range list {
		if same[i] != i {
			ids[in.t.id] = ids[list[same[i]].t.id]
			continue
		}
		id := ty.b.Types().Add(names[i])
		ids[in.t.id] = id
		for len(ty.byTypeID) <= int(id) {
			ty.byTypeID = append(ty.byTypeID, nil)
		}
		ty.byTypeID[id] = in.t
		if ty.exe.isLibrary(in.t) {
			ty.b.Types().Describe(id, graph.TypeInfo{Library: true})
		}
		if in.t.Part.tiled() && in.t.PtrBytes > 0 {
			ty.b.SetStride(id, 2*uint32(in.t.Size/8))
		}
	}
	for shape, in := range shapes {
		ids[shape.t.id] = ids[in.t.id]
	}
	return ids, nil
}

// splitShapes takes out the types that are only the shape of another one, as
// generic functions see it, with that other one.
func splitShapes(list []*info) (rest []*info, shapes map[*info]*info) {
	type key struct {
		full string
		part Part
	}
	real := map[key]*info{}
	for _, in := range list {
		if !in.shape {
			real[key{in.t.FullName, in.t.Part}] = in
		}
	}
	shapes = map[*info]*info{}
	for _, in := range list {
		of := real[key{strings.ReplaceAll(in.t.FullName, shapePrefix, ""), in.t.Part}]
		if in.shape && of != nil && of.t.Size == in.t.Size && of.t.PtrBytes == in.t.PtrBytes {
			shapes[in] = of
			continue
		}
		rest = append(rest, in)
	}
	return rest, shapes
}

// shapePrefix begins the names of shapes.
const shapePrefix = "go.shape."

func isShape(t *Type) bool { return strings.Contains(t.FullName, shapePrefix) }
