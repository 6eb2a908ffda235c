package graph

import "context"

// Stream builds a graph from objects that arrive one by one and name their
// references by address, as the line formats (Python, Ruby) do. It keeps
// 28 bytes an object and 13 a reference until Finish renumbers them.
type Stream struct {
	b       *Builder
	index   *AddressIndexer
	addrs   blocks[uint64]
	types   blocks[TypeID]
	sizes   blocks[uint64]
	records blocks[int64]
	ends    blocks[uint64] // end of the object's references in targets

	targets blocks[uint64]
	labels  blocks[uint32]
	kinds   blocks[RefKind]
}

// NewStream starts a stream into a builder. Addresses are multiples of
// 2^shift bytes.
func NewStream(b *Builder, shift uint8) *Stream {
	return &Stream{b: b, index: NewAddressIndexer(shift)}
}

// Object starts the next object. The references that follow are its own. An
// address that comes twice keeps the last object.
func (s *Stream) Object(addr uint64, t TypeID, size uint64, record int64) {
	if s.addrs.n > 0 {
		s.ends.add(uint64(s.targets.n))
	}
	s.index.Add(addr)
	s.addrs.add(addr)
	s.types.add(t)
	s.sizes.add(size)
	s.records.add(record)
}

// Ref adds a reference of the current object.
func (s *Stream) Ref(addr uint64, label uint32, kind RefKind) {
	s.targets.add(addr)
	s.labels.add(label)
	s.kinds.add(kind)
}

// Len is the number of objects so far.
func (s *Stream) Len() int { return s.addrs.n }

// Finish numbers the objects and writes their rows. It returns how many
// references name an address that is no object; they are left out. The stream
// must not be used afterwards.
func (s *Stream) Finish(ctx context.Context) (dangling int64, err error) {
	if s.addrs.n > 0 {
		s.ends.add(uint64(s.targets.n))
	}
	ix, err := s.index.Build()
	if err != nil {
		return 0, err
	}
	s.index = nil
	if err := s.b.SetAddresses(ix); err != nil {
		return 0, err
	}
	arrival := make([]uint32, ix.Len()) // node -> position in the stream
	for i := range s.addrs.n {
		n, _ := ix.Lookup(s.addrs.at(i))
		s.b.SetNode(n, s.types.at(i), s.sizes.at(i), s.records.at(i))
		arrival[n] = uint32(i)
	}
	lost := make([]int64, (ix.Len()+rowChunkMask)>>rowShift)
	err = s.b.BuildRows(ctx, 0, func(w *RowWriter, lo, hi NodeID) error {
		for n := lo; n < hi; n++ {
			lost[lo>>rowShift] += s.row(w, ix, int(arrival[n]))
		}
		return nil
	})
	for _, k := range lost {
		dangling += k
	}
	return dangling, err
}

// row writes the references of the i-th object of the stream.
func (s *Stream) row(w *RowWriter, ix *AddressIndex, i int) (dangling int64) {
	var lo uint64
	if i > 0 {
		lo = s.ends.at(i - 1)
	}
	for r := int(lo); r < int(s.ends.at(i)); r++ {
		to, ok := ix.Lookup(s.targets.at(r))
		if !ok {
			dangling++
			continue
		}
		w.AddKind(to, s.labels.at(r), s.kinds.at(r))
	}
	w.Next()
	return dangling
}

// blocks is a growing column that never copies itself.
type blocks[T any] struct {
	list [][]T
	n    int
}

const blockShift = 16

func (b *blocks[T]) add(v T) {
	if b.n>>blockShift == len(b.list) {
		b.list = append(b.list, make([]T, 0, 1<<blockShift))
	}
	last := &b.list[len(b.list)-1]
	*last = append(*last, v)
	b.n++
}

func (b *blocks[T]) at(i int) T { return b.list[i>>blockShift][i&(1<<blockShift-1)] }
