package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestExitCodes holds the codes that scripts rely on.
func TestExitCodes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	const small, weak = "../../testdata/python/small.pydump.gz", "../../testdata/gallery/weak.pydump.gz"
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		args string
		want int
	}{
		{t.Context(), "version", exitOK},
		{t.Context(), "top", exitUsage},
		{t.Context(), "nonsense", exitUsage},
		{t.Context(), "top --nonsense", exitUsage},
		{t.Context(), "top a b", exitUsage},
		{t.Context(), "paths x -o x.bmp", exitUsage},
		{t.Context(), "top " + file + ".missing", exitFailed},
		{t.Context(), "top " + file, exitNotADump},
		{t.Context(), "top " + filepath.Dir(file), exitNotADump},
		{cancelled, "top " + file, exitInterrupted},
		{t.Context(), "diff --no-cache " + small + " " + weak, exitUsage},
		{t.Context(), "diff --no-cache " + small + " " + small + " --fail-on type=Nope,grows>1", exitFailOn},
	} {
		var out, err bytes.Buffer
		if got := (&app{out: &out, err: &err}).run(c.ctx, strings.Fields(c.args)); got != c.want {
			t.Errorf("refgraph %s: exit %d, want %d\n%s", c.args, got, c.want, err.String())
		}
	}
}

// A command that does not look at its context ends all the same, and leaves no
// half file in the cache.
func TestEndsSoon(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("LocalAppData", t.TempDir())
	var errs bytes.Buffer
	ended := make(chan int)
	a := &app{err: &errs, exit: func(code int) { ended <- code }}
	dir := a.cache().Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, fmt.Sprintf(".x.idx.part-%d-1", os.Getpid()))
	other := filepath.Join(dir, ".x.idx.part-0-1")
	for _, file := range []string{part, other} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	a.endSoon(ctx)
	cancel()
	select {
	case code := <-ended:
		if code != exitInterrupted {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(time.Minute):
		t.Fatal("the command goes on")
	}
	if _, err := os.Stat(part); err == nil {
		t.Error("the half file is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("another process's file is gone")
	}
}
