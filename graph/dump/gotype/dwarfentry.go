package gotype

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// What is read of DWARF's numbers; 0x29xx are Go's own.
const (
	tagArrayType     = 0x01
	tagFormalParam   = 0x05
	tagLexicalBlock  = 0x0b
	tagMember        = 0x0d
	tagPointerType   = 0x0f
	tagStructType    = 0x13
	tagSubroutine    = 0x15
	tagTypedef       = 0x16
	tagUnion         = 0x17
	tagInlined       = 0x1d
	tagSubrange      = 0x21
	tagBaseType      = 0x24
	tagSubprogram    = 0x2e
	tagVariable      = 0x34
	tagUnspecified   = 0x3b
	atLocation       = 0x02
	atName           = 0x03
	atByteSize       = 0x0b
	atLowPC          = 0x11
	atHighPC         = 0x12
	atUpperBound     = 0x2f
	atAbstractOrigin = 0x31
	atCount          = 0x37
	atMemberLocation = 0x38
	atFrameBase      = 0x40
	atType           = 0x49
	atRanges         = 0x55
	atTrampoline     = 0x56
	atStrOffsetsBase = 0x72
	atAddrBase       = 0x73
	atGoKind         = 0x2900
	atGoKey          = 0x2901
	atGoElem         = 0x2902
	atGoEmbedded     = 0x2903
	atGoRuntimeType  = 0x2904
	atGoClosure      = 0x2907

	formAddr      = 0x01
	formBlock2    = 0x03
	formBlock4    = 0x04
	formString    = 0x08
	formBlock     = 0x09
	formBlock1    = 0x0a
	formStrp      = 0x0e
	formRefAddr   = 0x10
	formRef1      = 0x11
	formRefUdata  = 0x15
	formExprloc   = 0x18
	formStrx      = 0x1a
	formAddrx     = 0x1b
	formLineStrp  = 0x1f
	formImplicit  = 0x21
	formLoclistx  = 0x22
	formSecOffset = 0x17
	formStrx1     = 0x25
	formAddrx1    = 0x29
	formAddrx4    = 0x2c
)

type abbrev struct {
	tag      uint16
	children bool
	isType   bool
	fixed    int // bytes of all attributes, -1 if they vary
	specs    []attrSpec
}

type attrSpec struct {
	attr, form uint16
	implicit   int64
}

func (a *abbrev) has(attr uint16) bool {
	for i := range a.specs {
		if a.specs[i].attr == attr {
			return true
		}
	}
	return false
}

// abbrevTable is indexed by code; a nil tag means the code is not used. Codes
// are dense in practice; others are refused.
type abbrevTable []abbrev

func (t abbrevTable) get(code uint64) *abbrev {
	if code >= uint64(len(t)) || t[code].tag == 0 {
		return nil
	}
	return &t[code]
}

var errAbbrev = errors.New(".debug_abbrev is damaged")

func readAbbrevs(b []byte, off uint64) (abbrevTable, error) {
	if off >= uint64(len(b)) {
		return nil, errAbbrev
	}
	c := cursor{b: b, p: int(off)}
	table := abbrevTable{}
	for {
		code := c.uleb()
		if code == 0 && !c.bad {
			return table, nil
		}
		a := abbrev{tag: uint16(c.uleb()), children: c.fixed(1) != 0}
		for !c.bad {
			s := attrSpec{attr: uint16(c.uleb()), form: uint16(c.uleb())}
			if s.form == formImplicit {
				s.implicit = c.sleb()
			}
			if s.attr == 0 && s.form == 0 {
				break
			}
			a.specs = append(a.specs, s)
		}
		if c.bad || code > 1<<16 {
			return nil, errAbbrev
		}
		a.fixed = fixedSize(a.specs)
		switch a.tag {
		case tagArrayType, tagPointerType, tagStructType, tagSubroutine, tagTypedef, tagUnion, tagBaseType, tagUnspecified:
			a.isType = true
		}
		for uint64(len(table)) <= code {
			table = append(table, abbrev{})
		}
		table[code] = a
	}
}

// fixedSize is how many bytes the attributes take if that does not vary.
func fixedSize(specs []attrSpec) int {
	n := 0
	for _, s := range specs {
		k := formSize(s.form)
		if k < 0 {
			return -1
		}
		n += k
	}
	return n
}

// formSize is the size of the forms that have one whatever the unit; -1 for
// others.
func formSize(form uint16) int {
	switch form {
	case 0x0b, 0x0c, formRef1, formStrx1, formAddrx1: // data1, flag
		return 1
	case 0x05, 0x12, 0x26, 0x2a: // data2, ref2, strx2, addrx2
		return 2
	case 0x27, 0x2b: // strx3, addrx3
		return 3
	case 0x06, 0x13, 0x28, 0x2c: // data4, ref4, strx4, addrx4
		return 4
	case 0x07, 0x14, 0x20, formAddr: // data8, ref8, ref_sig8; addresses of other sizes are refused
		return 8
	case 0x1e: // data16
		return 16
	case 0x19, formImplicit: // flag_present
		return 0
	}
	return -1
}

// value is one attribute's value: u the number, or the position of the bytes
// for strings and blocks (n bytes).
type value struct {
	form uint16
	u    uint64
	b    []byte
}

// entry is one DWARF entry.
type entry struct {
	off  uint32
	next uint32 // what follows: the first child if there are children
	*abbrev
	values [16]value // by spec; Go's entries have fewer attributes
}

// entry reads the entry at an offset. ok is false at the end of a list of
// children (next is behind it) and for damage (next is 0).
func (d *dwarfData) entry(u *unit, off uint32) (e entry, ok bool) {
	if off < u.first || off >= u.end {
		return entry{}, false
	}
	c := cursor{b: d.info[:u.end], p: int(off)}
	a := u.abbrevs.get(c.uleb())
	if a == nil {
		if c.bad || d.info[off] != 0 {
			return entry{}, false
		}
		return entry{off: off, next: uint32(c.p)}, false
	}
	e = d.attrs(u, a, c)
	e.off = off
	return e, e.next != 0
}

// attrs reads the attributes that c stands before.
func (d *dwarfData) attrs(u *unit, a *abbrev, c cursor) entry {
	e := entry{abbrev: a}
	for i := range a.specs {
		v := c.form(u, a.specs[i].form)
		if v.form == formImplicit {
			v.u = uint64(a.specs[i].implicit)
		}
		if i < len(e.values) {
			e.values[i] = v
		}
	}
	if !c.bad {
		e.next = uint32(c.p)
	}
	return e
}

func (e *entry) find(attr uint16) (value, bool) {
	if e.abbrev == nil {
		return value{}, false
	}
	for i := range e.specs {
		if e.specs[i].attr == attr && i < len(e.values) {
			return e.values[i], true
		}
	}
	return value{}, false
}

func (e *entry) uint(attr uint16) (uint64, bool) {
	v, ok := e.find(attr)
	return v.u, ok
}

func (e *entry) bytes(attr uint16) []byte {
	v, _ := e.find(attr)
	return v.b
}

// address is an attribute of an address form.
func (e *entry) address(d *dwarfData, u *unit, attr uint16) (uint64, bool) {
	v, ok := e.find(attr)
	if ok && (v.form == formAddrx || v.form >= formAddrx1 && v.form <= formAddrx4) {
		return d.addrx(u, v.u)
	}
	return v.u, ok && v.form == formAddr
}

// ref is an attribute that refers to another entry, as an offset in .debug_info.
func (e *entry) ref(u *unit, attr uint16) (uint32, bool) {
	v, ok := e.find(attr)
	if !ok {
		return 0, false
	}
	if v.form >= formRef1 && v.form <= formRefUdata {
		v.u += uint64(u.off)
	}
	return uint32(v.u), v.u < 1<<32
}

// str is an attribute that is a string.
func (e *entry) str(d *dwarfData, u *unit, attr uint16) string {
	v, ok := e.find(attr)
	switch {
	case !ok:
	case v.form == formString:
		return cstring(d.info, v.u)
	case v.form == formStrp:
		return cstring(d.str, v.u)
	case v.form == formLineStrp:
		return cstring(d.lineStr, v.u)
	case v.form == formStrx, v.form >= formStrx1 && v.form <= 0x28:
		c := cursor{b: d.strOffsets, p: int(min(u.strBase+v.u*4, uint64(len(d.strOffsets))))}
		return cstring(d.str, c.fixed(4))
	}
	return ""
}

// cursor reads numbers and remembers when it went past the end.
type cursor struct {
	b   []byte
	p   int
	bad bool
}

func (c *cursor) skip(n int) {
	if n < 0 || n > len(c.b)-c.p {
		c.bad, c.p = true, len(c.b)
		return
	}
	c.p += n
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)-c.p) {
		c.bad, c.p = true, len(c.b)
		return nil
	}
	b := c.b[c.p : c.p+int(n)]
	c.p += int(n)
	return b
}

func (c *cursor) fixed(n uint64) (v uint64) {
	for i, x := range c.take(n) {
		v |= uint64(x) << (8 * i)
	}
	return v
}

func (c *cursor) offset(is64 bool) uint64 {
	if is64 {
		return c.fixed(8)
	}
	return c.fixed(4)
}

func (c *cursor) uleb() uint64 {
	if c.p < len(c.b) && c.b[c.p] < 0x80 {
		c.p++
		return uint64(c.b[c.p-1])
	}
	v, n := binary.Uvarint(c.b[c.p:])
	if n <= 0 {
		c.bad, c.p = true, len(c.b)
		return 0
	}
	c.p += n
	return v
}

func (c *cursor) sleb() int64 {
	var v int64
	for shift := uint(0); c.p < len(c.b) && shift < 64; shift += 7 {
		b := c.b[c.p]
		c.p++
		v |= int64(b&0x7f) << shift
		if b < 0x80 {
			if shift < 57 && b&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	c.bad = true
	return 0
}

// form reads one value.
func (c *cursor) form(u *unit, form uint16) value {
	v := value{form: form}
	if n := formSize(form); n >= 0 {
		if n == 16 {
			v.b = c.take(16)
		} else {
			v.u = c.fixed(uint64(n))
		}
		return v
	}
	switch form {
	case formString:
		n := bytes.IndexByte(c.b[c.p:], 0)
		v.u = uint64(c.p)
		c.skip(n + 1)
		c.bad = c.bad || n < 0
	case formBlock1:
		v.b = c.take(c.fixed(1))
	case formBlock2:
		v.b = c.take(c.fixed(2))
	case formBlock4:
		v.b = c.take(c.fixed(4))
	case formBlock, formExprloc:
		v.b = c.take(c.uleb())
	case 0x0f, formRefUdata, formStrx, formAddrx, formLoclistx, 0x23: // udata, rnglistx
		v.u = c.uleb()
	case 0x0d: // sdata
		v.u = uint64(c.sleb())
	case formStrp, formLineStrp, formSecOffset:
		v.u = c.offset(u.is64)
	case formRefAddr:
		if u.version < 3 {
			v.u = c.fixed(8)
		} else {
			v.u = c.offset(u.is64)
		}
	default:
		c.bad = true
	}
	return v
}
