package cut

import "strings"

// holderName is what a box is called as the holder of a place.
func (t *tables) holderName(id boxID) string {
	if into := t.boxes[id].into; len(into) > 1 {
		return t.listed(into, "")
	}
	return t.firstName(id)
}

// firstName is what a box is called by the place that first led to it.
func (t *tables) firstName(id boxID) string {
	b := &t.boxes[id]
	switch {
	case b.root != nil && b.count > 1:
		return t.words.Group(b.root).String()
	case b.root != nil:
		return t.words.Root(b.root).String()
	case b.held >= 0:
		p := &t.places[b.held]
		return t.firstName(p.box) + t.labels.Text(p.label)
	}
	return t.g.Types().Name(b.typ)
}

// listed is several places and what is behind each, in words.
func (t *tables) listed(into []placeID, label string) string {
	names := make([]string, len(into))
	for i, id := range into {
		names[i] = t.firstName(t.places[id].box) + t.labels.Text(t.places[id].label) + label
	}
	return and(names)
}

func and(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// name is what a place is called.
func (t *tables) name(id placeID) string {
	p := &t.places[id]
	if p.class >= 0 {
		return t.threadsName(p.class)
	}
	if into := t.boxes[p.box].into; len(into) > 1 {
		return t.listed(into, t.labels.Text(p.label))
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
	into := t.boxes[p.box].into
	if len(into) < 2 {
		return t.split(id)
	}
	refs := make([]string, len(into))
	for i, of := range into {
		h, r := t.split(of)
		if i > 0 && h != holder {
			return t.name(id), ""
		}
		holder, refs[i] = h, r+t.labels.Text(p.label)
	}
	return holder, and(refs)
}

// split is spelled for the place that first led to each box.
func (t *tables) split(id placeID) (holder, reference string) {
	p := &t.places[id]
	reference = t.labels.Text(p.label)
	b := p.box
	for t.boxes[b].held >= 0 {
		p = &t.places[t.boxes[b].held]
		reference = t.labels.Text(p.label) + reference
		b = p.box
	}
	return t.firstName(b), reference
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
