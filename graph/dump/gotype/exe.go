package gotype

import (
	"context"
	"errors"
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
	PIE        bool
	// Missing says in words what cannot be told with this executable, such as
	// "no DWARF: local variables and ..."; empty for an ordinary one.
	Missing []string
}

// Range is the addresses [Lo, Hi).
type Range struct{ Lo, Hi uint64 }

// Contains reports whether the address is in the range.
func (r Range) Contains(addr uint64) bool { return addr-r.Lo < r.Hi-r.Lo }

// Layout is where the parts of the executable are in memory, as its
// moduledata has it.
type Layout struct {
	Module                                      uint64 // address of runtime.firstmoduledata
	Text, Types, NoPtrData, Data, BSS, NoPtrBSS Range
	// GCData and GCBSS have one bit for each word of Data and BSS, lowest bit
	// first: whether the collector sees a pointer there.
	GCData, GCBSS []byte
}

// Open reads an executable. It costs one pass over .debug_info. The caller
// closes the Exe. A file of another kind gives an error that wraps
// ErrNotExecutable, a Go version without known layouts one that wraps
// ErrVersion, and damage a *source.SyntaxError.
func Open(ctx context.Context, path string) (*Exe, error) { return nil, ErrNotExecutable }

// Close unmaps the executable. Types stay usable, TypeAt and others do not.
func (e *Exe) Close() error { return nil }

// Rebase sets how much higher the executable was loaded than its file says.
// Found from any pair: Rebase(address in the process - address in the file),
// for example of Layout().Data.Lo before Rebase.
func (e *Exe) Rebase(bias uint64) {}

// Bias is what Rebase set.
func (e *Exe) Bias() uint64 { return 0 }

// Layout returns where the parts of the executable are.
func (e *Exe) Layout() Layout { return Layout{} }

// Bytes returns n initial bytes of the executable's memory image, or nil if
// the file does not have all of them. They must not be changed.
func (e *Exe) Bytes(addr uint64, n int) []byte { return nil }

// Symbol returns the range of an entry of the symbol table, such as
// "runtime.allgs".
func (e *Exe) Symbol(name string) (Range, bool) { return Range{}, false }

// SetMemory gives the memory of the process, for types and itabs that were made
// at run time (reflect.StructOf and the like). read returns nil for what it
// does not have. Call it before TypeAt, or not at all.
func (e *Exe) SetMemory(read func(addr uint64, n int) []byte) {}
