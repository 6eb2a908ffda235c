package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// inBlocks compresses data in blocks of at most size bytes, as the JVM does.
func inBlocks(t *testing.T, data []byte, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	for first := true; len(data) > 0; first = false {
		z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		if first {
			z.Comment = "HPROF BLOCKSIZE=4096"
		}
		n := min(len(data), 1+rand.IntN(size))
		if _, err := z.Write(data[:n]); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
	return out.Bytes()
}

func openFile(t *testing.T, data []byte) *Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "blocks.gz")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func TestBlocks(t *testing.T) {
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(rand.IntN(7))
	}
	copy(data[5000:], "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03") // what looks like a member
	packed := inBlocks(t, data, 4096)
	src := openFile(t, packed)
	if n := blockSize(packed); n != 4096 {
		t.Fatalf("blocks of %d bytes", n)
	}
	out := openBlocks(src, 4096)
	if out == nil || out.Size != int64(len(data)) || out.Cut != nil {
		t.Fatalf("%+v", out)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 300 {
				off := rand.IntN(len(data))
				p := make([]byte, rand.IntN(20000))
				n, err := out.ReadAt(p, int64(off))
				if want := data[off:min(len(data), off+len(p))]; !bytes.Equal(p[:n], want) || n < len(p) && !errors.Is(err, io.EOF) {
					t.Errorf("%d bytes at %d: %d %v", len(p), off, n, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestBlocksDamaged cuts the file, and turns bits over: what is read is right, or an
// error, or in the last block, which is kept as far as it goes and told by Cut.
func TestBlocksDamaged(t *testing.T) {
	data := bytes.Repeat([]byte("all that is in the heap "), 5000)
	packed := inBlocks(t, data, 4096)
	for range 200 {
		bad := bytes.Clone(packed)
		if cut := rand.IntN(2) == 0; cut {
			bad = bad[:40+rand.IntN(len(bad)-40)]
		} else {
			bad[40+rand.IntN(len(bad)-40)] ^= 1 << rand.IntN(8)
		}
		out := openBlocks(openFile(t, bad), 4096)
		if out == nil {
			continue
		}
		right := out.Size
		if b := out.r.(*blocks); out.Cut != nil {
			right = b.offs[len(b.offs)-2]
		}
		for off := int64(0); off < right; off += 1000 {
			p := make([]byte, min(1000, right-off))
			n, err := out.ReadAt(p, off)
			// A length that was turned over moves what follows: only sums that fail tell.
			if err == nil && out.Size == int64(len(data)) && !bytes.Equal(p[:n], data[off:off+int64(n)]) {
				t.Fatalf("wrong bytes at %d", off)
			}
		}
	}
}
