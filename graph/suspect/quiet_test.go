package suspect

import (
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// A set of weak references follows from what holds their objects; once those are
// gone it is a leak of its own.
func TestWeakReferencesToTheLiving(t *testing.T) {
	for _, alive := range []bool{true, false} {
		p := picture{python: true}
		ballast(&p)
		p.add("@module_tasks>m m=module/64 m.all>all all=set/262144")
		for i := range 4000 {
			p.add("all>w%d w%d=weakref.ReferenceType/120", i, i)
			if alive {
				p.add("w%d>t%d:weak t%d=app.Task/64 @stack/%d/main.run/t>t%d", i, i, i, i%50+10, i)
			}
		}
		list := findAll(t, heap(t, &p))
		told := strings.Contains(show(list), "ReferenceType") || strings.Contains(show(list), "dead weak references")
		if told == alive {
			t.Errorf("the objects are alive: %v, and there are\n%s", alive, show(list))
		}
	}
}

// The runtime's records of goroutines are told with the goroutines.
func TestThreadsAreNoElements(t *testing.T) {
	var p picture
	for i := range 4000 {
		p.add("@stack/%d/main.send/req/chan_send>req%d req%d=main.Request/4096", i+1000, i, i)
		p.add("@stack/1/main.main/all>g%d @stack/2/main.other/all>g%d g%d=runtime.g/2048", i, i, i)
	}
	list := findAll(t, heap(t, &p))
	if len(list) != 1 || list[0].Detector != "stack" {
		t.Errorf("want the goroutines alone:\n%s", show(list))
	}
}

func TestPlaced(t *testing.T) {
	for via, want := range map[string]string{` (key)`: " as keys", ` (member)`: " as members", `.m["…"]`: ` in .m["…"]`, ` (first)`: " in (first)"} {
		if got := placed(via); got != want {
			t.Errorf("%q: %q, want %q", via, got, want)
		}
	}
}

// Many short chains are no list: what holds them is told.
func TestManyShortChains(t *testing.T) {
	var p picture
	ballast(&p)
	for k := range 3 {
		p.add("@main.store%d>st%d st%d=main.Store/64 st%d.m>sm%d sm%d=[]*main.Order/8000!", k, k, k, k, k, k)
	}
	for c := range 1200 { // orders with a history of ten versions each
		p.add("sm%d[%d]>c%d_0 c%d_0=main.Order/300", c%3, c, c, c)
		for v := range 9 {
			p.add("c%d_%d.prev>c%d_%d c%d_%d=main.Order/300", c, v, c, v+1, c, v+1)
		}
	}
	list := findAll(t, heap(t, &p))
	if len(list) == 0 || list[0].Detector != "collection" || list[0].Count != 3 || !strings.Contains(list[0].Reason, "main.Store") {
		t.Errorf("want the three stores:\n%s", show(list))
	}
	for _, s := range list {
		if s.Detector == "linked-list" {
			t.Errorf("chains of ten are no list: %s", s.Reason)
		}
	}
}

// A server's main loop has its state in many parts, some of them large, and its
// workers have buffers: neither is to end.
func TestStateOnStacks(t *testing.T) {
	var p picture
	p.add("@stack/7/main.serve/s/select>s s=main.session/256")
	for k := range 6 {
		p.add("s.cache%d>ca%d ca%d=main.cache%d/64 ca%d.m>cm%d cm%d=map.Map/900000!", k, k, k, k, k, k, k)
		for i := range 20 {
			p.add("cm%d[%d]>ce%d_%d ce%d_%d=main.entry%d/4000", k, i, k, i, k, i, k)
		}
	}
	p.add("@stack/9/wlog.(*WL).run/b/chan_receive>wb wb=wlog.WL/64 wb.buf>wbuf wbuf=[]byte/65536 wb.index>wx wx=map.Map/4096!")
	for _, s := range findAll(t, heap(t, &p)) {
		if s.Detector == "stack" {
			t.Errorf("told: %s", s.Reason)
		}
	}
}

// Some dozens of parsed files with some hundred nodes each are what a program works
// with; the shards of a cache have about as many entries each.
func TestFewHoldersWithFew(t *testing.T) {
	for _, even := range []bool{false, true} {
		var p picture
		p.add("@main.app>app app=main.App/64")
		for i := range 40 {
			p.add("app.part%d>pa%d pa%d=main.part%d/900000", i, i, i, i)
		}
		p.add("@main.files>fl fl=[]*main.File/800")
		for k := range 60 {
			p.add("fl[%d]>f%d f%d=main.File/64", k, k, k)
			n := 100
			if !even {
				n = 40 + k*k*k/500 // most have few
			}
			for i := range n {
				p.add("f%d.names[%d]>i%d_%d i%d_%d=main.Ident/100", k, i, k, i, k, i)
			}
		}
		if told := strings.Contains(show(findAll(t, heap(t, &p))), "main.File"); told != even {
			t.Errorf("as many each: %v, told: %v", even, told)
		}
	}
}

// A struct is no callback, whatever it is called, and where nothing has a name the
// sentence does not say the same twice.
func TestPlainWords(t *testing.T) {
	var p picture
	ballast(&p)
	p.add("@main.table>tb tb=main.Table/64 tb.rows>ro ro=[]main.handlerRow/160000")
	p.add("@main.other>ot ot=object_of_320_B/320 ot>oo oo=[]/160000!")
	for i := range 4000 {
		p.add("ro[%d]>r%d r%d=main.handlerRow/300", i, i, i)
		p.add("oo[%d]>o%d o%d=object_of_96_B/320", i, i, i)
	}
	list := findAll(t, heap(t, &p))
	for _, s := range list {
		if strings.Contains(s.Reason, "callback") || strings.Contains(s.Reason, "comes together in one object of 320 B") {
			t.Errorf("told: %s", s.Reason)
		}
	}
	if len(list) < 2 {
		t.Errorf("want both:\n%s", show(list))
	}
}

// What a library keeps of its own to work with is told only if it is much of the heap.
func TestLibrarysOwn(t *testing.T) {
	for size, want := range map[int]bool{200: false, 4000: true} {
		var p picture
		ballast(&p)
		p.add("@main.app2>ap2 ap2=main.App2/64 ap2.idx>ix ix=modindex.Index/64 ix.m>im im=map.Map/4096!")
		for i := range 4000 {
			p.add(`im["k%d"]>ie%d ie%d=modindex.Entry/%d`, i, i, i, size)
		}
		h := heap(t, &p)
		types := h.Graph.Types()
		for _, name := range []string{"modindex.Index", "modindex.Entry"} {
			id, ok := types.Find(name)
			if !ok {
				t.Fatal("no type", name)
			}
			types.Describe(id, graph.TypeInfo{Library: true})
		}
		if told := strings.Contains(show(findAll(t, h)), "modindex"); told != want {
			t.Errorf("entries of %d bytes, told: %v", size, told)
		}
	}
}
