package gotype

import "slices"

// sizeClasses are the slot sizes of small objects, the same in Go 1.16 to 1.26
// ($GOROOT/src/internal/runtime/gc/sizeclasses.go).
var sizeClasses = [...]uint16{8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256,
	288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
	2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880,
	12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768}

const (
	pageSize       = 8 << 10
	maxSmall       = 32 << 10
	headerSize     = 8
	maxBitmapped   = 512 // larger small objects with pointers have a header
	tinySize       = 16  // objects without pointers below this share blocks
	maxObjectBytes = 1 << 47
)

// SlotSize returns the size of the slot that the allocator of Go 1.22 to 1.26
// uses for an object of this size: its size class, or whole pages for large
// objects. Objects with pointers have a header of 8 bytes between 512 B and
// 32 KiB, which the slot includes.
func SlotSize(size uint64, pointers bool) uint64 {
	if size > maxObjectBytes {
		return 0
	}
	if size > maxSmall-headerSize {
		return (size + pageSize - 1) &^ (pageSize - 1)
	}
	if pointers && size > maxBitmapped {
		size += headerSize
	}
	i, _ := slices.BinarySearch(sizeClasses[:], uint16(size))
	return uint64(sizeClasses[i])
}

// HasHeader reports whether an object in a slot of this size has a malloc
// header of 8 bytes before it. Large objects do not.
func HasHeader(slotSize uint64, pointers bool) bool {
	return pointers && slotSize > maxBitmapped && slotSize <= maxSmall
}

// Fits reports whether the allocator would use a slot of this size for a value
// of the type, or for some number of elements if the type is tiled.
func (t *Type) Fits(slotSize uint64) bool {
	switch {
	case t.Part == PartChan && t.Elem() != nil && t.Elem().PtrBytes == 0:
		return slotSize >= t.Size // the buffer is behind the channel
	case t.Part == PartClosure:
		return slotSize >= t.Size // there can be more than is known
	case t.Part.tiled():
		return slotSize >= t.Size
	case t.PtrBytes == 0 && t.Size < tinySize && slotSize == tinySize:
		return true
	}
	return SlotSize(t.Size, t.PtrBytes > 0) == slotSize
}
