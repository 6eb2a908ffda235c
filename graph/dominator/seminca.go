package dominator

import "context"

// dominators turns parent into immediate dominators, and num of leaves into
// their immediate dominators' numbers. Afterwards semi and link are free.
func (s *search) dominators(ctx context.Context) error {
	if err := s.semidominators(ctx); err != nil {
		return err
	}
	// The immediate dominator is the nearest ancestor in the search tree that
	// is not below the semidominator. All ancestors have theirs by now.
	for v := top + 1; v <= s.last; v++ {
		s.parent[v] = s.climb(s.parent[v], s.semi[v])
		if v%ctxInterval == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for i := range s.leaves.of {
		s.leaves.of[i].each(func(r backRef) { // r.from is a semidominator by now
			s.num[r.to] = s.climb(s.num[r.to], r.from)
		})
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// climb returns the nearest of d and its dominators that is not below semi.
func (s *search) climb(d, semi pre) pre {
	for d > semi {
		d = s.parent[d]
	}
	return d
}

// semidominators completes the semidominators, which know the forward
// references from the search, by the backward ones. What it finds for leaves is
// left in their buckets.
func (s *search) semidominators(ctx context.Context) error {
	for v, p := range s.parent[:s.last+1] {
		s.link.set(pre(v), p, 0)
	}
	rows, leaves := s.back.sorter(nil), s.leaves.sorter(s.num)
	for b := int(s.last >> bucketShift); b >= 0; b-- {
		rows.sort(&s.back.of[b])
		leaves.sort(&s.leaves.of[b])
		first := max(top+1, pre(b<<bucketShift))
		for v := min(s.last, pre(b<<bucketShift+bucketLen-1)); v >= first; v-- {
			semi := s.semi[v]
			for _, r := range rows.row(v) {
				if semi == top {
					break // it does not get lower
				}
				semi = min(semi, s.link.eval(r.from, v))
			}
			row := leaves.row(v)
			for i := range row {
				row[i].from = s.link.eval(row[i].from, v)
			}
			s.semi[v] = semi
			s.link.set(v, s.parent[v], semi)
		}
		s.leaves.of[b].replace(leaves.refs)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// forest answers which semidominator is the lowest on the way from an object up
// to the last one that is done. An entry is the ancestor above, and the label
// below: the lowest semidominator so far on the way to the ancestor.
type forest []uint64

const (
	ancestorShift = 32
	labelMask     = 1<<ancestorShift - 1
)

func (f forest) ancestor(v pre) pre { return pre(f[v] >> ancestorShift) }
func (f forest) label(v pre) pre    { return pre(f[v] & labelMask) }
func (f forest) set(v, ancestor, label pre) {
	f[v] = uint64(ancestor)<<ancestorShift | uint64(label)
}

// eval returns the lowest semidominator of v and its ancestors above last in
// number: those that are done already. The way is as long as a list, so it is
// turned around to find back down instead of kept.
func (f forest) eval(v, last pre) pre {
	if f.ancestor(v) <= last {
		return f.label(v)
	}
	at, below := v, v
	for up := f.ancestor(at); up > last; up = f.ancestor(at) {
		f.set(at, below, f.label(at))
		at, below = up, at
	}
	up, low := f.ancestor(at), f.label(at)
	for at != v {
		at = below
		below = f.ancestor(at)
		low = min(low, f.label(at))
		f.set(at, up, low)
	}
	return low
}
