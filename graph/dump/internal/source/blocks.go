package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sort"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// blocks reads a gzip file that was written in blocks, each a member of its own, in
// any order and without unpacking it: the JVM's own compression of heap dumps
// (jcmd GC.heap_dump -gz), which says so in the comment of the first member.
//
// Members begin with known bytes, behind the length of the one before, so that they are
// found without decompressing anything. Every block that is read is checked
// by its sum.
type blocks struct {
	src    *Source
	starts []int64 // of the members in the file, and the end of the last
	offs   []int64 // of the blocks in what is inside, and its end

	mu    sync.Mutex
	ready map[int]*block
	order []int    // of ready, the oldest first
	spare [][]byte // memory of blocks that nobody needs any more
	pool  sync.Pool
}

// block is what is inside one member.
type block struct {
	once  sync.Once
	data  []byte
	err   error
	users int  // who reads it now; mu guards it
	old   bool // the last user gives its memory back
}

const (
	blockComment = "HPROF BLOCKSIZE="
	maxBlock     = 64 << 20
	// keptBlocks is how many blocks are kept for each core: workers read near each other.
	keptBlocks = 12
	// aheadBlocks is how many blocks are decompressed before they are asked for.
	aheadBlocks = 2
)

// memberHead is the length of how each member begins.
const memberHead = 10

// isMember reports whether a member may begin here: the JVM writes no time, and no
// flag but that of a comment, which the first ones have.
func isMember(b []byte) bool {
	return len(b) >= memberHead && bytes.HasPrefix(b, gzipMagic) && b[3]&^0x10 == 0 &&
		binary.LittleEndian.Uint32(b[4:]) == 0 && (b[8] == 0 || b[8] == 2 || b[8] == 4)
}

// blockSize returns the size of the blocks of a file that was written in blocks, by
// its first bytes; 0 for any other.
func blockSize(head []byte) int64 {
	const comment = 0x10
	if !bytes.HasPrefix(head, gzipMagic) || len(head) < 12 || head[3] != comment {
		return 0
	}
	text, _, ok := bytes.Cut(head[10:], []byte{0})
	if !ok || !bytes.HasPrefix(text, []byte(blockComment)) {
		return 0
	}
	n, err := strconv.ParseInt(string(text[len(blockComment):]), 10, 64)
	if err != nil || n <= 0 || n > maxBlock {
		return 0
	}
	return n
}

// openBlocks returns a Source of what is inside, or nil if the members do not look as
// they should: then the file is unpacked as any other. The Source closes src.
func openBlocks(src *Source, size int64) *Source {
	b := &blocks{src: src, starts: []int64{0}, offs: []int64{0}, ready: map[int]*block{}}
	b.pool.New = func() any { return new(gzip.Reader) }
	data := src.Bytes()
	if data == nil {
		return nil
	}
	for at := memberHead; ; {
		i := bytes.Index(data[at:], gzipMagic)
		if i < 0 {
			break
		}
		at += i
		if n := int64(binary.LittleEndian.Uint32(data[at-4:])); isMember(data[at:]) && n > 0 && n <= size {
			b.starts = append(b.starts, int64(at))
			b.offs = append(b.offs, b.offs[len(b.offs)-1]+n)
		}
		at += len(gzipMagic)
	}
	src.Release(0, src.Size)
	b.starts = append(b.starts, src.Size)
	last, err := b.decompress(len(b.starts)-2, make([]byte, 0, size))
	if int64(len(last)) > size {
		return nil
	}
	b.offs = append(b.offs, b.offs[len(b.offs)-1]+int64(len(last)))
	out := New(src.Name, b, b.offs[len(b.offs)-1], src.Options)
	out.Path, out.ModTime, out.Cut, out.stop = src.Path, src.ModTime, err, src.Close
	return out
}

// decompress appends what is inside of a member to dst.
func (b *blocks) decompress(i int, dst []byte) ([]byte, error) {
	z := b.pool.Get().(*gzip.Reader)
	defer b.pool.Put(z)
	in := io.NewSectionReader(b.src.r, b.starts[i], b.starts[i+1]-b.starts[i])
	if err := z.Reset(bufio.NewReaderSize(in, 1<<16)); err != nil {
		return dst, err
	}
	z.Multistream(false)
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := z.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if errors.Is(err, io.EOF) {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
		if len(dst) > maxBlock {
			return dst, errors.New("a block is longer than it says")
		}
	}
}

// get returns what is inside of a member, and has the next ones decompressed. The
// block is to be released.
func (b *blocks) get(i int) *block {
	x := b.find(i)
	for k := i + 1; k <= i+aheadBlocks && k < len(b.offs)-1; k++ {
		b.mu.Lock()
		_, known := b.ready[k]
		b.mu.Unlock()
		if !known {
			next := b.find(k)
			go func() {
				b.fill(k, next)
				b.release(next)
			}()
		}
	}
	b.fill(i, x)
	return x
}

// find returns the block for a user, not filled yet if it is new, and forgets the
// oldest.
func (b *blocks) find(i int) *block {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.ready[i]
	if x == nil {
		x = &block{}
		b.ready[i] = x
		if b.order = append(b.order, i); len(b.order) > keptBlocks*max(2, runtime.GOMAXPROCS(0)) {
			oldest := b.ready[b.order[0]]
			delete(b.ready, b.order[0])
			b.order = b.order[1:]
			oldest.old = true
			b.reuse(oldest)
		}
	}
	x.users++
	return x
}

// release says that a user of a block is done with it.
func (b *blocks) release(x *block) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x.users--
	b.reuse(x)
}

// reuse takes the memory of a block that was forgotten and has no users, so that a
// pass over a large dump leaves no garbage. The caller holds mu.
func (b *blocks) reuse(x *block) {
	if x.old && x.users == 0 && x.data != nil {
		b.spare = append(b.spare, x.data[:0])
		x.data = nil
	}
}

// room returns memory for n bytes.
func (b *blocks) room(n int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := len(b.spare); k > 0 {
		data := b.spare[k-1]
		b.spare = b.spare[:k-1]
		if cap(data) >= n {
			return data
		}
	}
	return make([]byte, 0, n)
}

func (b *blocks) fill(i int, x *block) {
	x.once.Do(func() {
		want := b.offs[i+1] - b.offs[i]
		x.data, x.err = b.decompress(i, b.room(int(want)+1))
		switch last := i == len(b.offs)-2; {
		case last:
			x.err = nil // Cut says it
		case x.err == nil && int64(len(x.data)) != want:
			x.err = fmt.Errorf("a block of %d bytes has %d", want, len(x.data))
		}
		if x.err != nil {
			x.err = &SyntaxError{File: b.src.Name, Offset: b.offs[i], What: "damaged compressed data (gunzip may save more of it)", Err: x.err}
		}
	})
}

// ReadAt implements io.ReaderAt.
func (b *blocks) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		at := off + int64(done)
		if at < 0 || at >= b.offs[len(b.offs)-1] {
			return done, io.EOF
		}
		i := sort.Search(len(b.offs)-1, func(i int) bool { return b.offs[i+1] > at })
		x := b.get(i)
		n, err := len(x.data), x.err
		if err == nil {
			done += copy(p[done:], x.data[min(int64(n), at-b.offs[i]):])
		}
		b.release(x)
		if err == nil && at-b.offs[i] >= int64(n) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}
