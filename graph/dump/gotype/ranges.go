package gotype

// covers reports whether the code of a scope (a block or an inlined call)
// contains the pc. Scopes without code do not.
func (d *dwarfData) covers(u *unit, e *entry, pc uint64) bool {
	if low, ok := e.address(d, u, atLowPC); ok {
		v, _ := e.find(atHighPC)
		high := v.u
		if v.form != formAddr {
			high += low // a length, as all forms but addresses
		}
		return pc >= low && pc < high
	}
	v, ok := e.find(atRanges)
	if !ok || v.form != formSecOffset && v.form != 0x06 {
		return false // Go writes offsets, not indexes
	}
	if u.version >= 5 {
		return d.inRangeList(u, v.u, pc)
	}
	return d.inRanges(u, v.u, pc)
}

// inRanges searches a list of .debug_ranges (DWARF 2 to 4): pairs of addresses.
func (d *dwarfData) inRanges(u *unit, off, pc uint64) bool {
	if off >= uint64(len(d.locations().ranges)) {
		return false
	}
	c, base := cursor{b: d.locations().ranges, p: int(off)}, u.lowPC
	for {
		lo, hi := c.fixed(8), c.fixed(8)
		switch {
		case c.bad || lo == 0 && hi == 0:
			return false
		case lo == ^uint64(0):
			base = hi
		case pc >= base+lo && pc < base+hi:
			return true
		}
	}
}

// inRangeList searches a list of .debug_rnglists, DWARF 5 section 7.25.
func (d *dwarfData) inRangeList(u *unit, off, pc uint64) bool {
	if off >= uint64(len(d.locations().rnglists)) {
		return false
	}
	c, base := cursor{b: d.locations().rnglists, p: int(off)}, u.lowPC
	for !c.bad {
		var lo, hi uint64
		switch c.fixed(1) {
		case 1: // base_addressx
			base, _ = d.addrx(u, c.uleb())
			continue
		case 2: // startx_endx
			lo, _ = d.addrx(u, c.uleb())
			hi, _ = d.addrx(u, c.uleb())
		case 3: // startx_length
			lo, _ = d.addrx(u, c.uleb())
			hi = lo + c.uleb()
		case 4: // offset_pair
			lo, hi = base+c.uleb(), base+c.uleb()
		case 5: // base_address
			base = c.fixed(8)
			continue
		case 6: // start_end
			lo, hi = c.fixed(8), c.fixed(8)
		case 7: // start_length
			lo = c.fixed(8)
			hi = lo + c.uleb()
		default: // end of list, or damage
			return false
		}
		if pc >= lo && pc < hi {
			return true
		}
	}
	return false
}
