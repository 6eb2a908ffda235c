package delvetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-delve/delve/pkg/dwarf/godwarf"
	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/pkg/proc/core"
)

// Delve is a core that is open in Delve.
type Delve struct {
	target *proc.Target
	scope  *proc.EvalScope // of all but local variables
	found  map[string]bool // whether a type is found by its name
}

// Open opens a core. It takes some seconds for a large executable.
func Open(corePath, exe string) (*Delve, error) {
	group, err := core.OpenCore(corePath, exe, nil)
	if err != nil {
		return nil, err
	}
	if len(group.Targets()) == 0 {
		return nil, errors.New("no process in the core")
	}
	d := &Delve{target: group.Selected, found: map[string]bool{}}
	d.scope, err = proc.ThreadScope(d.target, d.target.CurrentThread())
	return d, err
}

// Close closes the files of the executable.
func (d *Delve) Close() error { return d.target.BinInfo().Close() }

// loading is how much Delve loads of one value: it does not follow pointers,
// which is for the walk to do, and reads few values of each container, so that
// large ones do not hide the rest of the heap.
var loading = proc.LoadConfig{MaxVariableRecurse: 1, MaxArrayValues: 256, MaxStructFields: -1}

// Walk claims what lies at each address that it finds, breadth first, until do
// wants no more or nothing is left; do also says whether to go on from there. A
// local variable counts if live says so of the address it holds: Delve shows those
// that are dead, too.
func (d *Delve) Walk(live func(addr uint64) bool, do func(Claim) (follow, more bool)) error {
	w := &walk{Delve: d, do: do, seen: map[place]bool{}}
	vars, err := d.scope.PackageVariables(loading)
	if err != nil {
		return err
	}
	for _, v := range vars {
		w.visit(v, &Path{step: v.Name})
	}
	vars = nil
	w.live = live
	if err := w.locals(); err != nil {
		return err
	}
	w.live = nil
	for len(w.queue) > 0 && !w.stop {
		next := w.queue[0]
		w.queue = w.queue[1:]
		v, err := d.load(next.addr, next.typ)
		if err != nil || v.Unreadable != nil {
			continue
		}
		w.visit(v, next.path)
	}
	return nil
}

// load reads the value of a type at an address.
func (d *Delve) load(addr uint64, typ godwarf.Type) (*proc.Variable, error) {
	name := typ.Common().Name
	ok, known := d.found[name]
	if !known {
		t, err := d.target.BinInfo().FindType(name)
		ok = name != "" && (err == nil && t.Size() == typ.Size() || name[0] == '[')
		d.found[name] = ok
	}
	if !ok {
		return nil, fmt.Errorf("no type %s", name)
	}
	return d.scope.EvalExpression(fmt.Sprintf("*(*%s)(%#x)", strconv.Quote(name), addr), loading)
}

// word reads a word of memory; 0 if there is none.
func (d *Delve) word(addr uint64) uint64 {
	var b [8]byte
	if n, err := d.scope.Mem.ReadMemory(b[:], addr); n < len(b) || err != nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b[:])
}

// Stacks returns where the stacks of all goroutines are, from and to. They are
// in the spans of the heap, but no objects.
func (d *Delve) Stacks() (stacks [][2]uint64, err error) {
	all, err := d.scope.EvalExpression("runtime.allgs", proc.LoadConfig{})
	if err != nil {
		return nil, err
	}
	t, err := d.target.BinInfo().FindType("runtime.g")
	if err != nil {
		return nil, err
	}
	g, _ := godwarf.ResolveTypedef(t).(*godwarf.StructType)
	stack := field(g, "stack")
	if stack == nil {
		return nil, errors.New("runtime.g has no stack")
	}
	for i := range uint64(all.Len) {
		lo := d.word(all.Base+8*i) + uint64(stack.ByteOffset)
		stacks = append(stacks, [2]uint64{d.word(lo), d.word(lo + 8)}) // struct { lo, hi uintptr }
	}
	return stacks, nil
}

// walk is one walk over the heap.
type walk struct {
	*Delve
	do    func(Claim) (follow, more bool)
	live  func(addr uint64) bool // nil beyond local variables
	seen  map[place]bool
	queue []todo
	stop  bool
}

// place is a value that was visited or is to be.
type place struct {
	addr uint64
	name string
}

type todo struct {
	addr uint64
	typ  godwarf.Type
	path *Path
}

// claim makes a claim, and reports whether the walk may go on from it.
func (w *walk) claim(c Claim) bool {
	if c.Addr == 0 || w.stop || w.live != nil && !w.live(c.Addr) {
		return false
	}
	c.Local = w.live != nil
	follow, more := w.do(c)
	w.stop = !more
	return follow && more
}

// later has a value visited that is not loaded yet.
func (w *walk) later(addr uint64, typ godwarf.Type, path *Path) {
	at := place{addr, typ.Common().Name}
	if addr == 0 || w.live != nil && !w.live(addr) || w.seen[at] {
		return
	}
	w.seen[at] = true
	w.queue = append(w.queue, todo{addr, typ, path})
}

// maxFrames is how many frames of a goroutine are looked at.
const maxFrames = 50

// locals visits the arguments and local variables of all goroutines.
func (w *walk) locals() error {
	all, _, err := proc.GoroutinesInfo(w.target, 0, 0)
	if err != nil {
		return err
	}
	thread := w.target.CurrentThread().ThreadID()
	for _, g := range all {
		if g.Unreadable != nil {
			continue
		}
		frames, err := proc.GoroutineStacktrace(w.target, g, maxFrames, 0)
		if err != nil {
			continue // a goroutine without a stack
		}
		for i := range frames {
			if frames[i].SystemStack || frames[i].Call.Fn == nil {
				continue
			}
			scope := proc.FrameToScope(w.target, w.target.Memory(), g, thread, frames[i:]...)
			w.frame(scope, fmt.Sprintf("goroutine %d %s · ", g.ID, frames[i].Call.Fn.Name))
		}
	}
	return nil
}

// frame visits the variables of one frame. A frame whose variables Delve cannot
// tell has none.
func (w *walk) frame(scope *proc.EvalScope, name string) {
	args, _ := scope.FunctionArguments(loading)
	vars, _ := scope.LocalVariables(loading)
	for _, v := range append(args, vars...) {
		w.local(v, &Path{step: name + v.Name})
	}
}

func (w *walk) local(v *proc.Variable, path *Path) {
	if v.Unreadable != nil {
		return
	}
	if v.Flags&proc.VariableEscaped != 0 { // its address is what the frame holds
		if !w.claim(Claim{Addr: v.Addr, Form: Value, Type: v.DwarfType, Path: path}) {
			return
		}
		w.later(v.Addr, v.DwarfType, path)
		return
	}
	w.visit(v, path)
}
