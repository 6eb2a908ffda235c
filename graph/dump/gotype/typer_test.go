package gotype

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

func TestTyper(t *testing.T) {
	e, tr := openVariant(t, "plain")
	session := typeNamed(t, e, "main.Session")
	rtype := func(name string) uint64 {
		ty := typeNamed(t, e, name)
		if ty.Addr == 0 {
			t.Fatalf("%s has no run-time type", name)
		}
		return ty.Addr
	}
	tests := map[string]func(t *testing.T, h *heap) (want map[int]string, seed func()){
		"small map": func(t *testing.T, h *heap) (map[int]string, func()) {
			text := h.add(16)
			s := h.add(208, 0, text)
			group := h.add(208, 1, text, 3, s, 6, s)
			m := h.add(48, 2, group)
			return map[int]string{
				text: "string", s: "main.Session", group: "map[string]*main.Session (groups)! folded", m: "map[string]*main.Session folded",
			}, func() { h.global(t, e, "main.sessions", 0, m) }
		},
		"large map": func(t *testing.T, h *heap) (map[int]string, func()) {
			s := h.add(208)
			h.objects[s].scan = true
			groups := h.add(3456, 3, s, 28, s, 178, s)
			table := h.add(32, 2, groups)
			dir := h.add(16, 0, table, 1, table)
			m := h.add(48, 2, dir)
			return map[int]string{
					s: "main.Session", groups: "map[string]*main.Session (groups)! exact folded", table: "map[string]*main.Session (table) folded",
					dir: "map[string]*main.Session (directory) folded", m: "map[string]*main.Session folded",
				}, func() {
					h.ty.Header(graph.NodeID(groups), rtype("noalg.map.group[string]*main.Session"))
					h.global(t, e, "main.sessions", 0, m)
				}
		},
		"slices": func(t *testing.T, h *heap) (map[int]string, func()) {
			s := h.add(208)
			h.objects[s].scan = true
			backing := h.add(1024, 0, s, 100, s)
			pairs := h.add(64)
			h.objects[pairs].scan = true
			holder := h.add(208, 16, pairs, 2, backing) // .Next cannot be that
			return map[int]string{s: "main.Session", backing: "[]*main.Session exact folded", holder: "main.Session", pairs: "[]inner.Pair[int,[]uint8] folded"}, func() {
				h.ty.Header(graph.NodeID(backing), rtype("*main.Session"))
				h.ty.Object(graph.NodeID(holder), session, graph.TypeInferred)
			}
		},
		"a size that does not fit": func(t *testing.T, h *heap) (map[int]string, func()) {
			wrong := h.add(64, 0, 0, 3, 0)
			noscan := h.add(208)
			holder := h.add(208, 2, wrong)
			other := h.add(208, 2, noscan)
			return map[int]string{
					wrong: "64 B object with 2 pointers size class", noscan: "208 B object without pointers size class", holder: "main.Session", other: "main.Session",
				}, func() {
					h.ty.Object(graph.NodeID(holder), session, graph.TypeInferred)
					h.ty.Object(graph.NodeID(other), session, graph.TypeInferred)
				}
		},
		"interfaces": func(t *testing.T, h *heap) (map[int]string, func()) {
			buffer := h.add(32)
			h.objects[buffer].scan = true
			boxed := h.add(48)
			h.objects[boxed].scan = true
			alone := h.add(208)
			h.objects[alone].scan = true
			bad := h.add(80)
			h.objects[bad].scan = true
			holder := h.add(208, 6, boxed, 8, buffer)
			return map[int]string{
					buffer: "main.buffer", boxed: "main.small", alone: "main.Session", bad: "80 B object with 1 pointer size class", holder: "main.Session",
				}, func() {
					h.ty.Hint(graph.NodeID(buffer), tr.Itabs["*main.buffer"])
					h.ty.Hint(graph.NodeID(boxed), rtype("main.small"))
					h.ty.Hint(graph.NodeID(alone), rtype("*main.Session"))
					h.ty.Hint(graph.NodeID(bad), rtype("*main.Session"))
					h.ty.Object(graph.NodeID(holder), session, graph.TypeInferred)
				}
		},
		"channels": func(t *testing.T, h *heap) (map[int]string, func()) {
			s := h.add(208)
			h.objects[s].scan = true
			buf := h.add(32, 1, s, 3, s)
			ch := h.add(112, 2, buf)
			numbers := h.add(144)
			return map[int]string{s: "main.Session", buf: "chan *main.Session (buffer) folded", ch: "chan *main.Session", numbers: "chan int"}, func() {
				h.ty.Variable(graph.NodeID(ch), typeNamed(t, e, "*runtime.hchan"), 0, false) // in a frame of the runtime
				h.global(t, e, "main.queue", 0, ch)
				h.global(t, e, "main.numbers", 0, numbers)
			}
		},
		"what the runtime points to": func(t *testing.T, h *heap) (map[int]string, func()) {
			word := func(field string) int {
				f, ok := session.Field(field)
				if !ok {
					t.Fatalf("no field %s", field)
				}
				return int(f.Offset / 8)
			}
			m, ch := h.add(48), h.add(112)
			h.objects[m].scan, h.objects[ch].scan = true, true
			last := h.add(208, word("m"), m, word("ch"), ch)
			middle := h.add(208, 2, last)
			first := h.add(208, 2, middle)
			return map[int]string{m: "map[string]*main.Session folded", ch: "chan *main.Session", first: "main.Session", last: "main.Session"}, func() {
				h.ty.Variable(graph.NodeID(ch), typeNamed(t, e, "*runtime.hchan"), 0, false)
				h.ty.Variable(graph.NodeID(m), typeNamed(t, e, "*internal/runtime/maps.Map"), 0, false)
				h.ty.Object(graph.NodeID(first), session, graph.TypeInferred)
			}
		},
		"what a generic closure knows": func(t *testing.T, h *heap) (map[int]string, func()) {
			f := h.add(16)
			h.objects[f].scan = true
			last := h.add(16, 1, f)
			middle := h.add(16, 0, last)
			first := h.add(16, 0, middle)
			return map[int]string{f: "main.future[*main.Session]", first: "main.waiting", last: "main.waiting"}, func() {
				h.ty.Object(graph.NodeID(f), typeNamed(t, e, "main.future[go.shape.*uint8]"), graph.TypeInferred)
				h.ty.Object(graph.NodeID(first), typeNamed(t, e, "main.waiting"), graph.TypeInferred)
			}
		},
		"closures": func(t *testing.T, h *heap) (map[int]string, func()) {
			s := h.add(208)
			h.objects[s].scan = true
			f := h.add(24, 2, s)
			h.objects[f].set[0] = tr.Closures["by value"]
			g := h.add(32)
			h.objects[g].scan = true
			h.objects[g].set[0] = tr.Closures["by reference"]
			chance := h.add(32) // its number is a function's address
			h.objects[chance].scan = true
			return map[int]string{s: "main.Session", f: "func main.closures.func1", g: "func main.closures.func2", chance: "main.buffer"}, func() {
				h.global(t, e, "main.call", 0, f)
				h.ty.Closure(graph.NodeID(g), tr.Closures["by reference"])
				h.ty.Closure(graph.NodeID(chance), tr.Closures["by reference"])
				h.ty.Hint(graph.NodeID(chance), tr.Itabs["*main.buffer"])
				h.ty.Closure(graph.NodeID(chance), tr.Closures["by reference"])
			}
		},
		"a struct in a struct": func(t *testing.T, h *heap) (map[int]string, func()) {
			w := h.add(48)
			h.objects[w].scan = true
			late := h.add(8, 0, w)
			return map[int]string{w: "main.wrap", late: "[]*main.wrap folded"}, func() {
				h.ty.Variable(graph.NodeID(w), typeNamed(t, e, "*main.small"), 0, false)
				h.global(t, e, "main.wraps", 0, late)
			}
		},
		"a struct that only embeds": func(t *testing.T, h *heap) (map[int]string, func()) {
			hinted, direct := h.add(48), h.add(48)
			h.objects[hinted].scan, h.objects[direct].scan = true, true
			return map[int]string{hinted: "main.shell", direct: "main.shell"}, func() {
				h.ty.Hint(graph.NodeID(hinted), rtype("*main.shell"))
				for _, name := range []string{"*main.embedded", "*main.shell", "*main.embedded"} {
					h.ty.Variable(graph.NodeID(direct), typeNamed(t, e, name), 0, false)
				}
				h.ty.Variable(graph.NodeID(hinted), typeNamed(t, e, "*main.embedded"), 0, false)
			}
		},
		"more than the source sees": func(t *testing.T, h *heap) (map[int]string, func()) {
			slot := func(name string) uint64 { return SlotSize(typeNamed(t, e, name).Size, true) }
			timer := h.add(slot("runtime.timeTimer"), 0, 0)
			entry := h.add(slot("internal/sync.entry[interface {},interface {}]"), 2, 0)
			inner := h.add(slot("internal/sync.indirect[interface {},interface {}]"), 3, entry)
			outer := h.add(slot("internal/sync.indirect[interface {},interface {}]"), 3, inner)
			return map[int]string{
					timer: "runtime.timeTimer", entry: "sync.entry[any,any] folded",
					inner: "sync.indirect[any,any] folded", outer: "sync.indirect[any,any] folded",
				}, func() {
					h.global(t, e, "main.timer", 0, timer)
					g, _ := e.GlobalNamed("main.shared")
					root, ok := g.Type.Field("m.root.v")
					if !ok {
						t.Fatalf("sync.Map has fields %v", g.Type.Fields())
					}
					h.global(t, e, "main.shared", root.Offset/8, outer)
				}
		},
		"shared blocks": func(t *testing.T, h *heap) (map[int]string, func()) {
			block, text := h.add(16), h.add(16)
			holder := h.add(208, 0, text)
			h.objects[holder].refs[0].inside = true
			return map[int]string{block: "main.n16", text: "string", holder: "main.Session"}, func() {
				h.ty.HintInside(graph.NodeID(block), rtype("main.n16"))
				h.ty.Object(graph.NodeID(holder), session, graph.TypeInferred)
			}
		},
		"beyond labels": func(t *testing.T, h *heap) (map[int]string, func()) {
			// Pairs of an int and a []byte: words 1, 5, 9, ... are pointers.
			bytes := h.add(64)
			list := h.add(1<<20, 1, bytes, 32769, bytes, 131069, bytes)
			other := h.add(80)
			h.objects[list].refs = append(h.objects[list].refs[:2:2], ref{word: 40001, to: other}, h.objects[list].refs[2])
			holder := h.add(208, 16, list)
			return map[int]string{bytes: "[]byte", other: "[]byte", list: "[]inner.Pair[int,[]uint8] folded", holder: "main.Session"}, func() {
				h.ty.Object(graph.NodeID(holder), session, graph.TypeInferred)
			}
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			var h heap
			want, seed := make(t, &h)
			h.build(t, e, true)
			seed()
			g := h.run(t, 2)
			if name == "beyond labels" {
				for i, label := range []string{"[0].Second", "[8192].Second", "[10000].Second", "[32767].Second"} {
					if got := h.ty.RefName(1, i, false); got != label {
						t.Errorf("reference %d is %q, want %q", i, got, label)
					}
					if key := g.LabelKey(1, i); key != g.LabelKey(1, 0) {
						t.Errorf("reference %d has the key %d, unlike the first", i, key)
					}
				}
			}
			for i, line := range want {
				if got := describe(g, graph.NodeID(i)); got != strings.Replace(line, "!", "", 1) {
					t.Errorf("object %d is %q, want %q", i, got, line)
				}
			}
		})
	}
}

// TestTyperOrder checks that the result depends neither on the order of hints
// nor on the number of workers, on random heaps that make no sense.
func TestTyperOrder(t *testing.T) {
	e, tr := openVariant(t, "plain")
	var types []*Type
	for _, want := range tr.Types {
		if ty := e.TypeAt(want.Addr); ty.Size > 0 && ty.Size < 4096 {
			types = append(types, ty)
		}
	}
	types = append(types, typeNamed(t, e, "main.small"), typeNamed(t, e, "main.wrap"))
	for _, name := range []string{"*main.embedded", "*main.shell", "*main.small", "*main.wrap"} {
		types = append(types, typeNamed(t, e, name))
	}
	sizes := []uint64{8, 16, 24, 32, 48, 48, 48, 64, 112, 208, 208, 208, 1024}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		const n = 20000
		base := make([]object, n)
		for i := range base {
			o := object{size: sizes[r.IntN(len(sizes))], scan: r.IntN(4) > 0, set: map[int]uint64{}}
			for w := uint64(0); o.scan && w < min(o.size/8, 30); w++ {
				if r.IntN(2) == 0 {
					o.refs = append(o.refs, ref{w, r.IntN(n), r.IntN(8) == 0})
				}
			}
			base[i] = o
		}
		type event func(h *heap)
		var events []event
		for range 400 {
			to, ty, word := graph.NodeID(r.IntN(n)), types[r.IntN(len(types))], uint64(r.IntN(4))
			events = append(events, func(h *heap) { h.ty.Hint(to, ty.Addr) })
			events = append(events, func(h *heap) { h.ty.Variable(to, ty, word, false) })
		}
		var first []string
		for round := range 3 {
			h := heap{objects: base}
			h.build(t, e, true)
			r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			for _, do := range events {
				do(&h)
			}
			g := h.run(t, []int{1, 2, 7}[round])
			var got []string
			for i := range n {
				got = append(got, describe(g, graph.NodeID(i)))
			}
			if first == nil {
				first = got
			}
			if !slices.Equal(first, got) {
				for i := range got {
					if first[i] != got[i] {
						t.Fatalf("seed %d: object %d is %q and %q", seed, i, first[i], got[i])
					}
				}
			}
		}
	}
}

func TestTyperWithoutExe(t *testing.T) {
	h := heap{}
	h.add(64, 1, 0, 2, 0, 5, 0)
	h.add(2048)
	h.add(40<<10, 0, 0)
	h.build(t, nil, true)
	h.ty.Hint(0, 1)
	h.ty.Header(0, 1)
	h.ty.Closure(0, 1)
	h.ty.Variable(0, nil, 0, false)
	g := h.run(t, 1)
	for i, want := range []string{"64 B object with 3 pointers", "2 KiB object without pointers", "40 KiB object with pointers"} {
		if got := g.TypeName(graph.NodeID(i)); got != want || g.TypeSource(graph.NodeID(i)) != graph.TypeSizeClass {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSlotSize(t *testing.T) {
	for _, c := range []struct {
		size     uint64
		pointers bool
		want     uint64
	}{
		{1, false, 8}, {9, true, 16}, {512, true, 512}, {513, true, 576}, {569, true, 640}, {576, false, 576},
		{32760, true, 32768}, {32769, true, 40960}, {32768, false, 32768}, {100000, false, 106496}, {1 << 60, false, 0},
	} {
		if got := SlotSize(c.size, c.pointers); got != c.want {
			t.Errorf("SlotSize(%d, %v) = %d, want %d", c.size, c.pointers, got, c.want)
		}
	}
}

// BenchmarkTyper types a slice of sessions, each with a name and the next one:
// two objects and four references for each.
func BenchmarkTyper(b *testing.B) {
	e, _ := openVariant(b, "plain")
	session := typeNamed(b, e, "main.Session")
	const sessions = 1 << 20
	objects := 2*sessions + 1
	builder := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	x := graph.NewAddressIndexer(3)
	x.AddRun(0xc000000000, 256, objects)
	ix, err := x.Build()
	if err != nil {
		b.Fatal(err)
	}
	if err := builder.SetAddresses(ix); err != nil {
		b.Fatal(err)
	}
	sizes := NewTyper(nil, builder)
	session208, text16 := sizes.SizeType(208, 16), sizes.SizeType(16, 0)
	for n := range graph.NodeID(objects) {
		switch {
		case n == 0:
			builder.SetNode(n, sizes.SizeType(8<<20, 1), 8<<20, 0)
		case n%2 == 1:
			builder.SetNode(n, session208, 208, 0)
		default:
			builder.SetNode(n, text16, 16, 0)
		}
	}
	err = builder.BuildRows(b.Context(), 0, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for n := lo; n < hi; n++ {
			switch {
			case n == 0:
				for s := range uint64(sessions) {
					w.Add(graph.NodeID(s*2+1), SlotLabel(s, false))
				}
			case n%2 == 1:
				w.Add(n+1, SlotLabel(0, false))                                         // User
				w.Add(graph.NodeID((uint64(n)*7919)%sessions*2+1), SlotLabel(2, false)) // Next
				w.Add(n+1, SlotLabel(13, true))
			}
			w.Next()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ty := NewTyper(e, builder)
		ty.sizes.scan = sizes.sizes.scan
		ty.Object(0, e.arrayOf(e.NamedType("*main.Session")), graph.TypeInferred)
		if err := ty.Run(b.Context(), 0); err != nil {
			b.Fatal(err)
		}
		for n := range graph.NodeID(objects) { // as they were before
			builder.SetType(n, []graph.TypeID{text16, session208}[n%2], graph.TypeSizeClass)
		}
	}
	if got := session.Size; got != 208 {
		b.Errorf("a session has %d bytes", got)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
}
