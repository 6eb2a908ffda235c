package gotype

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph/lang"
)

// Global is a package-level variable.
type Global struct {
	Addr uint64
	Size uint64
	Name string // main.sessions, server.defaultOptions
	Full string // with the import path
	Type *Type  // nil without DWARF
	Rank uint8  // graph.RankUser, RankLibrary or RankRuntime

	Package string // import path
}

type globalTable struct {
	once   sync.Once
	list   []Global
	byName map[string]int
}

// Globals returns all variables, in address order. The first call resolves
// their types. The slice must not be changed.
func (e *Exe) Globals() []Global { return e.globalTable().list }

func (e *Exe) globalTable() *globalTable {
	g := &e.globals
	g.once.Do(func() {
		g.list = e.dwarfGlobals()
		sortGlobals(g.list)
		g.list = append(g.list, e.symbolGlobals(g.list)...)
		sortGlobals(g.list)
		g.byName = make(map[string]int, len(g.list))
		for i := range g.list {
			g.byName[g.list[i].Full] = i
		}
	})
	return g
}

func sortGlobals(list []Global) {
	slices.SortStableFunc(list, func(a, b Global) int {
		return cmp.Or(cmp.Compare(a.Addr, b.Addr), cmp.Compare(b.Size, a.Size))
	})
}

func (e *Exe) dwarfGlobals() []Global {
	if e.dw == nil {
		return nil
	}
	out := make([]Global, 0, len(e.dw.vars))
	for _, v := range e.dw.vars {
		if !e.mod.holdsVariables(v.addr) {
			continue
		}
		full := cstring(e.dw.info, uint64(v.name))
		t := e.typeOfDIE(v.typ)
		if t == nil {
			continue
		}
		out = append(out, e.global(full, v.addr, t.Size, t))
	}
	return out
}

func (e *Exe) global(full string, addr, size uint64, t *Type) Global {
	pkg := packageOf(full)
	return Global{Addr: addr + e.bias, Size: size, Name: lang.GoName(full), Full: lang.GoUnescape(full), Type: t, Rank: e.RankOf(pkg), Package: pkg}
}

// symbolGlobals returns the variables of the symbol table that are not in
// known: compiler-made ones (statictmp), those of assembly, all if there is no
// DWARF.
func (e *Exe) symbolGlobals(known []Global) (out []Global) {
	for _, y := range e.symbols().data {
		if _, have := findGlobal(known, y.Value+e.bias); !have && !strings.HasPrefix(y.Name, "runtime.gcbits") {
			out = append(out, e.global(y.Name, y.Value, y.Size, nil))
		}
	}
	return out
}

// GlobalAt returns the variable that contains the address.
func (e *Exe) GlobalAt(addr uint64) (*Global, bool) {
	return findGlobal(e.Globals(), addr)
}

func findGlobal(list []Global, addr uint64) (*Global, bool) {
	i, _ := slices.BinarySearchFunc(list, addr, func(g Global, addr uint64) int {
		if g.Addr <= addr {
			return -1
		}
		return 1
	})
	// Variables of size 0 share addresses with others.
	for i--; i >= 0; i-- {
		if g := &list[i]; addr-g.Addr < g.Size {
			return g, true
		}
		if list[i].Size > 0 {
			break
		}
	}
	return nil, false
}

// GlobalNamed returns the variable of this full name ("runtime.allgs").
func (e *Exe) GlobalNamed(name string) (*Global, bool) {
	g := e.globalTable()
	i, ok := g.byName[name]
	if !ok {
		return nil, false
	}
	return &g.list[i], true
}
