// Command gogallery has one leak for each picture of the gallery, in one heap,
// and writes a heap dump of itself to -o.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// A static cache: a map in a global that nothing is ever deleted from.

// Profile is what the cache holds.
type Profile struct {
	Name   string
	avatar []byte
}

// ProfileCache is the cache.
type ProfileCache struct {
	byName map[string]*Profile
}

//go:noinline
func newProfileCache() *ProfileCache { return &ProfileCache{byName: map[string]*Profile{}} }

var profiles = newProfileCache()

func fillCache() {
	for i := range 500 {
		name := "user-" + strconv.Itoa(i)
		profiles.byName[name] = &Profile{Name: name, avatar: make([]byte, 8<<10)}
	}
}

// Leaked goroutines: nobody receives their answer.

// Request is what a goroutine holds while it waits.
type Request struct {
	path string
	body []byte
}

//go:noinline
func handle(req *Request, answers chan<- string) {
	answers <- req.path
	runtime.KeepAlive(req)
}

func leakGoroutines() {
	answers := make(chan string)
	for i := range 64 {
		go handle(&Request{path: "/orders/" + strconv.Itoa(i), body: make([]byte, 32<<10)}, answers)
	}
}

// A closure that captured more than it needs, kept by a list of callbacks.

// Document is captured for the sake of its title.
type Document struct {
	title string
	pages []byte
}

var onShutdown []func() string

//go:noinline
func open(title string) *Document { return &Document{title: title, pages: make([]byte, 3<<20)} }

//go:noinline
func register(doc *Document) {
	onShutdown = append(onShutdown, func() string { return doc.title })
}

// A cycle: parents and children point to each other.

// Panel is a part of a window.
type Panel struct {
	parent   *Panel
	children []*Panel
	pixels   []byte
}

//go:noinline
func newPanel(parent *Panel) *Panel {
	p := &Panel{parent: parent, pixels: make([]byte, 256<<10)}
	if parent != nil {
		parent.children = append(parent.children, p)
	}
	return p
}

var selected *Panel // only one is wanted, but it keeps the window

func openWindow() {
	window := newPanel(nil)
	for range 3 {
		row := newPanel(window)
		for range 3 {
			selected = newPanel(row)
		}
	}
}

// 100,000 objects that become one box.

// Session is leaked in great number.
type Session struct {
	id   int64
	next *Session
}

// Hub holds the sessions in two ways.
type Hub struct {
	open []*Session
	last *Session
}

//go:noinline
func newHub() *Hub { return &Hub{} }

var hub = newHub()

func openSessions() {
	for i := range 100_000 {
		s := &Session{id: int64(i)}
		if i%2 == 0 {
			hub.open = append(hub.open, s)
		} else {
			s.next, hub.last = hub.last, s
		}
	}
}

// A long linked list with something heavy at its end.

// Event is an entry of a queue that is only appended to.
type Event struct {
	next    *Event
	payload *Payload
}

// Payload is at the end of the list.
type Payload struct{ data []byte }

//go:noinline
func newEvent() *Event { return &Event{} }

var queue = newEvent()

func fillQueue() {
	last := queue
	for range 20_000 {
		last.next = newEvent()
		last = last.next
	}
	last.payload = &Payload{data: make([]byte, 2<<20)}
}

func main() {
	out := "gallery.heapdump"
	if len(os.Args) > 2 && os.Args[1] == "-o" {
		out = os.Args[2]
	}
	fillCache()
	leakGoroutines()
	register(open("annual report"))
	openWindow()
	openSessions()
	fillQueue()
	time.Sleep(50 * time.Millisecond)
	debug.SetGCPercent(-1)
	runtime.GC()
	runtime.GC()
	f, err := os.Create(out)
	if err == nil {
		debug.WriteHeapDump(f.Fd())
		err = f.Close()
	}
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	runtime.KeepAlive(onShutdown)
}
