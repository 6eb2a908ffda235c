package suspect

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// picture collects the arrows of a graph.
type picture struct {
	strings.Builder
	python bool
}

func (p *picture) add(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// ballast is what a healthy program has: a state struct with buffers, a table
// of moderate size, a pool of workers with a little on their stacks.
func ballast(p *picture) {
	p.add("@main.app>app app=main.App/128")
	for i := range 40 {
		p.add("app.buf[%d]>buf%d buf%d=[]uint8/1048576", i, i, i)
	}
	p.add("app.routes>routes routes=map/48!")
	for i := range 200 {
		p.add(`routes["r%d"]>route%d route%d=main.Route/96 route%d.h>h%d h%d=main.Handler/32`, i, i, i, i, i, i)
	}
	for i := range 50 {
		p.add("@stack/%d/main.worker/job>job%d job%d=main.Job/512 job%d>app", i+10, i, i, i)
	}
	p.add("@stack/1/main.main/app>app")
}

// leak is a program with one leak of n objects; with a few instead of many it
// is the clean version.
type leak struct {
	name     string
	detector string
	reason   []string // parts of it
	draw     func(p *picture, n int)
}

var leaks = []leak{
	{"static cache", "collection", []string{"one main.Cache holds", `main.Session in .m["…"]`, "held by global main.cache"}, func(p *picture, n int) {
		p.add("@main.cache>cache cache=main.Cache/64 cache.m>cm cm=map.Map/48! cm>cg cm[\"\"]>cg2 cg=groups/4096! cg2=groups/4096!")
		for i := range n {
			p.add(`cg["k%d"]>s%d s%d=main.Session/256 s%d.user>u%d u%d=main.User/64 s%d>app`, i, i, i, i, i, i, i)
		}
	}},
	{"sharded cache", "collection", []string{"64 main.shard hold", "main.Entry"}, func(p *picture, n int) {
		p.add("@main.shards>shards shards=[]*main.shard/512")
		for k := range 64 {
			p.add("shards[%d]>sh%d sh%d=main.shard/48 sh%d.m>sm%d sm%d=map.Map/1024!", k, k, k, k, k, k)
		}
		for i := range n {
			p.add(`sm%d["k%d"]>en%d en%d=main.Entry/300`, i%64, i, i, i)
		}
	}},
	{"a field and a list", "collection", []string{"one main.Package holds", "main.Func, most of them in .created[…]"}, func(p *picture, n int) {
		p.add("@main.pkg>pkg pkg=main.Package/64 pkg.init>fi fi=main.Func/5000 pkg.created>cr cr=[]main.Func/%d!", n*8)
		for i := range n {
			p.add("cr[%d]>fu%d fu%d=main.Func/300", i, i, i)
		}
	}},
	{"map of plain values", "collection", []string{"one main.Index holds most of its memory in its own entries"}, func(p *picture, n int) {
		p.add("@main.index>index index=main.Index/64 index.m>im im=map.Map/48! im>ig ig=groups/%d!", n*300)
	}},
	{"maps of plain values", "collection", []string{"4 main.Table hold most of their memory in their own entries"}, func(p *picture, n int) {
		for k := range 4 {
			p.add("@main.tables[%d]>tb%d tb%d=main.Table/64 tb%d.m>tm%d tm%d=map.Map/48! tm%d>tg%d tg%d=groups/%d!", k, k, k, k, k, k, k, k, k, n*100)
		}
	}},
	{"linked list", "linked-list", []string{"a linked list of", "main.node", "held by global main.head"}, func(p *picture, n int) {
		p.add("@main.head>l0 l0=main.node/300")
		for i := range n {
			p.add("l%d.next>l%d l%d=main.node/300", i, i+1, i+1)
		}
	}},
	{"trie", "tree", []string{"a tree of", "main.trie", "held by .root of global main.index"}, func(p *picture, n int) {
		p.add("@main.index>ix ix=main.Index/16 ix.root>t0 t0=main.trie/200")
		for i := range n {
			p.add("t%d.kids[%d]>t%d t%d=main.trie/200 t%d.val>tv%d tv%d=main.Value/20", i/4, i%4, i+1, i+1, i+1, i+1, i+1)
		}
	}},
	{"tree of what it holds", "tree", []string{"main.node holds", "main.Order, held by global main.tree"}, func(p *picture, n int) {
		p.add("@main.tree>b0 b0=main.node/32 b0.val>bo0 bo0=main.Order/300")
		for i := range n {
			p.add("b%d.kids>bk%d bk%d=[]*main.node/16 bk%d[0]>b%d b%d=main.node/32 b%d.val>bo%d bo%d=main.Order/300", i/2, i, i, i, i+1, i+1, i+1, i+1, i+1)
		}
	}},
	{"list held at both ends", "linked-list", []string{"one list.List holds a linked list of", "list.Element"}, func(p *picture, n int) {
		p.add("@main.queue>list list=list.List/48 list.root.next>e0 list.root.prev>e%d e0=list.Element/48", n)
		for i := range n {
			p.add("e%d.next>e%d e%d.prev>e%d e%d=list.Element/48 e%d.Value>v%d v%d=main.Event/256", i, i+1, i+1, i, i+1, i, i, i)
		}
	}},
	{"listeners", "listeners", []string{"callbacks (main.clickListener)", "held by .listeners of global main.bus"}, func(p *picture, n int) {
		p.add("@main.bus>bus bus=main.Bus/48 bus.listeners>ls ls=[]main.Listener/%d", n*16)
		for i := range n {
			p.add("ls[%d]>li%d li%d=main.clickListener/32 li%d.view>vw%d vw%d=main.View/256", i, i, i, i, i, i)
		}
	}},
	{"closures", "listeners", []string{"callbacks (func main.register.func1)"}, func(p *picture, n int) {
		p.add("@main.hooks>hooks hooks=[]func()/%d", n*8)
		for i := range n {
			p.add("hooks[%d]>fn%d fn%d=func·main.register.func1/16 fn%d>cap%d cap%d=[]uint8/300", i, i, i, i, i, i)
		}
	}},
	{"local map", "stack", []string{"goroutine 99 main.collect · seen is alive and alone holds this", "main.Item"}, func(p *picture, n int) {
		p.add("@stack/99/main.collect/seen>seen seen=map.Map/48! seen>sg sg=groups/1024!")
		for i := range n {
			p.add(`sg["k%d"]>it%d it%d=main.Item/600`, i, i, i)
		}
	}},
	{"blocked goroutines", "stack", []string{"1,000 goroutines wait at main.send (chan send)"}, func(p *picture, n int) {
		for i := range n / 4 {
			p.add("@stack/%d/main.send/req/chan_send>req%d req%d=main.Request/2048 req%d.body>body%d body%d=[]uint8/400", i+1000, i, i, i, i, i)
			p.add("@stack/%d/main.serve/r>req%d", i+1000, i)
		}
	}},
	{"garbage", "garbage", []string{"4,000 objects in cycles wait for the collector, most of them (4,000) main.Noisy"}, func(p *picture, n int) {
		for i := range n {
			p.add("@unknown/garbage>no%d no%d.me>no%d no%d=main.Noisy/300", i, i, i, i)
		}
		p.python = true
	}},
	{"finalizers", "finalizers", []string{"held for finalizers that have yet to run (queued finalizer of main.File)"}, func(p *picture, n int) {
		for i := range n {
			p.add("@finalizer/finalizer_of_main.File>f%d f%d=main.File/300", i, i)
		}
	}},
}

// heap builds the heap of a picture. Names have `_` for a space in them.
func heap(t testing.TB, p *picture) *Heap {
	t.Helper()
	g := graphtest.Parse(t, p.String()).Graph
	if p.python {
		g.Info().Runtime = graph.RuntimePython
	}
	g = withSpaces(t, g)
	h, err := NewHeap(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// withSpaces copies a graph and gives names the spaces that pictures cannot
// have.
func withSpaces(t testing.TB, g *graph.Graph) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(*g.Info(), graph.NameLabels)
	if err := b.SetCount(g.Len()); err != nil {
		t.Fatal(err)
	}
	for n := range graph.NodeID(g.Len()) {
		b.SetNode(n, b.Types().Intern(strings.ReplaceAll(g.TypeName(n), "·", " ")), g.Size(n), 0)
		if g.Internal(n) {
			b.SetInternal(n)
		}
	}
	err := b.BuildRows(t.Context(), 1, func(w *graph.RowWriter, lo, hi graph.NodeID) error {
		for n := lo; n < hi; n++ {
			for i, to := range g.Row(n) {
				w.AddKind(to, uint32(b.String(g.Detail().RefName(n, i, true))), g.RefKind(n, i))
			}
			w.Next()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	again := func(id graph.StringID) graph.StringID { return b.String(strings.ReplaceAll(g.String(id), "_", " ")) }
	for _, th := range g.Threads() {
		th.Func, th.Entry, th.State = again(th.Func), again(th.Entry), again(th.State)
		b.AddThread(th)
	}
	for _, r := range g.Roots() {
		r.Func, r.Var = again(r.Func), again(r.Var)
		b.AddRoot(r)
	}
	out, err := b.Build(hideKeys{g})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// hideKeys names references as readers do without values.
type hideKeys struct{ g *graph.Graph }

func (d hideKeys) RefName(n graph.NodeID, i int, _ bool) string {
	name := d.g.Detail().RefName(n, i, true)
	if open := strings.Index(name, `["`); open >= 0 {
		return name[:open] + `["…"]`
	}
	return name
}
func (d hideKeys) Fields(graph.NodeID, bool, int) ([]graph.Field, int) { return nil, 0 }
func (d hideKeys) Describe(graph.NodeID, bool) string                  { return "" }

func findAll(t testing.TB, h *Heap) []Suspect {
	t.Helper()
	list, err := Find(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func show(list []Suspect) string {
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "%s %.3f %d: %s\n", s.Detector, s.Share, s.Retained, s.Reason)
	}
	return b.String()
}

func TestLeaksAreFound(t *testing.T) {
	for _, leak := range leaks {
		t.Run(leak.name, func(t *testing.T) {
			var p picture
			ballast(&p)
			leak.draw(&p, 4000)
			list := findAll(t, heap(t, &p))
			if len(list) != 1 {
				t.Fatalf("%d suspects:\n%s", len(list), show(list))
			}
			s := list[0]
			if s.Detector != leak.detector {
				t.Errorf("found by %s, want %s", s.Detector, leak.detector)
			}
			if s.Share > 0.06 {
				t.Errorf("the leak is %.3f of the heap: too easy", s.Share)
			}
			for _, part := range leak.reason {
				if !strings.Contains(s.Reason, part) {
					t.Errorf("the reason does not say %q: %s", part, s.Reason)
				}
			}
			if s.Hint == "" || s.Fingerprint == "" || s.Path.Root == nil || s.Type == "" {
				t.Errorf("incomplete: %+v", s)
			}
		})
	}
}

func TestCleanHeapsGiveNone(t *testing.T) {
	for _, leak := range leaks {
		t.Run(leak.name, func(t *testing.T) {
			var p picture
			ballast(&p)
			leak.draw(&p, 60)
			if list := findAll(t, heap(t, &p)); len(list) > 0 {
				t.Errorf("suspects in a clean heap:\n%s", show(list))
			}
		})
	}
}

// TestPoolsAreNoLeaks fills pools that the collector empties, held by a global and
// within the state of the program.
func TestPoolsAreNoLeaks(t *testing.T) {
	for _, kind := range []string{"", ":pooled"} {
		var p picture
		ballast(&p)
		p.add("@main.bufs>bufs bufs=sync.Pool/64 bufs.local>locals%s locals=[]sync.poolLocal/1024!", kind)
		p.add("app.pool>chain%s chain=sync.poolChainElt/64", kind)
		for i := range 4000 {
			p.add("locals[%d]>a%d a%d=main.Buffer/512 chain[%d]>b%d b%d=main.Line/512", i, i, i, i, i, i)
		}
		h := heap(t, &p)
		list := findAll(t, h)
		if leaks := kind == ""; leaks != (len(list) == 2) || !leaks && len(list) > 0 {
			t.Errorf("kind %q:\n%s", kind, show(list))
		}
		objects, bytes := h.Pooled()
		if kind != "" && (objects != 8002 || bytes != 8000*512+1024+64) || kind == "" && objects != 0 {
			t.Errorf("kind %q: %d objects, %d bytes are pooled", kind, objects, bytes)
		}
	}
}

// TestOneAnswerForManyHolders has many objects that only the roots dominate; what
// they retain comes together in one kind of list below them.
func TestOneAnswerForManyHolders(t *testing.T) {
	var p picture
	ballast(&p)
	for k := range 200 {
		p.add("@main.vms[%d]>vm%d vm%d=main.VM/64 vm%d.list>vl%d vl%d=main.List/64", k, k, k, k, k, k)
		for i := range 40 {
			p.add("vl%d.items[%d]>vi%d vi%d=main.Item/1024", k, i, 40*k+i, 40*k+i)
		}
	}
	list := findAll(t, heap(t, &p))
	if len(list) != 1 || !strings.HasPrefix(list[0].Reason, "200 main.List hold 8,000 main.Item in .items[…]") {
		t.Errorf("%d suspects:\n%s", len(list), show(list))
	}
}

func TestAllLeaksTogether(t *testing.T) {
	var p picture
	ballast(&p)
	all := slices.Clone(leaks)
	all = slices.DeleteFunc(all, func(l leak) bool { return l.name == "garbage" }) // of another runtime
	for _, leak := range all {
		leak.draw(&p, 4000)
	}
	list := findAll(t, heap(t, &p))
	if len(list) != len(all) {
		t.Errorf("%d suspects, want %d:\n%s", len(list), len(all), show(list))
	}
	for _, leak := range all {
		found := false
		for _, s := range list {
			found = found || s.Detector == leak.detector && strings.Contains(s.Reason, leak.reason[0])
		}
		if !found {
			t.Errorf("%s is not among\n%s", leak.name, show(list))
		}
	}
}

func TestFingerprintsAreStable(t *testing.T) {
	seen := map[string]string{}
	for _, leak := range leaks {
		var prints []string
		for _, n := range []int{4000, 7000} {
			var p picture
			if n == 7000 { // other numbers, other company
				p.add("@main.other>zz")
			}
			ballast(&p)
			leak.draw(&p, n)
			if list := findAll(t, heap(t, &p)); len(list) > 0 {
				prints = append(prints, list[0].Fingerprint)
			}
		}
		if len(prints) != 2 || prints[0] != prints[1] {
			t.Errorf("%s: fingerprints %v", leak.name, prints)
			continue
		}
		if other, ok := seen[prints[0]]; ok {
			t.Errorf("%s and %s have the same fingerprint", leak.name, other)
		}
		seen[prints[0]] = leak.name
	}
}

// What is kept of the findings is all of them.
func TestKeptFindings(t *testing.T) {
	var p picture
	ballast(&p)
	for _, l := range leaks {
		l.draw(&p, 4000)
	}
	list := findAll(t, heap(t, &p))
	columns := (&findings{list}).Columns()
	back, err := fromColumns(func(name string) []byte { return bytes.Join(columns[name], nil) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range list { // what only sorting and comparing need is not kept
		list[i].rank, list[i].ranked, list[i].anyway, list[i].owners = 0, false, false, nil
	}
	if !reflect.DeepEqual(back.List, list) {
		t.Errorf("kept\n%swant\n%s", show(back.List), show(list))
	}
	if _, err := fromColumns(func(string) []byte { return nil }); !errors.Is(err, graph.ErrColumns) {
		t.Errorf("from nothing: %v", err)
	}
}

func TestGrowth(t *testing.T) {
	draw := func(cache, table int) *Heap {
		var p picture
		ballast(&p)
		leaks[0].draw(&p, cache)
		leaks[6].draw(&p, table)
		return heap(t, &p)
	}
	h := draw(3000, 3000)
	h.Older = draw(500, 2900)
	list := findAll(t, h)
	if len(list) == 0 || list[0].Detector != "growth" && list[1].Detector != "growth" {
		t.Fatalf("no growth:\n%s", show(list))
	}
	for _, s := range list {
		if grew := strings.Contains(s.Reason, "grew from 500 to 3,000"); grew != (s.Detector == "growth") || grew != strings.Contains(s.Reason, "main.Session") {
			t.Errorf("%s: %s", s.Detector, s.Reason)
		}
	}
}

func TestBiggestDrop(t *testing.T) {
	var p picture
	p.add("@main.srv>srv srv=main.Server/100 srv.state>st st=main.State/100 st.all>all all=main.Registry/100")
	for i := range 300 { // too few for a collection
		p.add("all.x%d>x%d x%d=main.X/100000", i, i, i)
	}
	for i := range 400 { // held by two roots each: no object dominates them
		p.add("@main.a>y%d @main.b>y%d y%d=main.Y/50000", i, i, i)
	}
	h := heap(t, &p)
	list := findAll(t, h)
	if len(list) != 2 || list[0].Detector != "biggest-drop" || list[1].Detector != "biggest-drop" {
		t.Fatalf("got\n%s", show(list))
	}
	if s := list[0]; h.Graph.TypeName(s.Object) != "main.Server" || h.Graph.TypeName(s.Accumulation) != "main.Registry" {
		t.Errorf("%s", s.Reason)
	}
	if s := list[1]; s.Count != 400 || s.ElementType != "main.Y" || !strings.HasSuffix(s.Reason, "400 main.Y that no single object holds") {
		t.Errorf("%s", s.Reason)
	}
}

// What grew fastest comes first, though another retains more, and the sentence says
// how fast where the dumps say when they were taken.
func TestGrowthByRate(t *testing.T) {
	draw := func(fast, large int, taken time.Time) *Heap {
		var p picture
		ballast(&p)
		leaks[0].draw(&p, fast)
		leaks[5].draw(&p, 2)
		p.add("@main.big>big big=main.Big/64 big.m>bm bm=map.Map/48!")
		for i := range large {
			p.add("bm[%d]>bi%d bi%d=main.Item/4000", i, i, i)
		}
		h := heap(t, &p)
		h.Graph.Info().Taken = taken
		return h
	}
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	h := draw(3000, 4000, start.Add(30*time.Minute))
	h.Older = draw(1000, 3900, start)
	list := findAll(t, h)
	if len(list) < 2 || list[0].Detector != "growth" || !strings.HasPrefix(list[0].Reason, "grew from 1,000 to 3,000 in 30m0s, 4,000 an hour: one main.Cache holds") || list[1].Retained < list[0].Retained {
		t.Errorf("want the cache first:\n%s", show(list))
	}
}
