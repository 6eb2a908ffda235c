package graph

import "context"

// checkMarked is how many objects a marking passes between looks at the context.
const checkMarked = 1 << 18

// Marking searches what objects retain: the one search that tells alive from dead.
// While a graph is built, an ephemeron's value is reached as soon as its key and its
// table are; in a graph that is built all tables of ephemerons are reached. The zero
// value with a Graph and a Seen is ready; it belongs to one goroutine.
type Marking struct {
	Graph *Graph
	Seen  Bitset // what was reached so far
	// Around is what is not reached and not passed; it may be nil.
	Around Bitset
	// Each is called for each object when it is reached; it may be nil.
	Each func(NodeID)

	stack   []NodeID
	kept    []NodeID
	waiting map[NodeID][]NodeID // values whose key is reached, by the table that is not
}

// Visit reaches an object. What it retains is reached by Run.
func (m *Marking) Visit(n NodeID) {
	if m.Seen.Has(n) || m.Around != nil && m.Around.Has(n) {
		return
	}
	m.Seen.Add(n)
	if m.Each != nil {
		m.Each(n)
	}
	if !m.Graph.Leaf(n) || m.Graph.ephemerons {
		m.stack = append(m.stack, n)
	}
}

// VisitRoots reaches what the roots so far hold.
func (m *Marking) VisitRoots() {
	for i := range m.Graph.roots {
		if r := &m.Graph.roots[i]; r.Via.Retains() {
			m.Visit(r.Node)
		}
	}
}

// Run reaches all that the visited objects retain. It fails only with the context's
// error. O(objects + references).
func (m *Marking) Run(ctx context.Context) error {
	g := m.Graph
	for steps := 1; len(m.stack) > 0; steps++ {
		if steps%checkMarked == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if g.ephemerons {
			m.entries(n)
			continue
		}
		for _, to := range g.Retained(n, &m.kept) {
			m.Visit(to)
		}
	}
	return ctx.Err()
}

// entries reaches what an object retains where weak tables have entries: those that
// wait for this object as a table, and of its own those whose table is reached.
func (m *Marking) entries(n NodeID) {
	if m.waiting == nil {
		m.waiting = map[NodeID][]NodeID{}
	}
	for _, value := range m.waiting[n] {
		m.Visit(value)
	}
	delete(m.waiting, n)
	for i, to := range m.Graph.Row(n) {
		kind := m.Graph.RefKind(n, i)
		if kind == Ephemeron && !m.Seen.Has(to) {
			if table := m.Graph.EphemeronTable(n, i); table != None && !m.Seen.Has(table) {
				m.waiting[table] = append(m.waiting[table], to)
				continue
			}
		}
		if kind.Retains() {
			m.Visit(to)
		}
	}
}

// settleEphemerons makes the ephemerons weak whose table nothing reaches. From then
// on all that are left retain by their keys alone, so that one tree of dominators
// tells what each object retains: what a key's end frees, its values are in; what a
// table's end would free is not told of the table. Browsers' tools do the same.
func (b *Builder) settleEphemerons() error {
	g := b.g
	if !g.ephemerons {
		return nil
	}
	m := Marking{Graph: g, Seen: NewBitset(g.n)}
	m.VisitRoots()
	if err := m.Run(context.Background()); err != nil {
		return err
	}
	for n := range NodeID(g.n) {
		if g.Plain(n) {
			continue
		}
		for i := range g.Row(n) {
			if table := g.EphemeronTable(n, i); table != None && !m.Seen.Has(table) {
				b.SetKind(n, i, Weak)
			}
		}
	}
	g.ephemerons = false
	return nil
}
