package gotype

import (
	"encoding/binary"
	"reflect"
)

// Offsets in internal/runtime/maps, Go 1.24 to 1.26.
const (
	mapDirPtr    = 16 // maps.Map.dirPtr: a group, or the directory if dirLen > 0
	mapDirLen    = 24
	mapBytes     = 48 // sizeof(maps.Map)
	tableIndex   = 8
	tableGroups  = 16 // table.groups.data
	tableMask    = 24
	tableBytes   = 32
	groupCtrl    = 8 // control bytes, one a slot
	groupSlots   = 8
	mapFlagKey   = 1 << 2 // abi.MapIndirectKey
	mapFlagElem  = 1 << 3
	chanBuf      = 16 // runtime.hchan
	chanTimer    = 32
	chanQueues   = 64 // recvq, sendq: first and last sudog each
	chanQueueEnd = 96
)

// mapLayout is how a group of a map's slots looks, from abi.MapType.
type mapLayout struct {
	groupSize, slotSize, elemOff uint64
	indirectKey, indirectElem    bool
}

// readMapLayout reads the end of an abi.MapType; nil if it makes no sense.
func (e *Exe) readMapLayout(t *Type, at uint64) *mapLayout {
	b := e.mem(at, 60)
	if b == nil || t.key == nil || t.elem == nil {
		return nil
	}
	flags := binary.LittleEndian.Uint32(b[56:])
	m := &mapLayout{
		groupSize:    binary.LittleEndian.Uint64(b[32:]),
		slotSize:     binary.LittleEndian.Uint64(b[40:]),
		elemOff:      binary.LittleEndian.Uint64(b[48:]),
		indirectKey:  flags&mapFlagKey != 0,
		indirectElem: flags&mapFlagElem != 0,
	}
	if m.slotSize > 4096 || m.groupSize != groupCtrl+groupSlots*m.slotSize ||
		m.elemOff > m.slotSize || m.keySize(t) > m.elemOff || m.elemSize(t) > m.slotSize-m.elemOff {
		return nil
	}
	return m
}

func (m *mapLayout) keySize(t *Type) uint64 {
	if m.indirectKey {
		return 8
	}
	return t.key.Size
}

func (m *mapLayout) elemSize(t *Type) uint64 {
	if m.indirectElem {
		return 8
	}
	return t.elem.Size
}

// hasPointers reports whether the collector scans the groups.
func (m *mapLayout) hasPointers(t *Type) bool {
	return m.indirectKey || m.indirectElem || t.key.PtrBytes > 0 || t.elem.PtrBytes > 0
}

// MapPart returns the type of a part of a map; nil if t is no map or its
// inside is not known.
func (t *Type) MapPart(part Part) *Type {
	if t.Kind != reflect.Map || t.Part != PartNone || t.resolve().swiss == nil {
		return nil
	}
	p := &Type{Name: t.Name, FullName: t.FullName, Kind: reflect.Struct, key: t.key, elem: t.elem, swiss: t.swiss}
	switch part {
	case PartMap:
		p.Kind, p.Size, p.PtrBytes = reflect.Map, mapBytes, mapDirPtr+8
	case PartDirectory:
		p.Name, p.FullName = t.Name+" (directory)", t.FullName+" (directory)"
		p.Size, p.PtrBytes = 8, 8
	case PartTable:
		p.Name, p.FullName = t.Name+" (table)", t.FullName+" (table)"
		p.Size, p.PtrBytes = tableBytes, tableGroups+8
	case PartGroups:
		p.Name, p.FullName = t.Name+" (groups)", t.FullName+" (groups)"
		p.Size = t.swiss.groupSize
		if t.swiss.hasPointers(t) {
			p.PtrBytes = p.Size
		}
	default:
		return nil
	}
	return t.exe.part(partKey{part: part, base: t}, func() *Type { return p })
}

// ChanPart returns the type of a channel's header or buffer; nil if t is no
// channel.
func (t *Type) ChanPart(part Part) *Type {
	if t.Kind != reflect.Chan || t.Part != PartNone || t.Elem() == nil {
		return nil
	}
	p := &Type{Name: t.Name, FullName: t.FullName, Kind: reflect.Chan, elem: t.elem}
	switch part {
	case PartChan:
		p.Size = chanQueueEnd + 8 // and the lock; Go 1.25 added a pointer before it
		if t.exe.minor >= 25 {
			p.Size += 8
		}
		if t.elem.PtrBytes > 0 {
			p.PtrBytes = chanQueueEnd
		}
	case PartBuffer:
		if t.elem.Size == 0 {
			return nil
		}
		p.Name, p.FullName = t.Name+" (buffer)", t.FullName+" (buffer)"
		p.Kind, p.Size, p.PtrBytes = reflect.Array, t.elem.Size, t.elem.PtrBytes
	default:
		return nil
	}
	return t.exe.part(partKey{part: part, base: t}, func() *Type { return p })
}
