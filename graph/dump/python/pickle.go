package python

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// The pickle opcodes that tracemalloc's snapshots need (protocol 4 and 5, as
// CPython's pickletools.py describes them). Every other is refused.
const (
	opMark            = '('
	opStop            = '.'
	opBinInt          = 'J'
	opBinInt1         = 'K'
	opBinInt2         = 'M'
	opNone            = 'N'
	opBinUnicode      = 'X'
	opEmptyList       = ']'
	opAppend          = 'a'
	opBuild           = 'b'
	opAppends         = 'e'
	opBinGet          = 'h'
	opLongBinGet      = 'j'
	opSetItem         = 's'
	opTuple           = 't'
	opEmptyTuple      = ')'
	opSetItems        = 'u'
	opEmptyDict       = '}'
	opProto           = 0x80
	opNewObj          = 0x81
	opTuple1          = 0x85
	opTuple2          = 0x86
	opTuple3          = 0x87
	opLong1           = 0x8a
	opShortBinUnicode = 0x8c
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
)

// classes are the only ones that a snapshot names.
var classes = map[[2]string]bool{{"tracemalloc", "Snapshot"}: true, {"tracemalloc", "_Traces"}: true}

// What is on the stack: int64, string, nil, and
type (
	tuple  []any
	list   struct{ items []any }
	dict   struct{ items map[string]any } // keys are the names of attributes
	class  struct{ name string }
	object struct {
		class string
		state map[string]any
	}
	mark struct{}
)

// unpickler interprets a pickle without making anything but plain values. What
// it allocates is in proportion to the bytes that it has read.
type unpickler struct {
	r     *bufio.Reader
	src   *source.Source
	off   int64
	stack []any
	memo  []any
}

func unpickle(src *source.Source) (any, error) {
	u := &unpickler{r: bufio.NewReaderSize(src.Reader(0), 1<<16), src: src}
	for {
		at := u.off
		op, err := u.byte()
		if err != nil {
			return nil, err
		}
		if op == opStop {
			return u.pop()
		}
		if err := u.step(op); err != nil {
			if u.off == at+1 || !isSyntax(err) {
				err = u.errorf(at, "%v", err)
			}
			return nil, err
		}
	}
}

func isSyntax(err error) bool { _, ok := err.(*source.SyntaxError); return ok }

func (u *unpickler) errorf(at int64, format string, args ...any) error {
	return u.src.Errorf(at, "not a tracemalloc snapshot: "+format, args...)
}

func (u *unpickler) step(op byte) error {
	switch op {
	case opProto:
		v, err := u.byte()
		if err == nil && (v < 2 || v > 5) {
			return fmt.Errorf("pickle protocol %d", v)
		}
		return err
	case opFrame:
		_, err := u.bytes(8)
		return err
	case opMark:
		u.push(mark{})
	case opNone:
		u.push(nil)
	case opBinInt, opBinInt1, opBinInt2, opLong1:
		return u.number(op)
	case opShortBinUnicode, opBinUnicode:
		return u.text(op)
	case opEmptyTuple:
		u.push(tuple(nil))
	case opEmptyList:
		u.push(&list{})
	case opEmptyDict:
		u.push(&dict{items: map[string]any{}})
	case opTuple, opTuple1, opTuple2, opTuple3:
		return u.tuple(op)
	case opAppend, opAppends:
		return u.append(op)
	case opSetItem, opSetItems:
		return u.setItems(op)
	case opMemoize:
		if len(u.stack) == 0 {
			return fmt.Errorf("nothing to remember")
		}
		u.memo = append(u.memo, u.stack[len(u.stack)-1])
	case opBinGet, opLongBinGet:
		return u.get(op)
	case opStackGlobal:
		return u.global()
	case opNewObj:
		return u.newObject()
	case opBuild:
		return u.build()
	default:
		return fmt.Errorf("pickle opcode 0x%02x, which snapshots do not need", op)
	}
	return nil
}

func (u *unpickler) byte() (byte, error) {
	b, err := u.r.ReadByte()
	if err != nil {
		return 0, u.ended(err)
	}
	u.off++
	return b, nil
}

func (u *unpickler) ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return u.src.Errorf(u.off, "the snapshot ends too early")
	}
	return err
}

// bytes reads n bytes; n is checked against the size of the file.
func (u *unpickler) bytes(n int64) ([]byte, error) {
	if n < 0 || n > u.src.Size-u.off {
		return nil, u.src.Errorf(u.off, "the snapshot ends too early")
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(u.r, p); err != nil {
		return nil, u.ended(err)
	}
	u.off += n
	return p, nil
}

func (u *unpickler) push(v any) { u.stack = append(u.stack, v) }

func (u *unpickler) pop() (any, error) {
	if len(u.stack) == 0 {
		return nil, u.errorf(u.off, "an operation without operands")
	}
	v := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

// cut takes the last n values off the stack, or with n < 0 all above the mark.
func (u *unpickler) cut(n int) ([]any, error) {
	i := len(u.stack) - n
	if n < 0 {
		for i = len(u.stack) - 1; i >= 0 && u.stack[i] != (any)(mark{}); i-- {
		}
		if i < 0 {
			return nil, fmt.Errorf("no mark")
		}
		items := append([]any(nil), u.stack[i+1:]...)
		u.stack = u.stack[:i]
		return items, nil
	}
	if i < 0 {
		return nil, fmt.Errorf("an operation without operands")
	}
	items := append([]any(nil), u.stack[i:]...)
	u.stack = u.stack[:i]
	return items, nil
}

func (u *unpickler) number(op byte) error {
	n := int64(1)
	switch op {
	case opBinInt:
		n = 4
	case opBinInt2:
		n = 2
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	if op == opLong1 {
		if p[0] > 8 {
			return fmt.Errorf("a number of %d bytes", p[0])
		}
		if p, err = u.bytes(int64(p[0])); err != nil {
			return err
		}
	}
	var v int64
	for i := len(p) - 1; i >= 0; i-- {
		v = v<<8 | int64(p[i])
	}
	if k := len(p) * 8; (op == opBinInt || op == opLong1) && k > 0 && k < 64 && v>>(k-1) != 0 {
		v -= 1 << k
	}
	u.push(v)
	return nil
}

func (u *unpickler) text(op byte) error {
	n := int64(1)
	if op == opBinUnicode {
		n = 4
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	size := int64(p[0])
	if op == opBinUnicode {
		size = int64(binary.LittleEndian.Uint32(p))
	}
	if p, err = u.bytes(size); err == nil {
		u.push(string(p))
	}
	return err
}

func (u *unpickler) tuple(op byte) error {
	n := -1
	if op != opTuple {
		n = int(op-opTuple1) + 1
	}
	items, err := u.cut(n)
	if err == nil {
		u.push(tuple(items))
	}
	return err
}

func (u *unpickler) append(op byte) error {
	n := 1
	if op == opAppends {
		n = -1
	}
	items, err := u.cut(n)
	if err != nil {
		return err
	}
	if len(u.stack) > 0 {
		if l, ok := u.stack[len(u.stack)-1].(*list); ok {
			l.items = append(l.items, items...)
			return nil
		}
	}
	return fmt.Errorf("items for something that is no list")
}

func (u *unpickler) setItems(op byte) error {
	n := 2
	if op == opSetItems {
		n = -1
	}
	items, err := u.cut(n)
	if err != nil {
		return err
	}
	if len(u.stack) > 0 && len(items)%2 == 0 {
		if d, ok := u.stack[len(u.stack)-1].(*dict); ok {
			for i := 0; i < len(items); i += 2 {
				key, ok := items[i].(string)
				if !ok {
					return fmt.Errorf("an attribute whose name is no text")
				}
				d.items[key] = items[i+1]
			}
			return nil
		}
	}
	return fmt.Errorf("entries for something that is no dict")
}

func (u *unpickler) get(op byte) error {
	n := int64(1)
	if op == opLongBinGet {
		n = 4
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	i := int(p[0])
	if op == opLongBinGet {
		i = int(binary.LittleEndian.Uint32(p))
	}
	if i >= len(u.memo) {
		return fmt.Errorf("value %d was not remembered", i)
	}
	u.push(u.memo[i])
	return nil
}

func (u *unpickler) global() error {
	names, err := u.cut(2)
	if err != nil {
		return err
	}
	module, _ := names[0].(string)
	name, _ := names[1].(string)
	if !classes[[2]string{module, name}] {
		return fmt.Errorf("class %.40q.%.40q is not one of a snapshot", module, name)
	}
	u.push(class{name})
	return nil
}

func (u *unpickler) newObject() error {
	args, err := u.cut(2)
	if err != nil {
		return err
	}
	c, ok := args[0].(class)
	if t, isTuple := args[1].(tuple); !ok || !isTuple || len(t) != 0 {
		return fmt.Errorf("an object that is not made as a snapshot's are")
	}
	u.push(&object{class: c.name})
	return nil
}

func (u *unpickler) build() error {
	state, err := u.pop()
	if err != nil {
		return err
	}
	d, isDict := state.(*dict)
	if len(u.stack) > 0 && isDict {
		if o, ok := u.stack[len(u.stack)-1].(*object); ok {
			o.state = d.items
			return nil
		}
	}
	return fmt.Errorf("a state for something that is no object")
}
