package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
	"weak"
)

// node is what everything holds in the end; it has its own size.
type node struct {
	Name string
	next *node
	data [9]uint64
}

//go:noinline
func newNode(name string) *node { return &node{Name: strings.Clone(name)} }

func (n *node) String() string { return n.Name }

//go:noinline
func (n *node) touch() { n.data[0]++ }

// value is boxed in interfaces.
type value struct {
	a, b uint64
	p    *node
}

// Text makes value a texter.
func (v value) Text() string { return v.p.Name }

type texter interface{ Text() string }

// box is generic.
type box[T any] struct {
	pad  uint64
	val  T
	list []T
}

type bigKey struct {
	name string
	pad  [144]byte
}

type bigElem struct {
	pad [16]uint64
	p   *node
}

type inner struct {
	n    int
	list [4]value
}

// server has a pool of its own.
type server struct {
	id    int
	nodes sync.Pool
	last  *node // which is in the pool too
}

type outer struct {
	id    int
	inner inner
	m     map[string]*node
}

var (
	direct     *node
	structured outer
	static     = &outer{id: 7} // in the program's data, not on the heap
	smallMap   = map[string]*node{}
	largeMap   = map[int]*node{}
	hugeMap    = map[string]*node{}
	keyMap     = map[bigKey]*node{}
	elemMap    = map[int]bigElem{}
	valueMap   = map[string]value{}
	few        []*node // up to 512 B
	some       []*node // > 512 B: a malloc header
	many       []*node // > 32 KiB: a span of its own
	values     []value
	queue      = make(chan *node, 8)
	valQueue   = make(chan value, 4)
	byValue    func() string
	byRef      func() string
	method     func()
	anyPtr     any
	anyVal     any
	someTexter texter
	list       *node
	generic    *box[*node]
	pool       sync.Pool
	poolOwner  = map[string]*server{}
	timer      *time.Timer
	finalized  *node
	weakly     weak.Pointer[node]
	interior   *uint64
	text       string
	raw        []byte
	arrayPtr   *[3]*node
	quit       = make(chan struct{})
)

func globals() {
	direct = newNode("direct")
	know("global pointer", direct, "global main.direct", "")

	structured.inner.list[3].p = newNode("nested")
	structured.m = map[string]*node{"a": newNode("in a struct's map")}
	know("pointer within a global struct", structured.inner.list[3].p, "global main.structured", ".inner.list[3].p")
	know("map within a global struct", structured.m["a"], "global main.structured", `.m["…"]`)

	static.inner.list[1].p = newNode("static")
	static.m = map[string]*node{"a": newNode("in a static struct's map")}
	know("pointer within a static value", static.inner.list[1].p, "global main.static", ".inner.list[1].p")
	know("map within a static value", static.m["a"], "global main.static", `.m["…"]`)

	n := newNode("interior")
	interior = &n.data[3]
	know("interior pointer", n, "global main.interior", "").Type = "" // a *uint64 does not tell

	text = strings.Repeat("text", 20+len(os.Args))
	mu.Lock()
	truths = append(truths,
		truth{What: "string", Addr: fmt.Sprintf("%#x", uintptr(unsafe.Pointer(unsafe.StringData(text)))), Type: "string", Root: "global main.text"})
	mu.Unlock()
	raw = make([]byte, 1000)
	know("bytes", &raw[0], "global main.raw", "").Type = "[]byte"
	arrayPtr = new([3]*node)
	arrayPtr[2] = newNode("array")
	know("pointer to an array", arrayPtr[2], "global main.arrayPtr", "[2]")
}

func maps() {
	for _, k := range []string{"a", "b", "c"} {
		smallMap[k] = newNode("small map " + k)
		know("small map", smallMap[k], "global main.smallMap", `["…"]`)
	}
	for i := range 10_000 {
		largeMap[i] = newNode("large map")
		if i%1111 == 0 {
			know("large map", largeMap[i], "global main.largeMap", `[…]`)
		}
	}
	for i := range 2000 {
		k := fmt.Sprint("key ", i)
		hugeMap[k] = newNode(k)
		if i%500 == 0 {
			know("large map with string keys", hugeMap[k], "global main.hugeMap", `["…"]`)
		}
	}
	for i := range 20 {
		k := bigKey{name: fmt.Sprint("big key ", i)}
		keyMap[k] = newNode(k.name)
		if i%10 == 0 {
			know("map with keys > 128 B", keyMap[k], "global main.keyMap", `[…]`)
		}
		elemMap[i] = bigElem{p: newNode("big elem")}
		if i%10 == 0 {
			know("map with elements > 128 B", elemMap[i].p, "global main.elemMap", `[…].p`)
		}
		valueMap[k.name] = value{p: newNode("value")}
		if i%10 == 0 {
			know("map of structs", valueMap[k.name].p, "global main.valueMap", `["…"].p`)
		}
	}
}

func slices() {
	fill := func(list []*node, name string, at ...int) []*node {
		for i := range list {
			list[i] = newNode(name)
		}
		for _, i := range at {
			know("element of "+name, list[i], "global main."+name, fmt.Sprintf("[%d]", i))
		}
		know("array of "+name, &list[0], "global main."+name, "").Type = "[]*main.node"
		return list
	}
	few = fill(make([]*node, 20), "few", 0, 19)
	some = fill(make([]*node, 500), "some", 0, 1, 64, 499)
	many = fill(make([]*node, 40_000), "many", 0, 5000, 32_766, 32_767, 32_768, 39_999)
	values = make([]value, 100)
	values[77].p = newNode("slice of structs")
	know("slice of structs", values[77].p, "global main.values", "[77].p")
}

func channels() {
	for i := range 6 {
		n := newNode("queue")
		queue <- n
		know("channel buffer", n, "global main.queue", fmt.Sprintf("[%d]", i))
	}
	n := newNode("queued value")
	valQueue <- value{p: newNode("first")}
	valQueue <- value{p: n}
	know("channel of structs", n, "global main.valQueue", "[1].p")
}

func closures() {
	n := newNode("by value")
	byValue = func() string { return n.Name }
	know("closure by value", n, "global main.byValue", " (captured n)")

	r := newNode("first")
	byRef = func() string { r = r.next; return r.Name }
	r = newNode("by reference")
	know("closure by reference", r, "global main.byRef", " (captured r)")

	m := newNode("method value")
	method = m.touch
	know("method value", m, "global main.method", "*")
}

func interfaces() {
	n := newNode("in any")
	anyPtr = n
	know("interface holding a pointer", n, "global main.anyPtr", "")
	v := value{p: newNode("boxed")}
	anyVal = v
	know("interface holding a value", (*value)((*[2]unsafe.Pointer)(unsafe.Pointer(&anyVal))[1]), "global main.anyVal", "")
	know("field of a boxed value", v.p, "global main.anyVal", ".p")
	v.p = newNode("boxed with methods")
	someTexter = v
	know("field of a boxed value with methods", v.p, "global main.someTexter", ".p")
}

func chains() {
	for range 100_000 {
		n := newNode("list")
		n.next, list = list, n
	}
	last := list
	for last.next != nil {
		last = last.next
	}
	know("linked list", last, "global main.list", ".next").Repeat = 99_999

	generic = &box[*node]{val: newNode("generic"), list: []*node{newNode("generic list")}}
	know("generic type", generic, "global main.generic", "")
	know("field of a generic type", generic.val, "global main.generic", ".val")
	know("slice of a generic type", generic.list[0], "global main.generic", ".list[0]")
}

func runtimeHeld() {
	n := newNode("timer")
	timer = time.AfterFunc(time.Hour, func() { n.touch() })
	know("timer", n, "", "*")

	finalized = newNode("finalized")
	f := newNode("held by the finalizer")
	runtime.SetFinalizer(finalized, func(*node) { f.touch() })
	know("object with a finalizer", finalized, "global main.finalized", "")
	know("held by a finalizer", f, "finalizer of main.node", " (captured f)")
}

// afterGC makes what a garbage collection would take away.
func afterGC() {
	n := newNode("pool")
	pool.Put(n)
	know("sync.Pool", n, "global main.pool", "*").Pooled = true
	s := &server{id: 1, last: newNode("pool and field")}
	poolOwner["a"] = s
	for range 10 { // the first is in a slot of its own
		n := newNode("pool on the heap")
		s.nodes.Put(n)
		know("sync.Pool on the heap", n, "global main.poolOwner", "*").Pooled = true
	}
	s.nodes.Put(s.last)
	know("sync.Pool and a field", s.last, "global main.poolOwner", `["…"].last`)
	dropped := &server{last: newNode("dropped pool")}
	dropped.nodes.Put(newNode("in a dropped pool"))
	d := know("in an object with a pool that was dropped", dropped.last, "global sync.allPools", "*")
	d.Pooled, d.Type = true, "" // only a pointer to its inside is left
	w := newNode("weak")
	weakly = weak.Make(w)
	know("weak pointer", w, "", "").Unreachable = true
}

// holder holds an object in a variable and nowhere else.
func holder(ready chan<- struct{}) {
	held := newNode("stack")
	know("goroutine stack", held, fmt.Sprintf("goroutine %d main.holder · held", goid()), "")
	ready <- struct{}{}
	<-quit
	held.touch()
}

// addressed holds objects in a local struct whose address is taken.
func addressed(ready chan<- struct{}) {
	var local struct {
		n int
		p *node
	}
	local.p = newNode("stack object")
	know("stack object", local.p, "", "*").Root = fmt.Sprintf("goroutine %d main.addressed · local", goid())
	wait(ready, &local.p) // from here on only wait's pointer keeps the struct alive
}

//go:noinline
func wait(ready chan<- struct{}, p **node) {
	ready <- struct{}{}
	<-quit
	(*p).touch()
}

// goid is the number of this goroutine, from the head of its own trace.
func goid() (id int) {
	var b [64]byte
	if _, err := fmt.Sscanf(string(b[:runtime.Stack(b[:], false)]), "goroutine %d ", &id); err != nil {
		panic(err)
	}
	return id
}

// spin holds an object in a loop that never calls anything, so it is stopped
// wherever it is.
func spin(ready chan<- struct{}) {
	held := newNode("loop")
	know("loop", held, "", "*").Type = "" // it is in a register
	ready <- struct{}{}
	for n := held; ; {
		n.data[0]++
		if n.data[0] == 0 {
			held.touch()
		}
	}
}

// collect keeps the collector busy.
func collect() {
	for {
		runtime.GC()
	}
}
