package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// gallery is the pictures of testdata/gallery and the commands that draw them;
// GALLERY and LEAK are a dump with its executable.
var gallery = map[string]string{
	"demo.svg":           "paths LEAK --type main.Session",
	"demo.png":           "paths LEAK --type main.Session",
	"static-cache.svg":   "paths GALLERY --type Profile",
	"goroutine-leak.svg": "paths GALLERY --type Request",
	"closure.svg":        "paths GALLERY --type Document",
	"cycle.svg":          "cycles GALLERY",
	"weak-reference.svg": "backrefs WEAK --type Plugin --depth 2",
	"merged-targets.svg": "paths GALLERY --type Session",
	"linked-list.svg":    "paths GALLERY --type Payload",
	"dominators.svg":     "dominators GALLERY --max-nodes 24",
}

// TestGallery draws the gallery again and sees that it has not changed. With
// UPDATE_GALLERY set it writes the new pictures.
func TestGallery(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the last digit of a coordinate may differ")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dumps := filepath.Join("..", "..", "testdata")
	dir := filepath.Join(dumps, "gallery")
	words := strings.NewReplacer(
		"GALLERY", filepath.Join(dir, "gallery.heapdump.zst")+" --exe "+unpacked(t, filepath.Join(dir, "gallery.exe.zst")),
		"LEAK", filepath.Join(dumps, "goheap", "leak.heapdump.zst")+" --exe "+unpacked(t, filepath.Join(dumps, "goheap", "leak.exe.zst")),
		"WEAK", filepath.Join(dir, "weak.pydump.gz"),
	)
	for name, line := range gallery {
		t.Run(name, func(t *testing.T) {
			fresh := filepath.Join(t.TempDir(), name)
			var out, err bytes.Buffer
			if code := (&app{out: &out, err: &err}).run(t.Context(), append(strings.Fields(words.Replace(line)), "-q", "-o", fresh)); code != exitOK {
				t.Fatalf("refgraph %s: exit %d: %s", line, code, err.String())
			}
			checkPicture(t, fresh, filepath.Join(dir, name))
		})
	}
}

func checkPicture(t *testing.T, fresh, kept string) {
	t.Helper()
	now, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GALLERY") != "" {
		if err := os.WriteFile(kept, now, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if then, err := os.ReadFile(kept); err != nil || !bytes.Equal(now, then) {
		t.Errorf("%s is not what refgraph draws now (%v); UPDATE_GALLERY=1 draws it again", kept, err)
	}
}

// unpacked decompresses a file to a temporary one.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	data, err := d.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(path), ".zst"))
	if err := os.WriteFile(out, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return out
}
