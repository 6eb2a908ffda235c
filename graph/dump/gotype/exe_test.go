package gotype

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// open opens a variant and moves it to where the program ran.
func openVariant(tb testing.TB, name string) (*Exe, *truth) {
	tb.Helper()
	path := build(tb, name)
	tr := run(tb, name, path)
	e, err := Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { e.Close() })
	if e.PIE {
		e.Rebase(tr.Text - mainEntry(tb, e))
	}
	return e, tr
}

// mainEntry is where main.main is in the file.
func mainEntry(tb testing.TB, e *Exe) uint64 {
	for pc := e.Layout().Text.Lo; ; {
		f, ok := e.FuncAt(pc)
		if !ok {
			tb.Fatal("no main.main")
		}
		if f.Name == "main.main" {
			return f.Entry
		}
		pc = f.End
	}
}

// TestExe compares what is read from the file with what the program says of
// itself.
func TestExe(t *testing.T) {
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			e, tr := openVariant(t, name)
			if e.Main != "example.com/truth" || e.BuildID == "" || !strings.HasPrefix(e.GoVersion, "go1.2") {
				t.Errorf("main %q, build id %q, version %q", e.Main, e.BuildID, e.GoVersion)
			}
			if e.PIE != strings.Contains(name, "pie") {
				t.Errorf("PIE is %v", e.PIE)
			}
			if len(e.Missing) > 0 != v.stripped() {
				t.Errorf("missing: %q", e.Missing)
			}
			checkTypes(t, e, tr)
			checkFuncs(t, e, tr)
			for concrete, itab := range tr.Itabs {
				if got := e.ItabType(itab); got == nil || got.Name != concrete {
					t.Errorf("itab of %s is of %v", concrete, got)
				}
			}
			if v.stripped() {
				return
			}
			checkGlobals(t, e, tr)
			checkClosures(t, e, tr)
			checkLocals(t, e, tr)
		})
	}
}

func checkTypes(t *testing.T, e *Exe, tr *truth) {
	for _, want := range tr.Types {
		got := e.TypeAt(want.Addr)
		if got == nil {
			t.Errorf("no type %s at 0x%x", want.Name, want.Addr)
			continue
		}
		if got.Name != lang.GoName(want.Name) || got.Kind.String() != want.Kind || got.Size != want.Size {
			t.Errorf("%s (%s, %d B) is %s (%v, %d B)", want.Name, want.Kind, want.Size, got.Name, got.Kind, got.Size)
		}
		if want.Pkg != "" && got.PkgPath != want.Pkg {
			t.Errorf("%s is of %q, want %q", want.Name, got.PkgPath, want.Pkg)
		}
		if got.Size < 4096 {
			checkSlots(t, got, want)
		}
	}
}

// checkSlots compares every word of a type with what reflection says.
func checkSlots(t *testing.T, got *Type, want typeTruth) {
	kinds := map[SlotKind]string{
		SlotPtr: "ptr", SlotSlice: "slice", SlotString: "string", SlotEface: "interface", SlotIface: "interface",
		SlotMap: "map", SlotChan: "chan", SlotFunc: "func", SlotUnsafe: "unsafe.Pointer",
	}
	for w := range got.Size / 8 {
		s := got.Slot(w)
		line := ""
		if s.Kind != SlotNone && s.Kind != SlotTyp {
			line = got.SlotLabel(w) + " " + kinds[s.Kind]
		}
		expect := want.Slots[w]
		if of, ok := strings.CutSuffix(expect, ".v unsafe.Pointer"); ok { // an atomic.Pointer is written as the pointer that it is
			expect = of + " ptr"
		}
		if line != expect {
			t.Errorf("%s word %d: %q, want %q", got.Name, w, line, expect)
		}
	}
}

func checkFuncs(t *testing.T, e *Exe, tr *truth) {
	for name, pc := range tr.Funcs {
		f, ok := e.FuncAt(pc + 1)
		if !ok || f.Name != name || f.Entry != pc {
			t.Errorf("0x%x is in %q, want %q", pc, f.Name, name)
		}
	}
	f, _ := e.FuncAt(tr.Frame)
	size, ok := f.FrameSize(tr.Frame)
	if f.Name != "main.frame" || !ok || size < 64 || size > 1024 || f.FuncData(1) == 0 || f.PCData(1, tr.Frame-1) < 0 {
		t.Errorf("0x%x is in %s with frame %d (%v), locals map 0x%x, index %d", tr.Frame, f.Name, size, ok, f.FuncData(1), f.PCData(1, tr.Frame-1))
	}
}

func checkGlobals(t *testing.T, e *Exe, tr *truth) {
	types := map[string]string{
		"main.sessions": "map[string]*main.Session", "main.queue": "chan *main.Session", "main.cache": "io.Writer",
		"main.big": "main.table", "main.counter": "int64", "main.Inner": "inner.Pair[main.bigKey,*main.Session]",
		"example.com/truth/inner.Default": "*inner.Pair[*inner.Base,inner.Key]",
	}
	for name, addr := range tr.Globals {
		g, ok := e.GlobalNamed(name)
		if !ok || g.Addr != addr || g.Type == nil || strings.ReplaceAll(g.Type.Name, ", ", ",") != types[name] || g.Rank != graph.RankUser {
			t.Errorf("%s at 0x%x is %+v", name, addr, g)
			continue
		}
		for _, in := range []uint64{0, g.Size - 1} {
			if at, ok := e.GlobalAt(addr + in); !ok || at != g {
				t.Errorf("0x%x is in %+v, want %s", addr+in, at, name)
			}
		}
	}
	if r, ok := e.Symbol("runtime.allgs"); !ok || r.Hi-r.Lo != 24 {
		t.Errorf("runtime.allgs is at %x", r)
	}
	checkStatics(t, e)
}

// checkStatics looks for what the initialiser of main.cache points to.
func checkStatics(t *testing.T, e *Exe) {
	found := map[string]bool{}
	for _, s := range e.Statics(nil).list {
		if s.Owner.Name == "main.cache" {
			found[s.Path+" "+s.Type.Name] = true
			if at, ok := e.Statics(nil).At(s.Addr + s.Size - 1); !ok || at.Addr != s.Addr {
				t.Errorf("0x%x is in %+v", s.Addr+s.Size-1, at)
			}
		}
	}
	for _, want := range []string{" main.buffer", ".parts []*main.Session", ".parts[0] main.Session"} {
		if !found[want] {
			t.Errorf("no %q among %v", want, found)
		}
	}
}

func checkClosures(t *testing.T, e *Exe, tr *truth) {
	want := map[string][]string{
		"by value":     {"n int", "s *main.Session"},
		"by reference": {"&t **main.Session", "&total *int", "n int"},
		"method value": {"*main.Session"},
	}
	for what, pc := range tr.Closures {
		c := e.Closure(pc)
		if c == nil {
			t.Errorf("%s: no function at 0x%x", what, pc)
			continue
		}
		var fields []string
		for _, f := range c.Fields() {
			fields = append(fields, f.Name+" "+f.Type.Name)
			if what == "method value" { // what the receiver is called differs
				fields[0] = f.Type.Name
			}
			if s := c.Slot(f.Offset / 8); (s.Kind != SlotNone) != (f.Type.PtrBytes > 0) {
				t.Errorf("%s: %s has slot %v", what, f.Name, s)
			}
		}
		slices.Sort(fields) // the order of captured variables is the compiler's business
		if !slices.Equal(fields, want[what]) || c.Size != uint64(8+8*len(fields)) {
			t.Errorf("%s captures %q in %d bytes, want %q", what, fields, c.Size, want[what])
		}
	}
}

func checkLocals(t *testing.T, e *Exe, tr *truth) {
	want := map[string]string{"s": "*main.Session", "list": "[]*main.Session", "local": "*main.Session"}
	f, _ := e.FuncAt(tr.Frame)
	size, _ := f.FrameSize(tr.Frame)
	for _, l := range e.Locals(tr.Frame - 1) {
		if typ, ok := want[l.Name]; ok && l.Type.Name == typ {
			delete(want, l.Name)
		}
		if l.CFAOffset < -size-16 || l.CFAOffset > 128 {
			t.Errorf("%s is at %d in a frame of %d bytes", l.Name, l.CFAOffset, size)
		}
	}
	if len(want) > 0 {
		t.Errorf("not among the locals: %v, have %v", want, e.Locals(tr.Frame-1))
	}
}

// TestNames compares all run-time types with the DWARF types of the same
// address: both sources must agree.
func TestNames(t *testing.T) {
	e, _ := openVariant(t, "plain")
	compared := 0
	for _, off := range e.dw.types {
		u := e.dw.unitOf(off)
		d, ok := e.dw.entry(u, off)
		rt, has := d.uint(atGoRuntimeType)
		if !ok || !has || rt == 0 {
			continue
		}
		a := e.TypeAt(e.mod.types.Lo + rt)
		b := (&dieReader{Exe: e}).read(u, &d)
		if a == nil || b == nil {
			t.Errorf("DWARF entry 0x%x: run-time type %v, DWARF type %v", off, a, b)
			continue
		}
		if a.Size != b.Size || a.Kind != b.Kind || len(a.Fields()) != len(b.Fields()) || a.Len() != b.Len() && a.Kind == reflect.Array {
			t.Errorf("%s (%v, %d B, %d fields) is %s (%v, %d B, %d fields) in DWARF",
				a.FullName, a.Kind, a.Size, len(a.Fields()), b.FullName, b.Kind, b.Size, len(b.Fields()))
		}
		for i := range min(len(a.Fields()), len(b.Fields())) {
			x, y := a.Fields()[i], b.Fields()[i]
			if x.Name != y.Name || x.Offset != y.Offset || x.Type.Size != y.Type.Size || x.Type.Kind != y.Type.Kind || x.Type.PtrBytes != y.Type.PtrBytes {
				t.Errorf("%s: field %+v is %+v in DWARF", a.FullName, x, y)
			}
		}
		compared++
	}
	if compared < 500 {
		t.Errorf("compared only %d types", compared)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, want := range map[string]string{
		write("empty", ""):                           "no ELF header",
		write("dump", "go1.7 heap dump\n"):           "a Go heap dump",
		write("pe", "MZ\x90\x00\x03\x00"):            "Windows",
		write("macho", "\xcf\xfa\xed\xfe\x07\x00"):   "macOS",
		write("elf", "\x7fELF\x02\x01\x01\x00\x00"):  "ELF headers",
		write("text", "#!/bin/sh\necho not really "): "no ELF header",
	} {
		if _, err := Open(t.Context(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	for version, ok := range map[string]bool{
		"go1.24": true, "go1.26.8": true, "go1.25.5 X:nodwarf5": true, "go1.26rc1": true,
		"go1.23.1": false, "go1.27.0": false, "devel +abc": false, "": false,
	} {
		if _, err := goMinor(version); ok != (err == nil) || err != nil && !errors.Is(err, ErrVersion) {
			t.Errorf("%q: %v", version, err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := build(b, "plain")
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(st.Size())
	for b.Loop() {
		e, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}
