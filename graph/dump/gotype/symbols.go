package gotype

import (
	"debug/elf"
	"slices"
	"strings"
	"sync"
)

// symbols is the symbol table, read on first use.
type symbols struct {
	file   *elf.File
	once   sync.Once
	byName map[string]Range
	data   []elf.Symbol // variables, in address order
}

func (e *Exe) symbols() *symbols {
	s := &e.syms
	s.once.Do(func() {
		s.byName = map[string]Range{}
		if e.img.symtab == nil || e.img.symtab.FileSize > uint64(e.src.Size) {
			return
		}
		all, err := s.file.Symbols()
		if err != nil {
			e.Missing = append(e.Missing, "damaged symbol table ("+err.Error()+")")
			return
		}
		for _, y := range all {
			if y.Name == "" || y.Section == elf.SHN_UNDEF || y.Value+y.Size < y.Value {
				continue
			}
			s.byName[y.Name] = Range{y.Value, y.Value + y.Size}
			if elf.ST_TYPE(y.Info) == elf.STT_OBJECT && y.Size > 0 && e.mod.holdsVariables(y.Value) && !strings.HasPrefix(y.Name, "go:") {
				s.data = append(s.data, y)
			}
		}
		slices.SortStableFunc(s.data, func(a, b elf.Symbol) int {
			if a.Value != b.Value {
				if a.Value < b.Value {
					return -1
				}
				return 1
			}
			return strings.Compare(a.Name, b.Name)
		})
	})
	return s
}

// Symbol returns the range of an entry of the symbol table, such as
// "runtime.allgs".
func (e *Exe) Symbol(name string) (Range, bool) {
	r, ok := e.symbols().byName[name]
	if !ok {
		return Range{}, false
	}
	return r.shift(e.bias), true
}
