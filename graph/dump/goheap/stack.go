package goheap

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// stack finds what one goroutine holds.
type stack struct {
	*roots
	g      *goroutine
	id     graph.ThreadID
	system bool
	// inside are the pointers into the stack itself that are to be followed:
	// what they lead to is no part of any frame's pointer map.
	inside []uint64
	seen   map[uint64]bool // variables and frames that were followed, by address
}

// goroutine adds a goroutine, and the pointers in its frames.
func (r *roots) goroutine(g *goroutine) error {
	s := &stack{roots: r, g: g}
	s.thread()
	for i := range g.frames {
		if err := s.frame(i); err != nil {
			return err
		}
	}
	for len(s.inside) > 0 {
		p := s.inside[len(s.inside)-1]
		s.inside = s.inside[:len(s.inside)-1]
		if err := s.follow(p); err != nil {
			return err
		}
	}
	return nil
}

// thread adds the goroutine itself.
func (s *stack) thread() {
	g := s.g
	places := make([]*gotype.Place, len(g.frames))
	for i := range g.frames {
		places[i] = s.place(i)
	}
	t := s.places.Thread(gotype.Goroutine{ID: g.id, Status: uint32(g.status), Reason: g.reason, Since: g.since}, g.entry(), places)
	if g.system {
		t.Rank = graph.RankRuntime
	}
	s.system = t.Rank == graph.RankRuntime
	s.id = s.b.AddThread(t)
	s.ids[g.addr] = s.id
	s.roots.add(g.addr, gotype.ThreadRoot(s.id))
}

// place names frame i.
func (s *stack) place(i int) *gotype.Place {
	f := &s.g.frames[i]
	return s.places.At(s.g.pc(i), f.fn)
}

// pc is where frame i is in the code: where it stopped, or in its last call.
func (g *goroutine) pc(i int) uint64 {
	if f := &g.frames[i]; i > 0 && f.pc > f.entry {
		return f.pc - 1 // a return address
	}
	return g.frames[i].pc
}

// entry is the function that the goroutine was started with: that of its oldest
// frame but runtime.goexit's.
func (g *goroutine) entry() string {
	for i := len(g.frames) - 1; i >= 0; i-- {
		if fn := g.frames[i].fn; fn != "runtime.goexit" {
			return fn
		}
	}
	return ""
}

// contents returns the bytes of frame i, until the next call.
func (s *stack) contents(i int) ([]byte, error) {
	e := s.g.frames[i].contents
	b, err := s.words.at(e.pos, int(e.n))
	if err != nil {
		return nil, err
	}
	return b[:e.n], nil
}

// frame adds the pointers in frame i that its pointer map knows.
func (s *stack) frame(i int) error {
	if s.g.stale(i) {
		return s.conservative(i)
	}
	contents, err := s.contents(i)
	if err != nil {
		return err
	}
	list := cursor{w: &s.lists, pos: s.g.frames[i].fields}
	list.fields(func(off uint64) {
		if off+8 <= uint64(len(contents)) {
			s.word(i, off, contents, graph.Strong)
		}
	})
	return list.err
}

// conservative adds all words of frame i that look like pointers.
func (s *stack) conservative(i int) error {
	contents, err := s.contents(i)
	if err != nil {
		return err
	}
	for off := uint64(0); off+8 <= uint64(len(contents)); off += 8 {
		s.word(i, off, contents, graph.Conservative)
	}
	return nil
}

// stale reports whether the pointer map of frame i is not of the place where it
// stopped: the writer takes the map of the last call, which is wrong for a
// frame that was preempted between calls, and so for its arguments, which are
// in its caller's frame.
func (g *goroutine) stale(i int) bool {
	return i > 0 && g.frames[i-1].fn == "runtime.asyncPreempt" ||
		i > 1 && g.frames[i-2].fn == "runtime.asyncPreempt"
}

// follow adds what a value on the stack holds that p points to or into: a
// variable whose address was taken, if it is known, and otherwise whatever is
// in its frame.
func (s *stack) follow(p uint64) error {
	frames := s.g.frames // by rising address
	i, _ := slices.BinarySearchFunc(frames, p, func(f frame, p uint64) int {
		if f.sp <= p {
			return -1
		}
		return 1
	})
	if i--; i < 0 || p-frames[i].sp >= uint64(frames[i].contents.n) {
		return nil
	}
	f := &frames[i]
	owner, local, slot := s.variable(s.g, i, (p-f.sp)&^7)
	if owner == unknown {
		if s.seen[f.sp] {
			return nil
		}
		s.mark(f.sp)
		return s.conservative(i)
	}
	first := (p-f.sp)&^7 - 8*slot
	if s.seen[f.sp+first] {
		return nil
	}
	s.mark(f.sp + first)
	contents, err := s.contents(i)
	if err != nil {
		return err
	}
	end := min(first+local.Type.Size, uint64(len(contents)))
	for off := first; off+8 <= end; off += 8 {
		if isPointer(local.Type.Slot((off - first) / 8).Kind) {
			s.word(i, off, contents, graph.Strong)
		}
	}
	return nil
}

// mark notes that the variable or frame at an address was followed.
func (s *stack) mark(addr uint64) {
	if s.seen == nil {
		s.seen = map[uint64]bool{}
	}
	s.seen[addr] = true
}

func isPointer(k gotype.SlotKind) bool { return k != gotype.SlotNone && k != gotype.SlotTyp }

// word adds the root of the word at off of frame i.
func (s *stack) word(i int, off uint64, contents []byte, via graph.RefKind) {
	p := word(contents, int(off))
	n, interior, ok := s.heap.find(p, s.b.Graph())
	if !ok {
		if g := s.g; p >= g.frames[0].sp && p < g.top() {
			s.inside = append(s.inside, p)
		}
		return
	}
	s.add(i, off, n, interior, via)
	if off >= 8 && !interior && via == graph.Strong {
		s.typer.Hint(n, word(contents, int(off)-8))
	}
}

// top is the address after the oldest frame.
func (g *goroutine) top() uint64 {
	f := &g.frames[len(g.frames)-1]
	return f.sp + uint64(f.contents.n)
}

// add adds the root of the word at off of frame i, which leads to n.
func (s *stack) add(i int, off uint64, n graph.NodeID, interior bool, via graph.RefKind) {
	at := s.place(i)
	owner, local, slot := s.variable(s.g, i, off)
	if owner == argument {
		at = s.place(i - 1)
	}
	root := graph.Root{Node: n, Kind: graph.RootStack, Rank: at.Rank, Via: via, Thread: s.id, Func: at.Func, File: at.File, Line: at.Line}
	if s.system {
		root.Rank = graph.RankRuntime
	}
	if local != nil {
		root.Var, root.Ref = s.b.String(local.Name), s.b.String(local.Type.SlotLabel(slot))
		if via == graph.Strong {
			root.Via = local.Type.RefKind(slot)
			s.typer.Variable(n, local.Type, slot, interior)
		}
	}
	s.b.AddRoot(root)
}

// Where a word of a frame belongs to.
type owner uint8

const (
	unknown  owner = iota
	variable       // of the frame's function
	argument       // of the function it called
)

// variable finds the variable that the word at off of frame i is of, and the
// number of the word within it. Arguments are in the caller's frame.
func (r *roots) variable(g *goroutine, i int, off uint64) (owner, *gotype.Local, uint64) {
	if r.exe == nil {
		return unknown, nil, 0
	}
	f := &g.frames[i]
	if l, slot := localAt(r.localsOf(g, i), int64(off)-f.contents.n); l != nil {
		return variable, l, slot
	}
	if i > 0 {
		if l, slot := localAt(r.localsOf(g, i-1), int64(off)); l != nil {
			return argument, l, slot
		}
	}
	return unknown, nil, 0
}

func localAt(list []gotype.Local, cfaOffset int64) (*gotype.Local, uint64) {
	for k := range list {
		l := &list[k]
		if d := cfaOffset - l.CFAOffset; l.Type != nil && d >= 0 && uint64(d) < l.Type.Size {
			return l, uint64(d) / 8
		}
	}
	return nil, 0
}

// localsOf returns the variables of frame i where it stopped.
func (r *roots) localsOf(g *goroutine, i int) []gotype.Local {
	pc := g.pc(i)
	l, ok := r.locals[pc]
	if !ok {
		l = r.exe.Locals(pc)
		r.locals[pc] = l
	}
	return l
}
