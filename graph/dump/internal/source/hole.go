package source

import "sort"

// hole is a part of a sparse file that takes no room: it reads as zeros.
type hole struct{ from, to int64 }

// largeHole is from which size on readers need to know of a hole, in bytes.
const largeHole = 1 << 20

// Hole returns the first large hole that ends behind off; from and to are Size if there
// is none. Formats that are text have no zeros: for their readers it is damage, and a
// terabyte of it costs nothing.
func (s *Source) Hole(off int64) (from, to int64) {
	i := sort.Search(len(s.holes), func(i int) bool { return s.holes[i].to > off })
	if i == len(s.holes) {
		return s.Size, s.Size
	}
	return s.holes[i].from, s.holes[i].to
}
