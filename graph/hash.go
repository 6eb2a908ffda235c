package graph

// Hasher is a [Detailer] that can tell which objects have equal contents without
// telling the contents.
type Hasher interface {
	// ContentHash is equal for objects of one type and size with equal contents, and
	// not for others; false where it is not known. It reads the contents.
	ContentHash(n NodeID) (hash uint64, ok bool)
}

// HasherOf is what compares the contents of a graph's objects, if anything does.
func HasherOf(g *Graph) (Hasher, bool) {
	h, ok := g.Detail().(Hasher)
	return h, ok
}
