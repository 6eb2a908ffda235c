package dumptest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// RunCut reads a real dump whose file is cut to a tenth after it was mapped, and
// one that is cut after it was read: a reader may end with a typed error or do
// with what is left, and the process goes on.
func RunCut(t *testing.T, path string, read Read, opts source.Options) {
	data := load(t, path)
	open := func() (src *source.Source, cut func()) {
		file := filepath.Join(t.TempDir(), "dump")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		src, err := source.Open(file, opts)
		if err != nil {
			t.Fatal(err)
		}
		if src.Bytes() == nil {
			t.Skip("files cannot be mapped here")
		}
		return src, func() {
			if err := os.Truncate(file, int64(len(data)/10)); err != nil {
				t.Fatal(err)
			}
		}
	}
	guarded := func(src *source.Source) (g *graph.Graph, err error) {
		err = src.Guard(func() (err error) {
			g, err = read(context.WithoutCancel(t.Context()), src)
			return err
		})
		return g, err
	}
	src, cut := open()
	defer src.Close()
	cut()
	var (
		changed *source.ChangedError
		syntax  *source.SyntaxError
	)
	switch g, err := guarded(src); {
	case errors.As(err, &changed), errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
	case err != nil:
		t.Errorf("cut while it is read: %T %v", err, err)
	case len(g.Warnings()) == 0:
		t.Error("nine tenths of the dump are gone, and nobody says so")
	}
	late, cut := open()
	defer late.Close()
	g, err := guarded(late)
	if err != nil {
		t.Fatal(err)
	}
	cut()
	err = late.Guard(func() error {
		for n := range graph.NodeID(g.Len()) {
			g.Detail().Describe(n, true)
			g.Detail().Fields(n, true, 4)
			for i := range g.Row(n) {
				g.Detail().RefName(n, i, true)
			}
		}
		return nil
	})
	if err != nil && !errors.As(err, &changed) {
		t.Errorf("cut after it was read: %T %v", err, err)
	}
}
