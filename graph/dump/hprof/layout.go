package hprof

import (
	"fmt"
	"slices"
)

// layout is how the JVM that wrote the dump lays out objects. Nothing in the file
// says it: it is found by comparing where objects are with how large they would be.
type layout struct {
	Header  uint64 // bytes before an instance's fields
	Ref     uint64 // bytes of a reference
	Align   uint64 // of objects
	Packed  bool   // fields fill gaps that a superclass leaves (JDK 15 and later)
	Objects uint64 // bytes before the elements of an array of objects
	Base    [typeLong + 1]uint64
	Class   uint64 // bytes of a class's object without its static fields; 0 if unknown
	Matched int    // classes whose objects are as large as this says
	Tried   int    // of so many
}

// minSample is how many objects of a class tell their size.
const minSample = 3

// findLayout tries all layouts that JVMs have had.
func (h *heap) findLayout(c *collected) layout {
	if h.file.ids == 4 {
		l := layout{Header: 8, Ref: 4, Align: 8}
		l.arrays(c)
		return l
	}
	old := h.byName("sun.misc.Launcher") != nil // JDK 8 and before
	var tries []layout
	refs := []uint64{4, 8}
	if s := c.spans[keyObjects]; s != nil && s.half.known {
		switch {
		case s.whole.below:
			refs = []uint64{4}
		case s.half.known && s.whole.known && s.half.least > 24+8:
			refs = []uint64{8}
		}
	}
	for _, ref := range refs {
		for _, header := range []uint64{12, 16, 8} {
			for _, packed := range []bool{!old, old} { // the first of equals is taken
				tries = append(tries, layout{Header: header, Ref: ref, Align: h.alignment(c), Packed: packed})
			}
		}
	}
	for i := range tries {
		h.score(&tries[i], c)
	}
	best := slices.MaxFunc(tries, func(a, b layout) int { return a.Matched - b.Matched })
	best.arrays(c)
	return best
}

// alignment is what all addresses are multiples of, between 8 and 256.
func (h *heap) alignment(c *collected) uint64 {
	align := uint64(8)
	for align < 256 && c.low&(2*align-1) == 0 && c.low != 0 {
		align *= 2
	}
	return align
}

// score counts the classes whose objects are as far apart as the layout says.
// Some layouts tell only arrays apart.
func (h *heap) score(l *layout, c *collected) {
	l.predict()
	for _, x := range c.classes {
		if s := c.spans[x.ID]; s != nil && s.at >= minSample && x.bytes > 0 {
			l.Tried++
			if l.instance(h, x) == s.least {
				l.Matched++
			}
		}
	}
	for t, base := range l.Base {
		if s := c.spans[keyPrimitives+uint64(t)]; s != nil && s.at >= minSample && s.least == base {
			l.Matched++
		}
	}
}

// predict says where the elements of arrays begin.
func (l *layout) predict() {
	const length = 4 // bytes of what holds the number of elements
	l.Objects = roundUp(l.Header+length, l.Ref)
	for t := range l.Base {
		// Before JDK 23 elements begin at a multiple of a word, but for compact headers.
		align := uint64(8)
		if l.Header == 8 {
			align = max(4, uint64(primitives[t].size))
		}
		l.Base[t] = roundUp(l.Header+length, align)
	}
}

// arrays finds where elements begin: what distances say is exact for bytes, and an
// upper bound for others.
func (l *layout) arrays(c *collected) {
	l.predict()
	for t := range l.Base {
		if s := c.spans[keyPrimitives+uint64(t)]; s != nil && s.at >= minSample && s.least >= 8 {
			l.Base[t] = min(l.Base[t], s.least)
		}
	}
	if s := c.spans[keyObjects]; s != nil {
		f := s.half
		if l.Ref == 8 {
			f = s.whole
		}
		if f.known && f.least >= 8 {
			l.Objects = min(l.Objects, f.least)
		}
	}
}

func roundUp(n, to uint64) uint64 {
	if to == 0 {
		return n
	}
	return (n + to - 1) / to * to
}

// instance is the size of the instances of a class by its fields.
func (l *layout) instance(h *heap, c *class) uint64 {
	var chain []*class
	for at := c; at != nil && len(chain) < maxDepth; at = at.super {
		chain = append(chain, at)
	}
	p := packer{end: l.Header}
	for _, at := range slices.Backward(chain) {
		p.level(l, h.file.ids, at.Own)
	}
	return roundUp(p.end, l.Align)
}

// gap is unused bytes in an object.
type gap struct{ at, n uint64 }

// packer lays out the fields of one class after those of its superclass.
type packer struct {
	end  uint64
	gaps []gap
}

// level adds the fields that one class declares: the largest first, references
// last.
func (p *packer) level(l *layout, size ids, own []field) {
	if !l.Packed {
		p.gaps = p.gaps[:0]
		if len(own) > 0 {
			p.end = roundUp(p.end, l.Ref)
		}
	}
	for _, want := range []int{8, 4, 2, 1, 0} {
		for _, f := range own {
			if n := primitiveSize(f.Type); n == want {
				if n == 0 {
					n = int(l.Ref)
				}
				p.place(uint64(n))
			}
		}
	}
}

func primitiveSize(typ byte) int {
	if int(typ) < len(primitives) {
		return primitives[typ].size
	}
	return 0
}

// place puts a field of n bytes into the smallest gap that has room, or at the end.
func (p *packer) place(n uint64) {
	best := -1
	for i, g := range p.gaps {
		at := roundUp(g.at, n)
		if at+n <= g.at+g.n && (best < 0 || g.n < p.gaps[best].n) {
			best = i
		}
	}
	if best < 0 {
		at := roundUp(p.end, n)
		if at > p.end {
			p.gaps = append(p.gaps, gap{p.end, at - p.end})
		}
		p.end = at + n
		return
	}
	g := p.gaps[best]
	at := roundUp(g.at, n)
	p.gaps = slices.Delete(p.gaps, best, best+1)
	if at > g.at {
		p.gaps = append(p.gaps, gap{g.at, at - g.at})
	}
	if rest := g.at + g.n - at - n; rest > 0 {
		p.gaps = append(p.gaps, gap{at + n, rest})
	}
}

// sizeClasses gives every class the size of its instances: as they are in the
// heap where enough of them say it, by their fields otherwise.
func (h *heap) sizeClasses(c *collected) {
	for _, x := range h.classes {
		x.size = h.layout.instance(h, x)
		s := c.spans[x.ID]
		if s == nil {
			continue
		}
		if s.least < x.size || s.at >= minSample && 2*s.at >= s.all && isInjected(s.least-x.size) {
			x.size = s.least
		}
	}
}

// isInjected reports whether a class may have so many bytes more than its fields
// take: fields that the JVM adds, or room around one so that no other is on its
// cache line.
func isInjected(more uint64) bool {
	const few, room, most = 16, 240, 512
	return more <= few || more >= room && more <= most
}

// primitiveArray and objectArray are the sizes of arrays of n elements.
func (l *layout) primitiveArray(elem byte, n uint64) uint64 {
	return roundUp(l.Base[elem]+n*uint64(primitives[elem].size), l.Align)
}

func (l *layout) objectArray(n uint64) uint64 { return roundUp(l.Objects+n*l.Ref, l.Align) }

// String says it for people.
func (l *layout) String() string {
	return fmt.Sprintf("references of %d bytes, headers of %d, objects aligned to %d", l.Ref, l.Header, l.Align)
}
