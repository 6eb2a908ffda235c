package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain text", "plain text"},
		{"\x1b[2J\x1b]0;owned\agone", "\uFFFD[2J\uFFFD]0;owned\uFFFDgone"},
		{"two\nlines\r\n", "two lines"},
		{"right\u202eto left", "right\uFFFDto left"},
		{"bad \xff utf", "bad \uFFFD utf"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got := Clean(strings.Repeat("x", 1<<20)); len(got) != maxClean {
		t.Errorf("a long text keeps %d characters", len(got))
	}
}

// TestOutput checks that a file appears whole or not at all, and that the next run
// removes what one that was killed has left, but nothing of one that still runs.
func TestOutput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "heap.gz")
	left := path + ".part-killed"
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := NewOutput(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the part of a killed run is still there")
	}
	if other, err := NewOutput(path, 0o600); err != nil {
		t.Error(err)
	} else if err := other.Close(); err != nil {
		t.Error(err)
	}
	if _, err := o.Write([]byte("whole")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before it is complete")
	}
	if n, err := o.Commit(); n != 5 || err != nil {
		t.Errorf("Commit: %d, %v", n, err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	names, _ := filepath.Glob(filepath.Dir(path) + "/*")
	if len(names) != 1 {
		t.Errorf("left: %q", names)
	}
	for _, bad := range []string{filepath.Dir(path), filepath.Join(path, "x"), filepath.Join(filepath.Dir(path), "missing", "x")} {
		if _, err := NewOutput(bad, 0o600); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("NewOutput(%s): %v", bad, err)
		}
	}
}
