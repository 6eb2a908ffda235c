package heapsnapshot

import (
	"context"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// Distances implements graph.Distancer by DevTools' rule: how many references, of all
// but weak ones, lead from an object that the root of the snapshot has itself (the global
// object, the document) to each; 1 for these. 0 is what only V8's own roots reach, which
// DevTools shows no distance of, or nothing does. It costs a pass over all references,
// and memory is 8 bytes an object.
func (d *detail) Distances(ctx context.Context) ([]uint32, error) {
	x := distances{r: d.r, detail: d, at: make([]uint32, d.r.g.Len()), all: newEdgeReader(d.r), waiting: map[string]bool{}}
	x.all.shortcuts = true
	g := d.r.g
	for i, to := range g.Row(d.r.root) {
		if g.RefKind(d.r.root, i).Retains() && x.isUser(to) {
			x.add(to, 1)
		}
	}
	for i := 0; i < len(x.queue); i++ {
		if i%(1<<18) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x.expand(x.queue[i])
	}
	return x.at, nil
}

type distances struct {
	r       *reader
	detail  *detail
	at      []uint32 // by node; 0 until it is reached
	queue   []graph.NodeID
	all     *edgeReader     // of shortcuts too
	waiting map[string]bool // entries of WeakMaps of which one of table and key was reached
}

// isUser reports whether a node that the root has is one that a program knows.
func (x *distances) isUser(n graph.NodeID) bool {
	return x.r.kind[n] != nodeSynthetic || x.r.nodeName(n) == documentTrees
}

func (x *distances) add(n graph.NodeID, distance uint32) {
	if x.at[n] == 0 {
		x.at[n] = distance
		x.queue = append(x.queue, n)
	}
}

// expand reaches what a node leads to.
func (x *distances) expand(n graph.NodeID) {
	g := x.r.g
	plain, descriptors := g.Plain(n), x.r.kind[n] == nodeArray && x.r.nodeName(n) == "(map descriptors)"
	bound, sloppy := x.r.f.strings.known.bound, x.r.f.strings.known.sloppy
	for i, to := range g.Row(n) {
		l := label(g.Label(n, i))
		if l == stringLabel(bound, tagInternal) {
			x.shortcuts(n)
		}
		if x.at[to] != 0 || to == x.r.root || l == stringLabel(sloppy, tagInternal) && x.r.kind[n] == nodeHidden {
			continue
		}
		if !plain && (l == labelPair || l == labelPairTable) {
			if !x.both(n, i) {
				continue
			}
		} else if !plain && !g.RefKind(n, i).Retains() {
			continue
		}
		if descriptors && !x.descriptor(n, i) {
			continue
		}
		x.add(to, x.at[n]+1)
	}
}

// shortcuts reaches the arguments of a bound function, which the graph does not have as
// references of its own: they are in an array, too.
func (x *distances) shortcuts(n graph.NodeID) {
	edges, err := x.all.row(n)
	if err != nil {
		return // its own row tells
	}
	for _, e := range edges {
		if e.kind == edgeShortcut {
			x.add(e.to, x.at[n]+1)
		}
	}
}

// both reports whether the key and the table of a WeakMap's entry were both reached, of
// which the second counts.
func (x *distances) both(n graph.NodeID, i int) bool {
	e, ok := x.detail.edge(n, i)
	if !ok {
		return false
	}
	_, entry, _ := strings.Cut(x.r.f.strings.get(uint32(e.name)), " / ")
	if x.waiting[entry] {
		delete(x.waiting, entry)
		return true
	}
	x.waiting[entry] = true
	return false
}

// descriptor reports whether a slot of the description of a shape counts: its first two
// and of each property not the value, which need not be the object's.
func (x *distances) descriptor(n graph.NodeID, i int) bool {
	e, ok := x.detail.edge(n, i)
	if !ok {
		return false
	}
	at, err := strconv.Atoi(x.r.f.strings.get(uint32(e.name)))
	return err == nil && (at < 2 || at%3 != 1)
}
