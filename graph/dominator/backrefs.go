package dominator

// backRefs collects the references that lead backwards in preorder, sorted
// roughly by target: one bucket for every 65,536 numbers, so that step 2 sorts
// each bucket within the processor's cache.
type backRefs struct {
	buckets []bucket
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

type backRef struct{ to, from pre }

func newBackRefs(n int) backRefs {
	return backRefs{make([]bucket, (n+bucketLen-1)>>bucketShift)}
}

func (b *backRefs) add(to, from pre) {
	k := &b.buckets[to>>bucketShift]
	if len(k.last) == cap(k.last) {
		k.grow()
	}
	k.last = append(k.last, backRef{to, from})
}

func (k *bucket) grow() {
	if k.last != nil {
		k.full = append(k.full, k.last)
	}
	k.last = make([]backRef, 0, blockLen)
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

// sorter sorts one bucket at a time by target.
type sorter struct {
	end  [bucketLen + 1]uint32 // the row of target i is from[end[i]:end[i+1]] after sort
	from []pre
}

// sort fills the rows of a bucket and drops the bucket.
func (s *sorter) sort(k *bucket) {
	clear(s.end[:])
	n := uint32(0)
	k.each(func(r backRef) { s.end[r.to%bucketLen]++; n++ })
	if int(n) > cap(s.from) {
		s.from = make([]pre, n)
	}
	s.from = s.from[:n]
	sum := uint32(0)
	for i, c := range s.end {
		sum += c
		s.end[i] = sum
	}
	k.each(func(r backRef) {
		e := &s.end[r.to%bucketLen]
		*e--
		s.from[*e] = r.from
	})
	*k = bucket{}
}

func (s *sorter) row(v pre) []pre {
	i := v % bucketLen
	return s.from[s.end[i]:s.end[i+1]]
}
