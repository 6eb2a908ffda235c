package cut

import (
	"cmp"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// joint finds entries that two containers hold: the nodes of a list of which a map
// is the index, the tuples that are in a dict and in a list. Who deletes them from
// one container has not let go of them, so what leads to them is what can be cut,
// and what they hold is not.
type joint struct {
	seen   map[meeting]bool
	entry  map[kin]bool // kin that are entries of two containers by name
	node   map[kin]bool // kin that two containers lead to
	linked map[graph.TypeID]bool
	last   meeting
}

// kin is the objects of one type in one class.
type kin struct {
	class int32
	typ   graph.TypeID
}

// meeting is a reference to an object that was reached before by another.
type meeting struct {
	to     kin
	by     class // the reference, as it is called from the box of its holder
	inside bool  // the holder is a container, or an inside of one
}

func newJoint() *joint {
	return &joint{seen: map[meeting]bool{}, entry: map[kin]bool{}, node: map[kin]bool{}, linked: map[graph.TypeID]bool{}}
}

// meet looks at reference k of a member, which has a class, to another that has.
func (s *slice) meet(n graph.NodeID, k int, to graph.NodeID, from class) {
	id := s.class[s.number(to)]
	own, folded := s.classes[id], s.folds(to)
	if !folded && (s.boxes[own.box].held < 0 || s.facts.program(s.g.Type(to))) {
		return // known by its name, or part of the program
	}
	m := meeting{to: kin{id, s.g.Type(to)}, inside: s.folds(n) || s.boxes[from.box].held >= 0}
	label := s.labels.Pattern(n, k)
	if m.inside && s.g.Type(n) == m.to.typ && folded == s.folds(n) && isLink(s.labels.Text(label), folded) {
		s.joint.linked[m.to.typ] = true
	}
	if !folded && own.box == from.box {
		return // a node of one list or tree
	}
	m.by = s.join(from, label)
	if m == s.joint.last || s.joint.seen[m] {
		return
	}
	s.joint.last, s.joint.seen[m] = m, true
	if !folded {
		p := &s.places[s.boxes[own.box].held]
		own = class{p.box, p.label}
	}
	if s.oneContainer(own, m.by) {
		return
	}
	a, b := isEntry(s.labels.Text(own.label)), isEntry(s.labels.Text(m.by.label))
	if a && b {
		s.joint.entry[m.to] = true
	}
	if m.inside && (folded || a || b) {
		s.joint.node[m.to] = true
	}
}

// oneContainer reports whether two references belong to one container: to one field
// of what has them, or both to the ends of a list.
func (s *slice) oneContainer(a, b class) bool {
	if a.box != b.box {
		return false
	}
	x, _, many := strings.Cut(s.labels.Text(a.label), "[")
	y, _, more := strings.Cut(s.labels.Text(b.label), "[")
	return x == y || s.boxes[a.box].held >= 0 && !many && !more
}

// isEntry reports whether a reference is one of many by its name.
func isEntry(label string) bool { return strings.HasSuffix(label, "]") }

// isLink reports whether a reference between two objects of one type is one between
// nodes: those of insides have no name, others a field's.
func isLink(label string, inside bool) bool { return label == "" || !inside && !isEntry(label) }

// joined numbers, by node, the groups of members that two containers hold as
// entries: all of one kin with one that was met, and of the kin of which it would
// have been by the other reference. It is nil for none; 0 is no group.
func (s *slice) joined() []int32 {
	j := s.joint
	for k := range j.node {
		if j.linked[k.typ] {
			j.entry[k] = true
		}
	}
	if len(j.entry) == 0 {
		return nil
	}
	group := s.joint.groups(s.classIDs)
	out := make([]int32, s.members.len())
	for _, n := range s.order {
		i := s.number(n)
		out[i] = group[kin{s.class[i], s.g.Type(n)}]
	}
	return out
}

// groups numbers groups of kin from 1.
func (j *joint) groups(ids map[class]int32) map[kin]int32 {
	up := map[kin]kin{}
	var find func(k kin) kin
	find = func(k kin) kin {
		if p, ok := up[k]; ok && p != k {
			up[k] = find(p)
			return up[k]
		}
		return k
	}
	for m := range j.seen {
		if other, ok := ids[m.by]; ok && j.entry[m.to] && j.entry[kin{other, m.to.typ}] {
			a, b := find(m.to), find(kin{other, m.to.typ})
			if a.class > b.class {
				a, b = b, a
			}
			up[b] = a
		}
	}
	group, numbers := map[kin]int32{}, map[kin]int32{}
	for k := range j.entry {
		top := find(k)
		if numbers[top] == 0 {
			numbers[top] = int32(len(numbers) + 1)
		}
		group[k] = numbers[top]
	}
	return group
}

// rejoin searches again with what was found, which is boxes of its own then.
func (s *slice) rejoin(shared []int32) error {
	s.tables = newTables(s.g)
	s.shared, s.together, s.joint = shared, map[int32]boxID{}, nil
	for i := range s.class {
		s.class[i] = -1
	}
	s.order, s.hangs, s.edges, s.visited = s.order[:0], s.hangs[:0], 0, 0
	return s.forward()
}

// isShared reports whether two containers hold a member as an entry.
func (s *slice) isShared(n graph.NodeID) bool {
	return s.shared != nil && s.set.Has(n) && s.shared[s.number(n)] > 0
}

// sharedBox is the box of a member that two containers hold as an entry, first
// reached by a place.
func (s *slice) sharedBox(n graph.NodeID, p placeID) boxID {
	group := s.shared[s.number(n)]
	id, ok := s.together[group]
	if !ok {
		id = s.placedBox(s.g.Type(n), p)
		s.boxes[id].shared = s.boxes[id].held >= 0
		s.together[group] = id
	}
	return id
}

// enter notes which places lead to what two containers hold, those with the most
// references last.
func (v *survey) enter() {
	for k := range v.heads.count {
		p, b := &v.places[k.place], &v.boxes[k.box]
		if b.shared && p.class < 0 && !p.free && !v.isBehind(p.box, k.box) && !slices.Contains(b.into, k.place) {
			b.into = append(b.into, k.place)
		}
	}
	for i := range v.boxes {
		slices.SortFunc(v.boxes[i].into, func(x, y placeID) int {
			return cmp.Or(cmp.Compare(v.places[x].stats.refs, v.places[y].stats.refs), cmp.Compare(x, y))
		})
	}
}

// isBehind reports whether a box is another, or was first reached through it.
func (t *tables) isBehind(id, of boxID) bool {
	for id != of && t.boxes[id].via >= 0 {
		id = t.places[t.boxes[id].via].box
	}
	return id == of
}
