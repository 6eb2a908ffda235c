package gocore

import "errors"

// chunkShift is log2 of the bytes that one chunk of the page table is for, the
// size of the runtime's arenas.
const chunkShift = 26

const chunkPages = 1 << (chunkShift - pageShift)

// pageTable maps addresses to spans: one entry for each page of the 64 MiB
// chunks that have spans, in two levels, so that a lookup costs two loads.
type pageTable struct {
	first  uint64 // number of the chunk that table[0] is for
	table  []int32
	chunks []*[chunkPages]int32
}

// The entries of pageTable.table that are not indexes of chunks.
const (
	noChunk   = -1
	wholeSpan = -2 // wholeSpan-i: one span i covers the chunk
)

var errSpansScattered = errors.New("the spans are scattered over more memory than the core can be of")

// fill enters spans that are in address order.
func (t *pageTable) fill(spans []span, fileSize int64) error {
	if len(spans) == 0 {
		return nil
	}
	last := &spans[len(spans)-1]
	t.first = spans[0].base >> chunkShift
	t.table = make([]int32, (last.base+last.size-1)>>chunkShift-t.first+1)
	for i := range t.table {
		t.table[i] = noChunk
	}
	for i := range spans {
		lo, hi := spans[i].base>>pageShift, (spans[i].base+spans[i].size)>>pageShift
		for lo < hi {
			chunk := lo/chunkPages - t.first
			end := min(hi, (lo/chunkPages+1)*chunkPages)
			if end-lo == chunkPages {
				t.table[chunk] = int32(wholeSpan - i)
				lo = end
				continue
			}
			if err := t.part(chunk, fileSize); err != nil {
				return err
			}
			c := t.chunks[t.table[chunk]]
			for ; lo < end; lo++ {
				c[lo%chunkPages] = int32(i)
			}
		}
	}
	return nil
}

// part makes the second level of a chunk. Their memory is bounded by the size
// of the core: real heaps have a megabyte of data for each.
func (t *pageTable) part(chunk uint64, fileSize int64) error {
	if t.table[chunk] >= 0 {
		return nil
	}
	if int64(len(t.chunks))*chunkPages*4 > fileSize+16<<20 {
		return errSpansScattered
	}
	c := new([chunkPages]int32)
	for i := range c {
		c[i] = -1
	}
	t.table[chunk] = int32(len(t.chunks))
	t.chunks = append(t.chunks, c)
	return nil
}

// at returns the index of the span that holds the address, or -1.
func (t *pageTable) at(addr uint64) int {
	k := addr>>chunkShift - t.first
	if k >= uint64(len(t.table)) {
		return -1
	}
	c := t.table[k]
	if c >= 0 {
		return int(t.chunks[c][addr>>pageShift%chunkPages])
	}
	if c == noChunk {
		return -1
	}
	return wholeSpan - int(c)
}
