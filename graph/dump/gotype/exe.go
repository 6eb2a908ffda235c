package gotype

import (
	"context"
	"errors"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// ErrNotExecutable is returned by Open for a file that is not an executable of
// a kind this package reads.
var ErrNotExecutable = errors.New("not a Go executable this program can read")

// ErrVersion is returned by Open for a Go version whose layouts are not known.
var ErrVersion = errors.New("unknown Go version")

// Exe is an executable. After Rebase, SetMemory and the last AddItab it is safe
// for concurrent use. All addresses, in and out, are addresses in the process.
type Exe struct {
	Path       string
	GoVersion  string // as in the build information, such as "go1.26.8"
	BuildID    string // Go's
	GNUBuildID string // in hexadecimal; "" if there is none
	Arch       string // GOARCH
	Main       string // path of the main module; "" if it is not known
	Program    string // import path of the main package; "" for a list of files
	PIE        bool
	// Missing says in words what cannot be told with this executable, such as
	// "no DWARF: variables have no names"; empty for an ordinary one.
	Missing []string

	src    *source.Source
	img    image
	mod    module // addresses as in the file
	bias   uint64
	minor  int // of the Go version
	memory func(addr uint64, n int) []byte
	others []Range // of the types of plugins, as in the process

	syms    symbols
	dw      *dwarfData // nil without DWARF
	funcs   funcTable
	globals globalTable
	locals  localCache
	types   typeCache
}

// Range is the addresses [Lo, Hi).
type Range struct{ Lo, Hi uint64 }

// Contains reports whether the address is in the range.
func (r Range) Contains(addr uint64) bool { return addr-r.Lo < r.Hi-r.Lo }

func (r Range) shift(by uint64) Range { return Range{r.Lo + by, r.Hi + by} }

// Layout is where the parts of the executable are in memory, as its
// moduledata has it.
type Layout struct {
	Module    uint64 // address of runtime.firstmoduledata
	Text      Range
	Types     Range
	NoPtrData Range
	Data      Range
	BSS       Range
	NoPtrBSS  Range
	// GCData and GCBSS have one bit for each word of Data and BSS, lowest bit
	// first: whether the collector sees a pointer there. Words behind the end
	// of a mask are no pointers.
	GCData, GCBSS []byte
}

// Open reads an executable. It costs one pass over .debug_info. The caller
// closes the Exe. A file of another kind gives an error that wraps
// ErrNotExecutable, a Go version without known layouts one that wraps
// ErrVersion, and damage a *source.SyntaxError.
func Open(ctx context.Context, path string) (*Exe, error) {
	src, err := source.Open(path, source.Options{})
	if err != nil {
		return nil, err
	}
	e, err := open(ctx, src)
	if err != nil {
		src.Close()
		return nil, err
	}
	e.Path = path
	return e, nil
}

// open reads the parts that everything else needs at once; symbols, names of
// types and function details are read when they are first asked for.
func open(ctx context.Context, src *source.Source) (*Exe, error) {
	e := &Exe{Path: src.Name, src: src}
	e.types.init()
	f, err := e.readELF()
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	var dwErr error
	wg.Go(func() {
		dwErr = graph.Guard(func() (err error) {
			e.dw, err = openDWARF(ctx, src, f)
			return err
		})
	})
	err = e.readRuntime(f)
	wg.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	e.syms.file = f
	e.noteMissing(dwErr)
	return e, nil
}

func (e *Exe) noteMissing(dwErr error) {
	switch {
	case dwErr != nil:
		e.Missing = append(e.Missing, "damaged DWARF ("+dwErr.Error()+"): variables and closures are not described")
	case e.dw == nil:
		e.Missing = append(e.Missing, "no DWARF (built with -s or -w): global and local variables have no names or types; "+
			"types are known only where the heap or an interface tells them")
	}
	if e.dw == nil && e.img.symtab == nil {
		e.Missing = append(e.Missing, "no symbol table: the runtime's variables cannot be found by name")
	}
}

// Close unmaps the executable. Types stay usable as far as they were resolved,
// nothing else does.
func (e *Exe) Close() error { return e.src.Close() }

// Rebase sets how much higher the executable was loaded than its file says.
// Found from any pair: Rebase(address in the process - address in the file),
// for example of Layout().Data.Lo before Rebase. Call it before anything else
// that takes or gives addresses.
func (e *Exe) Rebase(bias uint64) { e.bias = bias }

// Bias is what Rebase set.
func (e *Exe) Bias() uint64 { return e.bias }

// Layout returns where the parts of the executable are.
func (e *Exe) Layout() Layout {
	m := &e.mod
	return Layout{
		Module:    m.addr + e.bias,
		Text:      m.text.shift(e.bias),
		Types:     m.types.shift(e.bias),
		NoPtrData: m.noptrdata.shift(e.bias),
		Data:      m.data.shift(e.bias),
		BSS:       m.bss.shift(e.bias),
		NoPtrBSS:  m.noptrbss.shift(e.bias),
		GCData:    m.gcdata,
		GCBSS:     m.gcbss,
	}
}

// Bytes returns n initial bytes of the executable's memory image, or nil if
// the file does not have all of them. They must not be changed. In a
// position-independent executable pointers in them are as in the file.
func (e *Exe) Bytes(addr uint64, n int) []byte { return e.img.bytes(addr-e.bias, n) }

// SetMemory gives the memory of the process, for types and itabs that were made
// at run time (reflect.StructOf and the like). read returns nil for what it
// does not have. Call it before TypeAt, or not at all.
func (e *Exe) SetMemory(read func(addr uint64, n int) []byte) { e.memory = read }

// AddTypes says where the types of a plugin or Go shared library are in the
// process, whose memory must have been given. Call it before TypeAt.
func (e *Exe) AddTypes(r Range) {
	if r.Lo < r.Hi {
		e.others = append(e.others, r)
	}
}

func (e *Exe) errorf(off uint64, format string, args ...any) error {
	return e.src.Errorf(int64(off), format, args...)
}
