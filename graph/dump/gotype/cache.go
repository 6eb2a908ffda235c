package gotype

import (
	"reflect"
	"sync"
)

// typeCache holds every Type of an executable, once.
type typeCache struct {
	mu     sync.RWMutex
	byAddr map[uint64]*Type // nil for addresses without a type
	byDIE  map[uint32]*Type
	parts  map[partKey]*Type
	itabs  map[uint64]*Type
	all    []*Type

	namesOnce sync.Once
	byName    map[string]uint32 // DWARF name -> entry
}

type partKey struct {
	part Part
	base *Type
	pc   uint64 // of closures
}

// maxTypes bounds what hostile memory can make TypeAt remember.
const maxTypes = 1 << 22

func (c *typeCache) init() {
	c.byAddr, c.byDIE = map[uint64]*Type{}, map[uint32]*Type{}
	c.parts, c.itabs = map[partKey]*Type{}, map[uint64]*Type{}
	c.all = []*Type{nil}
}

// addLocked numbers a new type.
func (c *typeCache) addLocked(t *Type) *Type {
	t.id = uint32(len(c.all))
	c.all = append(c.all, t)
	return t
}

func (c *typeCache) byID(id uint32) *Type {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.all[id]
}

// part returns the one Type for a part; make is called without locks held and
// may be called twice, by two goroutines.
func (e *Exe) part(key partKey, make func() *Type) *Type {
	c := &e.types
	c.mu.RLock()
	t := c.parts[key]
	c.mu.RUnlock()
	if t != nil {
		return t
	}
	fresh := make()
	if fresh == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t = c.parts[key]; t == nil {
		fresh.exe, fresh.Part, fresh.base = e, key.part, key.base
		t = c.addLocked(fresh)
		c.parts[key] = t
	}
	return t
}

// arrayOf is the backing array of []elem.
func (e *Exe) arrayOf(elem *Type) *Type {
	if elem == nil || elem.Size == 0 {
		return nil
	}
	return e.part(partKey{part: PartArray, base: elem}, func() *Type {
		name, full := "[]"+elem.Name, "[]"+elem.FullName
		if elem.Kind == reflect.Uint8 && elem.Name == "uint8" {
			name = "[]byte"
		}
		return &Type{Name: name, FullName: full, Kind: reflect.Array, Size: elem.Size, PtrBytes: elem.PtrBytes, elem: elem}
	})
}

// stringBytes is the contents of strings.
func (e *Exe) stringBytes() *Type {
	return e.part(partKey{part: PartBytes}, func() *Type {
		return &Type{Name: "string", FullName: "string", Kind: reflect.String, Size: 1}
	})
}
