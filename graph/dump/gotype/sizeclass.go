package gotype

// SlotSize returns the size of the slot the allocator of Go 1.22 to 1.26 uses
// for an object of this size: the size class, or whole pages for large objects.
// Objects with pointers have a header of 8 bytes between 512 B and 32 KiB.
func SlotSize(size uint64, pointers bool) uint64 { return 0 }

// HasHeader reports whether an object in a slot of this size has a malloc
// header of 8 bytes before it.
func HasHeader(slotSize uint64, pointers bool) bool {
	return pointers && slotSize > 512 && slotSize <= 32<<10
}
