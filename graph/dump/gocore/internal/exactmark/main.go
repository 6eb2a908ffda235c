// Command exactmark counts the live objects of a Go core in the plainest way:
// it reads the runtime's structures by their DWARF, and marks. It is the test
// oracle of package gocore and shares no code with it, so it is slow, takes a
// lot of memory, and knows amd64 programs with debug information only.
//
//	exactmark EXECUTABLE CORE
//
// Objects are marked from the global variables by the modules' bitmaps, from
// specials and queues, and from stacks conservatively, from each goroutine's
// saved stack pointer up. So what it counts is at most a little more than what
// the collector would keep.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"

	"github.com/edsrzf/mmap-go"
)

type object struct{ base, size uint64 }

type segment struct {
	lo, hi uint64
	data   []byte
}

type marker struct {
	segs    []segment
	structs map[string]*dwarf.StructType
	syms    map[string]uint64
	version string
	spans   []spanInfo
	marked  map[uint64]bool
	work    []object
	objects int
	bytes   uint64
}

type spanInfo struct {
	start, end, elem, n uint64
	noscan              bool
	class               uint64
	typ                 uint64
	special             uint64
	free                uint64
	bits                uint64
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: exactmark EXECUTABLE CORE")
	}
	m := &marker{structs: map[string]*dwarf.StructType{}, syms: map[string]uint64{}, marked: map[uint64]bool{}}
	if err := m.open(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
	m.readSpans()
	m.globals()
	m.stacks()
	m.specials()
	m.drain()
	fmt.Printf("live_objects %d\nlive_bytes %d\n", m.objects, m.bytes)
}

// open maps the core in front of the executable.
func (m *marker) open(exe, core string) error {
	ef, err := elf.Open(exe)
	if err != nil {
		return err
	}
	d, err := ef.DWARF()
	if err != nil {
		return err
	}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			return err
		}
		if e == nil {
			break
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if e.Tag == dwarf.TagStructType && strings.HasPrefix(name, "runtime.") {
			t, err := d.Type(e.Offset)
			if err != nil {
				return err
			}
			m.structs[name], _ = t.(*dwarf.StructType)
		}
		if e.Tag != dwarf.TagCompileUnit {
			r.SkipChildren()
		}
	}
	syms, err := ef.Symbols()
	if err != nil {
		return err
	}
	for _, s := range syms {
		m.syms[s.Name] = s.Value
	}
	cf, err := os.Open(core)
	if err != nil {
		return err
	}
	data, err := mmap.Map(cf, mmap.RDONLY, 0)
	if err != nil {
		return err
	}
	c, err := elf.NewFile(cf)
	if err != nil {
		return err
	}
	for _, p := range c.Progs {
		if p.Type == elf.PT_LOAD && p.Filesz > 0 {
			m.segs = append(m.segs, segment{p.Vaddr, p.Vaddr + p.Filesz, data[p.Off : p.Off+p.Filesz]})
		}
	}
	for _, p := range ef.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_W == 0 {
			b := make([]byte, p.Filesz)
			if _, err := p.ReadAt(b, 0); err != nil {
				return err
			}
			if m.bytesAt(p.Vaddr, 1) == nil {
				m.segs = append(m.segs, segment{p.Vaddr, p.Vaddr + p.Filesz, b})
			}
		}
	}
	m.version = string(m.bytesAt(m.u64(m.syms["runtime.buildVersion"]), int(m.u64(m.syms["runtime.buildVersion"]+8))))
	return nil
}

func (m *marker) bytesAt(addr uint64, n int) []byte {
	for i := range m.segs {
		if s := &m.segs[i]; addr >= s.lo && addr < s.hi {
			if addr+uint64(n) > s.hi {
				rest := m.bytesAt(s.hi, n-int(s.hi-addr))
				if rest == nil {
					return nil
				}
				return append(append([]byte{}, s.data[addr-s.lo:]...), rest...)
			}
			m.segs[0], m.segs[i] = m.segs[i], m.segs[0] // the next is likely near
			return m.segs[0].data[addr-m.segs[0].lo:][:n]
		}
	}
	return nil
}

func (m *marker) u64(addr uint64) uint64 {
	if b := m.bytesAt(addr, 8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// get reads a field of a struct, such as get(s, "runtime.mspan", "npages").
func (m *marker) get(addr uint64, typ, name string) uint64 {
	at, size := m.field(typ, name)
	b := m.bytesAt(addr+at, size)
	if b == nil {
		return 0
	}
	var buf [8]byte
	copy(buf[:], b[:min(size, 8)])
	return binary.LittleEndian.Uint64(buf[:])
}

func (m *marker) field(typ, path string) (off uint64, size int) {
	st := m.structs[typ]
	for name := range strings.SplitSeq(path, ".") {
		for _, f := range st.Field {
			if f.Name == name {
				off, size = off+uint64(f.ByteOffset), int(f.Type.Size())
				t := f.Type
				for {
					td, ok := t.(*dwarf.TypedefType)
					if !ok {
						break
					}
					t = td.Type
				}
				st, _ = t.(*dwarf.StructType)
				break
			}
		}
	}
	if size == 0 {
		log.Fatalf("%s has no %s", typ, path)
	}
	return off, size
}

func (m *marker) readSpans() {
	heap := m.syms["runtime.mheap_"]
	off, _ := m.field("runtime.mheap", "allspans")
	list, n := m.u64(heap+off), m.u64(heap+off+8)
	for i := range n {
		s := m.u64(list + 8*i)
		get := func(name string) uint64 { return m.get(s, "runtime.mspan", name) }
		if get("state") != 1 {
			continue
		}
		m.spans = append(m.spans, spanInfo{
			start: get("startAddr"), end: get("startAddr") + get("npages")*8192, elem: get("elemsize"), n: get("nelems"),
			class: get("spanclass") >> 1, noscan: get("spanclass")&1 != 0, typ: get("largeType"), special: get("specials"),
			free: get("freeindex"), bits: get("allocBits"),
		})
	}
	sort.Slice(m.spans, func(i, j int) bool { return m.spans[i].start < m.spans[j].start })
}

func (m *marker) span(p uint64) *spanInfo {
	i := sort.Search(len(m.spans), func(i int) bool { return m.spans[i].start > p }) - 1
	if i < 0 || p >= m.spans[i].end {
		return nil
	}
	return &m.spans[i]
}

// mark marks the object that p points into.
func (m *marker) mark(p uint64) {
	s := m.span(p)
	if s == nil {
		return
	}
	i := (p - s.start) / s.elem
	if i >= s.n || i >= s.free && m.bytesAt(s.bits+i/8, 1)[0]>>(i%8)&1 == 0 {
		return
	}
	base := s.start + i*s.elem
	if m.marked[base] {
		return
	}
	m.marked[base] = true
	m.objects++
	m.bytes += s.elem
	if !s.noscan {
		m.work = append(m.work, object{base: base, size: s.elem})
	}
}

func (m *marker) drain() {
	for len(m.work) > 0 {
		o := m.work[len(m.work)-1]
		m.work = m.work[:len(m.work)-1]
		m.scan(o)
	}
}

func (m *marker) scan(o object) {
	s := m.span(o.base)
	switch {
	case s.class == 0:
		if s.typ != 0 {
			m.tile(o.base, o.base+o.size, s.typ)
		}
	case s.elem > 512:
		m.tile(o.base+8, o.base+o.size, m.u64(o.base))
	default:
		bitmap := s.end - (s.end-s.start)/64
		if m.greenTea() && s.elem >= 16 {
			bitmap -= 128
		}
		for w := range s.elem / 8 {
			bit := (o.base-s.start)/8 + w
			if m.bytesAt(bitmap+bit/8, 1)[0]>>(bit%8)&1 != 0 {
				m.mark(m.u64(o.base + 8*w))
			}
		}
	}
}

// greenTea reports whether small spans end with their mark bits.
func (m *marker) greenTea() bool {
	if strings.Contains(m.version, "nogreenteagc") {
		return false
	}
	return strings.HasPrefix(m.version, "go1.26") || strings.Contains(m.version, "greenteagc")
}

// tile repeats the type's mask over the slot.
func (m *marker) tile(lo, hi, typ uint64) {
	size, ptr, data := m.u64(typ), m.u64(typ+8), m.u64(typ+32)
	if m.bytesAt(typ+20, 1)[0]&16 != 0 {
		if data = m.u64(data); data == 0 {
			log.Printf("type 0x%x has no mask yet", typ)
			return
		}
	}
	for ; lo < hi; lo += size {
		for w := uint64(0); w < ptr/8 && lo+8*w < hi; w++ {
			if m.bytesAt(data+w/8, 1)[0]>>(w%8)&1 != 0 {
				m.mark(m.u64(lo + 8*w))
			}
		}
	}
}

func (m *marker) globals() {
	const mod = "runtime.moduledata"
	for md := m.syms["runtime.firstmoduledata"]; md != 0; md = m.get(md, mod, "next") {
		for _, r := range [][3]string{{"data", "edata", "gcdatamask"}, {"bss", "ebss", "gcbssmask"}} {
			lo, hi := m.get(md, mod, r[0]), m.get(md, mod, r[1])
			off, _ := m.field(mod, r[2])
			mask := m.u64(md + off + 8)
			for w := range (hi - lo) / 8 {
				if m.bytesAt(mask+w/8, 1)[0]>>(w%8)&1 != 0 {
					m.mark(m.u64(lo + 8*w))
				}
			}
		}
	}
}

func (m *marker) stacks() {
	list, n := m.u64(m.syms["runtime.allgs"]), m.u64(m.syms["runtime.allgs"]+8)
	for i := range n {
		g := m.u64(list + 8*i)
		get := func(name string) uint64 { return m.get(g, "runtime.g", name) }
		switch get("atomicstatus") &^ 0x1000 {
		case 0, 6, 11:
			continue
		}
		sp := get("syscallsp")
		if sp == 0 {
			sp = get("sched.sp")
		}
		if get("atomicstatus")&^0x1000 == 2 {
			sp = get("stack.lo") // running: its registers are with the thread
		}
		for ; sp < get("stack.hi"); sp += 8 {
			m.mark(m.u64(sp))
		}
		m.mark(get("sched.ctxt"))
		for d := get("_defer"); d != 0; d = m.get(d, "runtime._defer", "link") {
			m.mark(d)
			m.mark(m.get(d, "runtime._defer", "fn"))
		}
	}
}

func (m *marker) specials() {
	finalizer, weak, cleanup := uint64(2), uint64(3), uint64(7)
	if strings.HasPrefix(m.version, "go1.24") {
		finalizer, weak, cleanup = 1, 2, 6
	}
	for i := range m.spans {
		s := &m.spans[i]
		for sp := s.special; sp != 0; sp = m.get(sp, "runtime.special", "next") {
			switch m.get(sp, "runtime.special", "kind") {
			case finalizer:
				m.mark(m.get(sp, "runtime.specialfinalizer", "fn"))
				obj := s.start + m.get(sp, "runtime.special", "offset")/s.elem*s.elem
				if !s.noscan {
					m.scan(object{base: obj, size: s.elem})
				}
			case weak:
				m.mark(m.get(sp, "runtime.specialWeakHandle", "handle"))
			case cleanup:
				first, _ := m.field("runtime.special", "kind")
				last, _ := m.field("runtime.specialCleanup", "id")
				for at := first + 8; at < last; at += 8 {
					m.mark(m.u64(sp + at))
				}
			}
		}
	}
}
