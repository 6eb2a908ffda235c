package dominator

import "github.com/refgraph/refgraph/graph"

// pending is an object to visit, and from where.
type pending struct {
	node graph.NodeID
	from pre
}

// stack grows by blocks: one array that doubles would be copied, and leave as
// much garbage as it is long.
type stack struct {
	top   []pending
	below [][]pending // full ones
	spare [][]pending // emptied ones
	room  []pending   // memory for the first blocks
}

// stackBlock is the entries in a block, 32 kB.
const stackBlock = 1 << 12

func (s *stack) push(p pending) {
	if len(s.top) == cap(s.top) {
		s.grow()
	}
	s.top = append(s.top, p)
}

func (s *stack) grow() {
	if s.top != nil {
		s.below = append(s.below, s.top)
	}
	switch k := len(s.spare); {
	case k > 0:
		s.top, s.spare = s.spare[k-1], s.spare[:k-1]
	case len(s.room) >= stackBlock:
		s.top, s.room = s.room[:0:stackBlock], s.room[stackBlock:]
	default:
		s.top = make([]pending, 0, stackBlock)
	}
}

// pop returns false when the stack is empty.
func (s *stack) pop() (p pending, ok bool) {
	if len(s.top) == 0 && !s.shrink() {
		return pending{}, false
	}
	k := len(s.top) - 1
	p, s.top = s.top[k], s.top[:k]
	return p, true
}

func (s *stack) shrink() bool {
	k := len(s.below)
	if k == 0 {
		return false
	}
	s.spare = append(s.spare, s.top)
	s.top, s.below = s.below[k-1], s.below[:k-1]
	return true
}
