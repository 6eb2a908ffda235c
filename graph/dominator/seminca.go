package dominator

import "context"

// dominators turns parent into immediate dominators. Afterwards num and work
// are free.
func (s *search) dominators(ctx context.Context) error {
	if err := s.semidominators(ctx); err != nil {
		return err
	}
	// The immediate dominator is the nearest ancestor in the search tree that
	// is not below the semidominator. All ancestors have theirs by now.
	for v := pre(1); v <= s.count; v++ {
		semi, d := s.semi(v), s.parent[v]
		for d > semi {
			d = s.parent[d]
		}
		s.parent[v] = d
		if v%ctxInterval == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// semidominators completes the semidominators, which know the forward
// references from the search, by the backward ones. num becomes the forest of
// the objects done so far, by number.
func (s *search) semidominators(ctx context.Context) error {
	s.stack = stack{}
	ancestor := s.num
	copy(ancestor, s.parent)
	e := evaluator{work: s.work, ancestor: ancestor}
	var rows sorter
	for b := int(s.count >> bucketShift); b >= 0; b-- {
		rows.sort(&s.back.buckets[b])
		first := pre(max(1, b<<bucketShift))
		for v := min(s.count, pre(b<<bucketShift+bucketLen-1)); v >= first; v-- {
			semi := s.semi(v)
			for _, from := range rows.row(v) {
				if semi == 0 {
					break // it does not get lower
				}
				semi = min(semi, e.eval(from, v))
			}
			s.work[v] = uint64(semi)<<semiShift | uint64(semi)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// evaluator answers which semidominator is the lowest on the way from an object
// up to the last one that is done, and remembers it in the labels.
type evaluator struct {
	work     []uint64
	ancestor []pre
	path     []pre
}

// eval returns the lowest semidominator of v and its ancestors above last in
// number: those that are done already.
func (e *evaluator) eval(v, last pre) pre {
	top := e.ancestor[v]
	if top <= last {
		return pre(e.work[v] & labelMask)
	}
	path := append(e.path[:0], v)
	for v = top; e.ancestor[v] > last; v = e.ancestor[v] {
		path = append(path, v)
	}
	top = e.ancestor[v]
	low := e.work[v] & labelMask
	for i := len(path) - 1; i >= 0; i-- {
		u := path[i]
		if label := e.work[u] & labelMask; label < low {
			low = label
		} else {
			e.work[u] = e.work[u]&^labelMask | low
		}
		e.ancestor[u] = top
	}
	e.path = path
	return pre(low)
}
