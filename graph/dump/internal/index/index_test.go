package index

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
)

func sample() graph.Columns {
	big := bytes.Repeat([]byte("0123456789abcdef"), pieceLen/16+1000)
	return graph.Columns{"a": {[]byte("one"), nil, []byte("two")}, "empty": {}, "big": {big[:100], big[100:]}}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.idx")
	if err := Write(t.Context(), path, sample()); err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for name, parts := range sample() {
		if got := x.Column(name); !bytes.Equal(got, bytes.Join(parts, nil)) {
			t.Errorf("%s: %d bytes differ", name, len(got))
		}
	}
	if x.Column("missing") != nil {
		t.Error("a column that is not there")
	}
}

// Every byte that is changed, and every cut, is noticed.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.idx")
	if err := Write(t.Context(), path, graph.Columns{"a": {[]byte("hello")}, "b": {[]byte("world")}}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(b []byte) error {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := Open(t.Context(), path)
		if err == nil {
			x.Close()
		}
		return err
	}
	for i := range good {
		padding := i >= len(magic) && i < align || i >= align+5 && i < 2*align
		if padding {
			continue
		}
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		if err := try(bad); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for _, n := range []int{0, 1, len(magic), align, len(good) - 1} {
		if err := try(good[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Write(ctx, filepath.Join(dir, "x.idx"), sample()); !errors.Is(err, context.Canceled) {
		t.Errorf("not cancelled: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

func TestKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dump")
	key := func(content []byte, options ...any) string {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
		k, err := Key([]string{path, ""}, options...)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	big := make([]byte, 10<<20)
	first := key(big, "x")
	if key(big, "x") != first {
		t.Error("the key of one file changes")
	}
	if key(big, "y") == first {
		t.Error("other options have the same key")
	}
	big[len(big)-1] = 1
	if key(big, "x") == first {
		t.Error("another end has the same key")
	}
	if key(nil, "x") == first || key([]byte("tiny"), "x") == key([]byte("tinz"), "x") {
		t.Error("small files have the same key")
	}
	if _, err := Key([]string{path + ".missing"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func FuzzReadTable(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.idx")
	if err := Write(f.Context(), path, graph.Columns{"a": {[]byte("hello")}}); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readTable(b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
