package cut

import "strings"

// holderName is what a box is called as the holder of a place.
func (t *tables) holderName(id boxID) string {
	b := &t.boxes[id]
	switch {
	case b.root != nil && b.count > 1:
		return t.words.Group(b.root).String()
	case b.root != nil:
		return t.words.Root(b.root).String()
	case b.held >= 0:
		return t.name(b.held)
	}
	return t.g.Types().Name(b.typ)
}

// name is what a place is called.
func (t *tables) name(id placeID) string {
	p := &t.places[id]
	if p.class >= 0 {
		return t.threadsName(p.class)
	}
	return t.holderName(p.box) + t.labels.Text(p.label)
}

// spelled splits a place's name into what holds, which has a name of its own, and
// how it refers to what the place holds.
func (t *tables) spelled(id placeID) (holder, reference string) {
	p := &t.places[id]
	if p.class >= 0 {
		return t.threadsName(p.class), ""
	}
	reference = t.labels.Text(p.label)
	b := p.box
	for t.boxes[b].held >= 0 {
		p = &t.places[t.boxes[b].held]
		reference = t.labels.Text(p.label) + reference
		b = p.box
	}
	return t.holderName(b), reference
}

// threadsName is what a class of goroutines or threads is called.
func (t *tables) threadsName(class int32) string {
	c := &t.threads.list[class]
	what := t.words.Thread
	if c.count > 1 {
		what += "s"
	}
	return strings.TrimSpace(what + " " + t.words.Function(c.first))
}
