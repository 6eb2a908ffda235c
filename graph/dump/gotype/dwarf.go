package gotype

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// dwarfData is the DWARF of an executable and an index of the entries right
// below its units: functions, variables, types. debug/dwarf makes an object of
// every entry, which takes a second and more for a server; here entries are
// skipped over by the sizes of their forms, and read one at a time when asked
// for. DWARF 2 to 5, https://dwarfstd.org/dwarf5std.html section 7.
type dwarfData struct {
	info, addr, str, lineStr, strOffsets []byte

	src       *source.Source
	file      *elf.File
	listsOnce sync.Once
	lists     lists

	units     []unit
	abbrevs   map[uint64]abbrevTable
	abbrevSum int // codes in all tables

	vars  []varDIE  // with a fixed address, by unit
	funcs []funcDIE // by low pc
	types []uint32  // offsets of type entries, in order
}

// lists are the sections that only local variables need.
type lists struct{ loclists, loc, rnglists, ranges []byte }

// locations reads the lists on first use. A damaged section is as good as none:
// local variables then have no place.
func (d *dwarfData) locations() *lists {
	d.listsOnce.Do(func() {
		l := &d.lists
		for name, to := range map[string]*[]byte{"loclists": &l.loclists, "loc": &l.loc, "rnglists": &l.rnglists, "ranges": &l.ranges} {
			*to, _ = debugSection(d.src, d.file, name)
		}
	})
	return &d.lists
}

type unit struct {
	off, first, end uint32 // in .debug_info: header, first entry, end
	version         uint16
	is64            bool
	abbrevs         abbrevTable
	addrBase        uint64
	strBase         uint64
	lowPC           uint64
}

type varDIE struct {
	addr uint64 // as in the file
	typ  uint32 // entry of its type
	name uint32 // position in .debug_info of its name, 0-terminated
}

type funcDIE struct {
	low  uint64
	die  uint32
	unit uint32
}

// openDWARF returns nil, nil for an executable without DWARF.
func openDWARF(ctx context.Context, src *source.Source, f *elf.File) (*dwarfData, error) {
	d := &dwarfData{src: src, file: f, abbrevs: map[uint64]abbrevTable{}}
	var abbrev []byte
	for name, to := range map[string]*[]byte{
		"info": &d.info, "abbrev": &abbrev, "addr": &d.addr, "str": &d.str, "line_str": &d.lineStr,
		"str_offsets": &d.strOffsets,
	} {
		var err error
		if *to, err = debugSection(src, f, name); err != nil {
			return nil, err
		}
	}
	if len(d.info) == 0 || len(abbrev) == 0 {
		return nil, nil
	}
	if uint64(len(d.info)) >= 1<<32 {
		return nil, errors.New(".debug_info is larger than 4 GiB")
	}
	if err := d.readUnits(abbrev); err != nil {
		return nil, err
	}
	return d, d.index(ctx)
}

// debugSection reads a section, decompressed. Decompressors expand at most
// about a thousandfold, so a larger claim is a lie.
func debugSection(src *source.Source, f *elf.File, name string) ([]byte, error) {
	s := f.Section(".debug_" + name)
	old := f.Section(".zdebug_" + name)
	switch {
	case s == nil && old == nil:
		return nil, nil
	case s == nil:
		raw, err := src.Slice(int64(old.Offset), int(min(old.FileSize, 1<<40)))
		if err != nil || len(raw) < 12 || string(raw[:4]) != "ZLIB" {
			return nil, fmt.Errorf("section %s", old.Name)
		}
		return inflate(old.Name, raw[12:], binary.BigEndian.Uint64(raw[4:]), elf.COMPRESS_ZLIB)
	case s.Type == elf.SHT_NOBITS:
		return nil, nil
	}
	raw, err := src.Slice(int64(s.Offset), int(min(s.FileSize, 1<<40)))
	if err != nil {
		return nil, fmt.Errorf("section %s: %w", s.Name, err)
	}
	if s.Flags&elf.SHF_COMPRESSED == 0 {
		return raw, nil
	}
	if len(raw) < 24 {
		return nil, fmt.Errorf("section %s: %w", s.Name, io.ErrUnexpectedEOF)
	}
	return inflate(s.Name, raw[24:], binary.LittleEndian.Uint64(raw[8:]), elf.CompressionType(binary.LittleEndian.Uint32(raw)))
}

func inflate(name string, raw []byte, size uint64, how elf.CompressionType) ([]byte, error) {
	if size > 1100*uint64(len(raw))+1024 || size >= 1<<32 {
		return nil, fmt.Errorf("section %s: claims to hold %d bytes", name, size)
	}
	var r io.Reader
	switch how {
	case elf.COMPRESS_ZLIB:
		z, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", name, err)
		}
		r = z
	case elf.COMPRESS_ZSTD:
		z, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", name, err)
		}
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("section %s: unknown compression %d", name, how)
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, fmt.Errorf("section %s: %w", name, err)
	}
	return out, nil
}

// readUnits reads the unit headers.
func (d *dwarfData) readUnits(abbrev []byte) error {
	for off := 0; off < len(d.info); {
		u, err := d.readUnit(off, abbrev)
		if err != nil {
			return err
		}
		if u.abbrevs != nil {
			d.units = append(d.units, u)
		}
		off = int(u.end)
	}
	return nil
}

func (d *dwarfData) readUnit(off int, abbrev []byte) (unit, error) {
	u := unit{off: uint32(off)}
	c := cursor{b: d.info, p: off}
	n := c.fixed(4)
	if n == 0xffffffff {
		u.is64, n = true, c.fixed(8)
	}
	if c.bad || n > uint64(len(d.info)-c.p) {
		return u, fmt.Errorf("unit at 0x%x reaches past the end of .debug_info", off)
	}
	u.end = uint32(c.p + int(n))
	u.version = uint16(c.fixed(2))
	var abbrevOff, addrSize uint64
	kind := uint64(1)
	if u.version >= 5 {
		kind, addrSize = c.fixed(1), c.fixed(1)
		abbrevOff = c.offset(u.is64)
	} else {
		abbrevOff = c.offset(u.is64)
		addrSize = c.fixed(1)
	}
	if c.bad || u.version < 2 || u.version > 5 || addrSize != 8 || kind != 1 {
		return u, nil // skeletons and type units do not occur in Go; skipped
	}
	table, ok := d.abbrevs[abbrevOff]
	if !ok {
		var err error
		if table, err = readAbbrevs(abbrev, abbrevOff); err != nil {
			return u, err
		}
		if d.abbrevSum += len(table); d.abbrevSum > len(abbrev)+1<<16 {
			return u, errAbbrev // tables that overlap
		}
		d.abbrevs[abbrevOff] = table
	}
	u.first, u.abbrevs = uint32(c.p), table
	root, _ := d.entry(&u, u.first)
	u.addrBase, _ = root.uint(atAddrBase)
	u.strBase, _ = root.uint(atStrOffsetsBase)
	u.lowPC, _ = root.address(d, &u, atLowPC)
	return u, nil
}

// unitOf returns the unit that contains an entry; nil if there is none.
func (d *dwarfData) unitOf(off uint32) *unit {
	i, _ := slices.BinarySearchFunc(d.units, off, func(u unit, off uint32) int {
		if u.off <= off {
			return -1
		}
		return 1
	})
	if i == 0 || off < d.units[i-1].first || off >= d.units[i-1].end {
		return nil
	}
	return &d.units[i-1]
}

// index makes one pass over all entries, units on all cores.
func (d *dwarfData) index(ctx context.Context) error {
	parts := min(len(d.units), 8*runtime.GOMAXPROCS(0))
	if parts == 0 {
		return nil
	}
	// Parts of about equal size, in order.
	found := make([]unitIndex, parts)
	err := graph.Parallel(ctx, parts, 0, func(i int) error {
		lo, hi := uint64(len(d.info))*uint64(i)/uint64(parts), uint64(len(d.info))*uint64(i+1)/uint64(parts)
		for k := range d.units {
			if u := &d.units[k]; uint64(u.off) >= lo && uint64(u.off) < hi {
				if err := d.scan(u, uint32(k), &found[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for i := range found {
		d.vars = append(d.vars, found[i].vars...)
		d.funcs = append(d.funcs, found[i].funcs...)
		d.types = append(d.types, found[i].types...)
	}
	slices.SortFunc(d.funcs, func(a, b funcDIE) int {
		if a.low != b.low {
			if a.low < b.low {
				return -1
			}
			return 1
		}
		return int(int64(a.die) - int64(b.die))
	})
	return err
}

type unitIndex struct {
	vars  []varDIE
	funcs []funcDIE
	types []uint32
}

// scan notes the entries right below the unit's root.
func (d *dwarfData) scan(u *unit, number uint32, out *unitIndex) error {
	c := cursor{b: d.info[:u.end], p: int(u.first)}
	for depth := 0; c.p < int(u.end); {
		at := uint32(c.p)
		code := c.uleb()
		if code == 0 {
			if depth--; depth <= 0 {
				break
			}
			continue
		}
		a := u.abbrevs.get(code)
		if a == nil || c.bad {
			return fmt.Errorf("entry 0x%x: unknown abbreviation %d", at, code)
		}
		if depth == 1 {
			d.note(u, number, at, a, c, out)
		}
		if a.children {
			depth++
		}
		if a.fixed >= 0 {
			c.skip(a.fixed)
			continue
		}
		for _, s := range a.specs {
			c.form(u, s.form)
		}
		if c.bad {
			return fmt.Errorf("entry 0x%x: reaches past the end of its unit", at)
		}
	}
	return nil
}

// note adds an entry to the index; c is behind the entry's code.
func (d *dwarfData) note(u *unit, number, at uint32, a *abbrev, c cursor, out *unitIndex) {
	switch {
	case a.isType:
		out.types = append(out.types, at)
	case a.tag == tagSubprogram && a.has(atLowPC):
		e := d.attrs(u, a, c)
		if low, ok := e.address(d, u, atLowPC); ok {
			out.funcs = append(out.funcs, funcDIE{low, at, number})
		}
	case a.tag == tagVariable && a.has(atLocation):
		e := d.attrs(u, a, c)
		addr, ok := d.staticAddr(u, e.bytes(atLocation))
		typ, ok2 := e.ref(u, atType)
		name, ok3 := e.find(atName)
		if ok && ok2 && ok3 && name.form == formString {
			out.vars = append(out.vars, varDIE{addr, typ, uint32(name.u)})
		}
	}
}

// staticAddr is the address in a location expression that is only that:
// DW_OP_addr or DW_OP_addrx.
func (d *dwarfData) staticAddr(u *unit, expr []byte) (uint64, bool) {
	switch {
	case len(expr) == 9 && expr[0] == 0x03:
		return binary.LittleEndian.Uint64(expr[1:]), true
	case len(expr) > 1 && expr[0] == 0xa1:
		c := cursor{b: expr, p: 1}
		i := c.uleb()
		if !c.bad && c.p == len(expr) {
			return d.addrx(u, i)
		}
	}
	return 0, false
}

// addrx is entry i of the unit's part of .debug_addr.
func (d *dwarfData) addrx(u *unit, i uint64) (uint64, bool) {
	off := u.addrBase + i*8
	if i > 1<<32 || u.addrBase > uint64(len(d.addr)) || off+8 > uint64(len(d.addr)) {
		return 0, false
	}
	return binary.LittleEndian.Uint64(d.addr[off:]), true
}

// cstring is the 0-terminated string at an offset.
func cstring(b []byte, off uint64) string {
	if off >= uint64(len(b)) {
		return ""
	}
	b = b[off:]
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return string(b[:i])
	}
	return ""
}
