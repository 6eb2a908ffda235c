package dominator

// backRef is a reference that leads backward in preorder.
type backRef struct{ to, from pre }

// buckets collects backward references, sorted roughly by the number they lead
// to: one bucket for every 65,536 numbers, so that step 2 sorts each bucket
// within the processor's cache.
type buckets struct {
	of    []bucket
	spare *room
}

const (
	bucketShift = 16
	bucketLen   = 1 << bucketShift
	// blockLen is the length of a bucket's blocks, 4 kB each: a bucket that
	// grows by doubling would leave half of its memory behind.
	blockLen = 512
)

type bucket struct {
	full [][]backRef
	last []backRef
}

func newBuckets(numbers int, spare *room) buckets {
	return buckets{make([]bucket, (numbers+bucketLen-1)>>bucketShift), spare}
}

// add keeps a reference in the bucket of a number.
func (b *buckets) add(number pre, r backRef) {
	k := &b.of[number>>bucketShift]
	if len(k.last) == cap(k.last) {
		if k.last != nil {
			k.full = append(k.full, k.last)
		}
		k.last = b.spare.take(blockLen)
	}
	k.last = append(k.last, r)
}

// each calls do with every reference of the bucket.
func (k *bucket) each(do func(r backRef)) {
	for _, block := range k.full {
		for _, r := range block {
			do(r)
		}
	}
	for _, r := range k.last {
		do(r)
	}
}

// replace puts fewer references in place of the bucket's.
func (k *bucket) replace(refs []backRef) {
	for i, block := range k.full {
		n := copy(block, refs)
		k.full[i], refs = block[:n], refs[n:]
	}
	k.last = k.last[:copy(k.last, refs)]
}

// sorter sorts the references of one bucket at a time by number.
type sorter struct {
	num  []pre                 // of leaves, that to is one of; nil if to is the number
	end  [bucketLen + 1]uint32 // row i is refs[end[i]:end[i+1]] after sort
	refs []backRef
}

// sorter returns one with room for the largest bucket.
func (b *buckets) sorter(num []pre) *sorter {
	most := 0
	for i := range b.of {
		most = max(most, len(b.of[i].full)*blockLen+len(b.of[i].last))
	}
	return &sorter{num: num, refs: b.spare.take(most)}
}

func (s *sorter) key(r backRef) pre {
	if s.num == nil {
		return r.to
	}
	return s.num[r.to]
}

// sort fills the rows of a bucket. Leaves that a root refers to are left out:
// nothing else matters to them.
func (s *sorter) sort(k *bucket) {
	clear(s.end[:])
	n := uint32(0)
	k.each(func(r backRef) {
		if v := s.key(r); v != top {
			s.end[v%bucketLen]++
			n++
		}
	})
	s.refs = s.refs[:n]
	sum := uint32(0)
	for i, c := range s.end {
		sum += c
		s.end[i] = sum
	}
	k.each(func(r backRef) {
		if v := s.key(r); v != top {
			e := &s.end[v%bucketLen]
			*e--
			s.refs[*e] = r
		}
	})
}

func (s *sorter) row(v pre) []backRef {
	i := v % bucketLen
	return s.refs[s.end[i]:s.end[i+1]]
}
