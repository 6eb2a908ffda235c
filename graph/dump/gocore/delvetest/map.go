package delvetest

import "github.com/go-delve/delve/pkg/dwarf/godwarf"

// mapParts are the parts of a map in DWARF, and offsets in them.
type mapParts struct {
	dirPtr, dirLen uint64 // in the header
	groups, mask   uint64 // in a table: its groups and their number less one
	header, table  *godwarf.StructType
	group          *godwarf.StructType
}

// mapPartsOf finds the parts of a map's type: it is a pointer to a header, which
// points to a pointer to a table, which has its groups.
func mapPartsOf(t godwarf.Type) *mapParts {
	m, ok := godwarf.ResolveTypedef(t).(*godwarf.MapType)
	if !ok {
		return nil
	}
	p := &mapParts{header: pointedTo(m.TypedefType.Type)}
	dirPtr, dirLen := field(p.header, "dirPtr"), field(p.header, "dirLen")
	if dirPtr == nil || dirLen == nil {
		return nil
	}
	to, ok := godwarf.ResolveTypedef(dirPtr.Type).(*godwarf.PtrType)
	if !ok {
		return nil
	}
	p.table = pointedTo(to.Type)
	groups := field(p.table, "groups")
	if groups == nil {
		return nil
	}
	ref, _ := godwarf.ResolveTypedef(groups.Type).(*godwarf.StructType)
	data, mask := field(ref, "data"), field(ref, "lengthMask")
	if data == nil || mask == nil {
		return nil
	}
	if p.group = pointedTo(data.Type); p.group == nil {
		return nil
	}
	p.dirPtr, p.dirLen = uint64(dirPtr.ByteOffset), uint64(dirLen.ByteOffset)
	p.groups, p.mask = uint64(groups.ByteOffset+data.ByteOffset), uint64(groups.ByteOffset+mask.ByteOffset)
	return p
}

// pointedTo is the struct that a pointer type points to; nil if it is another.
func pointedTo(t godwarf.Type) *godwarf.StructType {
	if p, ok := godwarf.ResolveTypedef(t).(*godwarf.PtrType); ok {
		s, _ := godwarf.ResolveTypedef(p.Type).(*godwarf.StructType)
		return s
	}
	return nil
}

func field(t *godwarf.StructType, name string) *godwarf.StructField {
	if t == nil {
		return nil
	}
	for _, f := range t.Field {
		if f.Name == name {
			return f
		}
	}
	return nil
}
