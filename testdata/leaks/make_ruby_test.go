package leaks

import (
	"path/filepath"
	"testing"
)

func makeRuby(t *testing.T, program, dir string, scale int) dump {
	t.Helper()
	d := dump{file: filepath.Join(dir, "heap.jsonl")}
	run(t, d.file, scale, nil, "ruby", filepath.Join(program, "program.rb"))
	return d
}
