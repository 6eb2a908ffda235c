package cut

import "strings"

// holderName is what a box is called as the holder of a place.
func (t *tables) holderName(id boxID) string { return t.behind(id, "", true) }

// behind is what a box, and a label behind it, are called. both says whether all
// containers of an entry are named that two have: those in their names are not.
func (t *tables) behind(id boxID, label string, both bool) string {
	b := &t.boxes[id]
	switch {
	case both && len(b.into) > 1:
		names := make([]string, len(b.into))
		for i, p := range b.into {
			names[i] = t.behind(t.places[p].box, t.labels.Text(t.places[p].label)+label, false)
		}
		return and(names)
	case b.root != nil && b.count > 1:
		return t.words.Group(b.root).String() + label
	case b.root != nil:
		return t.words.Root(b.root).String() + label
	case b.held >= 0:
		p := &t.places[b.held]
		return t.behind(p.box, t.labels.Text(p.label)+label, both)
	}
	return t.g.Types().Name(b.typ) + label
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
	return t.behind(p.box, t.labels.Text(p.label), true)
}

// spelled splits a place's name into what holds, which has a name of its own, and
// how it refers to what the place holds.
func (t *tables) spelled(id placeID) (holder, reference string) {
	p := &t.places[id]
	if p.class >= 0 {
		return t.threadsName(p.class), ""
	}
	top, label := t.top(p.box, t.labels.Text(p.label), true)
	into := t.boxes[top].into
	if len(into) < 2 {
		return t.behind(top, "", false), label
	}
	refs, first := make([]string, len(into)), boxID(0)
	for i, of := range into {
		at, l := t.top(t.places[of].box, t.labels.Text(t.places[of].label)+label, false)
		if i > 0 && at != first {
			return t.name(id), ""
		}
		first, refs[i] = at, l
	}
	return t.behind(first, "", false), and(refs)
}

// top is the box with a name of its own above one, or if that is asked for the one
// of entries that two containers have, and the label from there.
func (t *tables) top(id boxID, label string, both bool) (boxID, string) {
	for b := &t.boxes[id]; b.held >= 0 && (!both || len(b.into) < 2); b = &t.boxes[id] {
		p := &t.places[b.held]
		id, label = p.box, t.labels.Text(p.label)+label
	}
	return id, label
}

// threadsName is what a class of goroutines or threads is called.
func (t *tables) threadsName(class int32) string {
	c := &t.threads.list[class]
	if c.count == 1 && c.first.Name != 0 {
		return t.words.ThreadName(c.first)
	}
	what := t.words.Thread
	if c.count > 1 {
		what += "s"
	}
	task, _ := t.words.Task(c.first)
	return strings.TrimSpace(what + " " + task)
}
