package gotype

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// hintTable answers, for a word that may be a type or itab address, of what
// type the object is that an interface's data word points to: lock-free for the
// executable's own type data.
type hintTable struct {
	exe    *Exe
	types  []atomic.Uint32 // by (address - types)/8: number+1 of the data's type, 1 for none
	arrays sync.Map        // type address -> header numbers
}

func (h *hintTable) init(e *Exe) {
	h.exe = e
	h.types = make([]atomic.Uint32, min((e.mod.types.Hi-e.mod.types.Lo)/8, 1<<24))
}

// data returns the number of the type of the object behind the data word; 0 if
// w is not a type or itab, or the type does not tell.
func (h *hintTable) data(w uint64) uint32 {
	e := h.exe
	if i := (w - e.bias - e.mod.types.Lo) / 8; w&7 == 0 && i < uint64(len(h.types)) && w-e.bias >= e.mod.types.Lo {
		known := h.types[i].Load()
		if known == 0 {
			known = 1
			if t := pointee(e.TypeAt(w)); t != nil {
				known = t.id + 1
			} else if t := pointee(e.ItabType(w)); t != nil {
				known = t.id + 1
			}
			h.types[i].Store(known)
		}
		return known - 1
	}
	if t := pointee(e.ItabType(w)); t != nil {
		return t.id
	}
	if e.memory != nil && !e.img.mapped(w-e.bias) {
		if t := pointee(e.TypeAt(w)); t != nil {
			return t.id
		}
	}
	return 0
}

// pointee is the type of the object that the data word of an interface with
// this concrete type points to. Pointer-shaped values are the word itself.
func pointee(t *Type) *Type {
	if t == nil || t.Size == 0 {
		return nil
	}
	for range 8 {
		switch t.Kind {
		case reflect.Pointer, reflect.Map, reflect.Chan:
			return t.wordSlot(0).To
		case reflect.Func, reflect.UnsafePointer:
			return nil
		case reflect.Struct, reflect.Array:
			// One field that is pointer-shaped makes the struct so.
			only := t.only()
			if only == nil {
				return t
			}
			t = only
		default:
			return t
		}
	}
	return nil
}

// only is the type of the only field or element, if t is pointer-shaped.
func (t *Type) only() *Type {
	if t.Size != 8 || t.PtrBytes != 8 {
		return nil
	}
	if t.Kind == reflect.Array && t.Len() == 1 {
		return t.Elem()
	}
	if f := t.Fields(); t.Kind == reflect.Struct && len(f) == 1 {
		return f[0].Type
	}
	return nil
}

// header returns the number of the type of an object that was allocated with
// this run-time type in a slot of this size.
func (h *hintTable) header(addr, size uint64) uint32 {
	t := h.exe.TypeAt(addr)
	if t == nil || t.Size == 0 || t.Size > size {
		return 0
	}
	if t.Fits(size) {
		return t.id
	}
	if a, ok := h.arrays.Load(addr); ok {
		return a.(uint32)
	}
	var number uint32
	if a := h.exe.arrayOf(t); a != nil {
		number = a.id
	}
	h.arrays.Store(addr, number)
	return number
}
