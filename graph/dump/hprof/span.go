package hprof

// span is how far the objects of one class are from what is behind them, of
// which the least is their size: a heap that was just collected has no holes.
type span struct {
	least uint64 // distance; of arrays of primitives without their elements
	at    int    // how many objects have it
	all   int
	half  full // of arrays of objects, if references take 4 bytes
	whole full // if they take 8
}

// full is what is left of the least distance without the elements.
type full struct {
	least uint64
	known bool
	below bool // an array would reach into the next object
}

func newSpan() span { return span{least: ^uint64(0)} }

func (s *span) add(d uint64) {
	s.all++
	switch {
	case d < s.least:
		s.least, s.at = d, 1
	case d == s.least:
		s.at++
	}
}

// addArray is add for an array whose elements take n bytes.
func (s *span) addArray(d, n uint64) {
	if d >= n {
		s.add(d - n)
	}
}

// addObjects is add for an array of n references.
func (s *span) addObjects(d, n uint64) {
	s.all++
	s.half.add(d, 4*n)
	s.whole.add(d, 8*n)
}

func (f *full) add(d, n uint64) {
	if d < n {
		f.below = true
	} else if rest := d - n; !f.known || rest < f.least {
		f.least, f.known = rest, true
	}
}

func (s *span) join(o *span) {
	s.all += o.all
	switch {
	case o.least < s.least:
		s.least, s.at = o.least, o.at
	case o.least == s.least:
		s.at += o.at
	}
	s.half.join(&o.half)
	s.whole.join(&o.whole)
}

func (f *full) join(o *full) {
	f.below = f.below || o.below
	if o.known && (!f.known || o.least < f.least) {
		f.least, f.known = o.least, true
	}
}

// Keys of the spans of arrays; no class has such an address.
const (
	keyObjects    = 1
	keyPrimitives = 16 // and the type of the elements
)

// distance notes that an object of kind i, with count elements, is d bytes before
// the next one.
func (k *kinds) distance(i int32, count uint32, d uint64) {
	s := &k.spans[i]
	switch x := &k.list[i]; x.tag {
	case subInstance:
		s.add(d)
	case subObjects:
		s.addObjects(d, uint64(count))
	default:
		s.addArray(d, uint64(count)*uint64(primitives[x.elem].size))
	}
}

// mergeSpans joins what the workers have measured, by class, or by what arrays have
// as elements.
func mergeSpans(all []*kinds) map[uint64]*span {
	out := map[uint64]*span{}
	for _, k := range all {
		for i := range k.list {
			key := k.list[i].class
			switch k.list[i].tag {
			case subObjects:
				key = keyObjects
			case subPrimitives, subNoData:
				key = keyPrimitives + uint64(k.list[i].elem)
			}
			if k.spans[i].all == 0 {
				continue
			}
			if have := out[key]; have != nil {
				have.join(&k.spans[i])
			} else {
				out[key] = &k.spans[i]
			}
		}
	}
	return out
}
