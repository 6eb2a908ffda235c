// Command truth prints, as JSON, what package gotype should find out about it
// from its file alone: addresses, sizes and pointer slots, as reflection and the
// runtime have them.
package main

import (
	"container/list"
	"container/ring"
	"encoding/json"
	"io"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"example.com/truth/inner"
	otherinner "example.com/truth/other/inner"
)

type Session struct {
	User   string
	Next   *Session
	m      map[string]*Session
	f      func() int
	any    any
	err    error
	arr    [3]*int
	ch     chan *Session
	pair   inner.Pair[string, *Session]
	list   []inner.Pair[int, []byte]
	unsafe unsafe.Pointer
	atom   atomic.Pointer[Session]
	_      [4]byte
	inner.Base
}

type bigKey struct {
	id   [17]uint64
	text string
}

type Named map[inner.Key]struct{ a, b *Session }

type Func func(*Session) error

type table [1 << 16]struct {
	n int32
	s *Session
}

var (
	sessions           = map[string]*Session{}
	queue              = make(chan *Session, 4)
	cache    io.Writer = &buffer{parts: []*Session{{User: "static"}}}
	big      table
	counter  int64
	smalls   []*small
	wraps    []*wrap
	anything []any
	numbers  = make(chan int, 3)
	events   = list.New()
	samples  = ring.New(3)
	call     func() int
	timer    = time.NewTimer(time.Hour)
	shared   sync.Map
	Inner    inner.Pair[bigKey, *Session]
)

// future is generic: its methods know the shape of T only.
type future[T any] struct {
	done chan bool
	v    T
}

//go:noinline
func (f *future[T]) later() func() T { return func() T { return f.v } }

type waiting struct {
	next *waiting
	for_ *future[*Session]
}

var waits = &waiting{for_: &future[*Session]{v: &Session{}}}

type n16 int16

// small and wrap have one slot size.
type small struct {
	s *Session
	b [4]uint64
}

type wrap struct {
	small
	n uint64
}

// shell is nothing but what it embeds, which sorts before it.
type shell struct {
	embedded
}

type embedded struct {
	s *Session
	b [4]uint64
}

type buffer struct {
	parts []*Session
	next  *buffer
}

func (b *buffer) Write(p []byte) (int, error) { b.next = &buffer{}; return len(p), nil }

type typeTruth struct {
	Addr  uint64
	Name  string
	Pkg   string
	Kind  string
	Size  uint64
	Slots map[uint64]string // by word: path and kind
}

type truth struct {
	Text     uint64
	Types    []typeTruth
	Globals  map[string]uint64
	Itabs    map[string]uint64 // concrete type -> itab
	Funcs    map[string]uint64 // name -> pc
	Closures map[string]uint64 // what it is -> pc
	Frame    uint64            // a return address in main.frame
}

type eface struct{ typ, data uint64 }

func typeOf(v any) typeTruth {
	t := reflect.TypeOf(v).Elem() // always passed as a pointer
	// The data word of a reflect.Type is the address of its run-time type.
	addr := (*eface)(unsafe.Pointer(&struct{ t reflect.Type }{t})).data
	out := typeTruth{Addr: addr, Name: t.String(), Pkg: t.PkgPath(), Kind: t.Kind().String(), Size: uint64(t.Size()), Slots: map[uint64]string{}}
	if t.Size() < 4096 {
		slots(t, 0, "", out.Slots)
	}
	return out
}

func slots(t reflect.Type, off uint64, path string, out map[uint64]string) {
	w := off / 8
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.String, reflect.Slice:
		out[w] = path + " " + t.Kind().String()
	case reflect.Interface:
		out[w+1] = path + " interface"
	case reflect.Array:
		for i := range t.Len() {
			slots(t.Elem(), off+uint64(i)*uint64(t.Elem().Size()), path+"["+string(rune('0'+i))+"]", out)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			slots(t.Field(i).Type, off+uint64(t.Field(i).Offset), path+"."+t.Field(i).Name, out)
		}
	}
}

//go:noinline
func frame(s *Session, list []*Session, name string) uint64 {
	local := &Session{User: name, Next: s}
	defer func() { counter += int64(len(list)) }()
	pc := caller()
	keep(local, list, s)
	return pc
}

// caller is the address its caller will go on at.
//
//go:noinline
func caller() uint64 {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	return uint64(pcs[0])
}

//go:noinline
func keep(s *Session, list []*Session, t *Session) {
	for _, x := range list {
		x.Next = s
	}
	t.Next = s
}

//go:noinline
func closures(s, t *Session, n int) (f, g, h func() int) {
	total := n
	f = func() int { return n + len(s.User) }                     // both by value
	g = func() int { total += len(t.User); t = t.Next; return n } // total and t by reference
	total++
	return f, g, s.touch
}

func (s *Session) touch() int { return len(s.User) }

// pcOf is the first word of a function value.
func pcOf(f func() int) uint64 { return **(**uint64)(unsafe.Pointer(&f)) }

func main() {
	cache.Write(nil)
	var w io.Writer = cache
	f, g, h := closures(&Session{User: "x"}, &Session{}, 3)
	smalls, wraps = append(smalls, new(small)), append(wraps, new(wrap))
	anything = append(anything, *smalls[0], *wraps[0], n16(len(os.Args)), &shell{}, &embedded{})
	numbers <- len(anything)
	call = f
	shared.Store("key", smalls)
	events.PushBack(samples)
	out := truth{
		Text: uint64(reflect.ValueOf(main).Pointer()),
		Types: []typeTruth{
			typeOf(new(Session)), typeOf(new(*Session)), typeOf(new(bigKey)), typeOf(new(Named)), typeOf(new(Func)), typeOf(new(table)),
			typeOf(new(map[string]*Session)), typeOf(new(map[bigKey][20]*Session)), typeOf(new(map[int32]bool)), typeOf(new(chan *Session)),
			typeOf(new([]*Session)), typeOf(new([3]string)), typeOf(new(any)), typeOf(new(io.Writer)), typeOf(new(func(int) string)),
			typeOf(new(inner.Pair[string, []inner.Key])), typeOf(new(inner.Base)), typeOf(new(struct{ a, b *inner.Key })),
			typeOf(new(inner.Twin)), typeOf(new(otherinner.Twin)), typeOf(new(time.Time)), typeOf(new(string)), typeOf(new(uint8)), typeOf(new(<-chan map[string][]*inner.Key)),
		},
		Globals: map[string]uint64{
			"main.sessions": addr(&sessions), "main.queue": addr(&queue), "main.cache": addr(&cache), "main.big": addr(&big),
			"main.counter": addr(&counter), "main.Inner": addr(&Inner), "example.com/truth/inner.Default": addr(&inner.Default),
		},
		Itabs:    map[string]uint64{"*main.buffer": (*eface)(unsafe.Pointer(&w)).typ},
		Funcs:    map[string]uint64{},
		Closures: map[string]uint64{"by value": pcOf(f), "by reference": pcOf(g), "method value": pcOf(h)},
		Frame:    frame(&Session{}, []*Session{{}}, os.Args[0]),
	}
	for _, v := range []any{main, inner.New[int], (*Session).touch, json.Marshal} {
		pc := reflect.ValueOf(v).Pointer()
		out.Funcs[runtime.FuncForPC(pc).Name()] = uint64(pc)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		os.Exit(1)
	}
	_, _, _ = f(), g(), h()
	_ = waits.for_.later()()
}

func addr[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }
