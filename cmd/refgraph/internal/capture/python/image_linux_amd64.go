package python

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
)

// image is an executable or a library as it is loaded in a process. It is read
// from the process's memory: its file may have been replaced, may be out of reach,
// or may be a trap.
type image struct {
	mem     memory
	path    string
	bias    uint64 // what to add to the addresses in the file
	dynamic map[elf.DynTag]uint64
	// data is where the image's variables are.
	data, dataEnd uint64
	// text is where its code is.
	text, textEnd uint64
	// spare is unused room at the end of the last page of the code, between the
	// end of the code and the end of the page.
	spare, spareEnd uint64
}

const (
	maxHeaders = 64      // program headers of a file
	maxDynamic = 256     // entries of a dynamic section
	maxChain   = 1 << 20 // symbols with one hash
)

var errNoImage = errors.New("no ELF image")

// loadImage reads the image that starts at a mapping.
func loadImage(mem memory, r region) (*image, error) {
	head, err := mem.read(r.start, 64)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte(elf.ELFMAG)) || elf.Class(head[elf.EI_CLASS]) != elf.ELFCLASS64 {
		return nil, errNoImage
	}
	var h elf.Header64
	if err := binary.Read(bytes.NewReader(head), binary.LittleEndian, &h); err != nil {
		return nil, err
	}
	if h.Phnum == 0 || h.Phnum > maxHeaders || h.Phentsize != 56 || h.Phoff > 4096 || elf.Machine(h.Machine) != elf.EM_X86_64 {
		return nil, errNoImage
	}
	raw, err := mem.read(r.start+h.Phoff, int(h.Phnum)*56)
	if err != nil {
		return nil, err
	}
	progs := make([]elf.Prog64, h.Phnum)
	if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, progs); err != nil {
		return nil, err
	}
	im := &image{mem: mem, path: r.path}
	first := true
	for _, p := range progs {
		if elf.ProgType(p.Type) == elf.PT_LOAD && first {
			im.bias, first = r.start-p.Vaddr&^4095, false
		}
	}
	for _, p := range progs {
		im.segment(p)
	}
	return im, nil
}

func (im *image) segment(p elf.Prog64) {
	switch elf.ProgType(p.Type) {
	case elf.PT_LOAD:
		if elf.ProgFlag(p.Flags)&elf.PF_W != 0 {
			im.data, im.dataEnd = im.bias+p.Vaddr, im.bias+p.Vaddr+p.Memsz
		}
		if elf.ProgFlag(p.Flags)&elf.PF_X != 0 {
			im.text, im.textEnd = im.bias+p.Vaddr, im.bias+p.Vaddr+p.Memsz
		}
		if elf.ProgFlag(p.Flags)&elf.PF_X != 0 && p.Filesz == p.Memsz {
			im.spare = (im.bias + p.Vaddr + p.Filesz + 63) &^ 63
			im.spareEnd = (im.bias + p.Vaddr + p.Filesz + 4095) &^ 4095
		}
	case elf.PT_DYNAMIC:
		im.dynamic = map[elf.DynTag]uint64{}
		for i := range uint64(maxDynamic) {
			tag, err1 := im.mem.uint64(im.bias + p.Vaddr + i*16)
			value, err2 := im.mem.uint64(im.bias + p.Vaddr + i*16 + 8)
			if err1 != nil || err2 != nil || tag == 0 {
				break
			}
			im.dynamic[elf.DynTag(tag)] = value
		}
	}
}

// table is the address of a table of the dynamic section: some loaders have added
// the bias to it, others have not. 0 if there is none.
func (im *image) table(tag elf.DynTag) uint64 {
	at := im.dynamic[tag]
	if at != 0 && at < im.bias {
		at += im.bias
	}
	return at
}

// lookup returns the addresses of a symbol that the image defines: one for each
// version of it.
func (im *image) lookup(name string) []uint64 {
	hash := im.table(elf.DT_GNU_HASH)
	head, err := im.mem.read(hash, 16)
	if hash == 0 || err != nil {
		return nil
	}
	buckets, offset := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	bloom := uint64(binary.LittleEndian.Uint32(head[8:]))
	if buckets == 0 {
		return nil
	}
	h := gnuHash(name)
	at := hash + 16 + bloom*8
	i, err := im.mem.uint32(at + uint64(h%buckets)*4)
	if err != nil || i < offset {
		return nil
	}
	chain := at + uint64(buckets)*4
	var found []uint64
	for range maxChain {
		c, err := im.mem.uint32(chain + uint64(i-offset)*4)
		if err != nil {
			break
		}
		if c|1 == h|1 {
			if at := im.symbol(uint64(i), name); at != 0 {
				found = append(found, at)
			}
		}
		if c&1 != 0 {
			break
		}
		i++
	}
	return found
}

// symbol is the address of symbol i if it has that name and is defined, else 0.
func (im *image) symbol(i uint64, name string) uint64 {
	raw, err := im.mem.read(im.table(elf.DT_SYMTAB)+i*24, 24)
	if err != nil {
		return 0
	}
	var s elf.Sym64
	if binary.Read(bytes.NewReader(raw), binary.LittleEndian, &s) != nil || elf.SectionIndex(s.Shndx) == elf.SHN_UNDEF {
		return 0
	}
	if k := elf.ST_TYPE(s.Info); k != elf.STT_FUNC && k != elf.STT_OBJECT && k != elf.STT_NOTYPE {
		return 0
	}
	got, err := im.mem.read(im.table(elf.DT_STRTAB)+uint64(s.Name), len(name)+1)
	if err != nil || string(got) != name+"\x00" {
		return 0
	}
	return s.Value + im.bias
}

// has reports whether the image defines a symbol.
func (im *image) has(name string) bool { return len(im.lookup(name)) > 0 }

// holdsCode reports whether an address is in the image's code.
func (im *image) holdsCode(at uint64) bool { return im.text <= at && at < im.textEnd }

func gnuHash(name string) uint32 {
	h := uint32(5381)
	for _, c := range []byte(name) {
		h = h*33 + uint32(c)
	}
	return h
}

// images lists what is loaded in a process: the executable first, then what has
// python in its name, then the rest.
func images(mem memory, regions []region, exe string) []*image {
	var first, second, rest []*image
	seen := map[string]bool{}
	for _, r := range regions {
		if r.offset != 0 || r.inode == 0 || seen[r.path] || r.perms[0] != 'r' {
			continue
		}
		seen[r.path] = true
		im, err := loadImage(mem, r)
		switch {
		case err != nil || im.dynamic == nil:
		case r.path == exe:
			first = append(first, im)
		case bytes.Contains([]byte(r.path), []byte("python")):
			second = append(second, im)
		default:
			rest = append(rest, im)
		}
	}
	return append(append(first, second...), rest...)
}
