package python

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/dumptest"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
)

const small = "../../../testdata/python/small.pydump.gz"

func TestConformance(t *testing.T) {
	dumptest.Run(t, small, Read, source.Options{})
	t.Run("restored", func(t *testing.T) { dumptest.RunRestore(t, small, Read, Restore, source.Options{}) })
}

// TestSmall checks what small.py holds.
func TestSmall(t *testing.T) {
	g := open(t, small)
	if g.Info().RuntimeVersion != "Python 3.12.1" || g.Info().Runtime != graph.RuntimePython {
		t.Errorf("runtime %s %s", g.Info().Runtime, g.Info().RuntimeVersion)
	}
	space := moduleSpace(t, g, "__main__")
	sessions := follow(g, space, ".SESSIONS")
	if got := g.Detail().Describe(sessions, false); got != "len 200" {
		t.Errorf("SESSIONS: %q", got)
	}
	if !leads(g, sessions, `["…"].user`, "__main__.User", 4) {
		t.Errorf("no session with a user: %v", near(g, sessions, 2)[:3])
	}
	weak := 0
	for n := range graph.NodeID(g.Len()) {
		for i, to := range g.Row(n) {
			if g.RefKind(n, i) == graph.Weak && g.TypeName(to) == "__main__.Session" {
				weak++
			}
		}
	}
	if weak != 200 {
		t.Errorf("%d weak references to sessions, want 200", weak)
	}
	if n, _ := countType(g, "__main__.Session"); n != 200 {
		t.Errorf("%d sessions", n)
	}
}

// TestValues checks that values are in a dump only when they were asked for.
func TestValues(t *testing.T) {
	list := interpreters()
	if len(list) == 0 {
		missing(t, "no CPython 3.8 or later found", "python3")
	}
	for _, values := range []bool{false, true} {
		option := map[bool]string{true: "values", false: "-"}[values]
		g := dumpOf(t, list[0], programs+"small.py", option)
		sessions := follow(g, moduleSpace(t, g, "__main__"), ".SESSIONS")
		last := len(g.Row(sessions)) - 1
		if got := g.Detail().RefName(sessions, last, false); got != `["…"]` {
			t.Errorf("values %v, not asked: %s", values, got)
		}
		want := map[bool]string{true: `["token-199"]`, false: `["…"]`}[values]
		if got := g.Detail().RefName(sessions, last, true); got != want {
			t.Errorf("values %v, asked: %s, want %s", values, got, want)
		}
	}
}

// tiny is a dump of a module with one dict, written by hand: every kind of record
// and column.
func tiny() []byte {
	out := []byte(magic)
	record := func(tag byte, payload ...[]byte) {
		p := bytes.Join(payload, nil)
		out = append(out, tag)
		out = binary.LittleEndian.AppendUint64(out, uint64(len(p)))
		out = append(out, p...)
	}
	text := func(tag byte, s string) { record(tag, []byte(s)) }
	u32s := func(list ...uint32) (b []byte) {
		for _, v := range list {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return b
	}
	u64s := func(list ...uint64) (b []byte) {
		for _, v := range list {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		return b
	}
	text('H', `{"version":1,"python":"3.13.0 (tiny)","pointer_size":8,"overhead":3,"sites":true,"own":[8000],"holds":[[4096,1]]}`)
	text('R', `[{"kind":"module","name":"m","id":4096,"origin":"user"},{"kind":"frame","thread":"T","module":"m","function":"f","name":"x","id":4128}]`)
	for _, name := range []string{"module", "dict", "str", "function", "tuple", "cell"} {
		text('T', `["builtins","`+name+`"]`)
	}
	text('L', `[["m.py",1]]`)
	text('S', `{"refs":[["dict"]],"tail":""}`)
	text('S', `{"refs":[],"tail":"dict"}`)
	text('S', `{"refs":[],"tail":""}`)
	text('S', `{"refs":[["closure",["v"]],["weak","()"]],"tail":""}`)
	text('S', `{"refs":[],"tail":"seq"}`)
	record('B', u32s(1, 0, hasRefs, 0), u64s(4096), u32s(72), u32s(5), u32s(1), u64s(4128))
	record('B', u32s(1, 1, hasRefs|hasSites|wideSizes, 1), u64s(4128), u64s(232), u32s(4), u32s(1), u32s(2), u64s(4160, 4192))
	record('B', u32s(1, 2, hasTexts, 2), u64s(4160), u32s(50), u32s(9), u32s(1), []byte("k"))
	record('B', u32s(1, 3, hasRefs|manyShapes, 0), u64s(4192), u32s(160), u32s(4), u32s(3), u32s(2), u64s(4224, 4096))
	record('B', u32s(1, 4, hasRefs, 4), u64s(4224), u32s(48), u32s(4), u32s(1), u64s(4256))
	record('B', u32s(1, 5, hasRefs, 4), u64s(4256), u32s(40), u32s(4), u32s(1), u64s(8000))
	text('N', `[[4160,"k"]]`)
	text('D', `[[4192,"m.f"]]`)
	text('W', `["only an example"]`)
	text('P', `{"resident":9000,"files":1000}`)
	text('E', `{"objects":6,"references":6}`)
	return out
}

// TestTiny checks that the dump by hand is read as FORMAT.md says.
func TestTiny(t *testing.T) {
	g, err := Read(t.Context(), source.FromBytes("tiny", tiny(), source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() != 6 || g.Refs() != 6 || len(g.Warnings()) != 1 {
		t.Errorf("%d objects, %d references, warnings %v", g.Len(), g.Refs(), g.Warnings())
	}
	if held := g.Info().Process; held.Resident != 9000 || len(held.Parts) != 1 || held.Parts[0].Bytes != 1000 {
		t.Errorf("process %+v", held)
	}
	for i, want := range []string{"module m", "thread T · m.f · x"} {
		if got := lang.Of(g).Root(&g.Roots()[i]).String(); got != want {
			t.Errorf("root %d: %s", i, got)
		}
	}
	f := follow(g, moduleSpace(t, g, "m"), ".k")
	if f == graph.None || g.Detail().Describe(f, false) != "m.f" || g.Detail().RefName(g.Row(f)[0], 0, false) != " (cell v)" {
		t.Errorf("function: %v", near(g, f, 2))
	}
	if g.RefKind(f, 1) != graph.Weak {
		t.Error("the weak reference is strong")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(tiny())
	f.Add(tiny()[:150])
	f.Add([]byte(magic))
	f.Add(plain(f, small)[:20000]) // the start of a real one; all of it is too slow to mutate
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(t.Context(), source.FromBytes("fuzz", data, source.Options{Workers: 1}))
		if err != nil {
			checkTyped(t, err)
			return
		}
		for n := range graph.NodeID(min(g.Len(), 1000)) {
			g.Detail().Fields(n, true, 10)
			g.Detail().Describe(n, true)
		}
	})
}
