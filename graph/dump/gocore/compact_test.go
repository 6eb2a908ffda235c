package gocore

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// tiny is a program with little memory and one of each kind of root. Its core is read
// a thousand times, so its debug information is not compressed, as that of others is.
var tiny = program{source: "tiny", build: []string{"-ldflags=-compressdwarf=false"}, text: `package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"weak"
)

type node struct {
	next *node
	name string
}

var (
	list  *node
	table = map[string]*node{}
	ch    = make(chan *node, 2)
	ref   weak.Pointer[node]
	kept  *node
	big   = make([]*node, 5000)
	mid   = make([]*node, 100)
)

func hold(n *node, ready chan bool) {
	defer func() { n.name = "" }()
	ready <- true
	select {}
}

func main() {
	for i := range 100 {
		list = &node{list, os.Args[0]}
		table[string(rune('a'+i))] = list
		mid[i] = list
	}
	big[4999] = &node{}
	ch <- &node{}
	kept = &node{}
	ref = weak.Make(kept)
	runtime.SetFinalizer(kept, func(*node) {})
	runtime.AddCleanup(list, func(*node) {}, &node{})
	ready := make(chan bool)
	go hold(&node{name: "held"}, ready)
	<-ready
	debug.SetTraceback("crash")
	panic("as it was told")
}
`}

// compact returns a core without the runs of pages that are all zero, which are
// nearly all of a small program's, outside of what may be global variables.
func compact(t testing.TB, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "core"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var pieces []piece
	keep := func(p *elf.Prog, lo, hi uint64) {
		pieces = append(pieces, piece{elf.Prog64{
			Type: uint32(p.Type), Flags: uint32(p.Flags), Vaddr: p.Vaddr + lo, Filesz: hi - lo, Memsz: hi - lo,
		}, data[p.Off+lo : p.Off+hi]})
	}
	const page = 4096
	zeros := make([]byte, page)
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz < 1<<20 {
			keep(p, 0, p.Filesz)
			continue
		}
		for lo := uint64(0); lo < p.Filesz; {
			hi := lo
			for hi < p.Filesz && !bytes.Equal(data[p.Off+hi:p.Off+hi+page], zeros) {
				hi += page
			}
			if hi > lo {
				keep(p, lo, hi)
			}
			lo = hi + page
		}
	}
	return writeCore(f, data[:16], pieces)
}

// piece is memory of a core.
type piece struct {
	head elf.Prog64
	data []byte
}

// writeCore makes a core like f of pieces.
func writeCore(f *elf.File, ident []byte, pieces []piece) []byte {
	off := uint64(elfHeaderLen + len(pieces)*progLen)
	var head, body bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_CORE), Machine: uint16(f.Machine), Version: 1, Phoff: elfHeaderLen,
		Ehsize: elfHeaderLen, Phentsize: progLen, Phnum: uint16(len(pieces))}
	copy(h.Ident[:], ident)
	binary.Write(&head, binary.LittleEndian, &h)
	for _, p := range pieces {
		p.head.Off = off + uint64(body.Len())
		binary.Write(&head, binary.LittleEndian, &p.head)
		body.Write(p.data)
	}
	return append(head.Bytes(), body.Bytes()...)
}
