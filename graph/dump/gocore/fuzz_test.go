package gocore

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// FuzzRead reads damaged cores of a real program, with its executable: they
// must give a graph or a typed error.
func FuzzRead(f *testing.F) {
	dir := tiny.core(f)
	core := compact(f, dir)
	f.Add(core)
	f.Add(core[:len(core)/2])
	f.Add(core[:1000])
	exe := filepath.Join(dir, "prog")
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 18 || !Match(data) {
			return
		}
		_, err := Read(context.Background(), source.FromBytes("core", data, source.Options{Exe: exe}))
		var (
			syntax      *source.SyntaxError
			mismatch    *source.MismatchError
			unsupported *UnsupportedError
		)
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &mismatch) && !errors.As(err, &unsupported) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}
