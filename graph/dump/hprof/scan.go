package hprof

import (
	"fmt"
	"io"
)

// record is one piece of a heap dump: a root, a class, an object.
type record struct {
	tag   byte
	elem  byte   // type of the elements of a primitive array
	count uint32 // elements of an array, bytes of an instance's fields
	pos   int64  // of the tag
	body  int64  // of the elements, fields, or of what follows a class's id
	id    uint64
	class uint64 // of instances and arrays of objects
	// of roots: the thread's serial number, and the frame's number in its stack
	// or the serial number of its stack
	thread, frame uint32
}

// isObject reports whether the record is an instance or an array.
func (r *record) isObject() bool {
	return r.tag >= subInstance && r.tag <= subPrimitives || r.tag == subNoData
}

// scanner goes through the records of one segment.
type scanner struct {
	window
	ids ids
	pos int64 // of the next record
	end int64 // of the segment
	err error // what ended the scan before the end
}

// reset starts at a segment.
func (s *scanner) reset(seg segment) { s.pos, s.end, s.err = seg.pos, seg.end, nil }

// damage ends the scan.
func (s *scanner) damage(format string, args ...any) bool {
	s.err = s.src.Errorf(s.pos, format, args...)
	return false
}

// short ends the scan at a record that goes on behind its segment.
func (s *scanner) short(err error) bool {
	if err == io.ErrUnexpectedEOF {
		return s.damage("the dump ends within a record")
	}
	s.err = err
	return false
}

// next reads the next record. It returns false at the end of the segment, and
// where the segment is damaged, which err says.
func (s *scanner) next(r *record) bool {
	if s.pos >= s.end {
		return false
	}
	const most = 64 // bytes of a record without its body
	b, err := s.at(s.pos, int(min(most, s.end-s.pos)))
	if err != nil {
		return s.short(err)
	}
	id := int(s.ids)
	if len(b) < most {
		b = append(make([]byte, 0, most), b...)[:most] // what is behind the end is checked below
	}
	r.tag, r.pos = b[0], s.pos
	r.id = s.ids.at(b[1:])
	r.class, r.thread, r.frame = 0, 0, 0
	var head, body int64 // lengths
	switch r.tag {
	case subInstance:
		r.class = s.ids.at(b[5+id:])
		r.count = u4(b[5+2*id:])
		head, body = int64(9+2*id), int64(r.count)
	case subObjects:
		r.count = u4(b[5+id:])
		r.class = s.ids.at(b[9+id:])
		head, body = int64(9+2*id), int64(r.count)*int64(id)
	case subPrimitives, subNoData:
		r.count, r.elem = u4(b[5+id:]), b[9+id]
		head = int64(10 + id)
		if int(r.elem) >= len(primitives) || primitives[r.elem].size == 0 {
			return s.damage("an array with elements of type %d", r.elem)
		}
		if r.tag == subPrimitives {
			body = int64(r.count) * int64(primitives[r.elem].size)
		}
	case subClass:
		if body, err = s.classLen(s.pos + int64(1+id)); err != nil {
			return s.short(err)
		}
		head = int64(1 + id)
	default:
		if head = s.root(r, b); head == 0 {
			return s.damage("no record has the tag 0x%02x", r.tag)
		}
	}
	r.body = s.pos + head
	if head+body > s.end-s.pos {
		return s.damage("a record of %d bytes, %d before the end of its segment", head+body, s.end-s.pos)
	}
	s.pos += head + body
	return true
}

// root reads what roots have besides the object, and returns the record's length;
// 0 for a tag that nobody knows.
func (s *scanner) root(r *record, b []byte) int64 {
	id := int(s.ids)
	switch r.tag {
	case subUnknown, subStickyClass, subMonitor, subInterned, subFinalizing, subDebugger, subRefCleanup, subVMInternal, subUnreachable:
		return int64(1 + id)
	case subJNIGlobal:
		return int64(1 + 2*id)
	case subJNILocal, subJavaFrame, subThread, subJNIMonitor:
		r.thread, r.frame = u4(b[1+id:]), u4(b[5+id:])
		return int64(9 + id)
	case subNativeStack, subThreadBlock:
		r.thread = u4(b[1+id:])
		return int64(5 + id)
	case subHeapInfo: // the heap of the objects that follow: its number and name
		r.id = 0
		return int64(5 + id)
	}
	return 0
}

// classLen returns the length of a class's record from behind its id on.
func (s *scanner) classLen(pos int64) (int64, error) {
	start := pos
	pos += int64(4 + 6*int(s.ids) + 4)
	for _, list := range []int{2, int(s.ids), -1} { // constants, static fields, fields: bytes before the type
		b, err := s.at(pos, 2)
		if err != nil {
			return 0, err
		}
		pos += 2
		n := u2(b)
		if list < 0 {
			return pos + int64(n*(int(s.ids)+1)) - start, nil
		}
		for range n {
			b, err := s.at(pos, list+1)
			if err != nil {
				return 0, err
			}
			size := s.ids.sizeOf(b[list])
			if size == 0 {
				return 0, s.src.Errorf(pos, "a class has a value of type %d", b[list])
			}
			pos += int64(list + 1 + size)
		}
	}
	return 0, fmt.Errorf("hprof: a class without fields at %d", start)
}
