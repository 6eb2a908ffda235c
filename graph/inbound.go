package graph

import (
	"context"
	"runtime"
)

// Inbound holds the reverse rows of a graph: for each object the objects that
// refer to it, in NodeID order, once for each reference and of all kinds.
type Inbound struct {
	base []uint64 // first position of each chunk of 65,536 nodes
	off  []uint32 // position of a row's end, relative to base
	from []NodeID
}

// Row returns the objects that refer to n. The slice must not be changed.
func (in *Inbound) Row(n NodeID) []NodeID {
	base := in.base[n>>rowShift]
	lo := base
	if n&rowChunkMask != 0 {
		lo += uint64(in.off[n-1])
	}
	return in.from[lo : base+uint64(in.off[n])]
}

// Inbound builds the reverse rows on the first call and returns them. It costs
// two passes over the references, and 4 bytes for each object and reference. Of
// those who ask at once one builds; if its context ends, the next one does.
func (g *Graph) Inbound(ctx context.Context) (*Inbound, error) {
	g.inOnce.Do(func() { g.inLock = make(chan struct{}, 1) })
	select {
	case g.inLock <- struct{}{}:
		defer func() { <-g.inLock }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if g.in != nil {
		return g.in, nil
	}
	in, err := g.buildInbound(ctx)
	if err == nil {
		g.in = in
	}
	return in, err
}

// buildInbound counts, sums and fills. Each worker reads all rows but writes
// only the targets of its own band of nodes, which needs no locks and keeps
// its random writes within a part of the arrays.
func (g *Graph) buildInbound(ctx context.Context) (*Inbound, error) {
	in := &Inbound{
		base: make([]uint64, len(g.rows)+1),
		off:  make([]uint32, g.n),
		from: make([]NodeID, g.refs),
	}
	bands := runtime.GOMAXPROCS(0)
	band := func(i int) (lo, hi NodeID) { // whole chunks, so that sums do not cross bands
		return NodeID(min(g.n, i*len(g.rows)/bands<<rowShift)), NodeID(min(g.n, (i+1)*len(g.rows)/bands<<rowShift))
	}
	err := Parallel(ctx, bands, bands, func(i int) error {
		lo, hi := band(i)
		return g.eachRef(ctx, func(_ NodeID, to []NodeID) {
			for _, t := range to {
				if t >= lo && t < hi {
					in.off[t]++
				}
			}
		})
	})
	if err != nil {
		return nil, err
	}
	for c := range g.rows {
		var sum uint32
		part := in.off[c<<rowShift : min(g.n, (c+1)<<rowShift)]
		for i, k := range part {
			part[i] = sum // now the start of the row; filling moves it to the end
			sum += k
		}
		in.base[c+1] = in.base[c] + uint64(sum)
	}
	err = Parallel(ctx, bands, bands, func(i int) error {
		lo, hi := band(i)
		return g.eachRef(ctx, func(n NodeID, to []NodeID) {
			for _, t := range to {
				if t >= lo && t < hi {
					in.from[in.base[t>>rowShift]+uint64(in.off[t])] = n
					in.off[t]++
				}
			}
		})
	})
	return in, err
}

// eachRef calls do with every row, in order, until the context ends.
func (g *Graph) eachRef(ctx context.Context, do func(n NodeID, to []NodeID)) error {
	for c := range g.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		ch := &g.rows[c]
		for i := range len(ch.off) - 1 {
			do(NodeID(c<<rowShift+i), ch.to[ch.off[i]:ch.off[i+1]])
		}
	}
	return nil
}
