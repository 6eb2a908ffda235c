package gocore

import (
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/gotype"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// process is what is known of the dead process. It is filled step by step by
// Read.
type process struct {
	src   *source.Source
	core  *coreFile
	mem   *memory
	lost  uint64 // bytes of memory that a truncated core lacks
	exe   *executable
	l     *layout
	vars  variables
	heap  *heap
	types *gcTypes

	rodata   uint64       // of the main module, for stack objects
	badTypes atomic.Int64 // objects whose type could not be read
}

// variables are the addresses of the runtime's variables that are read; 0 for
// those that the version does not have or that were not found.
type variables struct {
	mheap uint64
	allgs uint64
	// allfin and cleanups can be several when they had to be searched for.
	allfin   []uint64 // pointers to blocks of queued finalizers
	cleanups []uint64 // runtime.gcCleanups
	gcphase  uint64
}

// findVariables looks the runtime's variables up in the symbol table.
func (p *process) findVariables() bool {
	find := func(name string) uint64 {
		if r, ok := p.exe.Symbol(name); ok {
			return r.Lo
		}
		if g, ok := p.exe.GlobalNamed(name); ok {
			return g.Addr
		}
		return 0
	}
	p.vars = variables{mheap: find("runtime.mheap_"), allgs: find("runtime.allgs"), gcphase: find("runtime.gcphase")}
	if v := find("runtime.allfin"); v != 0 {
		p.vars.allfin = []uint64{v}
	}
	if v := find("runtime.gcCleanups"); v != 0 {
		p.vars.cleanups = []uint64{v}
	}
	return p.vars.mheap != 0 && p.vars.allgs != 0
}

// roots collects the roots of one core.
type roots struct {
	p      *process
	b      *graph.Builder
	typer  *gotype.Typer
	local  map[uint64][]gotype.Local // by pc
	places *gotype.Places
	// registersAt is what Registers said last: a goroutine has a dozen.
	registersAt struct {
		pc   uint64
		list []gotype.Register
	}
	// statics are the values in data and bss that variables lead to.
	statics *gotype.Statics
	stacks  uint64 // bytes of the stacks so far
}

// holder is the variable that a root is a word of.
type holder struct {
	typ    *gotype.Type // nil if it is not known
	word   uint64       // which of its words
	before uint64       // contents of the word before: the type of an interface
}

// add adds a root that refers to an address, if that is of an object.
func (r *roots) add(addr uint64, root graph.Root, in holder) {
	if addr < pageSize {
		return
	}
	n, sp, slot, ok := r.p.heap.find(addr)
	if !ok || root.Via == graph.Conservative && r.p.heap.condemned(sp, slot) {
		return
	}
	root.Node = n
	if root.Via == graph.Strong {
		root.Via = in.typ.RefKind(in.word)
	}
	r.b.AddRoot(root)
	if root.Via == graph.Conservative {
		return
	}
	interior := addr != sp.start(slot)
	if in.typ != nil {
		r.typer.Variable(n, in.typ, in.word, interior)
	}
	if !interior {
		r.typer.Hint(n, in.before)
	}
}
