package gotype

import (
	"debug/buildinfo"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// module is the runtime.moduledata of the executable, addresses as in the file.
type module struct {
	addr                                        uint64
	funcnames, functab                          Range // functab: the bytes of ftab
	cutab, filetab, pctab, pclntable            Range
	text, noptrdata, data, bss, noptrbss, types Range
	gofunc                                      uint64
	gcdata, gcbss                               []byte
}

func (m *module) holdsVariables(addr uint64) bool {
	return m.noptrdata.Contains(addr) || m.data.Contains(addr) || m.bss.Contains(addr) || m.noptrbss.Contains(addr)
}

// The words of runtime.moduledata, which are the same from Go 1.24 to 1.26 up
// to gofunc.
const (
	mdPcHeader  = 0
	mdFuncnames = 1
	mdCUtab     = 4
	mdFiletab   = 7
	mdPctab     = 10
	mdPclntable = 13
	mdFtab      = 16
	mdText      = 22
	mdNoPtrData = 24
	mdData      = 26
	mdBSS       = 28
	mdNoPtrBSS  = 30
	mdGCData    = 35
	mdGCBSS     = 36
	mdTypes     = 37
	mdGofunc    = 40
	mdWords     = 41
)

const pclnMagic = 0xfffffff1 // Go 1.20 and later

// readRuntime reads the build information and the moduledata.
func (e *Exe) readRuntime(f *elf.File) error {
	info, err := buildinfo.Read(e.src)
	if err != nil {
		return fmt.Errorf("%s: %w: %v", e.src.Name, ErrNotExecutable, err)
	}
	e.GoVersion, e.Main, e.Program = info.GoVersion, info.Main.Path, programOf(info)
	if e.minor, err = goMinor(info.GoVersion); err != nil {
		return fmt.Errorf("%s: %w", e.src.Name, err)
	}
	if strings.Contains(e.GoVersion, "noswissmap") {
		e.Missing = append(e.Missing, "built with GOEXPERIMENT=noswissmap: the insides of maps are not described")
	}
	pcln := e.findPclntab(f)
	if pcln == 0 {
		return e.errorf(0, "no Go function table (.gopclntab)")
	}
	words, addr := e.findModule(f, pcln)
	if words == nil {
		return e.errorf(0, "no runtime.firstmoduledata")
	}
	return e.readModule(addr, words)
}

// programOf is the import path of the main package; empty for what was built from
// a list of files, which all have one name.
func programOf(info *buildinfo.BuildInfo) string {
	if info.Path == "command-line-arguments" {
		return ""
	}
	return info.Path
}

// goMinor returns 26 for "go1.26.8 X:nodwarf5".
func goMinor(version string) (int, error) {
	v, _, _ := strings.Cut(version, " ")
	rest, ok := strings.CutPrefix(v, "go1.")
	digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(rest)
	}
	n, err := strconv.Atoi(rest[:digits])
	if !ok || err != nil || n < 24 || n > 26 {
		return 0, fmt.Errorf("%w: %s; the layouts of Go 1.24, 1.25 and 1.26 are known", ErrVersion, version)
	}
	return n, nil
}

// findPclntab returns the address of the function table.
func (e *Exe) findPclntab(f *elf.File) uint64 {
	for _, s := range f.Sections {
		if strings.HasSuffix(s.Name, ".gopclntab") && e.isPclntab(s.Addr) {
			return s.Addr
		}
	}
	for i := range e.img.segs { // sections may have other names, or none
		s := &e.img.segs[i]
		for off := 0; off+16 <= len(s.data); off += 8 {
			if binary.LittleEndian.Uint32(s.data[off:]) == pclnMagic && e.isPclntab(s.Lo+uint64(off)) {
				return s.Lo + uint64(off)
			}
		}
	}
	return 0
}

// isPclntab checks runtime.pcHeader: magic, two zeros, quantum, pointer size.
func (e *Exe) isPclntab(addr uint64) bool {
	b := e.img.bytes(addr, 72)
	return b != nil && binary.LittleEndian.Uint32(b) == pclnMagic && b[4] == 0 && b[5] == 0 &&
		(b[6] == 1 || b[6] == 4) && b[7] == 8
}

// findModule returns the words of the moduledata and its address.
func (e *Exe) findModule(f *elf.File, pcln uint64) ([]byte, uint64) {
	for _, s := range f.Sections {
		if s.Name == ".go.module" {
			if b := e.img.bytes(s.Addr, mdWords*8); b != nil && e.isModule(b, pcln) {
				return b, s.Addr
			}
		}
	}
	for i := range e.img.segs {
		s := &e.img.segs[i]
		if !s.write {
			continue
		}
		for off := 0; off+mdWords*8 <= len(s.data); off += 8 {
			if b := s.data[off:]; binary.LittleEndian.Uint64(b) == pcln && e.isModule(b, pcln) {
				return b[:mdWords*8], s.Lo + uint64(off)
			}
		}
	}
	return nil, 0
}

// isModule checks the words that are related to each other.
func (e *Exe) isModule(b []byte, pcln uint64) bool {
	w := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i*8:]) }
	h := e.img.bytes(pcln, 72)
	names := binary.LittleEndian.Uint64(h[32:]) // pcHeader.funcnameOffset
	return w(mdPcHeader) == pcln && w(mdFuncnames) == pcln+names && w(mdText) <= w(mdText+1) &&
		w(mdData) <= w(mdData+1) && w(mdBSS) <= w(mdBSS+1) && w(mdTypes) <= w(mdTypes+1)
}

func (e *Exe) readModule(addr uint64, b []byte) error {
	w := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i*8:]) }
	span := func(i int) Range { return Range{w(i), w(i + 1)} }
	slice := func(i int, size uint64) Range { return Range{w(i), w(i) + min(w(i+1), 1<<32)*size} }
	m := &e.mod
	*m = module{
		addr: addr, text: span(mdText), types: span(mdTypes),
		noptrdata: span(mdNoPtrData), data: span(mdData), bss: span(mdBSS), noptrbss: span(mdNoPtrBSS),
		funcnames: slice(mdFuncnames, 1), cutab: slice(mdCUtab, 4), filetab: slice(mdFiletab, 1), pctab: slice(mdPctab, 1), pclntable: slice(mdPclntable, 1), functab: slice(mdFtab, 8),
		gofunc: w(mdGofunc),
	}
	for _, r := range []Range{m.text, m.types, m.noptrdata, m.data, m.bss, m.noptrbss, m.functab} {
		if r.Hi < r.Lo || r.Hi > r.Lo && !e.img.mapped(r.Lo) {
			return e.errorf(0, "moduledata is damaged: no memory at 0x%x", r.Lo)
		}
	}
	m.gcdata = runGCProg(e.img.tail(w(mdGCData)), m.data.Hi-m.data.Lo)
	m.gcbss = runGCProg(e.img.tail(w(mdGCBSS)), m.bss.Hi-m.bss.Lo)
	return e.funcs.open(e)
}
