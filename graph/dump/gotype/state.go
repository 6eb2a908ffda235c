package gotype

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// typeState tells which Type of an executable it is. Numbers of types and the
// order in which they are found differ from run to run; addresses do not.
type typeState struct {
	Addr uint64 // of the run-time type
	DIE  uint32 // for a type without one
	Part Part
	Base *typeState // of parts that have one
	PC   uint64     // of closures
}

// State is what RestoreTyper makes a Typer for the same graph of: the types
// behind the ids of the graph's type table. Call it after Run.
func (ty *Typer) State() graph.Columns {
	list := make([]typeState, len(ty.byTypeID))
	if ty.exe != nil {
		closures := map[*Type]uint64{}
		for key, t := range ty.exe.types.parts {
			closures[t] = key.pc
		}
		for id, t := range ty.byTypeID {
			if t != nil {
				list[id] = *stateOf(t, closures)
			}
		}
	}
	var b bytes.Buffer
	_ = gob.NewEncoder(&b).Encode(list) // of plain data into memory
	return graph.Columns{typeColumn: {b.Bytes()}}
}

// typeColumn is the column of State.
const typeColumn = "types"

func stateOf(t *Type, closures map[*Type]uint64) *typeState {
	s := &typeState{Addr: t.Addr, DIE: t.die, Part: t.Part, PC: closures[t]}
	if t.base != nil {
		s.Base = stateOf(t.base, closures)
	}
	return s
}

var errTypeGone = errors.New("a type of the dump is not in the executable any more")

// RestoreTyper makes a Typer for naming and describing the objects of a graph
// that was typed before. The executable must be the same, where it was in the
// process; nil if there was none.
func RestoreTyper(exe *Exe, g *graph.Graph, state func(column string) []byte) (*Typer, error) {
	var list []typeState
	if err := gob.NewDecoder(bytes.NewReader(state(typeColumn))).Decode(&list); err != nil {
		return nil, fmt.Errorf("types of a known dump: %w", err)
	}
	ty := &Typer{exe: exe, g: g, byTypeID: make([]*Type, len(list))}
	for id := range list {
		if list[id] == (typeState{}) {
			continue
		}
		if exe == nil {
			return nil, errTypeGone
		}
		if ty.byTypeID[id] = exe.restore(&list[id]); ty.byTypeID[id] == nil {
			return nil, errTypeGone
		}
	}
	return ty, nil
}

// restore finds a type again; nil if it is not there.
func (e *Exe) restore(s *typeState) *Type {
	var base *Type
	if s.Base != nil {
		if base = e.restore(s.Base); base == nil {
			return nil
		}
	}
	switch s.Part {
	case PartNone:
		if s.Addr != 0 {
			return e.TypeAt(s.Addr)
		}
		return e.typeOfDIE(s.DIE)
	case PartArray:
		return e.arrayOf(base)
	case PartBytes:
		return e.stringBytes()
	case PartClosure:
		return e.Closure(s.PC)
	}
	switch {
	case base == nil:
		return nil
	case s.Part == PartChan || s.Part == PartBuffer:
		return base.ChanPart(s.Part)
	}
	return base.MapPart(s.Part)
}
