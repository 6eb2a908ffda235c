package graph

import "context"

// AddResidue adds a root like root for what the roots so far do not reach, for
// dumps whose roots are lost in part: for objects that no reference leads to,
// and then for one of each cycle that is left. Garbage cannot be told from such
// objects. reached is what the roots reach, as far as the caller knows, and is
// completed. It returns how many objects more are reached, in time proportional
// to the graph.
func (b *Builder) AddResidue(ctx context.Context, root Root, reached Bitset) (objects int, err error) {
	r := residue{b: b, root: root, reached: reached}
	for i := range b.g.roots {
		if b.g.roots[i].Via.Retains() {
			r.mark(b.g.roots[i].Node)
		}
	}
	before := reached.Len()
	held := NewBitset(b.g.n)
	if err := r.each(ctx, func(n NodeID) {
		for _, to := range b.g.Retained(n, &r.buf) {
			if to != n {
				held.Add(to)
			}
		}
	}); err != nil {
		return 0, err
	}
	for _, inCycles := range []bool{false, true} {
		if err := r.each(ctx, func(n NodeID) {
			if held.Has(n) == inCycles {
				r.root.Node = n
				b.AddRoot(r.root)
				r.mark(n)
			}
		}); err != nil {
			return 0, err
		}
	}
	return reached.Len() - before, nil
}

type residue struct {
	b       *Builder
	root    Root
	reached Bitset
	stack   []NodeID
	buf     []NodeID
}

// each calls do with every object that is not reached when its turn comes.
func (r *residue) each(ctx context.Context, do func(n NodeID)) error {
	for n := range NodeID(r.b.g.n) {
		if n%(1<<18) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !r.reached.Has(n) {
			do(n)
		}
	}
	return nil
}

// mark adds an object and what it reaches.
func (r *residue) mark(n NodeID) {
	if r.reached.Has(n) {
		return
	}
	r.reached.Add(n)
	r.stack = append(r.stack, n)
	for len(r.stack) > 0 {
		n := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		for _, to := range r.b.g.Retained(n, &r.buf) {
			if !r.reached.Has(to) {
				r.reached.Add(to)
				r.stack = append(r.stack, to)
			}
		}
	}
}
