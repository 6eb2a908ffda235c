package leaks

import (
	"path/filepath"
	"testing"
)

func makeJavaScript(t *testing.T, program, dir string, scale int) dump {
	t.Helper()
	d := dump{file: filepath.Join(dir, "node.heapsnapshot")}
	run(t, d.file, scale, nil, "node", filepath.Join(program, "program.js"))
	return d
}
