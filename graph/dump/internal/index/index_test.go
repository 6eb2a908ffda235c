package index

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
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
	if err := Write(t.Context(), path, "key", sample()); err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), path, "key")
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
	if err := Write(t.Context(), path, "key", graph.Columns{"a": {[]byte("hello")}, "b": {[]byte("world")}}); err != nil {
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
		x, err := Open(t.Context(), path, "key")
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

// A sound file of something else is not what was asked for.
func TestOtherKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.idx")
	if err := Write(t.Context(), path, "a.graph", sample()); err != nil {
		t.Fatal(err)
	}
	if x, err := Open(t.Context(), path, "b.graph"); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v %v", x, err)
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := Folder(dir); err != nil || !Ours(dir) {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if Ours(dir) {
		t.Error("a folder that all can write to is trusted")
	}
	if err := Folder(dir); err != nil || !Ours(dir) {
		t.Errorf("it was not closed to others: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if Folder(link) == nil || Ours(link) {
		t.Error("a link is trusted")
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if Folder(dir) == nil || Ours(dir) {
			t.Error("another user's folder is trusted")
		}
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Write(ctx, filepath.Join(dir, "x.idx"), "key", sample()); !errors.Is(err, context.Canceled) {
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
	if again, err := Key([]string{path, ""}, "x"); again != first || err != nil {
		t.Error("the key of one file changes")
	}
	if runtime.GOOS == "linux" && key(big, "x") == first {
		t.Error("a file that was written again, with the time set back, has the same key")
	}
	first = key(big, "x")
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
	if err := Write(f.Context(), path, "key", graph.Columns{"a": {[]byte("hello")}}); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readHead(b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
