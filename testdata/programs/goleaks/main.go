// Command goleaks is a healthy server with one leak of every common kind, each a
// few percent of its heap, made to be dumped and searched for suspects.
//
// -leak says which leaks it has (comma-separated, or all); without a leak the
// same code cleans up after itself. It writes a heap dump of itself to -o; with
// -wait it first says that it is ready and waits for a line, so that a core of the
// same moment can be taken.
package main

import (
	"bufio"
	"container/list"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// server is what a healthy server has: buffers, routes and a few workers.
type server struct {
	buffers [][]byte
	routes  map[string]*route
}

type route struct {
	pattern string
	hits    uint64
	handler func(string) string
}

func newServer() *server {
	s := &server{routes: map[string]*route{}}
	for range 56 {
		s.buffers = append(s.buffers, make([]byte, 1<<20))
	}
	for i := range 200 {
		name := "/route/" + strconv.Itoa(i)
		s.routes[name] = &route{pattern: name, handler: strings.ToUpper}
	}
	return s
}

// kept is how many of its things a part without its leak keeps.
const kept = 50

// leaky says whether a part is to forget to clean up.
var leaky = map[string]bool{}

func keep(part string, n int) int {
	if leaky[part] || leaky["all"] {
		return n
	}
	return kept
}

// The static cache: a map that is never cut.

type profile struct {
	name string
	data [40]uint64
}

var profiles = map[string]*profile{}

func fillCache(n int) {
	for i := range n {
		key := "user-" + strconv.Itoa(i)
		profiles[key] = &profile{name: key}
		delete(profiles, "user-"+strconv.Itoa(i-keep("cache", n)))
	}
}

// The local map: a goroutine that remembers all it has seen.

type sighting struct {
	when time.Time
	data [40]uint64
}

func collect(n int, ready, quit chan struct{}) {
	seen := map[int]*sighting{}
	for i := range n {
		seen[i] = &sighting{when: time.Now()}
		delete(seen, i-keep("local", n))
	}
	close(ready)
	<-quit
	fmt.Fprintln(os.Stderr, len(seen))
}

// The listeners: views that are closed and still told of clicks.

type listener interface{ clicked(x int) }

type view struct {
	title string
	state [40]uint64
}

func (v *view) clicked(x int) { v.state[0] += uint64(x) }

type bus struct{ listeners []listener }

func (b *bus) add(l listener) { b.listeners = append(b.listeners, l) }
func (b *bus) remove(l listener) {
	if i := slices.Index(b.listeners, l); i >= 0 {
		b.listeners = slices.Delete(b.listeners, i, i+1)
	}
}

var clicks = &bus{}

func openViews(n int) {
	var open []*view
	for i := range n {
		v := &view{title: "view " + strconv.Itoa(i)}
		clicks.add(v)
		open = append(open, v)
		if i >= keep("listener", n) {
			clicks.remove(open[0])
			open = open[1:]
		}
	}
}

// The closures: hooks that capture what their caller had at hand.

var hooks []func() int

func onShutdown(f func() int) { hooks = append(hooks, f) }

func connect(n int) {
	for i := range n {
		buf := make([]byte, 320)
		buf[0] = byte(i)
		onShutdown(func() int { return int(buf[0]) })
		if i >= keep("closure", n) {
			hooks = slices.Delete(hooks, 0, 1)
		}
	}
}

// The blocked goroutines: each waits for an answer that nobody sends.

type request struct {
	id   int
	body [250]uint64
}

func answer(r *request, reply chan int) {
	got := <-reply
	r.body[0] = uint64(got)
}

func serve(n int) {
	for i := range keep("blocked", n) {
		reply := make(chan int)
		go answer(&request{id: i}, reply)
		if keep("blocked", n) == kept {
			reply <- i
		}
	}
}

// The linked list: an undo log that only grows.

type change struct {
	what string
	data [40]uint64
	prev *change
}

var undo *change

func edit(n int) {
	length := 0
	for i := range n {
		undo = &change{what: "edit " + strconv.Itoa(i), prev: undo}
		if length++; length > 2*keep("list", n) {
			at := undo
			for range kept {
				at = at.prev
			}
			at.prev, length = nil, kept
		}
	}
}

// The queue: a list of the standard library that is filled and not emptied.

type event struct {
	kind int
	data [40]uint64
}

var events = list.New()

func publish(n int) {
	for i := range n {
		events.PushBack(&event{kind: i})
		if events.Len() > keep("queue", n) {
			events.Remove(events.Front())
		}
	}
}

// The pool: no leak, however full it is, as the collector empties it.

type scratch struct{ data [20]uint64 }

var pool sync.Pool

func fillPool(n int) {
	for range n {
		pool.Put(new(scratch))
	}
}

func main() {
	leak := flag.String("leak", "", "leaks to have: cache, local, listener, closure, blocked, list, queue, all")
	n := flag.Int("n", 5000, "how many objects each part handles")
	out := flag.String("o", "goleaks.heapdump", "file to write the heap dump to")
	wait := flag.Bool("wait", false, "wait for a line before the heap dump is written")
	flag.Parse()
	for name := range strings.SplitSeq(*leak, ",") {
		leaky[name] = true
	}
	if err := run(*n, *out, *wait); err != nil {
		fmt.Fprintln(os.Stderr, "goleaks:", err)
		os.Exit(1)
	}
}

func run(n int, out string, wait bool) error {
	s := newServer()
	ready, quit := make(chan struct{}), make(chan struct{})
	go collect(n, ready, quit)
	fillCache(n)
	openViews(n)
	connect(n)
	serve(n / 4)
	edit(n)
	publish(n)
	<-ready
	time.Sleep(100 * time.Millisecond) // the goroutines reach their waits
	debug.SetGCPercent(-1)
	runtime.GC()
	runtime.GC()
	if leaky[""] { // the clean version
		fillPool(20 * n)
	}
	if wait {
		fmt.Println("ready")
		bufio.NewReader(os.Stdin).ReadString('\n')
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	debug.WriteHeapDump(f.Fd())
	close(quit)
	runtime.KeepAlive(s)
	return f.Close()
}
