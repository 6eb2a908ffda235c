// Command gosample fills its memory with values of many types, writes down the
// address and the type of each, and dies: what a reader of its core says about
// them must not contradict it.
//
//	gosample -n 10000 -truth sample.txt # then GOTRACEBACK=crash leaves a core
//
// The values hang on one typed variable, so that types are known only by
// following typed pointers, as in most programs.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

type leaf struct {
	ID   uint64
	Name string
}

type pair[K comparable, V any] struct {
	Key   K
	Value V
	Next  *pair[K, V]
}

type list[T any] struct {
	Head, Tail *cell[T]
	Len        int
}

type cell[T any] struct {
	Next *cell[T]
	Val  T
}

type address struct {
	Street, City string
	Geo          *[2]float64
}

type person struct {
	Name    string
	Age     uint8
	Home    address
	Work    *address
	Friends []*person
	Tags    map[string]string
	Extra   any
}

type matrix struct {
	Rows [4][]float64
	Mu   sync.Mutex
	Sum  atomic.Int64
}

type tree struct {
	Left, Right *tree
	Payload     [3]*leaf
	Any         any
	Pad         [10]uint64
}

type wide struct {
	A [100]*leaf
	B [40]string
	C []leaf
}

type huge struct {
	Head  *leaf
	Items [5000]*pair[string, *leaf]
}

type event struct {
	At      time.Time
	Kind    string
	Data    []byte
	Source  *person
	Handler chan *event
	Counts  map[uint64]*leaf
	Index   map[[2]uint32]leaf
}

type embedded struct {
	leaf
	*address
	List list[*leaf]
}

type scalars struct {
	A int8
	B uint16
	C float32
	D complex128
	E [3]bool
}

type root struct {
	People  []*person
	Trees   []*tree
	Events  []event
	Matrix  *matrix
	Wide    []*wide
	Huge    *huge
	Lists   []list[string]
	Pairs   map[string]*pair[int, *tree]
	Embed   []*embedded
	Scalars []*scalars
	Any     []any
	Chans   []chan leaf
	Deep    map[string]map[int][]*leaf
}

// boxed are the types of values in interfaces.
var boxed = []reflect.Type{
	reflect.TypeFor[leaf](), reflect.TypeFor[*person](), reflect.TypeFor[*tree](), reflect.TypeFor[string](),
	reflect.TypeFor[[]string](), reflect.TypeFor[map[int]string](), reflect.TypeFor[pair[int, string]](),
	reflect.TypeFor[*wide](), reflect.TypeFor[[4]*leaf](), reflect.TypeFor[*scalars](), reflect.TypeFor[address](),
}

type sample struct {
	addr uintptr
	typ  string
}

var (
	roots   []*root
	samples []sample
	random  = rand.New(rand.NewPCG(7, 7))
	budget  int
)

// note writes an object down. Small ones without pointers share a block of the
// allocator, which has no type.
func note(p unsafe.Pointer, size uintptr, pointers bool, typ string) {
	if p == nil || size < 16 && !pointers || size == 0 {
		return
	}
	typ = strings.ReplaceAll(typ, "interface {}", "any")
	samples = append(samples, sample{uintptr(p), typ})
	budget--
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Pointer, reflect.Slice, reflect.String, reflect.Map, reflect.Chan, reflect.Interface, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}

// fill gives a value contents, and notes every object it makes.
func fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f, depth)
			}
		}
	case reflect.Array:
		for i := range min(v.Len(), 5) {
			fill(v.Index(i), depth)
		}
	case reflect.Uint32:
		v.SetUint(uint64(random.Uint32()))
	case reflect.String:
		s := fmt.Sprint(len(samples), strings.Repeat("x", 20+random.IntN(100))) // none equal: they are keys
		v.SetString(s)
		note(unsafe.Pointer(unsafe.StringData(s)), uintptr(len(s)), false, "string")
	}
	if depth <= 0 || budget < 0 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		note(p.UnsafePointer(), v.Type().Elem().Size(), hasPointers(v.Type().Elem()), v.Type().Elem().String())
		v.Set(p)
		fill(p.Elem(), depth-1)
	case reflect.Slice:
		n := 1 + random.IntN(12)
		s := reflect.MakeSlice(v.Type(), n, n)
		note(s.UnsafePointer(), uintptr(n)*v.Type().Elem().Size(), hasPointers(v.Type().Elem()), v.Type().String())
		v.Set(s)
		for i := range n {
			fill(s.Index(i), depth-1)
		}
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		note(m.UnsafePointer(), 48, true, v.Type().String())
		v.Set(m)
		for range 1 + random.IntN(20) {
			key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			if key.CanInt() {
				key.SetInt(random.Int64())
			} else if key.CanUint() {
				key.SetUint(random.Uint64())
			} else {
				fill(key, 0)
			}
			fill(val, depth-1)
			m.SetMapIndex(key, val)
		}
	case reflect.Chan:
		c := reflect.MakeChan(v.Type(), 4)
		if hasPointers(v.Type().Elem()) { // else the buffer is within the channel
			note(c.UnsafePointer(), 96, true, v.Type().String())
		}
		v.Set(c)
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e, depth-2)
		c.Send(e)
	case reflect.Interface:
		t := boxed[random.IntN(len(boxed))]
		x := reflect.New(t).Elem()
		fill(x, depth-1)
		v.Set(x)
		if t.Kind() != reflect.Pointer && t.Kind() != reflect.Map {
			word := (*[2]unsafe.Pointer)(v.Addr().UnsafePointer())[1]
			name := t.String()
			if t.Kind() == reflect.String || t.Kind() == reflect.Slice {
				name += " (header)" // not the contents
			}
			note(word, t.Size(), hasPointers(t), name)
		}
	}
}

func main() {
	n := flag.Int("n", 10_000, "objects to write down")
	file := flag.String("truth", "sample.txt", "write them to `file`")
	flag.Parse()
	budget = *n
	for budget > 0 {
		r := new(root)
		roots = append(roots, r)
		fill(reflect.ValueOf(r).Elem(), 5)
	}
	runtime.GC()
	f, err := os.Create(*file)
	if err != nil {
		panic(err)
	}
	w := bufio.NewWriter(f)
	for _, s := range samples {
		fmt.Fprintf(w, "%#x %s\n", s.addr, s.typ)
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	f.Close()
	debug.SetTraceback("crash")
	panic("gosample: as it was told")
}
