package gotype

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// use asks an executable for everything.
func use(e *Exe) {
	l := e.Layout()
	for i, g := range e.Globals() {
		if i > 200 {
			break
		}
		e.GlobalAt(g.Addr)
		useType(g.Type, 3)
	}
	e.Statics(nil).At(l.Data.Lo)
	e.Symbol("runtime.allgs")
	useType(e.NamedType("runtime.g"), 2)
	useType(e.NamedType("main.Session"), 3)
	for a, n := l.Types.Lo, 0; a < l.Types.Hi && n < 20000; a, n = a+8, n+1 {
		useType(e.TypeAt(a), 1)
		e.ItabType(a)
	}
	for pc, n := l.Text.Lo, 0; n < 300; n++ {
		f, ok := e.FuncAt(pc)
		if !ok {
			break
		}
		mid := f.Entry + (f.End-f.Entry)/2
		f.FrameSize(mid)
		for i := range 4 {
			f.PCData(i, mid)
			f.FuncData(i)
		}
		e.Locals(mid)
		useType(e.Closure(f.Entry), 2)
		pc = f.End
	}
}

func useType(t *Type, depth int) {
	budget := 300 // types can lead to many others
	useSome(t, depth, &budget)
}

func useSome(t *Type, depth int, budget *int) {
	if t == nil || depth == 0 || *budget == 0 {
		return
	}
	*budget--
	for w := range min(t.Size/8, 40) {
		s := t.Slot(w)
		t.SlotLabel(w)
		useSome(s.To, depth-1, budget)
	}
	for _, p := range []Part{PartMap, PartDirectory, PartTable, PartGroups} {
		useSome(t.MapPart(p), depth-1, budget)
	}
	useSome(t.ChanPart(PartChan), depth-1, budget)
	useSome(t.ChanPart(PartBuffer), depth-1, budget)
	useSome(t.Key(), depth-1, budget)
	t.Field("a.b")
	t.Fits(64)
}

// typed fails if an error is not of a documented type.
func typed(t *testing.T, err error) {
	var syntax *source.SyntaxError
	if err != nil && !errors.Is(err, ErrNotExecutable) && !errors.Is(err, ErrVersion) && !errors.As(err, &syntax) {
		t.Errorf("%T: %v", err, err)
	}
}

// FuzzOpen damages a real executable at two places and uses what is left.
func FuzzOpen(f *testing.F) {
	var bases [][]byte
	for _, name := range []string{"plain DWARF", "pie", "stripped"} {
		data, err := os.ReadFile(build(f, name))
		if err != nil {
			f.Fatal(err)
		}
		bases = append(bases, data)
	}
	for _, at := range []uint32{0, 16, 24, 32, 40, 54, 60, 64, 72, 96, 400, 0xf80, 0x1000, 100000, 700000, 1500000} {
		f.Add(uint8(0), at, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, uint32(0), []byte{}, uint32(0))
		f.Add(uint8(1), at, []byte{0, 0, 0, 0x40}, at+4096, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, uint32(0))
	}
	for _, s := range interesting(f, bases[0]) {
		f.Add(uint8(0), s, []byte{0xfe, 0xff, 0xff, 0xff}, uint32(0), []byte{}, uint32(0))
		f.Add(uint8(0), s+40, []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, s+96, []byte{0, 0, 0, 0}, uint32(0))
	}
	f.Add(uint8(0), uint32(0), []byte{}, uint32(0), []byte{}, uint32(1<<20))
	f.Fuzz(func(t *testing.T, base uint8, at uint32, bytes []byte, at2 uint32, bytes2 []byte, cut uint32) {
		data := append([]byte(nil), bases[int(base)%len(bases)]...)
		copy(data[int(at)%len(data):], bytes)
		copy(data[int(at2)%len(data):], bytes2)
		if cut != 0 {
			data = data[:int(cut)%len(data)]
		}
		e, err := open(t.Context(), source.FromBytes("fuzzed", data, source.Options{}))
		typed(t, err)
		if err == nil {
			use(e)
		}
	})
}

// interesting returns where the tables that matter are in a file.
func interesting(f *testing.F, data []byte) (at []uint32) {
	e, err := open(f.Context(), source.FromBytes("base", data, source.Options{}))
	if err != nil {
		f.Fatal(err)
	}
	for _, addr := range []uint64{
		e.mod.addr, e.mod.functab.Lo, e.mod.pclntable.Lo, e.mod.types.Lo, e.mod.funcnames.Lo, e.mod.pctab.Lo, e.mod.gofunc,
		e.NamedType("main.Session").Addr, e.NamedType("main.bigKey").Addr,
	} {
		for _, s := range e.img.segs {
			if s.Contains(addr) {
				at = append(at, uint32(addr-s.Lo)) // segments of the text are at their addresses' offsets
			}
		}
	}
	for _, s := range e.syms.file.Sections {
		if s.Addr == 0 && s.Offset > 0 {
			at = append(at, uint32(s.Offset), uint32(s.Offset+s.Size/2))
		}
	}
	return at
}

// FuzzType reads run-time types from hostile memory.
func FuzzType(f *testing.F) {
	e, err := Open(f.Context(), build(f, "plain"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	const at = 0x7f0000000000
	for _, name := range []string{"main.Session", "main.bigKey", "*main.Session", "main.table", "map[string]*main.Session", "chan *main.Session", "io.Writer", "[]uint8"} {
		t := e.NamedType(name)
		if t == nil || t.Addr == 0 {
			f.Fatalf("no type %s", name)
		}
		f.Add(append([]byte(nil), e.Bytes(t.Addr, 256)...))
		self := append([]byte(nil), e.Bytes(t.Addr, 256)...)
		for i := typBytes; i+8 <= len(self); i += 8 { // made of itself
			binary.LittleEndian.PutUint64(self[i:], at)
		}
		f.Add(self)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x := &Exe{src: e.src, img: e.img, mod: e.mod, minor: e.minor, dw: e.dw, funcs: e.funcs}
		x.syms.file = e.syms.file
		x.types.init()
		x.SetMemory(func(addr uint64, n int) []byte {
			if off := addr - at; off < uint64(len(data)) && n >= 0 && uint64(n) <= uint64(len(data))-off {
				return data[off : off+uint64(n)]
			}
			return nil
		})
		for off := uint64(0); off < min(uint64(len(data)), 512); off += 8 {
			useType(x.TypeAt(at+off), 4)
			x.ItabType(at + off)
		}
	})
}

// FuzzGCProg expands hostile pointer masks.
func FuzzGCProg(f *testing.F) {
	f.Add([]byte{8, 0x55, 0x88, 0xff, 0xff, 0xff, 0x7f, 0}, uint64(1<<20))
	f.Add([]byte{0x80, 0xff, 0xff, 0x03, 0xff, 1, 0}, uint64(1<<40))
	f.Add([]byte{9, 1, 1, 0x81, 3, 0x80, 2, 2, 0}, uint64(512))
	f.Fuzz(func(t *testing.T, prog []byte, size uint64) {
		size %= 1 << 26
		if mask := runGCProg(prog, size); uint64(len(mask)) > size/64+1 {
			t.Errorf("%d bytes of mask for %d bytes", len(mask), size)
		}
	})
}
