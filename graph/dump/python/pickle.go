package python

import (
	"bufio"
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

// value is what a pickle makes: a kind in the high 8 bits and what that needs. It
// has no pointers, so that a snapshot of millions of traces costs 8 bytes for each
// number in it.
type value uint64

type valueKind uint8

const (
	isNone   valueKind = iota
	isInt              // 56 bits, signed
	isText             // index of unpickler.texts
	isTuple            // first of its cells in 40 bits, and how many in 16
	isList             // index of unpickler.lists
	isDict             // index of unpickler.dicts
	isClass            // index of unpickler.texts
	isObject           // index of unpickler.objects
	isMark
)

const payload = 1<<56 - 1

func newValue(k valueKind, n uint64) value { return value(k)<<56 | value(n&payload) }

func (v value) kind() valueKind { return valueKind(v >> 56) }

func (v value) index() int { return int(v & payload) }

// int is the number, sign-extended.
func (v value) int() (int64, bool) { return int64(v<<8) >> 8, v.kind() == isInt }

// object is an instance of a class, with its attributes.
type object struct{ class, state value }

const (
	chunkCells = 1 << 16 // cells allocated at once; a traceback has fewer frames
	maxStack   = 1 << 20 // pickle writes lists by thousands
	maxNested  = 64      // lists, dicts and objects of each kind; a snapshot has two
)

// unpickler interprets a pickle without making anything but plain values. What
// it allocates is in proportion to the bytes that it has read.
type unpickler struct {
	r     *bufio.Reader
	src   *source.Source
	off   int64
	kept  int64 // bytes
	small [256]byte
	stack []value
	memo  []value

	cells   [][]value // of tuples, in chunks
	texts   []string
	textIDs map[string]int
	lists   [][]value
	dicts   []map[string]value
	objects []object
}

// run interprets the whole pickle and returns what it makes.
func (u *unpickler) run() (value, error) {
	for {
		at := u.off
		op, err := u.byte()
		if err != nil {
			return 0, err
		}
		if op == opStop {
			return u.pop()
		}
		if err := u.step(op); err != nil {
			if u.off == at+1 || !isSyntax(err) {
				err = u.errorf(at, "%v", err)
			}
			return 0, err
		}
	}
}

func newUnpickler(src *source.Source) *unpickler {
	return &unpickler{r: bufio.NewReaderSize(src.Reader(0), 1<<16), src: src, textIDs: map[string]int{}}
}

func isSyntax(err error) bool {
	switch err.(type) {
	case *source.SyntaxError, *source.LimitError:
		return true
	}
	return false
}

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
		return u.push(newValue(isMark, 0))
	case opNone:
		return u.push(newValue(isNone, 0))
	case opBinInt, opBinInt1, opBinInt2, opLong1:
		return u.number(op)
	case opShortBinUnicode, opBinUnicode:
		return u.text(op)
	case opEmptyTuple:
		return u.push(newValue(isTuple, 0))
	case opEmptyList:
		u.lists = append(u.lists, nil)
		return u.nested(isList, len(u.lists))
	case opEmptyDict:
		u.dicts = append(u.dicts, map[string]value{})
		return u.nested(isDict, len(u.dicts))
	case opTuple, opTuple1, opTuple2, opTuple3:
		return u.tuple(op)
	case opAppend, opAppends:
		return u.append(op)
	case opSetItem, opSetItems:
		return u.setItems(op)
	case opMemoize:
		return u.memoize()
	case opBinGet, opLongBinGet:
		return u.get(op)
	case opStackGlobal:
		return u.global()
	case opNewObj:
		return u.newObject()
	case opBuild:
		return u.build()
	}
	return fmt.Errorf("pickle opcode 0x%02x, which snapshots do not need", op)
}

// nested pushes the last of n lists, dicts or objects.
func (u *unpickler) nested(k valueKind, n int) error {
	if n > maxNested {
		return fmt.Errorf("more lists, dicts or objects than a snapshot has")
	}
	return u.push(newValue(k, uint64(n-1)))
}

func (u *unpickler) memoize() error {
	if len(u.stack) == 0 {
		return fmt.Errorf("nothing to remember")
	}
	if int64(len(u.memo)) > u.src.Size/3+1024 { // what pickle remembers takes four bytes to make
		return fmt.Errorf("it remembers more values than it makes")
	}
	u.memo = append(u.memo, u.stack[len(u.stack)-1])
	return u.keep(8)
}

// keep counts bytes that stay allocated. A snapshot of some size makes values in
// proportion: 3 to 6 times its bytes.
func (u *unpickler) keep(n int) error {
	if u.kept += int64(n); u.kept > 128<<20+6*u.src.Size {
		return &source.LimitError{File: u.src.Name, What: "it makes more values than a snapshot of its size has",
			Help: "it is damaged, or made to exhaust the memory of who reads it: take the snapshot again"}
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

// bytes reads n bytes, valid until the next call; n is checked against the size of
// the file.
func (u *unpickler) bytes(n int64) ([]byte, error) {
	if n < 0 || n > u.src.Size-u.off {
		return nil, u.src.Errorf(u.off, "the snapshot ends too early")
	}
	if n <= int64(len(u.small)) {
		p := u.small[:n]
		if _, err := io.ReadFull(u.r, p); err != nil {
			return nil, u.ended(err)
		}
		u.off += n
		return p, nil
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(u.r, p); err != nil {
		return nil, u.ended(err)
	}
	u.off += n
	return p, nil
}

func (u *unpickler) push(v value) error {
	if len(u.stack) >= maxStack {
		return fmt.Errorf("more values at once than a snapshot has")
	}
	u.stack = append(u.stack, v)
	return nil
}

func (u *unpickler) pop() (value, error) {
	if len(u.stack) == 0 {
		return 0, u.errorf(u.off, "an operation without operands")
	}
	v := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

// top is the index of a value of a kind on top of the stack; ok is false for
// another one.
func (u *unpickler) top(k valueKind) (i int, ok bool) {
	if len(u.stack) == 0 || u.stack[len(u.stack)-1].kind() != k {
		return 0, false
	}
	return u.stack[len(u.stack)-1].index(), true
}

// cut takes the last n values off the stack, or with n < 0 all above the mark.
// They are valid until something is pushed.
func (u *unpickler) cut(n int) ([]value, error) {
	i := len(u.stack) - n
	if n < 0 {
		for i = len(u.stack) - 1; i >= 0 && u.stack[i].kind() != isMark; i-- {
		}
		if i < 0 {
			return nil, fmt.Errorf("no mark")
		}
		items := u.stack[i+1:]
		u.stack = u.stack[:i]
		return items, nil
	}
	if i < 0 {
		return nil, fmt.Errorf("an operation without operands")
	}
	items := u.stack[i:]
	u.stack = u.stack[:i]
	return items, nil
}
