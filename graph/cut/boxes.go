package cut

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

type boxID = int32

// targetBox is the box of the targets.
const targetBox boxID = 0

// box is the objects that one name of the program's code stands for: those of a
// named type, or those of another type that one place holds, or one group of
// roots.
type box struct {
	root   *graph.Root // first of a group of roots, nil for objects
	typ    graph.TypeID
	held   placeID // the place by which objects of no named type are known, or noPlace
	via    placeID // by which the first object was reached, noPlace for roots
	depth  int     // boxes that are known by places, one in the other
	rank   uint8
	shared bool      // two containers hold its objects as entries
	into   []placeID // of shared boxes: the places of those containers
	count  int       // objects, or roots of different names
	first  graph.NodeID
	bytes  uint64 // shallow, of all
}

// class is where objects stand in the merged graph: in a box, and how the
// container's inside is called from there.
type class struct {
	box   boxID
	label int32
}

// placeKey identifies a place.
type placeKey struct {
	box    boxID
	label  int32
	target bool // leads to targets themselves; what leads to them by detours is another place
}

// place is references that one edit of the program removes.
type place struct {
	placeKey
	class int32 // of goroutines or threads that end, -1 for references
	free  bool  // lets go by itself
	stats placeStats
}

const (
	// maxDepth is how many boxes that are known by places are nested; deeper
	// ones are known by their type.
	maxDepth = 6
	// maxLabel is how long a joined pattern grows: a container whose insides
	// refer to one another by name must not make ever longer ones.
	maxLabel = 160
)

// tables numbers boxes, classes and places.
type tables struct {
	g       *graph.Graph
	facts   *facts
	words   *lang.Words
	labels  *retain.Labels
	threads *threads
	boxes   []box
	classes []class
	places  []place

	byType   map[graph.TypeID]boxID
	byPlace  map[[2]int32]boxID
	byGroup  map[lang.GroupKey]boxID
	counted  map[member]bool // roots
	classIDs map[class]int32
	placeIDs map[placeKey]placeID
	ofClass  map[int32]placeID // by class of threads

	lastClass, lastPlace struct {
		class
		target bool
		id     int32
		used   bool
	}
}

func newTables(g *graph.Graph) *tables {
	return &tables{g: g, facts: newFacts(g), words: lang.Of(g), labels: retain.NewLabels(g), threads: newThreads(g),
		boxes:  []box{{held: noPlace, first: graph.None}},
		byType: map[graph.TypeID]boxID{}, byPlace: map[[2]int32]boxID{}, byGroup: map[lang.GroupKey]boxID{}, counted: map[member]bool{},
		classIDs: map[class]int32{}, placeIDs: map[placeKey]placeID{}, ofClass: map[int32]placeID{}}
}

func (t *tables) newBox(b box) boxID {
	t.boxes = append(t.boxes, b)
	return boxID(len(t.boxes) - 1)
}

// member is the roots of a group that count as one.
type member struct {
	box    boxID
	number uint64
}

// rootBox is the box of a root's group.
func (t *tables) rootBox(r *graph.Root) boxID {
	key := t.words.GroupOf(r)
	id, ok := t.byGroup[key]
	if !ok {
		id = t.newBox(box{root: r, held: noPlace, via: noPlace, rank: r.Rank, first: r.Node})
		t.byGroup[key] = id
	}
	number, one := t.words.Member(r)
	if m := (member{id, number}); !one || !t.counted[m] {
		t.counted[m] = true
		t.boxes[id].count++
	}
	return id
}

// objectBox is the box of an object of a type that a place holds.
func (t *tables) objectBox(typ graph.TypeID, held placeID) boxID {
	f, rank := t.facts.of(typ)
	if f&namedType != 0 {
		return t.typeBox(typ, rank)
	}
	return t.placedBox(typ, held)
}

// placedBox is the box of the objects of a type that a place holds.
func (t *tables) placedBox(typ graph.TypeID, held placeID) boxID {
	key := [2]int32{held, int32(typ)}
	id, ok := t.byPlace[key]
	if !ok {
		id = t.placeBox(typ, held)
		t.byPlace[key] = id
	}
	return id
}

func (t *tables) typeBox(typ graph.TypeID, rank uint8) boxID {
	id, ok := t.byType[typ]
	if !ok {
		id = t.newBox(box{typ: typ, held: noPlace, via: noPlace, rank: rank, first: graph.None})
		t.byType[typ] = id
	}
	return id
}

// placeBox makes the box of what a place holds, unless it repeats a box further
// up: the nodes of a list or tree are one box. What a field holds that is written
// as a literal repeats one only if the field does: an Object in an Object is data.
func (t *tables) placeBox(typ graph.TypeID, held placeID) boxID {
	up := t.places[held].box
	if t.boxes[up].depth >= maxDepth {
		_, rank := t.facts.of(typ)
		return t.typeBox(typ, rank)
	}
	label := t.places[held].label
	literal := !isEntry(t.labels.Text(label)) && t.words.Literal != nil && t.words.Literal.MatchString(t.g.Types().Name(typ))
	for at := up; t.boxes[at].held >= 0; at = t.places[t.boxes[at].held].box {
		if b := &t.boxes[at]; b.typ == typ && (!literal || t.places[b.held].label == label) {
			return at
		}
	}
	return t.newBox(box{typ: typ, held: held, via: held, rank: t.boxes[up].rank, shared: t.boxes[up].shared,
		depth: t.boxes[up].depth + 1, first: graph.None})
}

func (t *tables) classID(c class) int32 {
	if l := &t.lastClass; l.used && l.class == c {
		return l.id
	}
	id, ok := t.classIDs[c]
	if !ok {
		id = int32(len(t.classes))
		t.classes = append(t.classes, c)
		t.classIDs[c] = id
	}
	t.lastClass.class, t.lastClass.id, t.lastClass.used = c, id, true
	return id
}

// placeOf is the place of references from a box by a pattern.
func (t *tables) placeOf(c class, target bool) placeID {
	if l := &t.lastPlace; l.used && l.class == c && l.target == target {
		return l.id
	}
	key := placeKey{c.box, c.label, target}
	id, ok := t.placeIDs[key]
	if !ok {
		id = placeID(len(t.places))
		b := &t.boxes[c.box]
		free := b.root != nil && t.facts.lets(b.root)
		if b.root == nil && c.box != targetBox {
			f, _ := t.facts.of(b.typ)
			free = f&letsGo != 0
		}
		t.places = append(t.places, place{placeKey: key, class: -1, free: free})
		t.placeIDs[key] = id
	}
	t.lastPlace.class, t.lastPlace.target, t.lastPlace.id, t.lastPlace.used = c, target, id, true
	return id
}

// threadPlace is the place of a class of goroutines or threads, noPlace for -1.
func (t *tables) threadPlace(class int32, of boxID) placeID {
	if class < 0 {
		return noPlace
	}
	id, ok := t.ofClass[class]
	if !ok {
		id = placeID(len(t.places))
		t.places = append(t.places, place{placeKey: placeKey{box: of}, class: class})
		t.ofClass[class] = id
	}
	return id
}

// join is how a reference is called from the box of its holder.
func (t *tables) join(c class, label int32) class {
	if c.label != 0 && len(t.labels.Text(c.label)) > maxLabel {
		return c
	}
	return class{c.box, t.labels.Join(c.label, label)}
}
