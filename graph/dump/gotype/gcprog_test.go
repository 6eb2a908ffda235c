package gotype

import (
	"slices"
	"testing"
)

func TestGCProg(t *testing.T) {
	for _, c := range []struct {
		prog []byte
		want []byte
	}{
		{[]byte{3, 0b101, 0}, []byte{0b101}},
		{[]byte{2, 0b01, 0x82, 3, 0}, []byte{0b01010101}},                         // the last 2 bits 3 times more
		{[]byte{12, 0xf0, 0x0a, 0}, []byte{0xf0, 0x0a}},                           // longer than a byte
		{[]byte{1, 1, 0x80, 1, 10, 0}, []byte{0xff, 0b111}},                       // lengths as varints
		{[]byte{1, 1, 0x80, 0x01, 0x80, 0x01, 0}, slices.Repeat([]byte{0xff}, 8)}, // no more than the size has
		{[]byte{0x85, 1, 0}, nil},                                                 // repeats what is not there
	} {
		size := uint64(64 * 8)
		if got := runGCProg(c.prog, size); !slices.Equal(got, c.want) {
			t.Errorf("%x: %x, want %x", c.prog, got, c.want)
		}
	}
	// The masks of a real program have as many bits as its variables words.
	e, _ := openVariant(t, "plain")
	l := e.Layout()
	if words := (l.Data.Hi - l.Data.Lo) / 8; uint64(len(l.GCData)) < words/8-1 {
		t.Errorf("%d bytes of mask for %d words", len(l.GCData), words)
	}
	set := func(mask []byte, lo, addr uint64) bool {
		w := (addr - lo) / 8
		return int(w/8) < len(mask) && mask[w/8]>>(w%8)&1 != 0
	}
	for name, want := range map[string]bool{"main.sessions": true, "main.counter": false, "main.queue": true} {
		g, ok := e.GlobalNamed(name)
		if !ok {
			t.Fatal(name)
		}
		in := l.Data.Contains(g.Addr) && set(l.GCData, l.Data.Lo, g.Addr) || l.BSS.Contains(g.Addr) && set(l.GCBSS, l.BSS.Lo, g.Addr)
		if in != want {
			t.Errorf("%s: pointer mask %v, want %v", name, in, want)
		}
	}
}
