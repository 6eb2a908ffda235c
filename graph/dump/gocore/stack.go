package gocore

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Tables of functions, numbered as in $GOROOT/src/internal/abi/symtab.go.
const (
	pcdataStackMap       = 1
	funcdataArgs         = 0
	funcdataLocals       = 1
	funcdataStackObjects = 2
	argsSizeUnknown      = -0x80000000
)

// stackScan finds the pointers of one goroutine's stack the way the collector
// does: by the stack maps of each frame, then by following pointers into the
// stack to variables whose address was taken ("stack objects"). What it finds
// it hands to found. See $GOROOT/src/runtime/mgcmark.go, scanstack.
type stackScan struct {
	p      *process
	lo, hi uint64
	data   []byte // the stack's memory, from lo on
	found  func(r stackRef)
	walked func(f *frame) // each frame, newest first

	frame        *frame // of what is being scanned
	conservative bool   // the next frame is
	objects      []stackObject
	precise      []uint64 // pointers into the stack yet to follow
	guessed      []uint64
}

// stackRef is a word of a stack that may refer to the heap.
type stackRef struct {
	frame        *frame // may be nil
	slot         uint64 // address of the word
	value        uint64
	before       uint64 // contents of the word before it
	conservative bool
}

// stackObject is a variable on the stack whose address was taken.
type stackObject struct {
	addr, size uint64
	words      uint64 // that can hold pointers
	mask       uint64 // address of their bits
	frame      *frame
	done       bool
}

func (s *stackScan) word(addr uint64) uint64 {
	if off := addr - s.lo; addr >= s.lo && off+8 <= uint64(len(s.data)) {
		return binary.LittleEndian.Uint64(s.data[off:])
	}
	return 0
}

// value takes a word that is a pointer, or may be one.
func (s *stackScan) value(slot, v uint64, conservative bool) {
	if v < pageSize {
		return
	}
	if v >= s.lo && v < s.hi {
		if conservative {
			s.guessed = append(s.guessed, v)
		} else {
			s.precise = append(s.precise, v)
		}
		return
	}
	s.found(stackRef{s.frame, slot, v, s.word(slot - 8), conservative})
}

// words takes the n words at addr whose bits are set in the mask at maskAddr.
func (s *stackScan) words(addr, n, maskAddr uint64, conservative bool) {
	if n == 0 || n > (s.hi-s.lo)/8 {
		return
	}
	mask := s.p.mem.bytes(maskAddr, int(n+7)/8)
	for i := range n {
		if mask != nil && mask[i/8]>>(i%8)&1 != 0 {
			s.value(addr+8*i, s.word(addr+8*i), conservative)
		}
	}
}

// span takes all words of [lo, hi) as possible pointers.
func (s *stackScan) span(lo, hi uint64) {
	lo, hi = max(lo, s.lo)&^7, min(hi, s.hi)
	for ; lo < hi && hi-lo >= 8; lo += 8 {
		s.value(lo, s.word(lo), true)
	}
}

// visit scans one frame.
func (s *stackScan) visit(f *frame) {
	s.frame = f
	name := f.fn.Name
	injected := name == asyncPreempt || name == "runtime.debugCallV2"
	if s.conservative || injected {
		s.wholeFrame(f, injected)
		s.conservative = injected
		return
	}
	if f.continpc == 0 {
		return
	}
	index := int32(-1)
	if f.continpc != f.fn.Entry {
		index = f.fn.PCData(pcdataStackMap, f.continpc-1)
	}
	index = max(index, 0)
	minSize := s.p.core.arch.minFrame
	if s.p.core.arch.usesLR {
		minSize = s.p.core.arch.stackAlign
	}
	if f.varp > f.sp && f.varp-f.sp > minSize {
		n, mask, ok := s.stackMap(f.fn.FuncData(funcdataLocals), index)
		if !ok {
			s.wholeFrame(f, false)
			return
		}
		s.words(f.varp-8*n, n, mask, false)
	}
	if f.fn.ArgsSize() == argsSizeUnknown {
		s.reflectArgs(f)
		return
	}
	if f.fn.ArgsSize() > 0 {
		if n, mask, ok := s.stackMap(f.fn.FuncData(funcdataArgs), index); ok {
			s.words(f.argp, n, mask, false)
		} else {
			s.span(f.argp, f.argp+uint64(f.fn.ArgsSize()))
		}
	}
	s.stackObjects(f)
}

// wholeFrame scans a frame that has no usable map: all of it, and its arguments.
func (s *stackScan) wholeFrame(f *frame, injected bool) {
	end := f.varp
	if s.p.core.arch.usesLR && (injected || f.fn.Name == "runtime.sigpanic") {
		end += s.p.core.arch.stackAlign
	}
	s.span(f.sp, end)
	if n := f.fn.ArgsSize(); n > 0 {
		s.span(f.argp, f.argp+uint64(n))
	}
}

// stackMap finds bitmap number index of a stack map table: bits and address.
func (s *stackScan) stackMap(table uint64, index int32) (n, mask uint64, ok bool) {
	if table == 0 {
		return 0, 0, false
	}
	maps, nbit := int32(s.p.mem.u32(table)), int32(s.p.mem.u32(table+4))
	if nbit == 0 && maps > 0 {
		return 0, 0, true
	}
	if index >= maps || nbit < 0 {
		return 0, 0, false
	}
	return uint64(nbit), table + 8 + uint64(index)*uint64((nbit+7)/8), true
}

// reflectArgs scans the arguments of reflect.makeFuncStub and
// reflect.methodValueCall, whose layout is in the method value at the bottom of
// their frame, and the registers they saved, conservatively.
func (s *stackScan) reflectArgs(f *frame) {
	arg := f.sp + s.p.core.arch.minFrame
	value := s.word(arg)
	if s.p.mem.u64(value) == f.fn.Entry {
		bits := s.p.mem.u64(value + 8) // *bitvector; the size of the arguments is behind it
		n := uint64(s.p.mem.u32(bits))
		if resultsValid := s.p.mem.u8(arg + 4*8); resultsValid == 0 {
			n = min(n, s.p.mem.u64(value+16)/8)
		}
		s.words(f.argp, n, s.p.mem.u64(bits+8), false)
	}
	s.span(f.sp, f.varp)
}

// stackObjectRecord is the size of the runtime's.
const stackObjectRecord = 16

// stackObjects notes the stack objects of a frame.
func (s *stackScan) stackObjects(f *frame) {
	table := f.fn.FuncData(funcdataStackObjects)
	if table == 0 || f.varp == 0 {
		return
	}
	n := s.p.mem.u64(table)
	raw := s.p.mem.bytes(table+8, int(min(n, 1<<16))*stackObjectRecord)
	for ; len(raw) >= stackObjectRecord; raw = raw[stackObjectRecord:] {
		le := binary.LittleEndian
		off := int64(int32(le.Uint32(raw)))
		base := f.varp
		if off >= 0 {
			base = f.argp
		}
		o := stackObject{
			addr: base + uint64(off), size: uint64(le.Uint32(raw[4:])), words: uint64(le.Uint32(raw[8:])) / 8,
			mask: s.p.rodata + uint64(le.Uint32(raw[12:])), frame: f,
		}
		if o.addr >= f.sp {
			s.objects = append(s.objects, o)
		}
	}
}

// follow scans the stack objects that pointers lead to, until no new ones are
// found; precise pointers first.
func (s *stackScan) follow() {
	slices.SortStableFunc(s.objects, func(a, b stackObject) int { return cmp.Compare(a.addr, b.addr) })
	for {
		var v uint64
		guess := len(s.precise) == 0
		list := &s.precise
		if guess {
			list = &s.guessed
		}
		if len(*list) == 0 {
			return
		}
		v, *list = (*list)[len(*list)-1], (*list)[:len(*list)-1]
		if o := s.object(v); o != nil && !o.done {
			o.done = true
			s.frame = o.frame
			s.words(o.addr, o.words, o.mask, guess)
		}
	}
}

// object returns the stack object that holds the address.
func (s *stackScan) object(addr uint64) *stackObject {
	i, found := slices.BinarySearchFunc(s.objects, addr, func(o stackObject, a uint64) int { return cmp.Compare(o.addr, a) })
	if !found {
		i--
	}
	if i < 0 || addr >= s.objects[i].addr+s.objects[i].size {
		return nil
	}
	return &s.objects[i]
}

// run walks the stack from its newest frame and scans everything. It returns
// why the walk stopped early, if it did; then the rest of the stack was scanned
// conservatively.
func (s *stackScan) run(at start) string {
	u := unwinder{p: s.p, arch: s.p.core.arch, lo: s.lo, hi: s.hi}
	sp := at.sp
	s.conservative = at.trap // a thread stops anywhere, where no stack map holds
	for ok := u.first(at); ok; ok = u.next() {
		f := u.frame
		s.walked(&f)
		s.visit(&f)
		sp = f.fp
	}
	if u.broken != "" {
		s.frame = nil
		s.span(sp, s.hi)
	}
	return u.broken
}
