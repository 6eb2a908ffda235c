package goheap

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// The writer dumps every slot of a span that is not marked free, but the mark
// array has no entries for what is after the span's last object: so the memory
// there, in which the runtime keeps its bitmaps, comes out as objects. layout
// tells them apart, as initSpan in $GOROOT/src/runtime/mheap.go lays spans out.
type layout struct {
	inSpanBitmap bool // since Go 1.22 small objects' pointer bits end the span
	inlineMarks  bool // green tea: mark bits too
}

const (
	// maxInSpan is the largest slot whose pointer bits are in its span; larger
	// objects with pointers start with a header.
	maxInSpan = 512
	// maxHeader is the largest slot with a malloc header.
	maxHeader = 32 << 10
	// bitmapBytes is what pointer bits, or mark bits, take of a page.
	bitmapBytes = 128
)

var goVersion = regexp.MustCompile(`\bgo1\.(\d+)`)

// layoutOf returns the layout of a runtime version as runtime.Version has it,
// with experiments ("go1.25.3 X:greenteagc"). ok is false for versions that
// are not known; they are taken for the newest one.
func layoutOf(version string) (l layout, ok bool) {
	m := goVersion.FindStringSubmatch(version)
	minor := newestMinor
	if m != nil {
		minor, _ = strconv.Atoi(m[1])
		ok = minor <= newestMinor
	}
	l.inSpanBitmap = minor >= 22
	l.inlineMarks = minor >= 26 && !strings.Contains(version, "nogreenteagc") ||
		minor == 25 && strings.Contains(version, "greenteagc")
	return l, ok
}

// newestMinor is the newest Go release whose layout was checked.
const newestMinor = 26

// slots returns how many objects fit a page of slots of this size.
func (l layout) slots(size uint64, scan bool) uint64 {
	room := uint64(pageSize)
	if l.inlineMarks && size >= 16 {
		room -= bitmapBytes
	}
	if l.inSpanBitmap && scan {
		room -= bitmapBytes
	}
	return room / size
}

// dropPhantoms takes the slots without objects out of batches, which are in
// address order, and returns how many there were. A page has pointer bits if
// an object on it has pointers; one that holds nothing but what would be
// beyond its pointer bits is an empty page that had them.
func (l layout) dropPhantoms(list []batch) (dropped int) {
	if !l.inSpanBitmap {
		return 0
	}
	for i := 0; i < len(list); {
		b := &list[i]
		j := i + 1
		if b.size > maxInSpan {
			i = j
			continue
		}
		page, scan := b.addr/pageSize, b.pointers()
		for ; j < len(list) && list[j].addr/pageSize == page && list[j].size == b.size; j++ {
			scan = scan || list[j].pointers()
		}
		keep := l.slots(b.size, scan)
		if withBits := l.slots(b.size, true); b.addr%pageSize/b.size >= withBits {
			keep = withBits
		}
		for k := i; k < j; k++ {
			dropped += list[k].cut(page*pageSize + keep*b.size)
		}
		i = j
	}
	return dropped
}

// cut drops the slots at and after an address.
func (b *batch) cut(addr uint64) int {
	keep := uint64(0)
	if addr > b.addr {
		keep = min(64, (addr-b.addr+b.size-1)/b.size)
	}
	gone := b.mask &^ (1<<keep - 1)
	b.mask &^= gone
	return bits.OnesCount64(gone)
}
