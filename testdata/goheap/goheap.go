// Package goheap has the dump of a small leaking program and what is needed of
// its executable to name types, for tests and for `refgraph demo`. The program
// is ../programs/goleak.
package goheap

import (
	_ "embed"
	"errors"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

//go:generate ./make.sh

//go:embed leak.heapdump.zst
var leakDump []byte

//go:embed leak.exe.zst
var leakExe []byte

// Leak writes the dump and the executable into a folder and returns their
// paths. The executable cannot be run.
func Leak(dir string) (dump, exe string, err error) {
	dump, exe = filepath.Join(dir, "leak.heapdump"), filepath.Join(dir, "goleak")
	return dump, exe, errors.Join(unpack(leakDump, dump), unpack(leakExe, exe))
}

func unpack(data []byte, path string) error {
	z, err := zstd.NewReader(nil)
	if err != nil {
		return err
	}
	defer z.Close()
	plain, err := z.DecodeAll(data, nil)
	if err != nil {
		return err
	}
	return os.WriteFile(path, plain, 0o644)
}
