package python

import "encoding/binary"

// Where the process itself runs our Python code, that code's memory is kept apart
// from the program's: what is freed in between the program's own objects would not go
// back to the kernel (one name that stays holds an arena of a megabyte), and a
// tracemalloc that runs would show it. So the interpreter's allocators for objects
// are replaced meanwhile, for this one thread: what it wants comes from the allocator
// for raw memory, from which it takes large objects anyway, and to which it gives back
// whatever is not its own. All other threads, and all that is freed, go the usual way.

// An allocator is CPython's struct PyMemAllocatorEx.
type allocator struct{ ctx, malloc, calloc, realloc, free uint64 }

const allocatorSize = 5 * 8

func parseAllocator(b []byte) (a allocator) {
	for i, v := range []*uint64{&a.ctx, &a.malloc, &a.calloc, &a.realloc, &a.free} {
		*v = binary.LittleEndian.Uint64(b[i*8:])
	}
	return a
}

func (a allocator) bytes() (b []byte) {
	for _, v := range []uint64{a.ctx, a.malloc, a.calloc, a.realloc, a.free} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// domains are CPython's numbers of its allocators: raw memory, memory, objects.
const (
	domainRaw = iota
	domainMem
	domainObj
	domains
)

// answer decides how our code's memory can be kept apart, and says so to the process.
// Where anything is not as CPython has it by itself, nothing is replaced.
func (s *session) answer() error {
	raw, err := s.t.mem.read(s.l.state(sOld), domains*allocatorSize)
	if err != nil {
		return err
	}
	var old, inner [domains]allocator
	for d := range domains {
		old[d] = parseAllocator(raw[d*allocatorSize:])
	}
	traced := s.traced(old)
	inner = old
	if traced {
		for d := range domains {
			b, err := s.t.mem.read(old[d].ctx, allocatorSize)
			if err != nil {
				return err
			}
			inner[d] = parseAllocator(b)
		}
	}
	from := inner // where our memory comes from
	recount := uint64(0)
	if s.pymalloc(inner) {
		from[domainMem], from[domainObj], recount = inner[domainRaw], inner[domainRaw], 1
	}
	if traced || recount == 1 {
		var next, ours []byte
		for d, a := range old {
			t := s.l.thunks[d]
			a.malloc, a.calloc, a.realloc = t.malloc, t.calloc, t.realloc
			next, ours = append(next, a.bytes()...), append(ours, from[d].bytes()...)
		}
		for _, w := range []struct {
			at uint64
			b  []byte
		}{{sNew, next}, {sOurs, ours}, {sInner, inner[domainObj].bytes()}} {
			if err := s.t.mem.write(s.l.state(w.at), w.b); err != nil {
				return err
			}
		}
		if err := s.set(sRecount, recount); err != nil {
			return err
		}
		if err := s.set(sApart, 1); err != nil {
			return err
		}
	}
	return s.set(sFull, 0)
}

// traced reports whether allocators are tracemalloc's: functions of the
// interpreter's, whose context is the allocator below, in one table of its variables.
func (s *session) traced(list [domains]allocator) bool {
	py := s.in.python
	lowest, highest := ^uint64(0), uint64(0)
	for _, a := range list {
		if a.ctx < py.data || a.ctx+allocatorSize > py.dataEnd || !py.holdsCode(a.malloc) || !py.holdsCode(a.free) {
			return false
		}
		b, err := s.t.mem.read(a.ctx, allocatorSize)
		if below := parseAllocator(b); err != nil || !s.in.holdsCode(below.malloc) || !s.in.holdsCode(below.realloc) || !s.in.holdsCode(below.free) {
			return false
		}
		lowest, highest = min(lowest, a.ctx), max(highest, a.ctx)
	}
	return highest-lowest == 2*allocatorSize
}

// pymalloc reports whether memory and objects come from CPython's own allocator: the
// head of the pool that a block of one byte lies in tells.
func (s *session) pymalloc(list [domains]allocator) bool {
	mem, obj := list[domainMem], list[domainObj]
	probe, err := s.get(sProbe)
	if err != nil || mem != obj || obj.ctx != 0 || obj.malloc == list[domainRaw].malloc || !s.in.python.holdsCode(obj.malloc) {
		return false
	}
	pool := uint64(16 << 10)
	if s.in.version[1] < 10 {
		pool = 4 << 10
	}
	head, err := s.t.mem.read(probe&^(pool-1), 48)
	if err != nil {
		return false
	}
	used := binary.LittleEndian.Uint32(head)
	class, next, last := binary.LittleEndian.Uint32(head[36:]), binary.LittleEndian.Uint32(head[40:]), binary.LittleEndian.Uint32(head[44:])
	return used >= 1 && uint64(used) <= pool/16 && class == 0 && uint64(next) <= pool && uint64(last) == pool-16
}
