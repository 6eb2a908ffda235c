package graph

import (
	"cmp"
	"context"
	"fmt"
)

// AddResidue adds roots for what the roots so far do not reach, and warns of it,
// for a dump that was cut short and has lost what held the rest: a root for each
// object that no reference leads to, and then for one of each cycle that is left.
// Garbage cannot be told from such objects. kind is what the file is called, such
// as core; reached is what the roots reach, as far as the caller knows, and is
// completed. It takes time in proportion to the graph.
func (b *Builder) AddResidue(ctx context.Context, kind string, reached Bitset) error {
	name := "lost holders behind the end of the " + kind
	k, err := b.addUnheld(ctx, name, reached)
	if k > 0 && err == nil {
		b.Warn(Warning{Offset: -1, What: fmt.Sprintf("what holds %d objects is not in the %s", k, kind),
			Effect: "they have the root \"" + name + "\"; garbage cannot be told from them"})
	}
	return err
}

// AddUnheld is AddResidue for a dump that is whole: what nothing holds in it has the
// root name, and there is no warning.
func (b *Builder) AddUnheld(ctx context.Context, name string, reached Bitset) error {
	_, err := b.addUnheld(ctx, name, reached)
	return err
}

// addUnheld adds the roots and returns how many objects they hold.
func (b *Builder) addUnheld(ctx context.Context, name string, reached Bitset) (int, error) {
	r := residue{b: b, root: Root{Kind: RootResidue, Rank: RankResidue, Var: b.String(name)}, Marking: Marking{Graph: b.g, Seen: reached}}
	r.VisitRoots()
	if err := r.Run(ctx); err != nil {
		return 0, err
	}
	before := reached.Len()
	if err := r.add(ctx); err != nil {
		return 0, err
	}
	return reached.Len() - before, nil
}

// add adds the roots.
func (r *residue) add(ctx context.Context) error {
	held := NewBitset(r.b.g.n)
	if err := r.each(ctx, func(n NodeID) {
		for _, to := range r.Graph.Retained(n, &r.kept) {
			if to != n {
				held.Add(to)
			}
		}
	}); err != nil {
		return err
	}
	for _, inCycles := range []bool{false, true} { // what only cycles hold has no first object
		var err error
		if each := r.each(ctx, func(n NodeID) {
			if held.Has(n) == inCycles && err == nil {
				r.root.Node = n
				r.b.AddRoot(r.root)
				r.Visit(n)
				err = r.Run(ctx)
			}
		}); cmp.Or(err, each) != nil {
			return cmp.Or(err, each)
		}
	}
	return nil
}

type residue struct {
	b    *Builder
	root Root
	Marking
}

// each calls do with every object that is not reached when its turn comes.
func (r *residue) each(ctx context.Context, do func(n NodeID)) error {
	for n := range NodeID(r.b.g.n) {
		if n%(1<<18) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !r.Seen.Has(n) {
			do(n)
		}
	}
	return nil
}
