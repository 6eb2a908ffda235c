package gocore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
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
		checkError(t, data, exe)
	})
}

// FuzzPatch reads a whole core in which words were changed: what the runtime's
// own structures say is not to be trusted. A patch is 12 bytes: position, word.
func FuzzPatch(f *testing.F) {
	dir := tiny.core(f)
	core := compact(f, dir)
	exe := filepath.Join(dir, "prog")
	random := rand.New(rand.NewPCG(1, 2))
	for range 64 {
		var patch []byte
		for range 8 {
			at := uint32(random.IntN(len(core)))&^7 + 8 // segments begin at 0, 8 bytes off or so
			word := binary.LittleEndian.Uint64(core[min(int(at), len(core)-8):])
			patch = binary.LittleEndian.AppendUint32(patch, at)
			patch = binary.LittleEndian.AppendUint64(patch, word^1<<random.IntN(64))
		}
		f.Add(patch)
	}
	f.Fuzz(func(t *testing.T, patch []byte) {
		data := bytes.Clone(core)
		for ; len(patch) >= 12; patch = patch[12:] {
			if at := binary.LittleEndian.Uint32(patch); int(at)+8 <= len(data) {
				copy(data[at:], patch[4:12])
			}
		}
		if Match(data) {
			checkError(t, data, exe)
		}
	})
}

func checkError(t *testing.T, core []byte, exe string) {
	_, err := Read(context.Background(), source.FromBytes("core", core, source.Options{Exe: exe}))
	var (
		syntax      *source.SyntaxError
		mismatch    *source.MismatchError
		unsupported *UnsupportedError
	)
	if err != nil && !errors.As(err, &syntax) && !errors.As(err, &mismatch) && !errors.As(err, &unsupported) {
		t.Fatalf("%T: %v", err, err)
	}
}
