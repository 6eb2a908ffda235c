package dump_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/refgraph/refgraph/graph/dump"
)

// write puts a file into a temporary folder.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func TestUnknownFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":        nil,
		"text":         []byte("hello, world\n"),
		"binary":       {0x7f, 'E', 'L', 'F', 1, 2, 3},
		"zip":          []byte("PK\x03\x04xxxx"),
		"text.gz":      gzipped(t, []byte("hello")),
		"text.zst":     zstded(t, []byte("hello")),
		"nothing.gz":   gzipped(t, nil),
		"short":        {0x1f},
		"half a magic": []byte("go1.7 heap"),
	} {
		_, err := dump.Open(t.Context(), write(t, "f", data), nil)
		var unknown *dump.UnknownFormatError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: got %T %v", name, err, err)
			continue
		}
		if len(unknown.Know) == 0 || unknown.Hint() == "" {
			t.Errorf("%s: the error does not say which formats are known", name)
		}
	}
}

func TestDamagedCompression(t *testing.T) {
	var syntax *dump.SyntaxError
	for name, data := range map[string][]byte{
		"gzip": {0x1f, 0x8b, 8, 0xff, 0xff},
		"zstd": {0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff},
	} {
		if _, err := dump.Open(t.Context(), write(t, "f", data), nil); !errors.As(err, &syntax) {
			t.Errorf("%s: got %T %v", name, err, err)
		}
	}
}

func TestDirectoryAndMissingFile(t *testing.T) {
	var unknown *dump.UnknownFormatError
	if _, err := dump.Open(t.Context(), t.TempDir(), nil); !errors.As(err, &unknown) {
		t.Errorf("a directory: got %v", err)
	}
	if _, err := dump.Open(t.Context(), filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}

func TestCancelledWhileDecompressing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := write(t, "f.gz", gzipped(t, make([]byte, 1<<20)))
	if _, err := dump.Open(ctx, path, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSitesOfAGoHeapDump(t *testing.T) {
	s, err := dump.Sites(t.Context(), "../../testdata/goheap/go1.26-nogreenteagc.heapdump.zst", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range s.Traces {
		if trace.Count <= 0 || trace.Size < trace.Count || len(trace.Frames) == 0 || trace.Frames[0].Line == 0 {
			t.Errorf("trace %+v", trace)
		}
	}
	if len(s.Traces) == 0 {
		t.Error("no sites")
	}
}
