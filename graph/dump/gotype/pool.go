package gotype

import (
	"reflect"

	"github.com/refgraph/refgraph/graph"
)

// A sync.Pool refers to what it has pooled by its fields local and victim. Each
// collection drops victim and moves local there, so an object that only a pool
// holds is live now and gone after two collections.

// hasPool reports whether values of a type have a sync.Pool in them.
func (t *Type) hasPool(depth int) bool {
	if t == nil || t.PtrBytes == 0 || depth > maxNesting {
		return false
	}
	switch {
	case t.FullName == "sync.Pool":
		return true
	case t.Part == PartArray, t.Part == PartBuffer:
		return t.Elem().hasPool(depth + 1)
	case t.Part == PartGroups:
		return t.Key().hasPool(depth+1) || t.Elem().hasPool(depth+1)
	case t.Part == PartClosure, t.Part == PartNone && t.Kind == reflect.Struct:
		for _, f := range t.Fields() {
			if f.Type.hasPool(depth + 1) {
				return true
			}
		}
	case t.Part == PartNone && t.Kind == reflect.Array:
		return t.Elem().hasPool(depth + 1)
	}
	return false
}

// HoldsPools reports whether a variable is one of package sync's lists of all
// pools, which the collector drops like what is in the pools.
func (g *Global) HoldsPools() bool { return g.Name == "sync.allPools" || g.Name == "sync.oldPools" }

// RefKind is the kind of the reference that a word of a value of type t is:
// graph.Pooled or graph.Strong. t may be nil.
func (t *Type) RefKind(word uint64) graph.RefKind {
	if t != nil && t.Slot(word).Kind == SlotPool {
		return graph.Pooled
	}
	return graph.Strong
}

// setPooled marks the references by which the pools in an object hold things.
func (ty *Typer) setPooled(n graph.NodeID) {
	in := ty.info(ty.col[n].number())
	for i := range ty.g.Row(n) {
		if in.t.RefKind(slotWord(ty.g.Label(n, i))) == graph.Pooled {
			ty.b.SetKind(n, i, graph.Pooled)
		}
	}
}
