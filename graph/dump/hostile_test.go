package dump_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/testdata/goheap"
)

const heapMagic = "go1.7 heap dump\n"

// zeros is a compressed file of a beginning and n zeros.
func zeros(t *testing.T, compress func(*testing.T, []byte) []byte, begin string, n int) string {
	return write(t, "bomb", compress(t, append([]byte(begin), make([]byte, n)...)))
}

// What is inside a compressed file is looked at before it is unpacked.
func TestBombIsNotUnpacked(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nothing can be spooled here"))
	for name, compress := range map[string]func(*testing.T, []byte) []byte{"gzip": gzipped, "zstd": zstded} {
		var unknown *dump.UnknownFormatError
		path := zeros(t, compress, "", 100<<20)
		if _, err := dump.Open(t.Context(), path, nil); !errors.As(err, &unknown) {
			t.Errorf("%s: %T %v", name, err, err)
		}
		if _, err := dump.Sites(t.Context(), path, nil); !errors.As(err, &unknown) {
			t.Errorf("%s, sites: %T %v", name, err, err)
		}
	}
}

func TestMaxSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, compress := range map[string]func(*testing.T, []byte) []byte{"gzip": gzipped, "zstd": zstded} {
		path := zeros(t, compress, heapMagic, 100<<20)
		for _, limit := range []int64{1 << 20, 80 << 20} { // in memory and on disk
			var full *dump.LimitError
			_, err := dump.Open(t.Context(), path, &dump.Options{MaxSpool: limit})
			if !errors.As(err, &full) || !strings.Contains(err.Error(), "--max-spool") || full.Hint() == "" {
				t.Errorf("%s, %d: %T %v", name, limit, err, err)
			}
		}
		var syntax *dump.SyntaxError
		if _, err := dump.Open(t.Context(), path, &dump.Options{MaxSpool: 101 << 20}); !errors.As(err, &syntax) {
			t.Errorf("%s below the limit: %T %v", name, err, err)
		}
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

// A pipe is a dump like any other, plain or compressed.
func TestPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no FIFOs")
	}
	path, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want, err := dump.Open(t.Context(), path, &dump.Options{Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	plain, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"plain": plain, "gzip": gzipped(t, plain), "zstd": zstded(t, plain)} {
		fifo := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		go func() {
			if w, err := os.OpenFile(fifo, os.O_WRONLY, 0); err == nil {
				io.Copy(w, bytes.NewReader(data))
				w.Close()
			}
		}()
		d, err := (&dump.Cache{Dir: t.TempDir(), MinDump: 1}).Open(t.Context(), fifo, &dump.Options{Exe: exe})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d.Graph.Len() != want.Graph.Len() || d.Graph.Refs() != want.Graph.Refs() || d.Graph.Info().Name != "fifo" {
			t.Errorf("%s: %d objects and %d references of %s", name, d.Graph.Len(), d.Graph.Refs(), d.Graph.Info().Name)
		}
		d.Close()
	}
}

// A dump that is cut after it was opened ends nothing, and is told.
func TestCutAfterOpen(t *testing.T) {
	path, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cache := &dump.Cache{Dir: t.TempDir(), MinDump: 1}
	for _, known := range []bool{false, true} {
		if known {
			path, exe, err = goheap.Leak(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			d, err := cache.Open(t.Context(), path, &dump.Options{Exe: exe})
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
		}
		d, err := cache.Open(t.Context(), path, &dump.Options{Exe: exe})
		if err != nil {
			t.Fatal(err)
		}
		if known {
			d.Graph.Detail().Fields(0, true, 1) // opens the dump again
		}
		if d.Err() != nil {
			t.Errorf("before anything happened: %v", d.Err())
		}
		if err := os.Truncate(path, 4096); err != nil {
			t.Fatal(err)
		}
		for n := range graph.NodeID(d.Graph.Len()) {
			d.Graph.Detail().Fields(n, true, 4)
		}
		d.Close()
		var changed *dump.ChangedError
		if !errors.As(d.Err(), &changed) || changed.File != filepath.Base(path) || changed.Hint() == "" {
			t.Errorf("known %v: %T %v", known, d.Err(), d.Err())
		}
	}
}

// A dump that is cut at any moment while it is opened ends nothing: it is read, or
// the error names the file.
func TestCutWhileOpening(t *testing.T) {
	original, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	d, err := dump.Open(t.Context(), original, &dump.Options{Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	takes := time.Since(start)
	d.Close()
	const rounds = 40
	told := 0
	for i := range rounds {
		path := write(t, fmt.Sprint("cut", i), data)
		cut := make(chan error)
		go func() {
			time.Sleep(takes * time.Duration(i) / rounds)
			cut <- os.Truncate(path, int64(len(data)*(i%4)/4))
		}()
		d, err := dump.Open(t.Context(), path, &dump.Options{Exe: exe})
		if terr := <-cut; terr != nil {
			t.Fatal(terr)
		}
		switch {
		case err != nil && !strings.Contains(err.Error(), filepath.Base(path)):
			t.Errorf("cut after %d of %d: %v", i, rounds, err)
		case err != nil:
			told++
		default:
			for n := range graph.NodeID(d.Graph.Len()) {
				d.Graph.Detail().Fields(n, true, 4)
			}
			if d.Err() != nil || len(d.Graph.Warnings()) > 0 {
				told++
			}
			d.Close()
		}
	}
	if told == 0 {
		t.Error("nothing was told of any of them")
	}
}

// A sparse file costs what its data costs.
func TestHoles(t *testing.T) {
	header := `{"version":1,"python":"3.12.1","pointer_size":8}`
	begin := "refgraph python heap\nH" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header
	batch := "T\x09\x00\x00\x00\x00\x00\x00\x00[\"m\",\"T\"]S\x02\x00\x00\x00\x00\x00\x00\x00{}"
	objects := uint64(1) << 30
	batch += "B" + string(binary.LittleEndian.AppendUint64(nil, 16+16*objects)) + string(binary.LittleEndian.AppendUint32(nil, uint32(objects))) + strings.Repeat("\x00", 12)
	for name, data := range map[string]string{"python": begin, "objects in a hole": begin + batch, "go": heapMagic + "\x06\x00\x08\x80\x80\x80\x80\x80\x18\x80\x80\x80\x80\x84\x18\x05amd64\x06go1.26\x02"} {
		path := write(t, "sparse", []byte(data))
		if err := os.Truncate(path, 1<<38); err != nil {
			t.Skip(err)
		}
		start := time.Now()
		d, err := dump.Open(t.Context(), path, nil)
		if err == nil {
			d.Close()
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: 256 GB of nothing take %v (%v)", name, took, err)
		}
		t.Log(name, err)
	}
}
