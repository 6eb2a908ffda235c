package gotype

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// SlotKind is what a pointer word is.
type SlotKind uint8

const (
	SlotNone   SlotKind = iota // not a pointer word
	SlotPtr                    // *T
	SlotSlice                  // data of a slice
	SlotString                 // data of a string
	SlotEface                  // data of an interface without methods; its type word is before it
	SlotIface                  // data of an interface with methods; its itab is before it
	SlotMap                    // map
	SlotChan                   // channel
	SlotFunc                   // function value
	SlotUnsafe                 // unsafe.Pointer
	SlotInner                  // from one part of a container to another
	SlotMapDir                 // from a map's header to its only group or its directory
	SlotTyp                    // type or itab word of an interface
	SlotPool                   // from a sync.Pool to what it has pooled
)

// Slot describes one pointer word of a type.
type Slot struct {
	Kind SlotKind
	// To is the type of the object a pointer to an object's start leads to; nil
	// if the slot does not tell (interfaces, functions, unsafe pointers). For
	// SlotMapDir it is the type of the groups.
	To *Type
}

// Slot describes a word of an object of this type; word counts from the start
// of the object and may be in any element of a tiled part.
func (t *Type) Slot(word uint64) Slot {
	if flat := t.flat(); flat != nil {
		if t.Part.tiled() {
			word %= uint64(len(flat))
		}
		if word >= uint64(len(flat)) || flat[word] == 0 {
			return Slot{}
		}
		return Slot{flat[word].kind(), t.exe.types.byID(flat[word].to())}
	}
	if word > maxObjectBytes {
		return Slot{}
	}
	return t.slotAt(word*8, nil)
}

// SlotLabel is the path to a word as source code would write it after the
// holder: `.field`, `[3]`, `[3].name`, ` (captured x)`; "" for words that lead
// from one part of a container to another. An element of a map's group is
// `["…"]` (or `[…]` if the keys are not strings), a key ` key`.
func (t *Type) SlotLabel(word uint64) string {
	if word > maxObjectBytes {
		return ""
	}
	var path []byte
	t.slotAt(word*8, &path)
	return string(path)
}

// slotCode is a Slot in 32 bits: the kind above, the target's number below.
type slotCode uint32

func (c slotCode) kind() SlotKind { return SlotKind(c >> 28) }
func (c slotCode) to() uint32     { return uint32(c) & (1<<28 - 1) }

// maxFlat bounds a layout in words. Longer types are searched field by field.
const maxFlat = 1 << 13

// flat returns the slots by word: of one element for tiled parts, up to the
// last pointer for others. nil if it would be too long or elements are not
// whole words.
func (t *Type) flat() []slotCode {
	t.slotsOnce.Do(func() {
		words := t.PtrBytes / 8
		if t.Part.tiled() {
			words = t.Size / 8
		}
		if words == 0 || words > maxFlat || t.PtrBytes == 0 {
			return
		}
		flat := make([]slotCode, words)
		for w := range flat {
			s := t.slotAt(uint64(w)*8, nil)
			if s.Kind == SlotNone {
				continue
			}
			flat[w] = slotCode(s.Kind) << 28
			if s.To != nil {
				flat[w] |= slotCode(s.To.id)
			}
		}
		t.slots = flat
	})
	return t.slots
}

// slotAt finds the slot at an offset in bytes and, if path is given, appends
// how source code would name it.
func (t *Type) slotAt(off uint64, path *[]byte) Slot {
	for range 64 { // nesting of a hostile type
		if path != nil && t.silent(off) {
			path = nil
		}
		next, in, done := t.step(off, path)
		if next == nil {
			return done
		}
		t, off = next, in
	}
	return Slot{}
}

func add(path *[]byte, s string) {
	if path != nil {
		*path = append(*path, s...)
	}
}

func addIndex(path *[]byte, i uint64) {
	if path != nil {
		*path = strconv.AppendUint(append(*path, '['), i, 10)
		*path = append(*path, ']')
	}
}

// step descends one level: to the type that contains the offset and the offset
// in it, or to the slot.
func (t *Type) step(off uint64, path *[]byte) (next *Type, in uint64, done Slot) {
	switch t.Part {
	case PartNone:
		return t.stepOrdinary(off, path)
	case PartArray, PartBuffer:
		addIndex(path, off/t.Size)
		return t.elem, off % t.Size, done
	case PartClosure:
		return t.stepStruct(off, path)
	case PartWord:
		if t.Kind == reflect.Interface {
			return nil, 0, Slot{Kind: SlotEface}
		}
		return nil, 0, t.wordSlot(off)
	case PartChan:
		return nil, 0, t.chanSlot(off, path)
	}
	return t.stepMap(off, path)
}

func (t *Type) stepOrdinary(off uint64, path *[]byte) (next *Type, in uint64, done Slot) {
	switch t.Kind {
	case reflect.Array:
		elem := t.Elem()
		if elem == nil || elem.Size == 0 || off >= t.Size {
			return nil, 0, done
		}
		addIndex(path, off/elem.Size)
		return elem, off % elem.Size, done
	case reflect.Struct:
		return t.stepStruct(off, path)
	}
	return nil, 0, t.wordSlot(off)
}

// wordSlot is the slot of types that are not made of others.
func (t *Type) wordSlot(off uint64) Slot {
	switch {
	case t.Kind == reflect.Interface && off == 8:
		if t.Len() > 0 {
			return Slot{Kind: SlotIface}
		}
		return Slot{Kind: SlotEface}
	case off != 0:
		return Slot{}
	}
	switch t.Kind {
	case reflect.Pointer:
		if to := t.Elem(); to != nil && to.Size > 0 {
			return Slot{SlotPtr, to}
		}
		return Slot{Kind: SlotPtr}
	case reflect.UnsafePointer:
		return Slot{Kind: SlotUnsafe}
	case reflect.String:
		return Slot{SlotString, t.exe.stringBytes()}
	case reflect.Slice:
		return Slot{SlotSlice, t.exe.arrayOf(t.Elem())}
	case reflect.Interface:
		return Slot{Kind: SlotTyp}
	case reflect.Map:
		return Slot{SlotMap, t.MapPart(PartMap)}
	case reflect.Chan:
		return Slot{SlotChan, t.ChanPart(PartChan)}
	case reflect.Func:
		return Slot{Kind: SlotFunc}
	}
	return Slot{}
}

func (t *Type) stepStruct(off uint64, path *[]byte) (next *Type, in uint64, done Slot) {
	f := t.fieldAt(off)
	switch {
	case f == nil:
		if t.Part == PartClosure && off > 0 {
			add(path, " (captured)")
		}
		return nil, 0, done
	case path == nil:
	case t.Part == PartClosure:
		add(path, " (captured "+strings.TrimPrefix(f.Name, "&")+")")
	default:
		add(path, t.written(f))
	}
	if done, ok := t.disguised(f); ok {
		return nil, 0, done
	}
	return f.Type, off - f.Offset, done
}

// fieldAt is the field of a struct or closure that contains an offset; nil if
// none does.
func (t *Type) fieldAt(off uint64) *Field {
	fields := t.Fields()
	// The last field at or before off; fields of size 0 share offsets.
	i, _ := slices.BinarySearchFunc(fields, off, func(f Field, off uint64) int {
		if f.Offset <= off {
			return -1
		}
		return 1
	})
	for i--; i >= 0 && fields[i].Type.Size == 0; i-- {
	}
	if i < 0 || off-fields[i].Offset >= fields[i].Type.Size {
		return nil
	}
	return &fields[i]
}

// disguised is what an unsafe.Pointer field of a well-known struct points to.
func (t *Type) disguised(f *Field) (Slot, bool) {
	if f.Type.Kind != reflect.UnsafePointer {
		return Slot{}, false
	}
	switch {
	case strings.HasSuffix(t.PkgPath, "/atomic") && strings.Contains(t.Name, "Pointer["):
		// The generic pointers say it in a field [0]*T.
		for _, g := range t.Fields() {
			if g.Type.Kind == reflect.Array && g.Type.Size == 0 {
				if p := g.Type.Elem(); p != nil && p.Kind == reflect.Pointer {
					return p.wordSlot(0), true
				}
			}
		}
	case t.FullName == "sync.Pool" && (f.Name == "local" || f.Name == "victim"):
		return Slot{SlotPool, t.exe.arrayOf(t.exe.NamedType("sync.poolLocal"))}, true
	case t.FullName == "sync.eface" && f.Name == "val", t.FullName == "runtime.eface" && f.Name == "data":
		return Slot{Kind: SlotEface}, true
	case t.FullName == "runtime.iface" && f.Name == "data":
		return Slot{Kind: SlotIface}, true
	}
	return Slot{}, false
}

// larger returns the types whose values the runtime allocates where the source
// only sees one of their fields.
func (t *Type) larger() []*Type {
	var names []string
	switch {
	case t.FullName == "time.Timer", t.FullName == "time.Ticker", t.FullName == "runtime.timer":
		names = []string{"runtime.timeTimer"}
	case strings.HasPrefix(t.FullName, "internal/sync.node["):
		args := strings.TrimPrefix(t.FullName, "internal/sync.node")
		names = []string{"internal/sync.entry" + args, "internal/sync.indirect" + args}
	}
	var out []*Type
	for _, n := range names {
		if l := t.exe.NamedType(n); l != nil {
			out = append(out, l)
		}
	}
	return out
}

// chanSlot is a word of runtime.hchan.
func (t *Type) chanSlot(off uint64, path *[]byte) Slot {
	switch {
	case off == chanBuf:
		return Slot{SlotInner, t.base.ChanPart(PartBuffer)}
	case off == chanTimer:
		add(path, " (timer)")
		return Slot{SlotPtr, t.exe.NamedType("runtime.timer")}
	case off >= chanQueues && off < chanQueueEnd:
		add(path, " (waiting)")
		return Slot{SlotPtr, t.exe.NamedType("runtime.sudog")}
	}
	return Slot{}
}

// stepMap is a word of one of the parts of a map.
func (t *Type) stepMap(off uint64, path *[]byte) (next *Type, in uint64, done Slot) {
	switch {
	case t.Part == PartMap && off == mapDirPtr:
		return nil, 0, Slot{SlotMapDir, t.base.MapPart(PartGroups)}
	case t.Part == PartDirectory:
		return nil, 0, Slot{SlotInner, t.base.MapPart(PartTable)}
	case t.Part == PartTable && off == tableGroups:
		return nil, 0, Slot{SlotInner, t.base.MapPart(PartGroups)}
	case t.Part == PartGroups:
		return t.stepGroup(off%t.Size, path)
	}
	return nil, 0, done
}

// keyLabel is how an entry is named whose key is not to be shown.
func (t *Type) keyLabel() string {
	if t.key != nil && t.key.Kind == reflect.String {
		return `["…"]`
	}
	return "[…]"
}

// stepGroup is a word of a group: control bytes, then slots of key and element.
func (t *Type) stepGroup(off uint64, path *[]byte) (next *Type, in uint64, done Slot) {
	if off < groupCtrl {
		return nil, 0, done
	}
	m := t.swiss
	off = (off - groupCtrl) % m.slotSize
	part, indirect := t.key, m.indirectKey
	if off >= m.elemOff && t.elem.Size > 0 {
		part, indirect, off = t.elem, m.indirectElem, off-m.elemOff
		add(path, t.keyLabel())
	} else {
		add(path, " key")
	}
	if indirect {
		if off != 0 {
			return nil, 0, done
		}
		return nil, 0, Slot{SlotPtr, part}
	}
	return part, off, done
}
