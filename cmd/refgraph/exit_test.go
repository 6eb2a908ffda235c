package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExitCodes holds the codes that scripts rely on.
func TestExitCodes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
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
	} {
		var out, err bytes.Buffer
		if got := run(c.ctx, strings.Fields(c.args), &out, &err); got != c.want {
			t.Errorf("refgraph %s: exit %d, want %d\n%s", c.args, got, c.want, err.String())
		}
	}
}
