package graph

// SetBound says that a container bounds itself, and how: a cache with a maximum, a
// map that removes its eldest entry. Few objects have one. Safe for concurrent use.
func (b *Builder) SetBound(n NodeID, what string) {
	id := b.String(what)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.g.bounds == nil {
		b.g.bounds = map[NodeID]StringID{}
	}
	b.g.bounds[n] = id
}

// Bound says what bounds the container that n is; ok is false for all other objects.
func (g *Graph) Bound(n NodeID) (what string, ok bool) {
	id, ok := g.bounds[n]
	return g.String(id), ok
}
