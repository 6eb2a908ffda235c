package gotype

import (
	"encoding/binary"
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// words tells at which words of an object its references are. Labels say so up
// to word 32766; for what is behind, the object's contents are read, once.
type words struct {
	ty    *Typer
	n     graph.NodeID
	in    *info
	slots []uint16
	far   []uint64 // by reference, from first on
	first int
}

// unknownWord is a word beyond every type.
const unknownWord = 1<<63 - 1

func (ty *Typer) wordsOf(n graph.NodeID, in *info) words {
	return words{ty: ty, n: n, in: in, slots: ty.g.Slots(n)}
}

// at returns the word of reference i.
func (w *words) at(i int) uint64 {
	word := uint64(w.slots[i]) & uint64(SlotWordMask)
	if word < uint64(SlotWordMask) || len(w.in.flat) == 1 && w.in.t.Part.tiled() && w.ty.col != nil {
		return word // where all elements are alike, propagation need not know which it is
	}
	if w.far == nil {
		w.first = slices.IndexFunc(w.slots, func(l uint16) bool { return uint32(l)&SlotWordMask == SlotWordMask })
		w.read()
	}
	if i-w.first < len(w.far) {
		return w.far[i-w.first]
	}
	return unknownWord
}

// wordsFor is wordsOf for showing an object, which asks for one reference after
// another: it keeps the last long object.
func (ty *Typer) wordsFor(n graph.NodeID, in *info) words {
	w := ty.wordsOf(n, in)
	if k := len(w.slots); k == 0 || uint32(w.slots[k-1])&SlotWordMask != SlotWordMask {
		return w
	}
	ty.lastMu.Lock()
	defer ty.lastMu.Unlock()
	if ty.last.ty == nil || ty.last.n != n {
		w.at(len(w.slots) - 1)
		ty.last = w
	}
	return ty.last
}

// read finds the pointers among the contents that the references were made of.
func (w *words) read() {
	row := w.ty.g.Row(w.n)[w.first:]
	w.far = make([]uint64, 0, len(row))
	if w.ty.Content == nil {
		return
	}
	b := w.ty.Content(w.n)
	for word := uint64(SlotWordMask); word*8+8 <= uint64(len(b)) && len(w.far) < len(row); word++ {
		p := binary.LittleEndian.Uint64(b[word*8:])
		if p == 0 || !w.in.pointerAt(word) {
			continue
		}
		if to, _, ok := w.ty.g.Containing(p); ok && to == row[len(w.far)] {
			w.far = append(w.far, word)
		}
	}
}

// pointerAt reports whether a word of the type is a pointer.
func (in *info) pointerAt(word uint64) bool {
	switch {
	case in.flat == nil:
		return in.t.Slot(word).Kind != SlotNone
	case in.t.Part.tiled():
		return in.flat[word%uint64(len(in.flat))] != 0
	}
	return word < uint64(len(in.flat)) && in.flat[word] != 0
}
