package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// tie is equal references between a bunch and another.
type tie struct {
	key    tieKey
	far    *bunch
	count  int          // references
	holder graph.NodeID // of the first of them
	slot   int          // of the first reference in its holder
	folded bool         // it leads through a container's inside
}

type tieKey struct {
	far     *bunch
	pattern int32
	kind    graph.RefKind
}

// candidate is neighbours that may become a bunch: those of one type that are
// referred to, or refer, by one pattern first.
type candidate struct {
	bunch
	typ  graph.TypeID
	kind graph.RefKind
	refs int // to them or from them, by whatever pattern
}

type candidateKey struct {
	typ     graph.TypeID
	pattern int32
	kind    graph.RefKind
	dead    bool
}

// tying collects the ties of one bunch.
type tying struct {
	*around
	list  []*tie
	known map[tieKey]*tie
	found []*candidate
	open  map[candidateKey]*candidate
	home  map[graph.NodeID]*candidate // of each new neighbour
	steps int
	parts []part // kept from call to call, as seen
	seen  map[graph.NodeID]bool
}

// ties are the references between a bunch and its neighbours, equal ones as one.
func (a *around) ties(ctx context.Context, near int32) (*tying, error) {
	t := &tying{around: a, known: map[tieKey]*tie{}, open: map[candidateKey]*candidate{}, home: map[graph.NodeID]*candidate{}, seen: map[graph.NodeID]bool{}}
	members := a.bunches[near-1].members
	if !a.q.Inbound {
		for _, n := range members {
			counts := func(m graph.NodeID) bool { return !t.folds(m) && t.wanted(m) }
			if err := t.from(ctx, n, t.folds, counts, func(m graph.NodeID, by *part, inside bool) { t.tie(m, by, n, inside) }); err != nil {
				return nil, err
			}
		}
		return t, nil
	}
	tops, inside, err := t.above(ctx, members)
	if err != nil {
		return nil, err
	}
	folds := func(m graph.NodeID) bool { return inside[m] }
	counts := func(m graph.NodeID) bool { return t.at[m] == near }
	for _, h := range tops {
		if err := t.from(ctx, h, folds, counts, func(_ graph.NodeID, by *part, inside bool) { t.tie(h, by, h, inside) }); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// tick looks at the context now and then.
func (t *tying) tick(ctx context.Context) error {
	if t.steps++; t.steps%4096 == 0 {
		return ctx.Err()
	}
	return nil
}

// folds reports whether an object is a container's inside that gets no box.
func (a *around) folds(n graph.NodeID) bool { return !a.q.Raw && a.g.Internal(n) && a.at[n] == 0 }

// wanted reports whether an object may be shown as a neighbour.
func (a *around) wanted(n graph.NodeID) bool { return a.at[n] != 0 || a.filter == nil || a.filter(n) }

// part is an object or a container's inside below it, with the way there. An
// inside that is reached by several ways stands for the first, so that each
// reference from it counts once.
type part struct {
	n       graph.NodeID
	pattern int32
	kind    graph.RefKind
	slot    int // of the holder's reference
}

// from counts the references of a holder and of the insides below it: of those
// insides that folds says, and to those objects that counts says.
func (t *tying) from(ctx context.Context, holder graph.NodeID, folds, counts func(graph.NodeID) bool, count func(to graph.NodeID, by *part, inside bool)) error {
	parts := append(t.parts[:0], part{n: holder})
	clear(t.seen)
	for at := 0; at < len(parts); at++ {
		p := parts[at]
		for i, m := range t.g.Row(p.n) {
			if err := t.tick(ctx); err != nil {
				return err
			}
			hit := counts(m)
			if !hit && (!folds(m) || t.seen[m]) {
				continue
			}
			next := part{m, t.labels.Join(p.pattern, t.labels.Pattern(p.n, i)), weaker(p.kind, t.g.RefKind(p.n, i)), p.slot}
			if at == 0 {
				next.slot = i
			}
			if hit {
				count(m, &next, at > 0)
			} else {
				t.seen[m] = true
				parts = append(parts, next)
			}
		}
	}
	t.parts = parts
	return nil
}

// weaker is the kind of two references that follow each other.
func weaker(a, b graph.RefKind) graph.RefKind {
	if a != graph.Strong {
		return a
	}
	return b
}

// tie counts a reference to or from a neighbour.
func (t *tying) tie(far graph.NodeID, by *part, holder graph.NodeID, inside bool) {
	key := tieKey{pattern: by.pattern, kind: by.kind}
	if k := t.at[far]; k != 0 {
		key.far = t.bunches[k-1]
	} else {
		c := t.candidate(far, by)
		c.refs++
		key.far = &c.bunch
	}
	e, ok := t.known[key]
	if !ok {
		e = &tie{key: key, far: key.far, holder: holder, slot: by.slot, folded: inside}
		t.known[key] = e
		t.list = append(t.list, e)
	}
	e.count++
}

// candidate is where a new neighbour belongs.
func (t *tying) candidate(far graph.NodeID, by *part) *candidate {
	if c, ok := t.home[far]; ok {
		return c
	}
	key := candidateKey{t.g.Type(far), by.pattern, by.kind, t.isDead(far)}
	c, ok := t.open[key]
	if !ok {
		c = &candidate{bunch: bunch{dead: key.dead}, typ: key.typ, kind: key.kind}
		t.open[key] = c
		t.found = append(t.found, c)
	}
	c.members = append(c.members, far)
	t.home[far] = c
	return c
}

// above lists what holds the members, from the side of a person: containers'
// insides stand for what holds them. inside are those that were passed.
func (t *tying) above(ctx context.Context, members []graph.NodeID) (tops []graph.NodeID, inside map[graph.NodeID]bool, err error) {
	inside = map[graph.NodeID]bool{}
	seen := map[graph.NodeID]bool{}
	stack := append([]graph.NodeID(nil), members...)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, h := range t.back.Row(n) {
			if err := t.tick(ctx); err != nil {
				return nil, nil, err
			}
			if seen[h] {
				continue
			}
			seen[h] = true
			if t.folds(h) && len(t.back.Row(h)) > 0 {
				inside[h] = true
				stack = append(stack, h)
			} else if t.wanted(h) {
				tops = append(tops, h)
			}
		}
	}
	return tops, inside, nil
}
